"""Renaming by path and by order."""

from __future__ import annotations

import torch
from torch import nn

from saccade.models.dialects.base import Dialect, in_order, rename


def test_rename_replaces_whole_paths_only() -> None:
    state = {"a.b.weight": torch.zeros(1), "a.bc.weight": torch.zeros(1), "weight": torch.zeros(1)}
    assert list(rename(state, {"a.b": "x"})) == ["x.weight", "a.bc.weight", "weight"]


def test_in_order_counts_as_people_do() -> None:
    model = nn.Sequential(*(nn.Linear(1, n) for n in range(1, 12)), nn.Conv2d(5, 7, 1))
    state = {f"features.{n}.weight": torch.full((n + 1, 1), float(n)) for n in range(11)}
    state["classifier.0.weight"] = torch.zeros(7, 5)
    paired = in_order({name: state[name] for name in sorted(state)}, model)
    assert all(paired[f"{n}.weight"].shape == (n + 1, 1) for n in range(11))
    assert paired["11.weight"].shape == (7, 5, 1, 1)


def test_a_dialect_wants_all_of_its_marks() -> None:
    dialect = Dialect("d", (r"a\.\d+", "b"), in_order)
    assert dialect.recognises({"a.10": torch.zeros(1), "b": torch.zeros(1)})
    assert not dialect.recognises({"a.10": torch.zeros(1), "bb": torch.zeros(1)})
