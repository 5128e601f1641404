"""A detector and an embedder that answer the same pixels once: several rules are asked about one picture.

Decided: what is remembered is found by a digest of the pixels and lies in one file a kind, so that a study
that was cut short goes on where it was. Nothing else is changed: the library calls them as it calls any.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from saccade.detection.detector import Detector
from saccade.discovery.engine import Embeds
from saccade.vision.detections import Detections

Pixels = NDArray[np.uint8]
Vectors = NDArray[np.float32]
Arrays = dict[str, NDArray[Any]]
EVERY = 1000  # new answers after which the file is written


class _Kept:
    """Arrays by name, in a file."""

    def __init__(self, file: Path) -> None:
        self.file, self.new = file, 0
        self.rows: Arrays = {}
        if file.is_file():
            with np.load(file) as kept:
                self.rows = {name: kept[name] for name in kept.files}

    def put(self, name: str, row: NDArray[Any]) -> None:
        self.rows[name] = row
        self.new += 1
        if self.new >= EVERY:
            self.save()

    def save(self) -> None:
        """Write what is new."""
        if self.new:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            partial = self.file.with_suffix(".part.npz")
            np.savez(partial, **self.rows)  # type: ignore[arg-type]
            partial.replace(self.file)
            self.new = 0


class KeptVectors:
    """Pictures to vectors, float32 [N, dim], by `runner` where they are not known."""

    def __init__(self, runner: Embeds, file: Path) -> None:
        self.runner, self.kept = runner, _Kept(file)

    def embed(self, pictures: Sequence[Pixels]) -> Vectors:
        """As the runner."""
        names = [digest(picture) for picture in pictures]
        missing = {name: picture for name, picture in zip(names, pictures, strict=True)
                   if name not in self.kept.rows}  # fmt: skip
        if missing:
            for name, row in zip(missing, self.runner.embed(list(missing.values())), strict=True):
                self.kept.put(name, row)
        return np.stack([self.kept.rows[name] for name in names])


class KeptBoxes:
    """A detector that remembers, without the boxes' vectors."""

    def __init__(self, detector: Detector, file: Path) -> None:
        self.detector, self.kept = detector, _Kept(file)
        self.detector_id, self.categories, self.dim = detector.detector_id, detector.categories, 0

    def detect(self, pictures: Sequence[Pixels]) -> list[Detections]:
        """As the detector."""
        return [self._one(picture) for picture in pictures]

    def _one(self, picture: Pixels) -> Detections:
        name = digest(picture)
        if name not in self.kept.rows:
            found = self.detector.detect([picture])[0]
            sides = (found.boxes, found.scores[:, None], found.labels[:, None])
            self.kept.put(name, np.concatenate(sides, 1, dtype=np.float32))
        rows = self.kept.rows[name]
        return Detections(rows[:, :4].copy(), rows[:, 4].copy(), rows[:, 5].astype(np.int64))


def digest(picture: Pixels) -> str:
    """32 hex digits of a picture's pixels and its shape."""
    made = hashlib.blake2b(repr(picture.shape).encode(), digest_size=16)
    made.update(np.ascontiguousarray(picture).tobytes())
    return made.hexdigest()
