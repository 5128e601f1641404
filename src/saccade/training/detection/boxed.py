"""Pictures with their boxes, read from a workspace, and the targets of a batch.

Decided: boxes that people drew teach, those of a detector do not (a row of `detections` lists them), unless
they are asked for. Only pictures with a box take part: of a picture without one nobody
knows whether somebody looked. A box without area, or of a category that is not learnt, is left out and
counted. Held in memory: 24 bytes a box, 40 a picture.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import torch
from numpy.typing import NDArray
from torch import Tensor

from saccade.detection.pending import found_by_detectors
from saccade.errors import InputError
from saccade.models.detector.config import ANY_OBJECT
from saccade.training.batch import Batch, Draw, Ints
from saccade.training.detection.augment import BoxAugment
from saccade.training.labelled import allowed_pictures
from saccade.training.tasks import nearest
from saccade.workspace import Workspace

Drawn = Literal["people", "all"]
OBJECTS = "objects"  # the name of the task


@dataclass(frozen=True, eq=False)
class BoxTarget:
    """Boxes of a batch of b pictures.

    boxes: b times float32 [n, 4], corners in pixels of the canvas. labels: b times int64 [n], from 0. good:
    bool [b], False where the picture could not be read. total: pictures of the whole step, over all ranks.
    """

    boxes: tuple[Tensor, ...]
    labels: tuple[Tensor, ...]
    good: Tensor
    total: int

    def __len__(self) -> int:
        return len(self.boxes)

    def to(self, device: torch.device | str) -> BoxTarget:
        """The same on another device."""
        boxes, labels = (tuple(one.to(device) for one in some) for some in (self.boxes, self.labels))
        return replace(self, boxes=boxes, labels=labels, good=self.good.to(device))


@dataclass(frozen=True)
class BoxTask:
    """What the feed asks of a task: its name."""

    name: str = OBJECTS


@dataclass(frozen=True, eq=False)
class BoxData:
    """Boxed pictures.

    Attributes:
        image_ids: large_string [N], ascending.
        categories: names by label.
        sizes: int64 [N, 2], height and width of the upright picture.
        offsets: int64 [N + 1]; picture n has the boxes `offsets[n]:offsets[n + 1]`.
        boxes: float32 [P, 4], x, y, width, height in 0..1. labels: int64 [P].
        dropped: boxes that were left out.
        augment, seed: what the loader does to the pictures, which moves their boxes.
    """

    image_ids: pa.Array
    categories: tuple[str, ...]
    sizes: Ints
    offsets: Ints
    boxes: NDArray[np.float32]
    labels: Ints
    dropped: int = 0
    augment: BoxAugment | None = None
    seed: int = 0
    task: BoxTask = BoxTask()

    def __len__(self) -> int:
        return len(self.image_ids)

    def target(self, batch: Batch, draw: Draw) -> BoxTarget:
        """The boxes of a batch where its augmentation has put them."""
        placed = [self._placed(batch.step, *pair) for pair in zip(batch.rows, batch.places, strict=True)]
        boxes, labels = zip(*placed, strict=True) if placed else ((), ())
        return BoxTarget(boxes, labels, torch.from_numpy(batch.good), len(draw))

    def _placed(self, step: int, row: int, place: int) -> tuple[Tensor, Tensor]:
        assert self.augment is not None
        rng = np.random.default_rng([self.seed, step, int(place)])  # as the loader draws
        height, width = self.sizes[row].tolist()
        span = slice(self.offsets[row], self.offsets[row + 1])
        view = self.augment.view(height, width, rng)
        boxes, kept = self.augment.place(self.boxes[span], view)
        return torch.from_numpy(boxes), torch.from_numpy(self.labels[span][kept])


def read_boxes(
    ws: Workspace, pictures: str = "", held: Sequence[str] = (), categories: Sequence[str] = (),
    agnostic: bool = False, drawn: Drawn = "people",
) -> BoxData:  # fmt: skip
    """The boxed pictures of a run.

    Args:
        pictures: a selection of those that train; empty is all. held: selections of those that do not.
        categories: what is learnt, in this order; all that occur by default, the most frequent first.
        agnostic: every box is of the one category `object`.
        drawn: boxes of people, or those of a detector too.

    Raises InputError in one line: no boxes, a category that does not occur.
    """
    allowed = allowed_pictures(ws, pictures, held)
    rows = ws.table("objects").read(["object_id", "image_id", "x", "y", "width", "height", "category"])
    if drawn == "people":
        rows = rows.filter(pc.invert(pc.is_in(rows["object_id"], value_set=found_by_detectors(ws))))
    rows = rows.filter(pc.is_in(rows["image_id"].cast(pa.large_string()), value_set=allowed))
    if not len(rows):
        raise InputError(
            "no picture that trains has boxes: bring some with `saccade ingest annotations.json`"
        )
    names = ANY_OBJECT if agnostic else _categories(rows, categories)
    return _assembled(ws, rows, names, agnostic)


def _categories(rows: pa.Table, wanted: Sequence[str]) -> tuple[str, ...]:
    counts = Counter(name for name in rows["category"].to_pylist() if name)
    for name in wanted:
        if name not in counts:
            raise InputError(nearest(name, list(counts), "category"))
    found = tuple(wanted) or tuple(sorted(counts, key=lambda name: (-counts[name], name)))
    if not found:
        raise InputError("the boxes have no categories: learn plain objects with --agnostic")
    return found


def _assembled(ws: Workspace, rows: pa.Table, names: tuple[str, ...], agnostic: bool) -> BoxData:
    boxes = np.stack([rows[side].to_numpy() for side in ("x", "y", "width", "height")], 1).astype(np.float32)
    labels = np.zeros(len(rows), np.int64)
    if not agnostic:
        labels = pc.index_in(rows["category"], value_set=pa.array(names)).fill_null(-1).to_numpy()
    good = np.isfinite(boxes).all(1) & (boxes[:, 2:] > 0).all(1) & (labels >= 0)
    images = rows["image_id"].cast(pa.large_string()).combine_chunks()
    ids = pc.unique(images.filter(pa.array(good)))
    ids, sizes = _sizes(ws, ids.take(pc.sort_indices(ids)))
    owner = pc.index_in(images, value_set=ids).fill_null(-1).to_numpy()
    kept = np.flatnonzero(good & (owner >= 0))
    kept = kept[np.argsort(owner[kept], kind="stable")]
    counts = np.bincount(owner[kept], minlength=len(ids))
    if not len(kept):
        raise InputError("no box of the pictures that train can be used: they have no area, or no category")
    offsets = np.concatenate(([0], np.cumsum(counts)))
    return BoxData(
        ids, names, sizes, offsets, boxes[kept], labels[kept].astype(np.int64), len(rows) - len(kept)
    )


def _sizes(ws: Workspace, ids: pa.Array) -> tuple[pa.Array, Ints]:
    """The pictures whose size is known, and it."""
    found = ws.table("images").take(ids.to_pylist(), ["image_id", "width", "height"])
    at = pc.index_in(ids, value_set=found["image_id"].cast(pa.large_string()).combine_chunks())
    found = found.take(at.drop_null())
    sizes = np.stack([found[side].fill_null(0).to_numpy() for side in ("height", "width")], 1)
    known = (sizes > 0).all(1)
    return ids.filter(at.is_valid()).filter(pa.array(known)), sizes[known].astype(np.int64)
