"""Optimisers: decay, clipping, skipping and sparse rows against plain PyTorch."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from saccade.training.loop.optimisers import Optimisers
from saccade.training.loop.settings import LoopSettings
from saccade.training.loop.tensors import norm
from saccade.training.recipes.recipe import Group

GOOD, BAD = torch.zeros(()), torch.ones(())


def layer(seed: int = 0) -> nn.Linear:
    torch.manual_seed(seed)
    return nn.Linear(6, 4)


def made(module: nn.Module, **settings: Any) -> Optimisers:
    options = LoopSettings(**{"steps": 10, "lr": 0.1, "weight_decay": 0.3, **settings})
    group = Group(
        "all", tuple(module.parameters()), sparse=any(isinstance(m, nn.Embedding) for m in module.modules())
    )
    optimisers = Optimisers([group], options)
    optimisers.set_rates(0.1, {"all": 0.5})
    return optimisers


def backward(module: nn.Module, seed: int = 1) -> None:
    torch.manual_seed(seed)
    module(torch.randn(5, 6)).square().sum().backward()


@pytest.mark.parametrize("clip", [None, 0.7])
@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_steps_equal_plain_pytorch(name: str, clip: float | None) -> None:
    ours, theirs = layer(), layer()
    optimisers = made(ours, optimiser=name)
    groups = [
        {"params": [theirs.weight], "weight_decay": 0.3},
        {"params": [theirs.bias], "weight_decay": 0.0},
    ]
    plain: torch.optim.Optimizer = (
        torch.optim.AdamW(groups, lr=0.05)
        if name == "adamw"
        else torch.optim.SGD(groups, lr=0.05, momentum=0.9)
    )
    for step in range(4):
        backward(ours, step)
        backward(theirs, step)
        scale = None if clip is None else (norm(optimisers.gradients()) / clip).clamp(min=1)
        optimisers.step(GOOD, scale)
        optimisers.zero()
        if clip is not None:
            nn.utils.clip_grad_norm_(theirs.parameters(), clip)
        plain.step()
        plain.zero_grad()
    torch.testing.assert_close(ours.weight, theirs.weight, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ours.bias, theirs.bias, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_a_bad_step_changes_nothing_ever(name: str) -> None:
    """Also the very first one, before there is any state."""
    ours, other = layer(), layer()
    optimisers, plain = made(ours, optimiser=name), made(other, optimiser=name)
    for step, bad in enumerate([True, False, True, True, False]):
        backward(ours, step)
        if bad:
            ours.weight.grad = torch.full_like(ours.weight, float("nan"))
            before = copy.deepcopy(ours.state_dict())
            optimisers.step(BAD, torch.tensor(float("nan")))
            assert all(torch.equal(before[key], value) for key, value in ours.state_dict().items())
        else:
            backward(other, step)
            optimisers.step(GOOD, None)
            plain.step(GOOD, None)
            plain.zero()
        optimisers.zero()
    assert torch.equal(ours.weight, other.weight)


def test_frozen_parameters_have_no_state_and_begin_afresh_later() -> None:
    ours = layer()
    optimisers = made(ours)
    ours.bias.requires_grad_(False)
    backward(ours)
    optimisers.step(GOOD, None)
    optimisers.zero()
    names = {id(parameter): name for name, parameter in ours.named_parameters()}
    assert set(optimisers.state(names)) == {"weight"}
    ours.bias.requires_grad_(True)
    backward(ours)
    optimisers.step(GOOD, None)
    state = optimisers.state(names)
    assert (float(state["weight"]["step"]), float(state["bias"]["step"])) == (2.0, 1.0)


class Table(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.rows = nn.Embedding(1000, 6, sparse=True)

    def forward(self, ids: Tensor) -> Tensor:
        return self.rows(ids)


@pytest.mark.parametrize("name", ["adamw", "sgd"])
def test_sparse_rows_learn_and_others_rest(name: str) -> None:
    table = Table()
    before = table.rows.weight.detach().clone()
    optimisers = made(table, optimiser=name)
    for bad in (BAD, GOOD):
        table(torch.tensor([3, 5, 3])).square().sum().backward()
        gradients = optimisers.gradients()
        expected = (2 * before[5]).square().sum() + (4 * before[3]).square().sum()
        torch.testing.assert_close(norm(gradients), expected.sqrt())
        optimisers.step(bad, torch.tensor(2.0))
        optimisers.zero()
        changed = (table.rows.weight != before).any(1).nonzero().flatten().tolist()
        assert changed == ([] if bad is BAD else [3, 5])


def test_state_travels_by_name() -> None:
    ours, other = layer(), layer()
    first, second = made(ours), made(other)
    for _ in range(2):
        backward(ours)
        first.step(GOOD, None)
        first.zero()
    other.load_state_dict(ours.state_dict())
    state = first.state({id(p): name for name, p in ours.named_parameters()})
    second.load(copy.deepcopy(state), {id(p): name for name, p in other.named_parameters()})
    for module, optimisers in ((ours, first), (other, second)):
        backward(module)
        optimisers.step(GOOD, None)
    assert torch.equal(ours.weight, other.weight)
