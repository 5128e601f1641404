from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import normalized_mutual_info_score

from saccade.errors import InputError
from saccade.metrics.clusters import bcubed, nmi, purity


def slow_bcubed(clusters: list[int], classes: list[int]) -> tuple[float, float]:
    """The definition, thing by thing."""
    precision, recall = [], []
    for cluster, name in zip(clusters, classes, strict=True):
        mates = [c for k, c in zip(clusters, classes, strict=True) if k == cluster]
        kin = [k for k, c in zip(clusters, classes, strict=True) if c == name]
        precision.append(sum(c == name for c in mates) / len(mates))
        recall.append(sum(k == cluster for k in kin) / len(kin))
    return sum(precision) / len(precision), sum(recall) / len(recall)


@pytest.mark.parametrize("seed", range(5))
def test_equals_the_definition(seed: int) -> None:
    dice = np.random.default_rng(seed)
    clusters, classes = dice.integers(0, 7, 60), dice.integers(0, 9, 60)
    found = bcubed(clusters, classes)
    assert (found.precision, found.recall) == pytest.approx(slow_bcubed(clusters.tolist(), classes.tolist()))
    assert nmi(clusters, classes) == pytest.approx(normalized_mutual_info_score(classes, clusters))


def test_worked_example() -> None:
    """Two clusters of three, one thing in the wrong one."""
    found = bcubed(["a", "a", "a", "b", "b", "b"], ["x", "x", "y", "y", "y", "y"])
    assert found.precision == pytest.approx((2 * 2 / 3 + 1 / 3 + 3) / 6)
    assert found.recall == pytest.approx((2 + 1 / 4 + 3 * 3 / 4) / 6)
    assert purity(["a", "a", "a", "b", "b", "b"], ["x", "x", "y", "y", "y", "y"]) == pytest.approx(5 / 6)


def test_perfect_and_extremes() -> None:
    classes = [0, 0, 1, 1, 1]
    assert bcubed([5, 5, 2, 2, 2], classes).f1 == 1
    assert bcubed(range(5), classes).precision == 1
    assert bcubed([0] * 5, classes).recall == 1
    assert nmi([0, 0], [1, 1]) == 1


def test_numbers_must_agree() -> None:
    with pytest.raises(InputError, match="found 2 and 3"):
        bcubed([0, 1], [0, 1, 2])
    with pytest.raises(InputError, match="found 0 and 0"):
        bcubed([], [])
