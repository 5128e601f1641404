"""The loader of cached features: what it gives follows from the step alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from saccade.errors import InputError
from saccade.training.batch import Draw
from saccade.training.features.compute import extend, origin_of
from saccade.training.features.feed import FeatureLoader, views_of
from saccade.training.features.store import Features, Selection
from tests.training.features.pictures import WIDTH, Made, names, trunk

SIZE, VIEWS = 30, 3


class Shuffled:
    """Twelve pictures a step."""

    steps_per_epoch = 3

    def at(self, step: int) -> Draw:
        return Draw(np.random.default_rng([9, step]).integers(0, SIZE, 12), np.zeros(12, np.int64))


@pytest.fixture(scope="module")
def selection(tmp_path_factory: pytest.TempPathFactory) -> Selection:
    made = Made(names(SIZE), broken={"picture 4"})
    features = Features(tmp_path_factory.mktemp("features"), origin_of(trunk(), made))
    extend(features, made, trunk(), VIEWS, block=8)
    return features.select(made.ids, VIEWS)


def test_a_batch_is_the_features_of_its_rows(selection: Selection) -> None:
    loader = FeatureLoader(selection, Shuffled(), seed=2)
    (batch,) = next(iter(loader.batches(5, 6)))
    views = views_of(2, 5, np.arange(12), VIEWS)
    assert batch.step == 5 and np.array_equal(batch.rows, Shuffled().at(5).rows)
    assert batch.pixels.dtype == torch.float32 and batch.pixels.shape == (12, WIDTH)
    assert np.array_equal(batch.pixels.numpy(), selection.take(batch.rows, views).astype(np.float32))
    assert set(views.tolist()) == {0, 1, 2}


def test_unreadable_rows_are_zero_and_not_good(selection: Selection) -> None:
    for (batch,) in FeatureLoader(selection, Shuffled()).batches(0, 20):
        assert np.array_equal(batch.good, batch.rows != 4)
        assert np.array_equal(batch.pixels.numpy().any(axis=1), batch.good)


def test_any_step_can_be_the_first(selection: Selection) -> None:
    loader = FeatureLoader(selection, Shuffled(), seed=1)
    whole = [batch.pixels for (batch,) in loader.batches(0, 6)]
    part = [batch.pixels for (batch,) in loader.batches(4, 6)]
    assert torch.equal(torch.stack(whole[4:]), torch.stack(part))


@pytest.mark.parametrize(("accumulate", "world"), [(3, 1), (1, 2), (2, 2)])
def test_ranks_and_micro_steps_share_the_step(selection: Selection, accumulate: int, world: int) -> None:
    (whole,) = next(iter(FeatureLoader(selection, Shuffled(), 4).batches(7, 8)))
    loaders = [FeatureLoader(selection, Shuffled(), 4, accumulate, rank, world) for rank in range(world)]
    steps = [next(iter(loader.batches(7, 8))) for loader in loaders]
    assert [len(step) for step in steps] == [accumulate] * world
    for rank, step in enumerate(steps):
        for micro, batch in enumerate(step):
            places = np.arange(12)[micro * world + rank :: accumulate * world]
            assert np.array_equal(batch.places, places) and np.array_equal(batch.rows, whole.rows[places])
            assert torch.equal(batch.pixels, whole.pixels[places])


def test_views_are_even_and_depend_on_everything() -> None:
    places = np.arange(600)
    counts = Counter(int(v) for step in range(20) for v in views_of(3, step, places, 5))
    expected, spread = 12_000 / 5, (12_000 * 0.2 * 0.8) ** 0.5
    assert set(counts) == set(range(5)) and all(abs(n - expected) < 5 * spread for n in counts.values())
    base = views_of(3, 7, places, 5)
    for other in (views_of(4, 7, places, 5), views_of(3, 8, places, 5), views_of(7, 3, places, 5)):
        assert 0.1 < (base == other).mean() < 0.3
    assert 0.1 < (base[1:] == base[:-1]).mean() < 0.3
    assert np.array_equal(base[100:200], views_of(3, 7, places[100:200], 5))
    assert not views_of(3, 7, places, 1).any()


def test_a_senseless_share_is_refused(selection: Selection) -> None:
    with pytest.raises(InputError, match="rank 2 of 2"):
        FeatureLoader(selection, Shuffled(), rank=2, world=2)
    with pytest.raises(InputError, match="found 0"):
        FeatureLoader(selection, Shuffled(), accumulate=0)
