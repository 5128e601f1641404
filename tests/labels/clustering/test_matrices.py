from __future__ import annotations

import numpy as np

from saccade.labels.clustering.matrices import by_rows, connected, dense, matrix, ones, scaled_rows, upper


def test_made_and_read_back() -> None:
    found = matrix(np.array([0, 0, 1]), np.array([1, 1, 0]), (2, 2), np.array([1.0, 2.0, 5.0]))
    assert dense(found).tolist() == [[0, 3], [5, 0]]
    assert dense(ones(found)).tolist() == [[0, 1], [1, 0]]
    assert dense(upper(found)).tolist() == [[0, 1], [0, 0]]
    assert dense(scaled_rows(found, np.array([2, 3]))).tolist() == [[0, 2], [3, 0]]
    rows = by_rows(np.array([2, 0]), np.array([0, 1, 2]), 3, np.ones(2, np.float32))
    assert dense(rows).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_connected_parts() -> None:
    label = connected(matrix(np.array([0, 1]), np.array([1, 2]), (5, 5)))
    assert label[0] == label[1] == label[2] and len(set(label.tolist())) == 3
