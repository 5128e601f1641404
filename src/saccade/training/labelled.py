"""Labels of tasks, read from a workspace, and the targets of a batch.

Decided: a run has one list of pictures, all that any task labels; a task is a sparse matrix over it. A
picture counts for every task that labels it, whatever the task whose share of the batch it fills, and a
task without a label for it gets no gradient from it (Zhai et al. 2019, arXiv 1908.01707). Labels are held in
memory, 8 bytes for each label of a picture and 20 for a picture.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import torch

from saccade.catalog.catalogue import Catalogue
from saccade.catalog.selection import Selection
from saccade.errors import InputError
from saccade.labels.balance.bound import Labelled
from saccade.labels.balance.epoch import Epochs
from saccade.labels.balance.sampling import Balance
from saccade.labels.balance.training_set import training_set
from saccade.training.batch import Batch, Draw, Ints, Target
from saccade.training.tasks import WEAK, Task
from saccade.workspace import Workspace

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TaskData:
    """One task over the run's N pictures.

    Attributes:
        task: what it is.
        classes: names of the classes, in the order of their numbers.
        data: which classes each picture has; none means that the task says nothing about it.
        weights: float32 [P], beside `data.labels`.
        masked: labels that were left out, outside the map or of classes with too few pictures.
        epochs: the order of the weak labels' balanced epochs, for `order = "labels"`.
        vectors: float [N, D], the teacher's, of a distil task.
    """

    task: Task
    classes: tuple[str, ...]
    data: Labelled
    weights: Floats
    masked: int = 0
    epochs: Epochs | None = None
    vectors: npt.NDArray[np.floating] | None = None

    @property
    def labelled(self) -> Ints:
        """int64 [M]: the pictures that have a label."""
        if self.task.kind == "distil":
            return np.arange(len(self.data))
        return np.flatnonzero(np.diff(self.data.offsets))

    def target(self, batch: Batch, draw: Draw) -> Target:
        """The labels of a batch, beside what the whole draw holds."""
        if self.vectors is not None:
            return self._vector_target(batch, draw, self.vectors)
        lengths = np.diff(self.data.offsets)
        places = np.flatnonzero((lengths[batch.rows] > 0) & batch.good)
        offsets, labels, weights = self._of(batch.rows[places])
        whole = draw.rows[lengths[draw.rows] > 0]
        present = np.unique(self._of(whole)[1])
        return Target(
            torch.from_numpy(places), torch.from_numpy(offsets), torch.from_numpy(labels),
            torch.from_numpy(weights), len(whole), torch.from_numpy(present), batch.step,
        )  # fmt: skip

    def _of(self, rows: Ints) -> tuple[Ints, Ints, Floats]:
        """Labels of n pictures: offsets int64 [n + 1], labels int64 [m], weights float32 [m]."""
        starts, ends = self.data.offsets[rows], self.data.offsets[rows + 1]
        offsets = np.concatenate(([0], np.cumsum(ends - starts)))
        place = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], ends - starts)
        return offsets, self.data.labels[place].astype(np.int64), self.weights[place]

    @staticmethod
    def _vector_target(batch: Batch, draw: Draw, vectors: npt.NDArray[np.floating]) -> Target:
        places, none = np.flatnonzero(batch.good), torch.empty(0, dtype=torch.int64)
        taught = torch.from_numpy(np.asarray(vectors[batch.rows[places]], np.float32))
        offsets = torch.zeros(len(places) + 1, dtype=torch.int64)
        return Target(
            torch.from_numpy(places), offsets, none, torch.empty(0), len(draw), none, batch.step, taught
        )


@dataclass(frozen=True, eq=False)
class RunData:
    """What a run learns from: image_ids large_string [N], and its tasks over them."""

    image_ids: pa.Array
    tasks: tuple[TaskData, ...]

    def __len__(self) -> int:
        return len(self.image_ids)


def read_tasks(
    ws: Workspace,
    tasks: Sequence[Task],
    pictures: str = "",
    held: str | Sequence[str] = (),
    balance: Balance | None = None,
    seed: int = 0,
) -> RunData:
    """The labelled pictures of a run.

    Args:
        tasks: what to learn; names must differ.
        pictures: a selection of those that train; empty is all.
        held: selections of those that do not, whatever `pictures` says.
        balance, seed: of the epochs of weak labels.

    Raises InputError in one line: no tasks, no labels, one class, two tasks of one name.
    """
    names = [task.name for task in tasks]
    if not tasks or len(set(names)) < len(names):
        raise InputError(f"name one task or more, each once, found {', '.join(names) or 'none'}")
    allowed = allowed_pictures(ws, pictures, (held,) if isinstance(held, str) else held)
    found = [_read(ws, task, allowed, balance, seed) for task in tasks]
    ids = _union([rows.image_ids for rows in found], allowed)
    if not len(ids):
        raise InputError("no picture that trains has a label: look at --tasks, --pictures and --held")
    return RunData(ids, tuple(_over(rows, ids) for rows in found))


@dataclass(frozen=True, eq=False)
class _Rows:
    """Labels of one task as read: a row for each label of a picture, pictures ascending."""

    task: Task
    image_ids: pa.Array
    rows: Ints
    labels: Ints
    weights: Floats
    classes: tuple[str, ...]
    masked: int = 0
    epochs: Epochs | None = None


def allowed_pictures(ws: Workspace, pictures: str, held: Sequence[str]) -> pa.Array:
    """Ids of the pictures of a selection that are not held out, large_string, ascending."""
    catalogue = Catalogue(ws)
    chosen = Selection.parse(pictures).images(catalogue)
    for text in filter(None, held):
        out = Selection.parse(text).images(catalogue)
        chosen = chosen.filter(pc.invert(pc.is_in(chosen, value_set=out)))
    return chosen.cast(pa.large_string())


def _read(ws: Workspace, task: Task, allowed: pa.Array, balance: Balance | None, seed: int) -> _Rows:
    if task.kind == "distil":
        none = np.empty(0, np.int64)
        return _Rows(task, allowed, none, none, np.empty(0, np.float32), ())
    if task.label == WEAK:
        return _weak(ws, task, allowed, balance, seed)
    table = Catalogue(ws).labels_of_images(task.label)
    if not table.num_rows:
        raise InputError(f"task {task.name}: no picture has a label {task.label!r}: {_known(ws)}")
    table = table.filter(pc.is_in(table["image_id"].cast(pa.large_string()), value_set=allowed))
    return _mapped(task, table)


def _known(ws: Workspace) -> str:
    catalogue = Catalogue(ws)
    imported = pc.unique(catalogue.tasks["task"]).to_pylist()
    return f"there are item, category, {', '.join([*catalogue.attributes(), *imported, WEAK])}"


def _mapped(task: Task, table: pa.Table) -> _Rows:
    images, labels = table["image_id"].to_pylist(), table["label"].to_pylist()
    classes_of = [task.map.get(label) if task.map else label for label in labels]
    pairs = {(image, one) for image, one in zip(images, classes_of, strict=True) if one is not None}
    counts: dict[str, int] = {}
    for _, one in pairs:
        counts[one] = counts.get(one, 0) + 1
    classes = tuple(sorted(one for one, count in counts.items() if count >= task.least))
    if len(classes) < 2:
        raise InputError(
            f"task {task.name}: expected two classes or more among the pictures that train, found "
            f"{', '.join(classes) or 'none'}"
        )
    number = {one: place for place, one in enumerate(classes)}
    kept = sorted((image, number[one]) for image, one in pairs if one in number)
    ids = sorted({image for image, _ in kept})
    place = {image: row for row, image in enumerate(ids)}
    rows = np.array([place[image] for image, _ in kept], np.int64)
    said = np.array([one for _, one in kept], np.int64)
    masked = len(labels) - len(kept)
    return _Rows(
        task, pa.array(ids, pa.large_string()), rows, said, np.ones(len(kept), np.float32), classes, masked
    )


def _weak(ws: Workspace, task: Task, allowed: pa.Array, balance: Balance | None, seed: int) -> _Rows:
    found = training_set(ws, "train")
    epochs, _ = found.epochs(balance, seed)
    keep = np.asarray(pc.is_in(found.image_ids, value_set=allowed))
    if not keep.any():
        raise InputError(f"task {task.name}: none of the pictures that train has weak labels")
    rows = np.repeat(np.arange(len(found)), np.diff(found.data.offsets))
    kept = keep[rows]
    place = np.cumsum(keep) - 1
    if not keep.all():
        epochs = _fewer(epochs, keep, place)
    return _Rows(
        task, found.image_ids.filter(pa.array(keep)), place[rows[kept]],
        found.data.labels[kept].astype(np.int64), found.weights[kept],
        tuple(found.names.to_pylist()), int((~kept).sum()), epochs,
    )  # fmt: skip


def _fewer(epochs: Epochs, keep: npt.NDArray[np.bool_], place: Ints) -> Epochs:
    """The same expected draws for those that are kept."""
    expected = np.diff(epochs.line)
    kept = keep[epochs.order]
    draws = np.zeros(int(keep.sum()))
    draws[place[epochs.order[kept]]] = expected[kept]
    return Epochs.of(draws, place[epochs.order[kept]], epochs.seed)


def _union(parts: Sequence[pa.Array], allowed: pa.Array) -> pa.Array:
    """The pictures of any task, in the order of `allowed`."""
    seen = pc.unique(pa.chunked_array(parts, pa.large_string()))
    return allowed.filter(pc.is_in(allowed, value_set=seen))


def _over(found: _Rows, ids: pa.Array) -> TaskData:
    """One task's rows over the run's list of pictures."""
    place = np.asarray(pc.index_in(found.image_ids, value_set=ids), np.int64)
    owner = place[found.rows]
    order = np.lexsort((found.labels, owner))
    offsets = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=len(ids)))))
    data = Labelled(offsets.astype(np.int64), found.labels[order].astype(np.int32), len(found.classes))
    epochs = found.epochs
    if epochs is not None:
        epochs = replace(epochs, order=place[epochs.order])
    return TaskData(found.task, found.classes, data, found.weights[order], found.masked, epochs)
