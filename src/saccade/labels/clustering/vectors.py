"""Vectors of phrases, put together from the meanings of their units.

Decided, our own choices where no source is named:
- A meaning (a group of units) has a vector of two parts: its *company*, from a truncated singular value
  decomposition of the mutual information between meanings (Levy and Goldberg 2014), and its *self*, a random
  direction drawn from its name. The company says what kind of thing it is; the self keeps apart what is said
  of the same things ("japandi" and "minimalist").
- A phrase is the sum of its different meanings. Phrases with the same meanings have the same vector whatever
  their language, order and words, and one that was met once has as good a vector as any.
- A phrase's own company is not mixed in: it was tried, shrunk by support as in empirical Bayes, and gained
  nothing in the tail. It is what `purity` questions the clusters with.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError
from saccade.labels.clustering.alignment import AlignSettings, Scores, aligned
from saccade.labels.clustering.association import associations, both_ways, positive
from saccade.labels.clustering.cooccurrence import Counted
from saccade.labels.clustering.matrices import matrix, ones
from saccade.labels.clustering.spelling import pieces
from saccade.labels.clustering.units import Units

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

SELF = 0.7
"""Share of a vector's squared length that is its self; the rest is its company."""


@dataclass(frozen=True, eq=False)
class Meanings:
    """group: int32 [U], the meaning of each unit, 0..M - 1; vectors: float32 [M, dim], rows of length 1."""

    group: Codes
    vectors: Floats


def meanings(
    units: Units, counted: Counted, together: pa.Table, dim: int = 128, seed: int = 0,
    align: AlignSettings | None = AlignSettings(),  # noqa: B008 (frozen)
) -> Meanings:  # fmt: skip
    """The meanings of units. together: rows of `TOGETHER` of all buckets; align: None to join nothing."""
    which = counted.which
    language = units.language[which]
    found = associations(together, language)
    local = np.arange(len(which), dtype=np.int32)
    if align is not None and len(which):
        apart = (counted.phrases.T @ counted.phrases).tocsr()
        spelt = pieces([units.names[at][1] for at in which])
        local = aligned(Scores(found, spelt, apart, language, align))
    group = _numbered(units, which, local)
    company = _company(together, local, group[which], int(group.max(initial=-1)) + 1, dim // 4, seed)
    names = _names(units, group)
    return Meanings(group, _stacked(company, _selves(names, dim - dim // 4, seed)))


def composed(units: Units, found: Meanings) -> Floats:
    """float32 [V, dim], rows of length 1: each phrase the sum of its different meanings."""
    place = np.arange(len(found.group))
    held = ones(units.phrases @ matrix(place, found.group, (len(found.group), len(found.vectors))))
    return unit_length(np.asarray(held @ found.vectors, np.float32))


def combined(parts: Sequence[tuple[Floats, float]]) -> Floats:
    """Several kinds of vectors of the same phrases as one: float32 [V, sum of dims], rows of length 1.

    parts: vectors [V, dim] and the weight of their cosine; a row of zeros becomes the
    mean direction: like everybody. Raises
    `InputError` for weights below 0, none above 0, or differing numbers of phrases.
    """
    if not parts or len({len(vectors) for vectors, _ in parts}) != 1:
        raise InputError(f"expected vectors of the same phrases, found {[len(v) for v, _ in parts]} rows")
    weights = [weight for _, weight in parts]
    if min(weights) < 0 or sum(weights) <= 0:
        raise InputError(f"expected weights of 0 or more, one above 0, found {weights}")
    scaled = [np.sqrt(np.float32(weight)) * _filled(unit_length(vectors)) for vectors, weight in parts]
    return unit_length(np.concatenate(scaled, axis=1))


def unit_length(vectors: npt.NDArray[Any]) -> Floats:
    """Rows of length 1; rows of zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(length, 1e-12)).astype(np.float32)


def _filled(vectors: Floats) -> Floats:
    """Rows of zeros become the mean direction of the others."""
    none = np.linalg.norm(vectors, axis=1, keepdims=True) == 0
    return np.where(none, unit_length(vectors.sum(axis=0, keepdims=True)), vectors)


def _numbered(units: Units, which: npt.NDArray[np.int64], local: Codes) -> Codes:
    """int32 [U]: groups 0..M - 1; a unit that was not counted is a meaning of its own."""
    first = np.arange(len(units))
    first[which] = which[local]
    return np.unique(first, return_inverse=True)[1].astype(np.int32)


def _names(units: Units, group: Codes) -> list[str]:
    """The first unit of each meaning."""
    _, first = np.unique(group, return_index=True)
    return [" ".join(units.names[at]) for at in first]


def _company(together: pa.Table, local: Codes, group: Codes, count: int, dim: int, seed: int) -> Floats:
    """float32 [M, dim]: truncated singular value decomposition of the mutual information of meanings."""
    from sklearn.utils import extmath

    svd: Any = extmath.randomized_svd

    a, b = group[together.column("a").to_numpy()], group[together.column("b").to_numpy()]
    counts = both_ways(a, b, together.column("all").to_numpy(), count)
    shared = positive(counts, np.zeros(count, np.int32))
    size = min(dim, count - 1)
    company = np.zeros((count, dim), np.float32)
    if size > 0 and shared.nnz:
        left, values, _ = svd(shared, size, n_iter=4, random_state=seed)
        company[:, :size] = left * np.sqrt(values)
    return unit_length(company)


def _selves(names: Sequence[str], dim: int, seed: int) -> Floats:
    """float32 [M, dim]: directions that a name and the seed decide."""
    drawn = [
        np.random.default_rng((seed, zlib.crc32(name.encode()), len(name))).standard_normal(dim)
        for name in names
    ]
    return unit_length(np.array(drawn, np.float32).reshape(len(names), dim))


def _stacked(company: Floats, selves: Floats) -> Floats:
    return unit_length(np.concatenate([np.sqrt(1 - SELF) * company, np.sqrt(SELF) * selves], axis=1))
