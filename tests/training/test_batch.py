"""Targets say their labels in several forms."""

from __future__ import annotations

import torch

from saccade.training.batch import Target


def test_targets_move_and_spread() -> None:
    ints = lambda *values: torch.tensor(values, dtype=torch.int64)  # noqa: E731
    target = Target(
        ints(1, 4), ints(0, 2, 3), ints(0, 2, 1), torch.tensor([0.25, 0.75, 1.0]), 2, ints(0, 1, 2), 9
    )
    assert target.dense(3).tolist() == [[0.25, 0, 0.75], [0, 1, 0]]
    assert target.first.tolist() == [0, 1]
    moved = target.to("meta")
    assert moved.labels.device.type == "meta"
    assert (moved.total, moved.step, len(moved)) == (2, 9, 2)
