"""Sampling: the known schemes are what their papers say, and the ratio holds in the epochs that are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.labels.balance.bound import Labelled
from saccade.labels.balance.sampling import Balance, draws, rates, ratio_of


def zipf(pictures: int, labels: int, most: int, seed: int = 0) -> Labelled:
    """Pictures with 1 to `most` labels, label k with a chance of 1 / k; every label has a picture."""
    dice = np.random.default_rng(seed)
    share = 1 / np.arange(1, labels + 1)
    owner = np.repeat(np.arange(pictures), dice.integers(1, most + 1, pictures))
    label = dice.choice(labels, len(owner), p=share / share.sum())
    key = np.unique(np.concatenate((owner * labels + label, np.arange(labels) * (labels + 1))))
    owner, label = np.divmod(key, labels)
    offsets = np.concatenate(([0], np.cumsum(np.bincount(owner, minlength=pictures))))
    return Labelled(offsets, label.astype(np.int32), labels)


def two(common: int, rare: int, both: int) -> Labelled:
    labels = [[0]] * common + [[1]] * rare + [[0, 1]] * both
    return Labelled(np.cumsum([0, *map(len, labels)]), np.concatenate(labels).astype(np.int32), 2)


def test_schemes() -> None:
    data = two(96, 4, 4)  # label 0: 100 pictures, label 1: 8
    assert set(rates(data, Balance("cap", t=10))) == {0.1, 1.0}
    assert rates(data, Balance("cap", t=10))[[0, 96, 100]].tolist() == [0.1, 1.0, 1.0]
    power = rates(data, Balance("power", t=2, alpha=0.5))
    assert power[[0, 96, 100]] == pytest.approx([np.sqrt(0.02), 0.5, 0.5])
    repeat = rates(data, Balance("repeat", t=32, repeats=8))
    assert repeat[[0, 96, 100]] == pytest.approx([1, 2, 2])
    assert rates(data, Balance("repeat", t=100_000, repeats=3)).max() == pytest.approx(3)
    assert rates(data, Balance()).tolist() == [1.0] * 104


@pytest.mark.parametrize(("most", "ratio"), [(1, 5), (1, 50), (4, 10), (4, 40)])
@pytest.mark.parametrize("scheme", ["none", "cap", "power", "repeat"])
def test_the_ratio_holds_in_drawn_epochs(most: int, ratio: float, scheme: str) -> None:
    data = zipf(8000, 150, most)
    epochs, reached = draws(data, Balance(scheme, ratio=ratio), seed=1)  # type: ignore[arg-type]
    assert reached.before > 100 > ratio and reached.met and reached.notes([], ratio) == ()
    for number in range(4):
        pictures = epochs.epoch(number).at(np.arange(epochs.size))
        times = np.bincount(pictures, minlength=len(data))
        assert times.max() <= 8
        assert ratio_of(data.sums(times.astype(float))) <= ratio
    assert reached.size == epochs.size > 150


def test_a_ratio_that_cannot_be_is_said_with_its_labels() -> None:
    data = two(0, 0, 50)
    only = Labelled(
        np.append(data.offsets, 101 + np.arange(50)), np.append(data.labels, [0] * 50).astype(np.int32), 2
    )
    assert draws(only, Balance(ratio=1.1))[1].met  # the pictures with both can be drawn alone
    nested = Labelled(
        np.arange(0, 41, 2), np.array([[0, 1 + at % 4] for at in range(20)], np.int32).ravel(), 5
    )
    found = draws(nested, Balance(ratio=2))[1]  # label 0 is on every picture of four others
    assert not found.met and found.ratio == pytest.approx(4, rel=0.05) and found.over == (0,)
    (note,) = found.notes(["all", "a", "b", "c", "d"], 2)
    assert "label ratio 2 cannot be reached" in note and "too often all" in note


def test_one_picture_and_few_repeats() -> None:
    data = two(10_000, 1, 0)
    epochs, reached = draws(data, Balance(ratio=100, repeats=4))
    assert reached.met and epochs.size <= 404
    few, left = draws(data, Balance(ratio=100, repeats=4, least=2))
    assert left.met and left.labels == 1 and few.size == 10_001


def test_size() -> None:
    data = zipf(2000, 20, 2)
    epochs, reached = draws(data, Balance(ratio=30, size=500))
    assert epochs.size == reached.size == 500
    with pytest.raises(InputError, match="at most"):
        draws(data, Balance(ratio=2, repeats=1, size=100_000))


def test_settings_that_make_no_sense() -> None:
    for wrong in ({"ratio": 0.5}, {"repeats": 0}, {"least": 0}, {"size": -1}):
        with pytest.raises(InputError):
            Balance(**wrong)  # type: ignore[arg-type]
