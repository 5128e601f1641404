"""Rows of the catalogue to one batch of pixels: bytes, decoding, box, preprocessing.

Decided: a batch is the unit of reading; one thread makes a whole batch. A row that cannot be read leaves
a black slot and its status, so every other picture keeps its slot and the vectors stay what they were.
Whole pictures are decoded no larger than the model needs (JPEG drafts). Boxes are cut from the full
picture, decoded once for all boxes on it that follow each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.errors import InputError
from saccade.fingerprints.runners.base import Pixels
from saccade.fingerprints.sources import Found, Place, Sources
from saccade.vision.boxes import MARGIN, clip, crop, with_margin
from saccade.vision.decode import decode
from saccade.vision.picture import Picture
from saccade.vision.preprocess import Preprocess

EMPTY_BOX = "empty-box"

# What the engines read: one row a vector. `row` is the place in image_bytes. Boxes for objects only.
CHUNK = pa.schema(
    [("id", pa.string()), ("image_id", pa.string()), ("uri", pa.string()), ("row", pa.int64())]
    + [(side, pa.float32()) for side in ("x", "y", "width", "height")]
)  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """Pixels uint8 [batch_size, H, W, 3] and what became of each row; `decoded` pictures were opened."""

    pixels: Pixels
    statuses: list[str]
    reasons: list[str | None]
    decoded: int

    @property
    def good(self) -> bool:
        """Whether there is anything to compute."""
        return "ok" in self.statuses


@dataclass(frozen=True)
class Reader:
    """Makes batches of `batch_size` pictures for one model; an object is cut out with `margin` around it."""

    sources: Sources
    preprocess: Preprocess
    batch_size: int
    margin: float = MARGIN

    def __call__(self, rows: pa.Table) -> Batch:
        """At most `batch_size` rows of `CHUNK` to a batch, padded with black."""
        pixels = np.zeros((self.batch_size, *self.preprocess.size, 3), np.uint8)
        statuses, decoded = ["ok"] * len(rows), 0
        reasons: list[str | None] = [None] * len(rows)
        places, boxes = _places(rows), _boxes(rows)
        runs = [list(run) for _, run in groupby(range(len(rows)), key=lambda slot: places[slot].image_id)]
        found = self.sources.fetch([places[run[0]] for run in runs])
        for run, answer in zip(runs, found, strict=True):
            picture = self._picture(answer, whole=boxes is None)
            decoded += answer.data is not None
            for slot in run:
                box = None if boxes is None else boxes[slot]
                statuses[slot], reasons[slot] = self._place(picture, box, pixels[slot])
        return Batch(pixels, statuses, reasons, decoded)

    def _picture(self, found: Found, whole: bool) -> Picture | Found:
        if found.data is None:
            return found
        return decode(found.data, draft=self.preprocess.draft if whole else None)

    def _place(
        self, picture: Picture | Found, box: Sequence[float] | None, out: NDArray[np.uint8]
    ) -> tuple[str, str | None]:
        if isinstance(picture, Found) or picture.rgb is None:
            return picture.status, picture.reason
        rgb = picture.rgb
        if box is not None:
            try:
                rgb = crop(rgb, with_margin(clip(*box), self.margin))
            except InputError as error:
                return EMPTY_BOX, str(error)
        out[:] = self.preprocess.prepare_uint8(rgb)
        return "ok", None


def _places(rows: pa.Table) -> list[Place]:
    columns = (rows.column(name).to_pylist() for name in ("image_id", "uri", "row"))
    return [Place(*values) for values in zip(*columns, strict=True)]


def _boxes(rows: pa.Table) -> list[tuple[float, ...]] | None:
    """Boxes x, y, width, height; None when the rows are whole images."""
    sides = [rows.column(name) for name in ("x", "y", "width", "height")]
    if all(side.null_count == len(rows) for side in sides):
        return None
    return list(zip(*(side.fill_null(0.0).to_pylist() for side in sides), strict=True))
