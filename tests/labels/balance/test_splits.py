"""Splits: shares hold, the seed moves families, nothing else does."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.labels.balance.splits import SPLITS, Shares

IDS = [f"{random.Random(at).getrandbits(128):032x}" for at in range(20_000)]


def test_shares_hold() -> None:
    found = Shares(0.8, 0.15, 0.05).of(pa.array(IDS)).to_pylist()
    got = [found.count(split) / len(IDS) for split in SPLITS]
    assert got == pytest.approx([0.8, 0.15, 0.05], abs=0.01)


def test_a_family_does_not_move_with_its_company_or_order() -> None:
    shares = Shares(seed=4)
    whole = dict(zip(IDS, shares.of(pa.array(IDS)).to_pylist(), strict=True))
    some = random.Random(0).sample(IDS, 500)
    assert shares.of(pa.array(some)).to_pylist() == [whole[name] for name in some]


def test_seeds_are_independent() -> None:
    one, two = (Shares(0.5, 0.25, 0.25, seed=seed).of(pa.array(IDS)).to_pylist() for seed in (0, 1))
    both = sum(a == b == "train" for a, b in zip(one, two, strict=True)) / len(IDS)
    assert both == pytest.approx(0.25, abs=0.02)


def test_an_empty_side_gets_nothing_and_shares_must_sum_to_one() -> None:
    assert set(Shares(1.0, 0, 0).of(pa.array(IDS)).to_pylist()) == {"train"}
    assert set(Shares(0, 0, 1.0).of(pa.array(IDS)).to_pylist()) == {"test"}
    with pytest.raises(InputError, match="sum to 1"):
        Shares(0.9, 0.2, 0.1)
