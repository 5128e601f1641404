"""What was found in pictures, as rows of `objects`, `detections` and `fingerprints/<model>`.

Decided: an object's id is made from the picture, the detector, the category and the box as it is stored, so a
picture that is looked at twice gives the same rows; another detector's, or a person's, box at the same place
is another object.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from saccade.fingerprints.kernel import assemble
from saccade.vision.detections import Detections
from saccade.workspace.schemas import SPECS


@dataclass(frozen=True)
class Seen:
    """What became of one picture: what was found, or the status and reason why it could not be looked at."""

    image_id: str
    found: Detections | None
    status: str = "ok"
    reason: str | None = None


def found_id(image_id: str, detector_id: str, category: str, box: Sequence[float]) -> str:
    """32 hex digits (BLAKE2b) of the picture, the detector, the category and the box as four float32."""
    sides = np.asarray(box, "<f4").tobytes()
    text = "\0".join((image_id, detector_id, category)).encode()
    return hashlib.blake2b(text + sides, digest_size=16).hexdigest()


@dataclass(frozen=True)
class Rows:
    """Rows of one chunk; `vectors` float32 [objects, D] in the order of `objects`, or None."""

    objects: pa.Table
    detections: pa.Table
    vectors: np.ndarray | None

    def fingerprints(self, model_id: str) -> pa.Table:
        """The vectors of the boxes as rows of `fingerprints/<model_id>`."""
        vectors = self.vectors if self.vectors is not None else np.zeros((len(self.objects), 1), np.float32)
        chunk = self.objects.rename_columns(["id", *self.objects.column_names[1:]])
        return assemble(chunk, vectors, ["ok"] * len(chunk), [None] * len(chunk), model_id)


def rows_of(seen: Sequence[Seen], detector_id: str, categories: Sequence[str]) -> Rows:
    """The rows of a chunk of pictures; two equal boxes of one category in a picture are one object."""
    objects: dict[str, tuple[object, ...]] = {}
    looked: list[tuple[object, ...]] = []
    vectors: list[np.ndarray] = []
    now = datetime.now(UTC)
    for one in seen:
        names: list[str] = []
        for row, box in enumerate(one.found.boxes if one.found else ()):
            assert one.found is not None
            category = categories[int(one.found.labels[row])]
            name = found_id(one.image_id, detector_id, category, box.tolist())
            if name in objects:
                continue
            names.append(name)
            objects[name] = (name, one.image_id, *box.tolist(), category, float(one.found.scores[row]))
            if one.found.vectors is not None:
                vectors.append(one.found.vectors[row])
        looked.append((one.image_id, detector_id, one.status, one.reason, names, now))
    return Rows(
        _table("objects", list(objects.values())),
        _table("detections", looked),
        np.stack(vectors) if vectors and len(vectors) == len(objects) else None,
    )


def _table(name: str, rows: list[tuple[object, ...]]) -> pa.Table:
    schema = SPECS[name].schema
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
