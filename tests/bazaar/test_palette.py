"""Colours that people would tell apart, and would still call by their name."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from saccade.bazaar.palette import HEX, lab, luminance, partner, rgb, shade


def test_names_are_spread() -> None:
    gaps = {
        (a, b): float(np.linalg.norm(lab(rgb(a)) - lab(rgb(b)))) for a, b in itertools.combinations(HEX, 2)
    }
    assert min(gaps.values()) > 12, min(gaps, key=lambda pair: gaps[pair])


def test_lab_of_known_colours() -> None:
    assert np.allclose(lab((1, 1, 1)), [100, 0, 0], atol=0.1)
    assert np.allclose(lab((1, 0, 0)), [53.24, 80.09, 67.20], atol=0.2)


@pytest.mark.parametrize("name", HEX)
def test_shades_stay_near_their_name(name: str) -> None:
    dice = np.random.default_rng(1)
    moves = [np.linalg.norm(lab(shade(name, dice)) - lab(rgb(name))) for _ in range(50)]
    assert 1 < np.mean(moves) < 9


@pytest.mark.parametrize("name", HEX)
def test_partners_stand_out(name: str) -> None:
    dice = np.random.default_rng(2)
    for _ in range(30):
        other = partner(name, dice)
        assert other != name
        assert np.linalg.norm(lab(rgb(other)) - lab(rgb(name))) > 15, other
        assert 0 <= luminance(rgb(other)) <= 1
