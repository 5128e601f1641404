"""The bound on labels: found wherever a linear program finds one, near the start, and never beyond `most`."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from saccade.labels.balance.bound import Floats, Labelled, bounded


def made(*pictures: list[int], count: int) -> Labelled:
    offsets = np.cumsum([0, *map(len, pictures)])
    return Labelled(offsets, np.concatenate([np.array(one, np.int32) for one in pictures]), count)


def random_set(seed: int) -> Labelled:
    dice = np.random.default_rng(seed)
    count = int(dice.integers(3, 9))
    chance = dice.random(count) ** 2 + 0.02
    pictures = [[label for label in range(count) if dice.random() < chance[label]] for _ in range(40)]
    alone = 40 if seed % 2 else 0  # how many of the others are seen without label 0
    pictures = [sorted({0, *one}) if at >= alone else one for at, one in enumerate(pictures)]
    every = [sorted({0, label}) for label in range(count)]
    return made(*(one for one in pictures if one), *every, count=count)


def least_ratio(data: Labelled, ratio: float, most: float) -> bool:
    """Whether draws 0..most keep to the ratio, by a linear program; low is at least 0.1 of what can be."""
    matrix = np.zeros((data.count, len(data)))
    matrix[data.labels, np.repeat(np.arange(len(data)), np.diff(data.offsets))] = 1
    ones = np.ones((data.count, 1))
    above = np.hstack((matrix, -ratio * ones))
    below = np.hstack((-matrix, ones))
    bounds = [(0, most)] * len(data) + [(most * float(data.counts.min()) / 10, None)]
    cost, limits = np.zeros(len(data) + 1), np.zeros(2 * data.count)
    found = linprog(cost, np.vstack((above, below)), limits, bounds=bounds)
    return found.status == 0


def ratio_of(data: Labelled, draws: Floats) -> float:
    seen = data.sums(draws)
    return float(seen.max() / seen.min())


@pytest.mark.parametrize("seed", range(30))
def test_is_found_wherever_there_is_one(seed: int) -> None:
    data = random_set(seed)
    for ratio in (1.0, 1.5, 3.0):
        draws = bounded(data, np.ones(len(data)), ratio, 4.0, np.ones(data.count, bool))
        assert draws.min() >= 0 and draws.max() <= 4.0
        if least_ratio(data, ratio * 0.99, 4.0):
            assert ratio_of(data, draws) <= ratio * 1.01


def test_some_of_these_have_one_and_some_have_none() -> None:
    """The test above tests something."""
    found = [least_ratio(random_set(seed), 1.5, 4.0) for seed in range(30)]
    assert 5 <= sum(found) <= 25


def test_rates_that_keep_to_it_stay_as_they_are() -> None:
    data = made([0], [0], [1], [1], [2], [2, 1], count=3)
    start = np.array([1.0, 0.5, 1.0, 0.8, 1.0, 0.7])
    draws = bounded(data, start, 2.0, 1.0, np.ones(3, bool))
    assert draws == pytest.approx(start)


def test_pictures_of_common_labels_are_thinned_alike() -> None:
    data = made(*([0] for _ in range(100)), [1], [1, 0], count=2)
    draws = bounded(data, np.ones(102), 5.0, 2.0, np.ones(2, bool))
    assert ratio_of(data, draws) <= 5 * 1.001
    assert draws[:100] == pytest.approx(draws[0])
    assert draws[0] < 0.2 and draws[100] > 1.9


def test_labels_that_are_not_judged_are_left_alone() -> None:
    data = made(*([0] for _ in range(100)), [1], [2], [2], count=3)
    draws = bounded(data, np.ones(103), 2.0, 1.0, np.array([True, False, True]))
    assert draws[100] == 1.0 and ratio_of(made([0], [0], count=1), draws[101:]) == 1.0
    seen = data.sums(draws)
    assert seen[0] <= 2.001 * seen[2]
