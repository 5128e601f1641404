"""The sampler of several tasks: full batches, exact shares, passes that are walked, any step at once."""

from __future__ import annotations

import pickle
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.errors import InputError
from saccade.training.sampling.mixing import MIXINGS, Annealed, Proportional, Uniform, mixing_for
from saccade.training.sampling.multi_task import MultiTaskSampler
from saccade.training.sampling.within import Balanced, Order, Shuffled


def orders(sizes: list[int]) -> list[Order]:
    """Tasks over places that do not overlap."""
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return [Shuffled(f"task {n}", np.arange(starts[n], starts[n + 1])) for n in range(len(sizes))]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=6), st.sampled_from(MIXINGS), st.integers(6, 40),
    st.integers(1, 300),
)  # fmt: skip
def test_batches_are_full_and_positions_continue(sizes: list[int], name: str, batch: int, steps: int) -> None:
    sampler = MultiTaskSampler(orders(sizes), mixing_for(name, steps), batch, seed=1)
    had = np.zeros(len(sizes), np.int64)
    for step in range(min(steps + 5, 40)):
        assert (sampler.before(step) == had).all()
        draw = sampler.at(step)
        assert len(draw) == batch and draw.rows.dtype == draw.task.dtype == np.int64
        had += np.bincount(draw.task, minlength=len(sizes))


def test_uniform_shares_hold_within_one_picture_at_every_step() -> None:
    sampler = MultiTaskSampler(orders([50, 9, 1000, 3, 70]), Uniform(), 16, seed=0)
    for step in range(400):
        assert np.abs(sampler.before(step) - step * 16 / 5).max() < 1


def test_proportional_shares_hold_within_one_picture_over_a_run() -> None:
    sizes = [1000, 300, 41, 7]
    sampler = MultiTaskSampler(orders(sizes), Proportional(), 64)
    exact = np.array(sizes) / sum(sizes) * 64
    for step in (1, 7, 100, 255, 10**7 + 3):
        assert np.abs(sampler.before(step) - step * exact).max() < 2
    for stage in (1, 2, 77, 10**6):
        assert np.abs(sampler.before(256 * stage) - 256 * stage * exact).max() < 1


def test_annealed_follows_the_sum_of_its_stages() -> None:
    sizes, mixing = [5000, 40, 900], Annealed(steps=640)
    sampler = MultiTaskSampler(orders(sizes), mixing, 32)
    exact = sum(mixing.shares(sizes, stage) for stage in range(64)) * 320
    assert np.abs(sampler.before(640) - exact).max() < 1
    early = sampler.before(100)
    late = sampler.before(640) - sampler.before(540)
    assert early[1] < late[1] and early[0] > late[0]


def test_a_task_is_walked_pass_by_pass() -> None:
    sampler = MultiTaskSampler(orders([30, 7]), Uniform(), 8)
    seen = np.concatenate([sampler.at(step).rows for step in range(60)])
    counts = np.bincount(seen, minlength=37)
    assert set(counts[:30]) == {8} and counts[:30].sum() == 240
    assert set(counts[30:]) <= {34, 35} and counts[30:].sum() == 240


def test_an_epoch_walks_the_largest_task() -> None:
    assert MultiTaskSampler(orders([100, 10]), Uniform(), 8).steps_per_epoch == 25
    assert MultiTaskSampler(orders([101, 10]), Uniform(), 8).steps_per_epoch == 26
    assert MultiTaskSampler(orders([96]), Uniform(), 32).steps_per_epoch == 3
    proportional = MultiTaskSampler(orders([90, 10]), Proportional(), 10)
    assert proportional.steps_per_epoch == 10


def test_any_step_is_the_same_asked_alone() -> None:
    def made(seed: int = 3) -> MultiTaskSampler:
        return MultiTaskSampler(orders([300, 20, 77]), Annealed(steps=500), 12, seed)

    walked = made()
    draws = [walked.at(step) for step in range(130)]
    for step in (129, 3, 64, 0):
        alone = made().at(step)
        assert (alone.rows == draws[step].rows).all() and (alone.task == draws[step].task).all()
    assert (made(4).at(5).rows != draws[5].rows).any()
    assert (pickle.loads(pickle.dumps(walked)).at(77).rows == draws[77].rows).all()


def test_a_late_step_costs_what_an_early_one_costs() -> None:
    sampler = MultiTaskSampler(orders([10**5, 500]), mixing_for("temperature", 0), 64)
    sampler.at(0)

    def seconds(step: int) -> float:
        def once(at: int) -> float:
            began = time.perf_counter()
            sampler.at(at)
            return time.perf_counter() - began

        return min(once(step + n) for n in range(20))

    assert seconds(10**9) < 20 * seconds(1)


def test_two_tasks_of_one_size_are_shuffled_apart() -> None:
    draw = MultiTaskSampler(orders([64, 64]), Uniform(), 64).at(0)
    assert (draw.rows[:32] != draw.rows[32:] - 64).any()


def balanced(classes: int, each: int) -> Balanced:
    labels = np.repeat(np.arange(classes), 5)
    return Balanced("item", np.arange(5 * classes) + 1000, labels, each)


def test_a_balanced_task_gets_whole_groups_beside_others() -> None:
    sampler = MultiTaskSampler([balanced(20, 4), *orders([60, 30])], Uniform(), 32)
    for step in range(50):
        draw = sampler.at(step)
        _, counts = np.unique((draw.rows[draw.task == 0] - 1000) // 5, return_counts=True)
        assert (counts == 4).all() and len(draw) == 32
    assert np.abs(sampler.before(50) / 4 - 50 * 8 / 3).max() < 1


def test_one_balanced_task_uses_all_classes_of_a_full_batch() -> None:
    sampler = MultiTaskSampler([balanced(15, 5)], Uniform(), 75)
    assert len(set((sampler.at(3).rows - 1000) // 5)) == 15


def test_refuses_in_one_line_with_the_number_to_take() -> None:
    with pytest.raises(InputError, match="a batch of 2 has no room for 3 tasks: take 3 or more"):
        MultiTaskSampler(orders([5, 5, 5]), Uniform(), 2)
    with pytest.raises(
        InputError, match=r"groups of 5, for the images_per_class of item \(5\): take 60 or 65"
    ):
        MultiTaskSampler([balanced(20, 5), *orders([9])], Uniform(), 64)
    with pytest.raises(InputError, match="its 3 classes give 12: take a smaller batch"):
        MultiTaskSampler([balanced(3, 4)], Uniform(), 16)
    with pytest.raises(InputError, match="needs one task or more"):
        MultiTaskSampler([])
    with pytest.raises(InputError, match="a step is 0 or more, found -1"):
        MultiTaskSampler(orders([5]), Uniform(), 2).at(-1)
