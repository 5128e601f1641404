"""Lift of pairs of categories, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.discovery.complete.looks import make_looks
from saccade.discovery.complete.prior import SMOOTHING, Prior, count_categories


def test_counts_and_lift_by_hand() -> None:
    kinds = {"a": "sofa", "b": "lamp", "c": "lamp", "d": "rug"}
    vectors = {name: np.ones(2, np.float32) for name in kinds}
    prior = count_categories(make_looks([["a", "b", "c"], ["a", "d"], ["b", "a"]], vectors, kinds))
    lamp, rug, sofa = range(3)
    assert prior.counts[sofa, lamp] == 2 and prior.counts[rug, sofa] == 1 and prior.counts[rug, lamp] == 0
    assert prior.counts.diagonal().tolist() == [2, 1, 3] and prior.looks == 3
    assert prior.lift[sofa, lamp] == pytest.approx((2 + SMOOTHING) / (2 + SMOOTHING))
    assert prior.lift[rug, lamp] == pytest.approx(SMOOTHING / (2 / 3 + SMOOTHING))


def test_what_was_never_seen_is_neither_more_nor_less() -> None:
    assert Prior(np.zeros((2, 2), np.int64), 0).lift.tolist() == [[1, 1], [1, 1]]
