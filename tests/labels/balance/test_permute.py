"""The shuffle: a permutation, different for every key, without traces of the order it came from."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.labels.balance.permute import permuted


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 16, 17, 63, 64, 65, 1000, 4097])
def test_every_place_once(size: int) -> None:
    found = permuted(np.arange(size), size, 7)
    assert np.array_equal(np.sort(found), np.arange(size))


def test_keys_differ_and_places_stand_alone() -> None:
    one, two = (permuted(np.arange(1000), 1000, key) for key in (1, 2))
    assert (one == two).mean() < 0.01
    assert permuted(np.array([5, 900]), 1000, 1).tolist() == one[[5, 900]].tolist()


def test_looks_shuffled() -> None:
    size = 20_000
    found = permuted(np.arange(size), size, 3)
    for far in (1, 2, 128, 8192):
        assert abs(np.corrcoef(found[:-far], found[far:])[0, 1]) < 0.03
    assert (found[:-1] < found[1:]).mean() == pytest.approx(0.5, abs=0.02)


def test_a_huge_range_costs_no_memory() -> None:
    size = 10**12
    found = permuted(np.arange(size - 1000, size), size, 9)
    assert len(np.unique(found)) == 1000 and found.min() >= 0 and found.max() < size
    assert np.median(found) == pytest.approx(size / 2, rel=0.15)
