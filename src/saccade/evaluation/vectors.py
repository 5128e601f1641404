"""The fingerprints of chosen pictures, of one model, as arrays in the order of the pictures."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.metrics.columns import lookup
from saccade.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Fingerprints:
    """`ids` [N] ascending, `vectors` float16 [N, D], `bits` uint8 [N, ceil(D / 8)]."""

    ids: pa.Array
    vectors: npt.NDArray[np.float16]
    bits: npt.NDArray[np.uint8]

    @property
    def dim(self) -> int:
        return self.vectors.shape[1]


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


def _bytes(column: pa.Array, width: int) -> npt.NDArray[np.uint8]:
    """uint8 [n, width] of a fixed-size binary column without nulls."""
    data = column.buffers()[1]
    start = column.offset * width
    return np.frombuffer(data, np.uint8)[start : start + len(column) * width].reshape(-1, width)
