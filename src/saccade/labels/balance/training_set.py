"""What a trainer reads: the pictures of one split, their labels with weights, and the epochs over them.

    found = training_set(ws, "train")
    epochs, reached = found.epochs(Balance(ratio=50), seed=0)
    for pictures in epochs.epoch(0).blocks(256):
        found.image_ids.take(pa.array(pictures)), *found.of(pictures)

Decided: arrays in memory, about 50 bytes a picture and 8 a label of a picture: 0.9 GB for ten million
pictures with five labels each. Pictures are in the order of their hashes, so that neither the order of the
table nor a compaction changes an epoch.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError, NotFoundError
from saccade.labels.balance.bound import Codes, Ints, Labelled
from saccade.labels.balance.epoch import Epochs
from saccade.labels.balance.sampling import Balance, Reached, draws
from saccade.labels.balance.splits import HELD, SPLITS
from saccade.labels.hashing import Hashes, word_hashes
from saccade.metrics.columns import spread
from saccade.workspace import Workspace
from saccade.workspace.tables import quoted

Weights = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """N pictures with P labels in all, of L labels.

    Attributes:
        split: whose pictures these are.
        image_ids: large_string [N], in the order of their hashes.
        data: which labels each picture has; labels are places in `label_ids`, ascending on a picture.
        weights: float32 [P], beside `data.labels`.
        label_ids, names: string [L], by label id; labels that no picture of the split has are among them.
    """

    split: str
    image_ids: pa.Array
    data: Labelled
    weights: Weights
    label_ids: pa.Array
    names: pa.Array

    def __len__(self) -> int:
        return len(self.image_ids)

    @property
    def counts(self) -> Ints:
        """int64 [L]: pictures of each label."""
        return self.data.counts

    def of(self, pictures: Ints) -> tuple[Ints, Codes, Weights]:
        """Labels of n pictures: offsets int64 [n + 1], labels int32 [m], weights float32 [m]."""
        starts = self.data.offsets[pictures]
        lengths = self.data.offsets[pictures + 1] - starts
        place = spread(starts, lengths)
        return np.concatenate(([0], np.cumsum(lengths))), self.data.labels[place], self.weights[place]

    def epochs(self, balance: Balance | None = None, seed: int = 0) -> tuple[Epochs, Reached]:
        """Epochs over the pictures under a balance (none: every picture once), and what it came to."""
        return draws(self.data, balance or Balance(), seed)


def training_set(ws: Workspace, split: str = "train") -> TrainingSet:
    """The pictures of one split of `image_labels`: train, val, test or held.

    Raises `NotFoundError` where there are none.
    """
    if split not in (*SPLITS, HELD):
        raise InputError(f"a split is {', '.join((*SPLITS, HELD))}, found {split!r}")
    labels = ws.table("labels").read(["label_id", "name"]).sort_by("label_id")
    known = labels["label_id"].combine_chunks()
    rows = _Rows.read(ws, split, known)
    if not len(rows.hashes):
        raise NotFoundError(
            f"{ws.uri} has no labelled pictures of the split {split}: run `saccade label` first"
        )
    order = np.lexsort((rows.labels, rows.hashes))
    hashes = rows.hashes[order]
    starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1])))
    data = Labelled(np.append(starts, len(hashes)), rows.labels[order], len(known))
    place = np.searchsorted(rows.image_hashes[rows.by_hash], hashes[starts])
    image_ids = rows.image_ids.take(pa.array(rows.by_hash[place]))
    return TrainingSet(split, image_ids, data, rows.weights[order], known, labels["name"].combine_chunks())


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows of `image_labels` as numbers, and the ids of their pictures, each once for a run of rows."""

    hashes: Hashes
    labels: Codes
    weights: Weights
    image_ids: pa.Array
    image_hashes: Hashes
    by_hash: Ints

    @classmethod
    def read(cls, ws: Workspace, split: str, known: pa.Array) -> _Rows:
        hashes, labels, weights = [np.empty(0, np.uint64)], [np.empty(0, np.int32)], [np.empty(0, np.float32)]
        ids = [pa.array([], pa.large_string())]
        columns = ["image_id", "label_id", "weight"]
        for batch in ws.table("image_labels").scan(columns, f"split = {quoted(split)}", 1 << 16):
            own = word_hashes(batch.column(0))
            hashes.append(own)
            labels.append(_places(batch.column(1), known))
            weights.append(np.asarray(batch.column(2), np.float32))
            new = np.flatnonzero(np.concatenate((np.ones(min(len(own), 1), bool), own[1:] != own[:-1])))
            ids.append(batch.column(0).take(pa.array(new)).cast(pa.large_string()))
        image_ids = pa.concat_arrays(ids)
        image_hashes = word_hashes(image_ids)
        by_hash = np.argsort(image_hashes, kind="stable")
        said = np.concatenate(hashes), np.concatenate(labels), np.concatenate(weights)
        return cls(*said, image_ids, image_hashes, by_hash)


def _places(label_ids: pa.Array, known: pa.Array) -> Codes:
    place = pc.index_in(label_ids, value_set=known)
    if place.null_count:
        lost = label_ids.filter(pc.is_null(place))[0].as_py()
        raise InputError(
            f"image_labels names a label {lost!r} that labels has not: run `saccade label` again"
        )
    return np.asarray(place, np.int32)
