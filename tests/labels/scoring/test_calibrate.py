"""Curves from raw score to chance."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.labels.scoring.calibrate import ISOTONIC_FROM, fit_curve


@pytest.mark.parametrize(("rows", "kind"), [(300, "platt"), (ISOTONIC_FROM * 3, "isotonic")])
def test_gives_chances(rows: int, kind: str) -> None:
    dice = np.random.default_rng(1)
    raw = dice.normal(0, 2, rows)
    good = dice.random(rows) < 1 / (1 + np.exp(-(0.5 * raw + 1)))
    curve = fit_curve(raw, good)
    assert curve.kind == kind
    at = np.linspace(-3, 3, 7)
    assert curve(at) == pytest.approx(1 / (1 + np.exp(-(0.5 * at + 1))), abs=0.15)
    assert (np.diff(curve(np.linspace(-9, 9, 50))) >= 0).all()


def test_no_chance_is_sure() -> None:
    raw = np.repeat([-5.0, 5.0], 20)
    chance = fit_curve(raw, raw > 0)(np.array([-5.0, 5.0]))
    assert 0 < chance[0] < 0.2 and 0.8 < chance[1] < 1


def test_useless_scores_give_the_base_rate() -> None:
    dice = np.random.default_rng(0)
    raw, good = dice.normal(size=400), np.arange(400) % 4 == 0
    assert fit_curve(raw, good)(raw).mean() == pytest.approx(0.25, abs=0.02)
