from __future__ import annotations

import numpy as np
import pytest

from saccade.labels.clustering import linking
from saccade.labels.clustering.linking import linked
from saccade.labels.clustering.vectors import unit_length


def groups(count: int, each: int) -> np.ndarray:
    dice = np.random.default_rng(0)
    centres = unit_length(dice.standard_normal((count, 64)))
    return unit_length(np.repeat(centres, each, axis=0) + 0.02 * dice.standard_normal((count * each, 64)))


def test_groups_are_found_in_one_cell_and_in_many(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = groups(30, 4)
    wanted = np.repeat(np.arange(30), 4).tolist()
    assert linked(vectors, 0.9).tolist() == wanted
    monkeypatch.setattr(linking, "CELL", 25)
    assert linked(vectors, 0.9).tolist() == wanted


def test_average_and_not_chain() -> None:
    angles = np.arange(0, 100, 10) * np.pi / 180
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = linked(vectors, 0.95)
    assert 2 < len(np.unique(found)) < 10
    assert len(np.unique(linked(vectors, 0.999))) == 10


def test_twins_in_a_small_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "CELL", 4)
    vectors = np.tile(np.array([[1, 0]], np.float32), (9, 1))
    assert len(linked(vectors, 0.9)) == 9
    assert linked(vectors[:1], 0.9).tolist() == [0]
    assert len(linked(vectors[:0], 0.9)) == 0
