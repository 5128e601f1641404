"""Shares equal their formulas, and batches keep to them within one picture, by counting and not by luck."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.errors import InputError
from saccade.training.sampling.mixing import (
    MIXINGS,
    Annealed,
    Proportional,
    Temperature,
    Uniform,
    at_least_one,
    dealt,
    mixing_for,
    rounded,
)

SIZES = st.lists(st.integers(1, 10**7), min_size=1, max_size=12)


def test_formulas() -> None:
    sizes = [900, 100]
    assert Uniform().shares(sizes, 0) == pytest.approx([0.5, 0.5])
    assert Proportional().shares(sizes, 0) == pytest.approx([0.9, 0.1])
    assert Temperature(2.0).shares(sizes, 0) == pytest.approx([0.75, 0.25])


def test_annealing_goes_from_proportional_by_the_formula() -> None:
    sizes = [900, 100]
    mixing = Annealed(steps=6400, fall=0.8)
    assert mixing.stages == 64 and mixing.length(2) == 100
    assert mixing.shares(sizes, 0) == pytest.approx([0.9, 0.1])
    raised = np.array(sizes) ** (1 - 0.8 * 31 / 63)
    assert mixing.shares(sizes, 31) == pytest.approx(raised / raised.sum())
    assert Annealed(6400, fall=1.0).shares(sizes, 63) == pytest.approx([0.5, 0.5])
    assert mixing.shares(sizes, 500) == pytest.approx(mixing.shares(sizes, 63))


@given(SIZES, st.sampled_from(MIXINGS), st.integers(1, 500), st.integers(0, 100))
def test_shares_sum_to_1_and_grow_with_size(sizes: list[int], name: str, steps: int, stage: int) -> None:
    shares = mixing_for(name, steps).shares(sizes, stage)
    assert shares.sum() == pytest.approx(1)
    assert (np.diff(shares[np.argsort(sizes)]) >= -1e-12).all()


@given(SIZES, st.integers(12, 10**6))
def test_no_task_gets_less_than_a_place(sizes: list[int], places: int) -> None:
    shares = Proportional().shares(sizes, 0)
    wanted = at_least_one(shares, places)
    assert wanted.sum() == pytest.approx(places) and wanted.min() >= 1 - 1e-9
    if (shares * places >= 1).all():
        assert wanted == pytest.approx(shares * places)


@given(SIZES, st.integers(12, 10**5), st.integers(0, 10**5))
def test_rounded_stays_within_one_and_never_shrinks(sizes: list[int], places: int, stage: int) -> None:
    exact = at_least_one(Proportional().shares(sizes, 0), places)
    before, after = rounded(exact * stage), rounded(exact * (stage + 1))
    assert before.sum() == stage * places
    assert np.abs(before - exact * stage).max() < 1 + 1e-4
    assert (after >= before).all()


@settings(deadline=None, max_examples=60)
@given(SIZES, st.integers(1, 40), st.integers(1, 60))
def test_dealt_keeps_every_task_within_one_place_of_its_share(
    sizes: list[int], batch: int, steps: int
) -> None:
    batch = max(batch, len(sizes))
    counts = rounded(at_least_one(Proportional().shares(sizes, 0), batch * steps))
    had = dealt(counts, steps)
    assert (had[-1] == counts).all()
    assert (np.diff(had, axis=0).sum(1) == batch).all() and (np.diff(had, axis=0) >= 0).all()
    exact = np.arange(steps + 1)[:, None] * counts / steps
    assert np.abs(had - exact).max() < 1


def test_what_remains_of_a_batch_goes_round() -> None:
    had = dealt(np.array([8, 8, 8]), 3)  # three tasks, batches of 8
    counts = np.diff(had, axis=0)
    assert sorted(map(tuple, counts.tolist())) == [(2, 3, 3), (3, 2, 3), (3, 3, 2)]


def test_refuses() -> None:
    with pytest.raises(InputError, match="a mixing is uniform, proportional, temperature, annealed, found"):
        mixing_for("even", 10)
    with pytest.raises(InputError, match="temperature of mixing is 1 or more, found 0"):
        Temperature(0.0)
    with pytest.raises(InputError, match="and fall in 0"):
        Annealed(10, 2.0)
