"""What every index can do, and the few shapes that pass in and out of it.

Decided: vectors are compared by inner product after L2 normalisation, so scores lie in [-1, 1] and larger
is nearer; ids are 32 hexadecimal characters, which Qdrant takes as UUIDs; searches come in batches, because
one call for many queries is several times cheaper than many calls. Not here: how a backend finds neighbours
(`exact`, `edge`, `server`), and which backend to take (`choose`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self, runtime_checkable

import numpy as np
import pyarrow as pa

from saccade.errors import InputError
from saccade.index.filters import Filter
from saccade.index.payloads import Fields, Payload

type_of_payloads = Sequence[Payload] | pa.Table | None
_ID = re.compile(r"[0-9a-f]{32}\Z")
_UNIT_TOLERANCE = 1e-6  # of the squared norm: float32 rounding passes, float16 rounding is normalised again


class Hit(NamedTuple):
    """One neighbour. A named tuple because building frozen dataclasses took a tenth of a search's time."""

    id: str
    score: float
    payload: Payload | None = None


@dataclass(frozen=True)
class Bytes:
    """What an index weighs. `memory` must be resident to answer quickly; the rest of `disk` may stay cold."""

    memory: int
    disk: int


@runtime_checkable
class Index(Protocol):
    """Nearest neighbours of vectors, with payloads to filter by.

    Ids are 32 lower-case hexadecimal characters. Vectors are float32 [N, dim], normalised on the way in.
    Equal scores are ordered by id. Wrong ids, shapes or fields raise `InputError`.
    """

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    @property
    def fields(self) -> Fields:
        """The payload fields seen so far and what each holds."""
        ...

    def upsert(self, ids: Sequence[str], vectors: np.ndarray, payloads: type_of_payloads = None) -> None:
        """Insert or replace points; a replaced point loses its old payload. Searches see it at once."""
        ...

    def delete(self, ids: Sequence[str]) -> None:
        """Remove points; ids that are not there are passed over. Searches see it at once."""
        ...

    def search(
        self,
        vectors: np.ndarray,
        k: int,
        *,
        filter: Filter | None = None,
        exact: bool = False,
        with_payload: bool = False,
    ) -> list[list[Hit]]:
        """The `k` nearest of each row of float32 [Q, dim], best first; `exact` scans instead of guessing."""
        ...

    def vector(self, ids: Sequence[str]) -> np.ndarray:
        """Float32 [N, dim] in the order of `ids`; `NotFoundError` names the first that is missing."""
        ...

    def count(self, filter: Filter | None = None) -> int:
        """How many points match, exactly."""
        ...

    def bytes(self) -> Bytes:
        """Memory and disk that the index takes."""
        ...

    def snapshot(self, folder: Path) -> None:
        """Write a copy that `load` of the same backend opens; `folder` must not exist or be empty."""
        ...

    def close(self) -> None:
        """Release files and memory; the index answers nothing afterwards."""
        ...


class Closing:
    """Makes an index usable in a `with` statement."""

    def close(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def checked_ids(ids: Sequence[str]) -> list[str]:
    """`ids` as a list, or `InputError` that quotes the first that is not 32 hexadecimal characters."""
    found = list(ids)
    wrong = next((i for i in found if not _ID.match(i)), None)
    if wrong is not None:
        raise InputError(f"expected ids of 32 lower-case hexadecimal characters, found {wrong!r}")
    return found


def unit(vectors: np.ndarray, dim: int, *, rows: int | None = None) -> np.ndarray:
    """Float32 [N, dim] of length one each; rows that are unit already keep their bits."""
    found = np.ascontiguousarray(vectors, dtype=np.float32)
    if found.ndim != 2 or found.shape[1] != dim or (rows is not None and len(found) != rows):
        expected = f"[{'N' if rows is None else rows}, {dim}]"
        raise InputError(f"expected vectors of shape {expected}, found {list(found.shape)}")
    norms = np.einsum("nd,nd->n", found, found)
    if not (np.isfinite(norms).all() and (norms > 0).all()):
        row = int(np.flatnonzero(~(np.isfinite(norms) & (norms > 0)))[0])
        raise InputError(f"expected finite vectors with a length, found row {row} to be zero or not finite")
    off = np.abs(norms - 1) > _UNIT_TOLERANCE
    if off.any():
        found = found.copy() if found is vectors else found
        found[off] /= np.sqrt(norms[off])[:, None]
    return found


def checked_k(k: int) -> int:
    """`k`, or `InputError` when it asks for nothing."""
    if k < 1:
        raise InputError(f"expected k of at least 1, found {k}")
    return k
