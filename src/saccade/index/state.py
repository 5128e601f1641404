"""What an index version was built from, row by row: ids and digests, to tell what has changed since.

Decided: one 64-bit digest a point, of its vector and payload. Vectors are hashed by a random linear form
modulo 2^64 (multilinear hashing, Lemire and Kaser 2014), which numpy does for whole batches; payloads by
BLAKE2b of their JSON. A change is missed with probability 2^-64. Kept as a small Arrow file in the version.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa

from saccade.index.payloads import Payload

_FILE = "state.arrow"
_MIX = np.uint64(0x9E3779B97F4A7C15)


def digests(vectors: np.ndarray, payloads: Sequence[Payload]) -> np.ndarray:
    """Uint64 [N] of float16 or float32 [N, D] vectors with their payloads."""
    words = np.ascontiguousarray(vectors).view(np.uint16).astype(np.uint64) + np.uint64(1)
    factors = np.random.default_rng(20_19).integers(0, 2**64, words.shape[1], dtype=np.uint64) | np.uint64(1)
    texts = (json.dumps(p, sort_keys=True, ensure_ascii=False).encode() for p in payloads)
    marks = (int.from_bytes(blake2b(t, digest_size=8).digest(), "little") for t in texts)
    return (words @ factors) * _MIX ^ np.fromiter(marks, np.uint64, len(payloads))


class State:
    """Ids with digests, sorted by id; 40 bytes a point."""

    def __init__(self, ids: np.ndarray, marks: np.ndarray) -> None:
        order = np.argsort(ids, kind="stable")
        self.ids, self.marks = ids[order], marks[order]

    @staticmethod
    def empty() -> State:
        return State(np.empty(0, "S32"), np.empty(0, np.uint64))

    @staticmethod
    def load(folder: Path) -> State:
        """The state of a version folder."""
        with pa.OSFile(str(folder / _FILE)) as file:
            table = pa.ipc.open_file(file).read_all()
        return State(table["id"].to_numpy().astype("S32"), table["digest"].to_numpy())

    def save(self, folder: Path) -> None:
        ids = pa.array(self.ids, pa.binary(32)).cast(pa.binary()).cast(pa.string())
        table = pa.table({"id": ids, "digest": pa.array(self.marks, pa.uint64())})
        with pa.ipc.new_file(folder / _FILE, table.schema) as out:
            out.write_table(table)

    def find(self, ids: np.ndarray, marks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For points (bytes [N], uint64 [N]): bool [N], whether new or changed, and rows of the known."""
        if not len(self.ids):
            return np.ones(len(ids), bool), np.empty(0, np.int64)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        known = self.ids[at] == ids
        return ~(known & (self.marks[at] == marks)), at[known]
