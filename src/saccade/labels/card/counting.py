"""One pass over `annotations` and one over `image_labels`: all that the card counts there.

Decided:
- Tables are streamed; memory is that of the distinct phrases, labels and sources.
- Rows of one image lie together in `image_labels` (the stage writes image by image), so images are counted as
  runs of one id, exactly and without keeping ids.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.labels.card.tally import Tally
from saccade.workspace import Workspace

BINS = 20
MOST = 12  # labels of an image that are told apart
BATCH = 65_536


@dataclass
class Annotated:
    """phrases: phrase_id to (images, mean score); sources: source to (supports, alone) of annotations at or
    above the threshold; scores: int64 [BINS]; above: annotations at or above the threshold."""

    phrases: dict[str, tuple[int, float]] = field(default_factory=dict)
    sources: dict[str, tuple[int, int]] = field(default_factory=dict)
    scores: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(BINS, np.int64))
    rows: int = 0
    above: int = 0


@dataclass
class Labelled:
    """images: label_id to images; splits: images by split; per_image: int64 [MOST], images with 1, 2, ...
    labels; rows: of the table."""

    images: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    splits: dict[str, int] = field(default_factory=dict)
    per_image: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(MOST, np.int64))


def count_annotations(ws: Workspace, threshold: float) -> Annotated:
    """Streams `annotations`."""
    found, phrases, sources = Annotated(), Tally(["phrase_id"], ["score"]), Tally(["source"], ["alone"])
    columns = ["phrase_id", "score", "evidence"]
    for batch in ws.table("annotations").scan(columns, batch_size=BATCH):
        scores = np.nan_to_num(np.asarray(batch["score"].to_numpy(zero_copy_only=False), np.float64))
        phrases.add(pa.table({"phrase_id": batch["phrase_id"], "score": scores}))
        sources.add(_support(batch["evidence"], scores >= threshold))
        found.scores += np.bincount(np.clip(scores * BINS, 0, BINS - 1).astype(np.int64), minlength=BINS)
        found.rows += len(scores)
        found.above += int((scores >= threshold).sum())
    for row in _rows(phrases):
        found.phrases[row["phrase_id"]] = (row["rows"], row["score"] / row["rows"])
    found.sources = {row["source"]: (row["rows"], row["alone"]) for row in _rows(sources)}
    return found


def count_labels(ws: Workspace) -> Labelled:
    """Streams `image_labels`."""
    found, tally, runs = Labelled(), Tally(["label_id"]), _Runs()
    for batch in ws.table("image_labels").scan(["image_id", "label_id", "split"], batch_size=BATCH):
        tally.add(pa.table({"label_id": batch["label_id"]}))
        runs.add(batch["image_id"], pc.fill_null(batch["split"], ""))
        found.rows += batch.num_rows
    found.images = {row["label_id"]: row["rows"] for row in _rows(tally)}
    found.splits, found.per_image = runs.end()
    return found


def _rows(tally: Tally) -> list[dict[str, Any]]:
    table = tally.result()
    return [] if table is None else table.to_pylist()


def _support(evidence: pa.ListArray, kept: npt.NDArray[np.bool_]) -> pa.Table:
    """One row for each source of each kept annotation: source, and 1 where it is the only one."""
    lengths = np.asarray(pc.fill_null(pc.list_value_length(evidence), 0))
    parents = np.asarray(pc.list_parent_indices(evidence))
    sources = pc.struct_field(pc.list_flatten(evidence), "source")
    chosen = kept[parents]
    alone = (lengths[parents] == 1).astype(np.int64)
    return pa.table({"source": sources.filter(pa.array(chosen)), "alone": alone[chosen]})


class _Runs:
    """Images and their numbers of labels, from rows in which those of one image lie together."""

    def __init__(self) -> None:
        self._image, self._split, self._length = "", "", 0
        self._splits: dict[str, int] = {}
        self._per_image = np.zeros(MOST, np.int64)

    def add(self, images: pa.Array, splits: pa.Array) -> None:
        if not len(images):
            return
        changed = np.flatnonzero(np.asarray(pc.not_equal(images[1:], images[:-1]))) + 1
        starts = np.concatenate([[0], changed])
        lengths = np.diff(np.concatenate([starts, [len(images)]]))
        if self._length and images[0].as_py() == self._image:
            lengths[0] += self._length
        else:
            self._close([self._split], np.array([self._length]))
        ended = splits.take(pa.array(starts[:-1]))
        self._close(ended.to_pylist(), lengths[:-1])
        self._image, self._split = images[-1].as_py(), splits[-1].as_py()
        self._length = int(lengths[-1])

    def end(self) -> tuple[dict[str, int], npt.NDArray[np.int64]]:
        self._close([self._split], np.array([self._length]))
        self._length = 0
        return dict(sorted(self._splits.items())), self._per_image

    def _close(self, splits: list[str], lengths: npt.NDArray[np.int64]) -> None:
        real = lengths > 0
        self._per_image += np.bincount(np.minimum(lengths[real], MOST) - 1, minlength=MOST)
        for split, count in zip(*np.unique(np.array(splits, object)[real], return_counts=True), strict=True):
            self._splits[split] = self._splits.get(split, 0) + int(count)
