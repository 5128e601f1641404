"""Targets are what was asked for, and a network learns what its labels say."""

from __future__ import annotations

import numpy as np
import torch
from weak_training import Recipe, class_precision, embed, gain, standard, targets

from saccade.labels.balance.sampling import Balance

torch.set_num_threads(1)  # small layers: more threads only wait for each other


def test_targets_are_distributions_over_classes() -> None:
    what = targets(np.array([0, 0, 2]), ["red", "sofa", "red"], np.array([0.5, 1.5, 1.0]), things=3)
    assert what.data.count == 2
    assert torch.equal(what.dense(np.array([0, 2])), torch.tensor([[0.25, 0.75], [1.0, 0.0]]))


def test_things_without_a_class_are_never_drawn_and_balance_draws_the_rare() -> None:
    rows, names = np.arange(41), ["common"] * 40 + ["rare"]
    plain = next(targets(rows, names, np.ones(41), things=45).batches(41))
    assert sorted(plain.tolist()) == list(range(41))
    even = targets(rows, names, np.ones(41), things=45, balance=Balance(ratio=2, repeats=8))
    drawn = next(even.batches(even.epochs.size))
    assert 8 >= (drawn == 40).sum() > 1
    assert drawn.max() < 41


def test_an_embedding_learns_the_labels_and_not_others() -> None:
    dice = np.random.default_rng(0)
    kind, other = dice.integers(0, 4, 300), dice.integers(0, 4, 300)
    seen = dice.normal(0, 1, (300, 1, 16)).astype(np.float32)
    seen[np.arange(300), 0, kind] += 3.5
    seen[np.arange(300), 0, 8 + other] += 5.0
    x, held = standard(seen[:200], seen[200:, 0])
    recipe = Recipe(hidden=32, dim=8, batch=32, steps=120)
    classes = {
        name: {str(value): values[200:] == value for value in range(4)}
        for name, values in (("kind", kind), ("other", other))
    }
    found = {}
    for name, values in (("kind", kind), ("other", other)):
        what = targets(np.arange(200), [str(v) for v in values[:200]], np.ones(200), things=200)
        vectors = embed(x, held, what, recipe, seed=1)
        found[name] = np.mean(list(class_precision(vectors, classes["kind"]).values()))
        assert np.array_equal(vectors, embed(x, held, what, recipe, seed=1))
    assert found["kind"] > found["other"] + 0.1


def test_average_precision_by_hand() -> None:
    vectors = np.array([[1, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]], np.float32)
    member = np.array([True, False, True, True])
    # 0 meets 1, 3, 2; 2 meets 3, 1, 0; 3 meets 2, 1, 0
    assert abs(class_precision(vectors, {"it": member})["it"] - np.mean([7 / 12, 5 / 6, 5 / 6])) < 1e-9


def test_gain_is_paired_by_class_and_seed() -> None:
    first = [{"a": 0.1, "b": 0.5}, {"a": 0.2}]
    second = [{"a": 0.3, "b": 0.5}, {"a": 0.4, "c": 1.0}]
    found = gain(first, second)
    assert abs(found.mean - 0.4 / 3) < 1e-9
    assert 0 <= found.low <= found.mean <= found.high
