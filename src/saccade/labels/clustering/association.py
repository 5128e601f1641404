"""How strongly units go together, and how alike what they go together with is.

Decided, our own choices but for the measure:
- Positive pointwise mutual information (Church and Hanks 1990; Levy and Goldberg 2014) with one added to what
  was counted and to what was expected, so that a pair that was met once says little.
- What is expected is worked out for each pair of languages on its own: texts of one language say much of
  each other's words, and that must not hide that "living room" and "Wohnzimmer" are said of the same things.
- Two units are alike when the same units are said beside them (cosine of their rows).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.labels.clustering.matrices import Sparse, dense, matrix, scaled_rows, upper

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Association:
    """Between C units. near: float32 sparse [C, C], mutual information over the sources that speak of the
    thing itself; rows: the same over all sources, each row of length 1.
    """

    near: Sparse
    rows: Sparse


def associations(together: pa.Table, language: Codes) -> Association:
    """together: rows of `TOGETHER`; language: int32 [C] of each unit."""
    a, b = together.column("a").to_numpy(), together.column("b").to_numpy()
    every, near = (
        both_ways(a, b, together.column(name).to_numpy(), len(language)) for name in ("all", "near")
    )
    return Association(positive(near, language), unit_rows(positive(every, language)))


def both_ways(
    a: npt.NDArray[np.int32], b: npt.NDArray[np.int32], counts: npt.NDArray[np.int32], width: int
) -> Sparse:
    """float32 sparse [width, width]: counts of pairs a <= b, on both sides of the diagonal."""
    half = matrix(np.minimum(a, b), np.maximum(a, b), (width, width), counts)
    found = (half + upper(half, 1).T).tocsr()
    found.eliminate_zeros()
    return found


def positive(counts: Sparse, language: Codes) -> Sparse:
    """log((n + 1) / (expected + 1)) where above 0, without the diagonal."""
    found = counts.tocoo()
    width = int(language.max(initial=-1)) + 1
    groups = matrix(np.arange(len(language)), language, (len(language), max(width, 1)))
    beside = dense(counts @ groups).astype(np.float64)  # [C, languages]: said beside each unit
    total = np.asarray(groups.T @ beside)
    mine, theirs = language[found.row], language[found.col]
    expected = beside[found.row, theirs] * beside[found.col, mine] / np.maximum(total[mine, theirs], 1)
    value = np.log((found.data + 1) / (expected + 1))
    kept = (value > 0) & (found.row != found.col)
    return matrix(found.row[kept], found.col[kept], counts.shape, value[kept])


def unit_rows(found: Sparse) -> Sparse:
    """Rows of length 1; empty ones stay empty."""
    length = np.sqrt(np.asarray((found * found).sum(axis=1), np.float64))
    return scaled_rows(found, 1 / np.maximum(length, 1e-12))
