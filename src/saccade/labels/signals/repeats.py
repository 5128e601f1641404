"""How many families say the same run of words: counts that add up over buckets.

Decided:
- Count-min sketches (Cormode and Muthukrishnan 2005) over runs of `FEWEST` words and more, by source:
  families that say the run; those of them with texts of another source beside it; those in which such a text
  shares a word with it. Each family counts once, which is exact since a family lies whole in one bucket.
- For each source, the families of the whole texts of `LONG` words and more with the smallest hashes (a
  bottom-k sample, Cohen and Kaplan 2007): it tells whether the source's texts are normally unique.
- Both add up in any order; memory is the same for any number of rows (32 MiB, a few when packed).

Not here: what is cut out (`boilerplate`).
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from saccade.errors import InputError
from saccade.labels.hashing import Hashes, mixed, word_hashes
from saccade.labels.signals.runs import echoes, lists, runs, source_codes, whole_texts, word_counts

FEWEST = 3
"""Words of a run that is counted. Shorter ones are phrases, which repeat by nature."""
LONG = 4
"""Words of a text that is asked whether it is unique."""
SAID, BESIDE, ECHOED = range(3)
DEPTH, WIDTH = 4, 1 << 19
SAMPLE = 4096

Counts = npt.NDArray[np.int64]


@dataclass
class Repeats:
    """cells: uint32 [3, DEPTH, WIDTH], the sketches `SAID`, `BESIDE`, `ECHOED`; totals: int64 [3], what was
    added to each. By source: families that have texts of it; samples: whole texts (sorted hashes, families
    that say each).
    """

    cells: npt.NDArray[np.uint32] = field(default_factory=lambda: np.zeros((3, DEPTH, WIDTH), np.uint32))
    totals: Counts = field(default_factory=lambda: np.zeros(3, np.int64))
    families: dict[str, int] = field(default_factory=dict)
    samples: dict[str, tuple[Hashes, Counts]] = field(default_factory=dict)

    def count(self, texts: pa.Table, families: pa.ChunkedArray | pa.Array) -> None:
        """Adds a bucket. texts: TEXTS; families: string [subjects], the family of each subject."""
        family = _codes(families)[texts["subject"].to_numpy()]
        words, offsets = lists(texts["words"])
        source, names = source_codes(texts)
        found = runs(words, offsets, word_hashes(names)[source], FEWEST)
        beside, echoed = echoes(words, offsets, texts["subject"].to_numpy(), source, found)
        for layer, which in ((SAID, np.ones(len(beside), np.bool_)), (BESIDE, beside), (ECHOED, echoed)):
            keys, times = _distinct(found.keys[which], family[found.text[which]])
            _add(self.cells[layer], keys, times)
            self.totals[layer] += times.sum()
        whole, long = whole_texts(words, offsets), word_counts(words, offsets) >= LONG
        for number, name in enumerate(names):
            mine = source == number
            self.families[name] = self.families.get(name, 0) + len(np.unique(family[mine]))
            self._sample(name, *_distinct(whole[mine & long], family[mine & long]))

    def merge(self, other: Repeats) -> None:
        """Adds what another counted, over other buckets."""
        self.cells += other.cells
        self.totals += other.totals
        for name, count in other.families.items():
            self.families[name] = self.families.get(name, 0) + count
            self._sample(name, *other.samples[name])

    def estimate(self, keys: Hashes, layer: int = SAID) -> Counts:
        """int64 [N]: families of each run in a sketch; too large by less than the mean load of a cell,
        mostly.
        """
        return np.maximum(_least(self.cells[layer], keys) - self.totals[layer] // WIDTH, 0)

    def repeated(self, source: str) -> float:
        """Share 0..1 of a source's long texts that another family says as well, word for word."""
        _, times = self.samples.get(source, (None, np.zeros(0, np.int64)))
        return float(times[times > 1].sum() / max(times.sum(), 1))

    def to_bytes(self) -> bytes:
        """The counts, compressed."""
        out, names = io.BytesIO(), sorted(self.families)
        parts: dict[str, Any] = {f"hashes{at}": self.samples[name][0] for at, name in enumerate(names)}
        parts |= {f"times{at}": self.samples[name][1] for at, name in enumerate(names)}
        families = np.array([self.families[name] for name in names], np.int64)
        np.savez_compressed(
            out, cells=self.cells, totals=self.totals, names=np.array(names, np.str_), families=families,
            **parts
        )  # fmt: skip
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Repeats:
        """What `to_bytes` wrote. Raises `InputError` for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as parts:
                names = parts["names"].tolist()
                return cls(
                    parts["cells"], parts["totals"], dict(zip(names, parts["families"].tolist(),
                    strict=True)),
                    {name: (parts[f"hashes{at}"], parts[f"times{at}"]) for at, name in enumerate(names)},
                )  # fmt: skip
        except (ValueError, KeyError, OSError, EOFError) as error:
            raise InputError(f"expected counts of repeated text, found {error}: count again") from error

    def _sample(self, source: str, hashes: Hashes, times: Counts) -> None:
        """Adds counts of whole texts and keeps those with the smallest hashes."""
        old = self.samples.get(source, (np.zeros(0, np.uint64), np.zeros(0, np.int64)))
        keys, inverse = np.unique(np.concatenate([old[0], hashes]), return_inverse=True)
        total = np.zeros(len(keys), np.int64)
        np.add.at(total, inverse, np.concatenate([old[1], times]))
        self.samples[source] = keys[:SAMPLE], total[:SAMPLE]


def _codes(names: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.int32]:
    array = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    return array.dictionary_encode().indices.to_numpy()


def _distinct(keys: Hashes, family: npt.NDArray[np.int32]) -> tuple[Hashes, Counts]:
    """Distinct keys and how many families have each."""
    order = np.lexsort((family, keys))
    keys, family = keys[order], family[order]
    first = np.ones(len(keys), np.bool_)
    first[1:] = (keys[1:] != keys[:-1]) | (family[1:] != family[:-1])
    return np.unique(keys[first], return_counts=True)


@njit(cache=True, nogil=True)
def _cell(key: np.uint64, row: int) -> Any:
    return np.int64(mixed(key + np.uint64(row) * np.uint64(0x9E3779B97F4A7C15)) & np.uint64(WIDTH - 1))


@njit(cache=True, nogil=True)
def _add(cells: npt.NDArray[np.uint32], keys: Hashes, times: Counts) -> None:
    for at in range(len(keys)):
        for row in range(DEPTH):
            cells[row, _cell(keys[at], row)] += np.uint32(times[at])


@njit(cache=True, nogil=True)
def _least(cells: npt.NDArray[np.uint32], keys: Hashes) -> Counts:
    found = np.empty(len(keys), np.int64)
    for at in range(len(keys)):
        least = np.int64(cells[0, _cell(keys[at], 0)])
        for row in range(1, DEPTH):
            least = min(least, np.int64(cells[row, _cell(keys[at], row)]))
        found[at] = least
    return found
