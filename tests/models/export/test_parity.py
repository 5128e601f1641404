"""The measures of an export, on vectors whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.models.export.parity import compare, nearest


def on_circle(*degrees: float) -> np.ndarray:
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def test_the_same_vectors_lose_nothing() -> None:
    vectors = on_circle(0, 20, 50, 90)
    found = compare(vectors, vectors.copy())
    assert (found.pictures, found.largest, found.same_nearest) == (4, 0.0, 1.0)
    assert found.mean_cosine == pytest.approx(1)


def test_a_neighbour_that_changes_is_counted() -> None:
    reference, other = on_circle(0, 20, 50, 90), on_circle(0, 30, 50, 90)
    assert nearest(reference).tolist() == [1, 0, 1, 2] and nearest(other).tolist() == [1, 2, 1, 2]
    found = compare(reference, other)
    assert found.same_nearest == 0.75
    assert found.mean_cosine == pytest.approx((3 + np.cos(np.deg2rad(10))) / 4)
    assert found.largest == pytest.approx(np.abs(reference - other).max())


def test_two_pictures_have_no_choice_of_neighbour() -> None:
    assert compare(on_circle(0, 1), on_circle(0, 2)).same_nearest is None
    with pytest.raises(InputError, match="of the same pictures"):
        compare(on_circle(0, 1), on_circle(0))
    with pytest.raises(InputError, match="of the same pictures"):
        compare(np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32))
