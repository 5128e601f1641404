"""Orders within a task: what a pass holds, whatever the steps that it is cut into."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.errors import InputError
from saccade.labels.balance.epoch import Epochs
from saccade.training.sampling.within import Balanced, Shuffled, Turn, Weak


def turn(start: int, count: int, step: int = 0, most: int = 0, seed: int = 5) -> Turn:
    return Turn(step, start, count, most or count, seed)


@settings(deadline=None)
@given(st.integers(1, 50), st.integers(1, 70))
def test_shuffled_sees_every_picture_once_in_a_pass(size: int, batch: int) -> None:
    order = Shuffled("a", np.arange(size) * 3)
    seen = np.concatenate([order.take(turn(start, batch)) for start in range(0, 4 * size, batch)])
    passes = [seen[one * size : (one + 1) * size] for one in range(4)]
    assert all(sorted(one.tolist()) == [3 * row for row in range(size)] for one in passes)


def test_shuffled_passes_differ_and_follow_the_seed() -> None:
    order = Shuffled("a", np.arange(100))
    first, second = order.take(turn(0, 100)), order.take(turn(100, 100))
    assert (first != second).any()
    assert (first == order.take(turn(0, 100))).all()
    assert (first != order.take(turn(0, 100, seed=6))).any()


def test_weak_is_the_epochs_one_after_the_other() -> None:
    epochs = Epochs.of(np.array([0.4, 2.5, 1.1, 3.0]), seed=3)
    order = Weak("labels", epochs)
    seen = np.concatenate([order.take(turn(start, 4)) for start in range(0, 3 * epochs.size, 4)])
    wanted = [row for one in range(3) for row in epochs.epoch(one)]
    assert order.size == 7 and seen[: len(wanted)].tolist() == wanted


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.integers(1, 6), min_size=2, max_size=40), st.integers(1, 5), st.integers(1, 12),
    st.integers(0, 10**6),
)  # fmt: skip
def test_balanced_holds_so_many_of_each_drawn_class(
    counts: list[int], each: int, wanted: int, step: int
) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    order = Balanced("item", np.arange(len(labels)) + 100, labels, each)
    wanted = min(wanted, len(counts))
    rows = order.take(turn(0, wanted * each, step))
    _, drawn = np.unique(labels[rows - 100], return_counts=True)
    assert len(drawn) == wanted and (drawn == each).all()


def test_balanced_draws_classes_without_replacement_in_a_pass() -> None:
    labels = np.repeat(np.arange(12), 3)
    order = Balanced("item", np.arange(36), labels, 2)
    draws = [order.take(turn(0, 8, step)) for step in range(6)]
    for one in (draws[:3], draws[3:]):
        assert sorted(np.unique(labels[np.concatenate(one)]).tolist()) == list(range(12))
    assert set(labels[draws[0]]) != set(labels[draws[3]])


def test_balanced_draws_pictures_with_replacement_and_all_of_them() -> None:
    order = Balanced("item", np.arange(10), np.repeat([0, 1], 5), 5)
    draws = np.stack([order.take(turn(0, 10, step)) for step in range(200)])
    assert any(len(set(one.tolist())) < 10 for one in draws)
    seen = np.bincount(draws.reshape(-1), minlength=10)
    assert seen.sum() == 2000 and (np.abs(seen - 200) < 5 * np.sqrt(200)).all()


def test_balanced_lays_the_pictures_of_a_class_a_stride_apart() -> None:
    labels = np.repeat(np.arange(8), 4)
    rows = Balanced("item", np.arange(32), labels, 4).take(turn(0, 16))
    assert [len(set(labels[rows[rank::2]].tolist())) for rank in range(2)] == [2, 2]


def test_a_picture_with_several_labels_is_drawn_for_any_of_them() -> None:
    order = Balanced("style", np.array([7, 7, 8]), np.array([0, 1, 1]), 3)
    assert order.size == 2 and order.classes == 2
    assert set(order.take(turn(0, 6))) <= {7, 8}


def test_pairs_leave_out_classes_with_one_picture() -> None:
    labels = np.array([0, 1, 1, 2, 2, 3])
    order = Balanced("item", np.arange(6), labels, 2, pairs=True)
    assert order.classes == 2 and order.size == 4
    seen = np.concatenate([order.take(turn(0, 4, step)) for step in range(20)])
    assert set(labels[seen].tolist()) == {1, 2}


def test_refuses_in_one_line() -> None:
    none = np.empty(0, np.int64)
    for make in (lambda: Shuffled("a", none), lambda: Balanced("a", none, none)):
        with pytest.raises(InputError, match="task a: no picture that trains has a label"):
            make()
    with pytest.raises(InputError, match="two classes or more with a picture, found 1"):
        Balanced("a", np.arange(3), np.zeros(3, np.int64))
    with pytest.raises(InputError, match="no class has two pictures, so there are no positive pairs"):
        Balanced("a", np.arange(3), np.arange(3), 2, pairs=True)
    with pytest.raises(InputError, match="images_per_class of 2 or more"):
        Balanced("a", np.arange(3), np.arange(3), 1, pairs=True)
    with pytest.raises(
        InputError, match="a step takes 9 pictures, 3 of each class, and its 2 classes give 6"
    ):
        Balanced("a", np.arange(4), np.array([0, 0, 1, 1]), 3).check(9)
