"""Visualness: how much more alike the pictures of a phrase are than pictures picked at random.

    seen = PictureSums.empty(len(vocabulary), 256)
    for said, vectors, families in buckets:
        seen = seen.merge(PictureSums.of(said, vectors, len(vocabulary), families))
    values = seen.visualness()

Decided:
- One vector a family and phrase, of length 1. The mean cosine over all pairs of n vectors with sum S is
  (|S|² - n) / (n (n - 1)), without bias for small n; no pair is ever computed.
- Chance is the same mean over all families of the corpus. The variance of that mean for n vectors picked at
  random is 2 (2 (n - 2) a + b) / (n (n - 1)) (Hoeffding 1948), a the variance of v·m and b that of v·w for
  vectors v, w and their mean m, both from the second moments of the corpus.
- Visualness is the excess over chance, less `SURE` standard errors, over the most that there could be, cut
  to 0..1: a lower bound, so that three pictures that happen to agree do not count as a hundred that do. Own
  choice; 0 says "not more alike than chance", 1 "the same picture every time".
- Sums are float32 [phrases, width]: 512 MB for half a million phrases of 256. The order in which buckets are
  merged shows in the last digits alone; merge them in the order of their numbers to have the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_array

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SURE = 1.645
"""Standard errors that are taken off: one-sided 95%."""
FEWEST = 3
"""Families with a vector below which nothing is said."""


@dataclass(frozen=True, eq=False)
class PictureSums:
    """Sums over families. phrases: int64 [P], ascending, the phrases met; sums: float32 [P, D]; families:
    int64 [P]; mean: float64 [D], sum of all vectors; moments: float64 [D, D], sum of their outer products;
    total: how many; vocabulary: phrases there are.
    """

    vocabulary: int
    phrases: Ints
    sums: Floats
    families: Ints
    mean: Doubles
    moments: Doubles
    total: int

    @classmethod
    def empty(cls, vocabulary: int, width: int) -> PictureSums:
        """Nothing seen yet. width: of the vectors."""
        none = np.empty(0, np.int64)
        return cls(vocabulary, none, np.empty((0, width), np.float32), none, np.zeros(width),
                   np.zeros((width, width)), 0)  # fmt: skip

    @classmethod
    def of(
        cls, said: pa.Table, vectors: Floats, vocabulary: int, families: npt.ArrayLike | None = None
    ) -> PictureSums:
        """The sums of one bucket.

        said: rows of `SAID`; vectors: float32 [subjects, D], NaN rows where a subject has none, of any length
        but 0; vocabulary: how many phrases there are; families: int32 [subjects], of which one subject speaks
        (the first that has a vector and says the phrase); None: every subject is a family.
        """
        subjects, width = vectors.shape
        family = np.arange(subjects) if families is None else np.asarray(families, np.int64)
        units, seen = _units(vectors)
        rows, phrases = _speakers(said, family, seen)
        met, counts = np.unique(phrases, return_counts=True)
        speakers = csr_array(
            (np.ones(len(rows), np.float32), rows, np.concatenate([[0], np.cumsum(counts)])),
            shape=(len(met), subjects),
        )
        first = np.flatnonzero(seen)[np.unique(family[seen], return_index=True)[1]]
        whole = units[first].astype(np.float64)
        return cls(vocabulary, met, np.asarray(speakers @ units, np.float32).reshape(-1, width), counts,
                   whole.sum(axis=0), whole.T @ whole, len(whole))  # fmt: skip

    def merge(self, other: PictureSums) -> PictureSums:
        """Both together; of disjoint families. The vectors must have one width."""
        phrases = np.union1d(self.phrases, other.phrases)
        sums = np.zeros((len(phrases), self.sums.shape[1]), np.float32)
        families = np.zeros(len(phrases), np.int64)
        for part in (self, other):
            at = np.searchsorted(phrases, part.phrases)
            sums[at] += part.sums
            families[at] += part.families
        return PictureSums(self.vocabulary, phrases, sums, families, self.mean + other.mean,
                           self.moments + other.moments, self.total + other.total)  # fmt: skip

    def visualness(self) -> Floats:
        """float32 [V], 0..1; NaN for phrases with fewer than `FEWEST` families that have a vector."""
        values = np.full(self.vocabulary, np.nan, np.float32)
        enough = self.families >= FEWEST
        if not enough.any():
            return values
        n = self.families[enough].astype(np.float64)
        squares = np.einsum("pd,pd->p", self.sums[enough], self.sums[enough], dtype=np.float64)
        chance, error = self._chance(n)
        excess = (squares - n) / (n * (n - 1)) - chance - SURE * error
        values[self.phrases[enough]] = np.clip(excess / max(1 - chance, 1e-9), 0.0, 1.0)
        return values

    def _chance(self, n: Doubles) -> tuple[float, Doubles]:
        """The mean cosine of two families, and its standard error among n that are picked at random."""
        total, mean, moments = self.total, self.mean / self.total, self.moments / self.total
        square = float(mean @ mean)
        one = max(float(mean @ moments @ mean) - square**2, 0.0)
        two = max(float((moments * moments).sum()) - square**2, 0.0)
        chance = (float(self.mean @ self.mean) - total) / (total * (total - 1))
        return chance, np.sqrt(2 * (2 * (n - 2) * one + two) / (n * (n - 1)))


def _units(vectors: Floats) -> tuple[Floats, Flags]:
    """Vectors of length 1, zeros where there is none; and where there is one."""
    length = np.linalg.norm(vectors, axis=1)
    seen = np.isfinite(length) & (length > 0)
    units = np.zeros(vectors.shape, np.float32)
    np.divide(vectors, length[:, None], out=units, where=seen[:, None], casting="same_kind")
    return units, seen


def _speakers(said: pa.Table, family: Ints, seen: Flags) -> tuple[Ints, Ints]:
    """The subject that speaks for each (phrase, family), and the phrase; sorted by phrase."""
    subject, phrase = said.column("subject").to_numpy(), said.column("phrase").to_numpy()
    known = seen[subject]
    subject, phrase = subject[known].astype(np.int64), phrase[known].astype(np.int64)
    order = np.lexsort((subject, family[subject], phrase))
    subject, phrase = subject[order], phrase[order]
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (phrase[1:] != phrase[:-1]) | (family[subject[1:]] != family[subject[:-1]])
    return subject[fresh], phrase[fresh]
