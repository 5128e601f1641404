"""The order of an export: all once, or one epoch with a key of its own for every draw."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa

from saccade.labels.balance.bound import Labelled
from saccade.labels.balance.sampling import Balance
from saccade.labels.balance.training_set import TrainingSet
from saccade.labels.export.order import balanced, everything


def made() -> TrainingSet:
    labels = np.array([0] * 40 + [1] * 3, np.int32)
    names = pa.array(["common", "rare"])
    ids = pa.array([f"i{at}" for at in range(43)], pa.large_string())
    return TrainingSet(
        "train", ids, Labelled(np.arange(44), labels, 2), np.ones(43, np.float32), names, names
    )


def test_everything_once() -> None:
    found = made()
    order = everything(found)
    assert order.keys(found, slice(0, 43)).to_pylist() == [f"i{at}" for at in range(43)]


def test_pictures_that_come_again_have_keys_of_their_own() -> None:
    found = made()
    order = balanced(found, Balance(ratio=2, repeats=7), seed=1)
    keys = order.keys(found, slice(0, len(order))).to_pylist()
    times = Counter(order.pictures.tolist())
    assert 1 < max(times[at] for at in (40, 41, 42)) <= 7
    assert sorted(keys) == sorted(
        f"i{at}-{n}" if n else f"i{at}" for at, count in times.items() for n in range(count)
    )
    parts = [order.keys(found, slice(start, start + 5)).to_pylist() for start in range(0, len(order), 5)]
    assert [key for part in parts for key in part] == keys


def test_epochs_differ() -> None:
    found = made()
    one, two = (balanced(found, Balance(ratio=2, repeats=7), number=number) for number in (0, 1))
    assert one.pictures.tolist() != two.pictures.tolist()
