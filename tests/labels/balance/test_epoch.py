"""Epochs: the same for a seed, resumed anywhere, dealt out to workers without gap or overlap."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.labels.balance.bound import Labelled
from saccade.labels.balance.epoch import Epochs, rarest_first

DRAWS = np.random.default_rng(0).choice([0.0, 0.01, 0.3, 1.0, 2.5, 4.0], 3000)


def test_same_seed_same_epoch_and_others_differ() -> None:
    one, two = Epochs.of(DRAWS, seed=5), Epochs.of(DRAWS.copy(), seed=5)
    assert list(one.epoch(2)) == list(two.epoch(2))
    assert list(one.epoch(2)) != list(one.epoch(3)) != list(Epochs.of(DRAWS, seed=6).epoch(3))


def test_resumed_in_the_middle_it_goes_on_the_same() -> None:
    epoch = Epochs.of(DRAWS, seed=1).epoch(4, rank=1, world=3)
    whole = list(epoch)
    for start in (0, 1, 777, len(whole) - 1, len(whole)):
        again = Epochs.of(DRAWS, seed=1).epoch(4, rank=1, world=3)
        assert list(again.iterate(start)) == whole[start:]
        assert [picture for block in again.blocks(100, start) for picture in block] == whole[start:]


def test_workers_share_every_draw_once() -> None:
    epochs = Epochs.of(DRAWS)
    whole = np.sort(list(epochs.epoch(0)))
    shards = [list(epochs.epoch(0, rank, 7)) for rank in range(7)]
    assert np.array_equal(np.sort(np.concatenate(shards)), whole)
    assert {len(shard) for shard in shards} <= {len(whole) // 7, len(whole) // 7 + 1}
    even = [list(epochs.epoch(0, rank, 7, even=True)) for rank in range(7)]
    assert {len(shard) for shard in even} == {len(whole) // 7}
    assert all(shard[: len(short)] == short for shard, short in zip(shards, even, strict=True))


def test_pictures_come_as_often_as_they_should() -> None:
    epochs = Epochs.of(DRAWS, seed=2)
    assert epochs.size == int(DRAWS.sum() + 1e-6)
    total = np.zeros(len(DRAWS))
    for number in range(100):
        times = epochs.counts(number)
        drawn = np.bincount(epochs.epoch(number).at(np.arange(epochs.size)), minlength=len(DRAWS))
        assert np.array_equal(times, drawn)
        assert (times <= np.ceil(DRAWS)).all() and (times >= np.floor(DRAWS * (1 - 1e-3))).all()
        total += times
    assert np.abs(total / 100 - DRAWS).max() < 0.06
    assert total[DRAWS == 0.01].max() <= 3


def test_the_order_is_shuffled() -> None:
    found = np.array(list(Epochs.of(np.ones(5000)).epoch(0)))
    assert abs(np.corrcoef(found, np.arange(5000))[0, 1]) < 0.05


def test_a_place_far_out_costs_as_little_as_the_first() -> None:
    epochs = Epochs(np.array([0.0, 3e11, 1e12]), np.array([1, 0]))
    assert epochs.size == 10**12
    late = list(islice(epochs.epoch(0).iterate(10**12 - 2000), 2000))
    assert late.count(1) / 2000 == pytest.approx(0.3, abs=0.05)


def test_rarest_label_first() -> None:
    data = Labelled(np.array([0, 1, 3, 3, 4, 5]), np.array([0, 0, 1, 0, 1], np.int32), 2)
    assert rarest_first(data).tolist() == [2, 1, 4, 0, 3]


def test_nothing_and_nonsense() -> None:
    assert list(Epochs.of(np.zeros(4)).epoch(0)) == [] and list(Epochs.of(np.empty(0)).epoch(0)) == []
    for number, rank, world in ((-1, 0, 1), (0, 1, 1), (0, -1, 2)):
        with pytest.raises(InputError, match="rank"):
            Epochs.of(DRAWS).epoch(number, rank, world)
    with pytest.raises(InputError, match="positions"):
        Epochs.of(DRAWS).epoch(0).at(np.array([-1]))
