"""The fingerprints of chosen pictures, of one model, as arrays in the order of the pictures."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.evaluation.exact import BitScorer, FloatScorer, Scorer
from saccade.metrics.columns import lookup
from saccade.workspace import Workspace

Form = Literal["float", "binary"]
FORMS: tuple[Form, ...] = ("float", "binary")


@dataclass(frozen=True, eq=False)
class Fingerprints:
    """`ids` [N] ascending, `vectors` float16 [N, D], `bits` uint8 [N, ceil(D / 8)]."""

    ids: pa.Array
    vectors: npt.NDArray[np.float16]
    bits: npt.NDArray[np.uint8]

    @property
    def dim(self) -> int:
        return self.vectors.shape[1]

    def of(self, images: pa.Array) -> Fingerprints:
        """Those of some of the pictures, in the order given."""
        rows = lookup(images, self.ids)
        return Fingerprints(images, self.vectors[rows], self.bits[rows])


Vectors = Callable[[str, pa.Array], Fingerprints]
"""The fingerprints of a model for pictures that all have one, in their order."""


def fingerprinted(ws: Workspace, model_id: str, images: pa.Array) -> pa.Array:
    """Those of the `images` that the model has a vector of, in their order."""
    known = ws.fingerprints(model_id).read(["id"], "status = 'ok'")["id"].combine_chunks()
    return images.filter(pc.is_in(images, value_set=known))


def load(ws: Workspace, model_id: str, images: pa.Array) -> Fingerprints:
    """Fingerprints of `images`, all of which must have one (`fingerprinted`)."""
    table = ws.fingerprints(model_id)
    dim, count = table.schema.field("vector").type.list_size, len(images)
    vectors = np.zeros((count, dim), np.float16)
    bits = np.zeros((count, (dim + 7) // 8), np.uint8)
    for batch in table.scan(["id", "vector", "bits"], "status = 'ok'"):
        place = lookup(batch.column("id"), images)
        wanted = np.flatnonzero(place >= 0)
        rows = batch.take(pa.array(wanted))
        vectors[place[wanted]] = (
            rows.column("vector").flatten().to_numpy(zero_copy_only=False).reshape(-1, dim)
        )
        bits[place[wanted]] = _bytes(rows.column("bits"), bits.shape[1])
    return Fingerprints(images, vectors, bits)


def scorer(mine: Fingerprints, theirs: Fingerprints, form: Form) -> Scorer:
    """Cosine of the vectors, or agreement of their sign bits."""
    if form == "binary":
        return BitScorer(mine.bits, theirs.bits, mine.dim)
    return FloatScorer(unit(mine.vectors), unit(theirs.vectors))


def unit(vectors: npt.NDArray[np.float16]) -> npt.NDArray[np.float32]:
    """Half floats are of length one to three digits only; a vector of zeros stays."""
    floats = vectors.astype(np.float32)
    length = np.linalg.norm(floats, axis=1, keepdims=True)
    return np.divide(floats, length, out=floats, where=length > 0)


def _bytes(column: pa.Array, width: int) -> npt.NDArray[np.uint8]:
    """uint8 [n, width] of a fixed-size binary column without nulls."""
    data = column.buffers()[1]
    start = column.offset * width
    return np.frombuffer(data, np.uint8)[start : start + len(column) * width].reshape(-1, width)
