from __future__ import annotations

import numpy as np
import pytest

from saccade.labels.clustering.association import both_ways, positive, unit_rows
from saccade.labels.clustering.matrices import dense, matrix


def test_both_ways_is_symmetric() -> None:
    found = dense(both_ways(np.array([0, 0, 1]), np.array([1, 0, 2]), np.array([3, 7, 2]), 3))
    assert found.tolist() == [[7, 3, 0], [3, 0, 2], [0, 2, 0]]


def test_mutual_information_by_hand() -> None:
    counts = np.array([[5, 8, 0], [8, 9, 2], [0, 2, 4]], np.float32)
    rows, columns = counts.nonzero()
    found = dense(positive(matrix(rows, columns, (3, 3), counts[rows, columns]), np.zeros(3, np.int32)))
    beside = counts.sum(axis=1)
    wanted = np.log((counts + 1) / (np.outer(beside, beside) / counts.sum() + 1))
    wanted = np.where(counts > 0, np.maximum(wanted, 0), 0)
    np.fill_diagonal(wanted, 0)
    assert found == pytest.approx(wanted, abs=1e-5)


def test_a_language_does_not_hide_a_translation() -> None:
    """Texts of one language name each other's words ten times as often; the translation is still found."""
    counts = np.array(
        [[0, 90, 9, 1], [90, 0, 1, 9], [9, 1, 0, 90], [1, 9, 90, 0]], np.float32
    )  # a, b in one language, A, B in the other
    rows, columns = counts.nonzero()
    found = dense(
        positive(matrix(rows, columns, (4, 4), counts[rows, columns]), np.array([0, 0, 1, 1], np.int32))
    )
    assert found[0, 2] > 0 and found[1, 3] > 0 and found[0, 3] == 0


def test_rows_of_length_one() -> None:
    found = unit_rows(matrix(np.array([0, 0]), np.array([0, 1]), (2, 2), np.array([3.0, 4.0])))
    assert dense(found) == pytest.approx(np.array([[0.6, 0.8], [0, 0]]))
