"""Sparse matrices, typed loosely: scipy's types do not say which kind an operation returns.

Decided: every matrix of this package is a `csr_array` of float32 and is made here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Sparse = Any
"""A `scipy.sparse.csr_array` of float32 (or `coo_array` where said)."""
Floats = npt.NDArray[np.float32]


def matrix(
    rows: npt.NDArray[Any], columns: npt.NDArray[Any], shape: tuple[int, int],
    values: npt.NDArray[Any] | None = None,
) -> Sparse:  # fmt: skip
    """Values (1 by default) at rows and columns; those of one place add up."""
    data = np.ones(len(rows), np.float32) if values is None else np.asarray(values, np.float32)
    return sparse.csr_array((data, (rows, columns)), shape=shape)


def by_rows(columns: npt.NDArray[Any], ends: npt.NDArray[Any], width: int, values: Floats) -> Sparse:
    """Row i holds `columns[ends[i]:ends[i + 1]]`."""
    return sparse.csr_array((values, columns, ends), shape=(len(ends) - 1, width))


def ones(found: Sparse) -> Sparse:
    """1 wherever something is."""
    found = found.tocsr()
    found.data[:] = 1
    return found


def upper(found: Sparse, shift: int = 0) -> Sparse:
    """The part on and above the diagonal, or above a higher one."""
    return sparse.triu(found, shift)


def scaled_rows(found: Sparse, factors: npt.NDArray[Any]) -> Sparse:
    """Each row times its factor."""
    return (sparse.diags_array(np.asarray(factors, np.float32)) @ found).tocsr()


def dense(found: Sparse) -> Floats:
    """float32, as numpy has it."""
    return np.asarray(found.todense(), np.float32)


def connected(found: Sparse) -> npt.NDArray[np.int32]:
    """int32 [N]: the connected part of each node of a graph."""
    from scipy.sparse.csgraph import connected_components

    label: Any = connected_components(found, directed=False)
    return label[1]
