"""Erasing fills one rectangle; every operation of TrivialAugment keeps shape and does something."""

from __future__ import annotations

import numpy as np

from saccade.training.data.effects import TRIVIAL, blur, erase, trivial


def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(60, 180, (40, 50, 3), np.uint8)


def test_erase_fills_one_rectangle() -> None:
    shares = []
    for seed in range(60):
        erased = np.zeros((64, 64, 3), np.uint8)
        erase(erased, np.random.default_rng(seed))
        rows, columns = np.nonzero(erased.any(axis=2))
        box = (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
        assert (
            erased[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].any(axis=2).mean() > 0.99
        )
        shares.append(box / 64**2)
    assert min(shares) > 0.01 and max(shares) < 0.36 and np.ptp(shares) > 0.1


def test_erase_leaves_a_speck_alone() -> None:
    speck = np.zeros((1, 1, 3), np.uint8)
    erase(speck, np.random.default_rng(0))
    assert not speck.any()


def test_every_operation_is_drawn_and_all_but_one_change_something() -> None:
    changed = [
        not np.array_equal(trivial(picture(), np.random.default_rng(s)), picture()) for s in range(200)
    ]
    same = 1 - np.mean(changed)
    assert 0.04 < same < 0.25  # identity is one of nine
    drawn = {TRIVIAL[np.random.default_rng(s).integers(len(TRIVIAL))] for s in range(200)}
    assert drawn == set(TRIVIAL)


def test_shapes_and_speckless_extremes() -> None:
    for seed in range(60):
        for shape in ((1, 1, 3), (1, 7, 3), (40, 50, 3)):
            flat = np.full(shape, 7, np.uint8)
            made = trivial(flat, np.random.default_rng(seed))
            assert made.shape == shape and made.dtype == np.uint8


def test_blur_smooths() -> None:
    assert blur(picture(), 2.0).std() < 0.5 * picture().std()
