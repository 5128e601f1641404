"""The same pixels for any number of workers, ranks and micro-steps, from any step on; nothing stops it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from saccade.errors import InputError, SaccadeError
from saccade.training.batch import Batch, Draw
from saccade.training.data.loader import Loader, places_of
from saccade.training.data.transforms import Augment

AUGMENT = Augment.camera_photos(32)
SIZE = 10  # of a step


@pytest.fixture
def loaders(shelf: Any, shuffled: Any) -> Iterator[Any]:
    """Makes loaders over the shelf and closes them."""
    made: list[Loader] = []

    def make(**settings: Any) -> Loader:
        sampler = settings.pop("sampler", shuffled(len(shelf.ids), SIZE))
        made.append(Loader(shelf.pictures, sampler, AUGMENT, **{"workers": 0, "seed": 3, **settings}))
        return made[-1]

    yield make
    for loader in made:
        loader.close()


def whole(steps: Any) -> list[tuple[int, np.ndarray, np.ndarray]]:
    """(step, rows, pixels) by place, of the parts of each step."""
    found = []
    for parts in zip(*steps, strict=True):
        some = [one for part in parts for one in part]
        order = np.argsort(np.concatenate([one.places for one in some]))
        rows = np.concatenate([one.rows for one in some])[order]
        pixels = np.concatenate([one.pixels.numpy() for one in some])[order]
        assert len({one.step for one in some}) == 1
        found.append((some[0].step, rows, pixels))
    return found


def same(some: Any, others: Any) -> bool:
    return len(some) == len(others) and all(
        a[0] == b[0] and np.array_equal(a[1], b[1]) and np.array_equal(a[2], b[2])
        for a, b in zip(some, others, strict=True)
    )


@pytest.mark.parametrize("size", [1, 7, 64])
@pytest.mark.parametrize(("world", "accumulate"), [(1, 1), (2, 3), (5, 2)])
def test_places_are_shared_out(size: int, world: int, accumulate: int) -> None:
    parts = {
        (micro, rank): places_of(size, rank, world, micro, accumulate).tolist()
        for micro in range(accumulate)
        for rank in range(world)
    }
    assert sorted(place for part in parts.values() for place in part) == list(range(size))
    for (micro, rank), part in parts.items():
        assert part == list(range(size))[micro * world + rank :: accumulate * world]


def test_one_rank_with_two_workers_is_two_ranks_in_micro_steps(loaders: Any) -> None:
    alone = whole([loaders().batches(0, 4)])
    assert [step for step, _, _ in alone] == [0, 1, 2, 3] and alone[0][2].any()
    assert same(whole([loaders(workers=2).batches(0, 4)]), alone)
    ranks = [loaders(rank=rank, world=2, accumulate=3).batches(0, 4) for rank in range(2)]
    assert same(whole(ranks), alone)
    assert not same(whole([loaders(seed=4).batches(0, 4)]), alone)


def test_it_starts_anywhere_and_again(loaders: Any) -> None:
    loader = loaders(workers=1, accumulate=2)
    full = whole([loader.batches(0, 6)])
    given_up = loader.batches(0, 6)
    next(given_up)
    given_up.close()
    assert same(whole([loader.batches(4, 6)]), full[4:])
    assert list(loader.batches(2, 2)) == []


def test_rows_and_places_are_the_draws(loaders: Any, shelf: Any, shuffled: Any) -> None:
    (parts,) = loaders(rank=1, world=2, accumulate=2).batches(9, 10)
    draw = shuffled(len(shelf.ids), SIZE).at(9)
    assert [one.places.tolist() for one in parts] == [[1, 5, 9], [3, 7]]
    for one in parts:
        assert isinstance(one, Batch) and one.step == 9 and one.good.all()
        assert np.array_equal(one.rows, draw.rows[one.places])
        assert one.pixels.shape == (len(one), 32, 32, 3)


@pytest.mark.parametrize("workers", [0, 1])
def test_unreadable_pictures_are_counted_and_stop_nothing(loaders: Any, shelf: Any, workers: int) -> None:
    for path in shelf.files[:2]:
        path.unlink()
    shelf.files[2].write_bytes(b"<html>")

    class InOrder:
        steps_per_epoch = 4

        def at(self, step: int) -> Draw:
            return Draw(np.arange(6) + 6 * step, np.zeros(6, np.int64))

    loader = loaders(sampler=InOrder(), workers=workers)
    first, second = (parts[0] for parts in loader.batches(0, 2))
    assert first.good.tolist() == [False] * 3 + [True] * 3 and second.good.all()
    assert not first.pixels[:3].any() and first.pixels[3:].any()
    assert loader.unreadable == 3 and set(loader.skipped) == set(shelf.ids[:3])
    assert loader.skipped[shelf.ids[0]].startswith("gone:")


def test_waiting_is_measured(loaders: Any) -> None:
    loader = loaders()
    list(loader.batches(0, 3))
    assert 0 < loader.waited < 60


def test_closing_leaves_no_process(loaders: Any) -> None:
    before = set(multiprocessing.active_children())
    loader = loaders(workers=2)
    next(loader.batches(0, 100))
    assert len(set(multiprocessing.active_children()) - before) == 2
    loader.close()
    assert set(multiprocessing.active_children()) <= before


def test_a_fault_of_the_sampler_is_the_callers(loaders: Any) -> None:
    class Bad:
        steps_per_epoch = 1

        def at(self, step: int) -> Draw:
            raise SaccadeError(f"nothing at {step}")

    with pytest.raises(SaccadeError, match="nothing at 5"):
        list(loaders(sampler=Bad()).batches(5, 6))


@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"workers": -1}, "--workers"), ({"prefetch": 0}, "prefetch"), ({"rank": 2, "world": 2}, "rank"),
     ({"seed": -1}, "seed"), ({"accumulate": 0}, "accumulate")],
)  # fmt: skip
def test_wrong_settings_are_told(loaders: Any, wrong: dict[str, int], name: str) -> None:
    with pytest.raises(InputError, match=name):
        loaders(**wrong)
