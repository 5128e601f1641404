"""What learns at a step equals the recipe's definition."""

from __future__ import annotations

import pytest
from torch import nn

from saccade.errors import InputError
from saccade.training.loop.freezing import Freezing
from saccade.training.network import MultiTask
from tests.training.loop.toy import Parted, network


def learning(made: MultiTask) -> set[str]:
    return {name.split(".")[0] for name, parameter in made.named_parameters() if parameter.requires_grad}


def trains(made: MultiTask) -> set[bool]:
    return {module.training for module in made.modules() if isinstance(module, nn.BatchNorm2d)}


def test_groups_switch_on_and_frozen_norms_rest() -> None:
    made = network("test_resnet")
    freezing = Freezing(made, Parted(trunk=2), 4, frozen_norm=False)
    assert freezing.set(freezing.factors(0))
    assert "embedder.backbone" not in {n[:17] for n, p in made.named_parameters() if p.requires_grad}
    assert trains(made) == {False}
    assert not freezing.set(freezing.factors(1))
    assert freezing.set(freezing.factors(2))
    assert all(parameter.requires_grad for parameter in made.parameters())
    assert trains(made) == {True}


def test_frozen_norm_keeps_all_statistics() -> None:
    made = network("test_resnet")
    freezing = Freezing(made, Parted(), 4, frozen_norm=True)
    freezing.set(freezing.factors(0))
    assert trains(made) == {False}
    assert made.embedder.backbone.network.training


def test_gradients_of_what_is_frozen_go_and_flags_come_back() -> None:
    made = network()
    first = next(made.embedder.backbone.parameters())
    first.requires_grad_(False)
    freezing = Freezing(made, Parted(), 4, frozen_norm=False)
    freezing.set(freezing.factors(0))
    first.grad = first.detach().clone()
    freezing.set({"trunk": 0.0, "head": 1.0, "tasks": 1.0})
    assert first.grad is None
    assert learning(made) == {"embedder", "heads"}
    freezing.undo()
    flags = [parameter.requires_grad for parameter in made.parameters()]
    assert flags.count(False) == 1
    assert not first.requires_grad


def test_a_step_at_which_nothing_learns_is_refused() -> None:
    freezing = Freezing(network(), Parted(trunk=5, head=5, tasks=5), 9, frozen_norm=False)
    with pytest.raises(InputError, match="nothing learn at step 4"):
        freezing.factors(4)
