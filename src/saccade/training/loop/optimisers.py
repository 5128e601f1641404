"""AdamW or SGD for the recipe's groups, and a lazy optimiser beside it for sparse gradients.

Decided:
- The fused kernels of PyTorch, with two arguments that mixed precision has them for: `found_inf` skips a step
  on the device, so that nobody waits for a number, and `grad_scale` divides the gradient, which is clipping
  without a pass of its own.
- Weight decay never acts on parameters with fewer than two dimensions (biases, scales of norms).
- Sparse groups have SparseAdam (the moments of rows that a step does not touch rest), or plain SGD without
  momentum beside SGD. No decay acts on them. Whether a step is skipped is read on the host there:
  coalescing waits for the device in any case.
- State is kept by the name of the parameter, so that a checkpoint does not depend on the order of groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from saccade.training.loop.settings import LoopSettings
from saccade.training.loop.tensors import fill, local, whole
from saccade.training.recipes.recipe import Group

State = dict[str, dict[str, Any]]


class Optimisers:
    """One or two optimisers that act as one."""

    def __init__(self, groups: Sequence[Group], settings: LoopSettings) -> None:
        self.dense = _dense(groups, settings)
        self.sparse = _sparse([group for group in groups if group.sparse], settings)
        self.all = [one for one in (self.dense, self.sparse) if one is not None]

    def set_rates(self, rate: float, factors: Mapping[str, float]) -> None:
        """The rate of the next step for each group."""
        for optimiser in self.all:
            for group in optimiser.param_groups:
                group["lr"] = rate * factors[group["name"]]

    def zero(self) -> None:
        """Drop all gradients."""
        for optimiser in self.all:
            optimiser.zero_grad(set_to_none=True)

    def gradients(self) -> list[Tensor]:
        """What a backward pass has left; sparse ones are coalesced in place."""
        for parameter in parameters(self.sparse):
            if parameter.grad is not None:
                parameter.grad = parameter.grad.coalesce()
        found = (parameter.grad for optimiser in self.all for parameter in parameters(optimiser))
        return [gradient for gradient in found if gradient is not None]

    def step(self, bad: Tensor, scale: Tensor | None) -> None:
        """One step, or none where `bad` (float32 scalar) is 1; the gradient is divided by `scale`."""
        if self.dense is not None:
            _prepare_momentum(self.dense)
            vars(self.dense)["found_inf"], vars(self.dense)["grad_scale"] = bad, scale
            self.dense.step()
        if self.sparse is not None and not bool(bad):
            for parameter in parameters(self.sparse):
                if scale is not None and parameter.grad is not None:
                    parameter.grad = parameter.grad / scale
            self.sparse.step()

    def state(self, names: Mapping[int, str]) -> State:
        """Whole tensors by name of the parameter; a collective with FSDP2. `names`: by id."""
        return {
            names[id(parameter)]: {
                key: whole(value) if isinstance(value, Tensor) else value
                for key, value in optimiser.state[parameter].items()
            }
            for optimiser in self.all
            for parameter in parameters(optimiser)
            if parameter in optimiser.state
        }

    def load(self, state: State, names: Mapping[int, str]) -> None:
        """Take over what `state` gave."""
        for optimiser in self.all:
            for parameter in parameters(optimiser):
                if names[id(parameter)] in state:
                    saved = state[names[id(parameter)]]
                    optimiser.state[parameter] = {k: _placed(v, parameter) for k, v in saved.items()}


def parameters(optimiser: torch.optim.Optimizer | None) -> list[nn.Parameter]:
    """All of an optimiser's, in order."""
    return [] if optimiser is None else [p for group in optimiser.param_groups for p in group["params"]]


def _dense(groups: Sequence[Group], settings: LoopSettings) -> torch.optim.Optimizer | None:
    chosen = [part for group in groups if not group.sparse for part in _parts(group, settings.weight_decay)]
    if not chosen:
        return None
    if settings.optimiser == "sgd":
        return torch.optim.SGD(chosen, lr=settings.lr, momentum=settings.momentum, fused=True)
    return torch.optim.AdamW(chosen, lr=settings.lr, betas=settings.betas, fused=True)


def _parts(group: Group, decay: float) -> list[dict[str, Any]]:
    """The parameters that decay and those that do not."""
    matrices = [p for p in group.parameters if group.decay and p.ndim > 1]
    others = [p for p in group.parameters if not (group.decay and p.ndim > 1)]
    made = ({"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0})
    return [{**part, "name": group.name} for part in made if part["params"]]


def _sparse(groups: Sequence[Group], settings: LoopSettings) -> torch.optim.Optimizer | None:
    chosen = [{"params": list(group.parameters), "name": group.name} for group in groups if group.parameters]
    if not chosen:
        return None
    if settings.optimiser == "sgd":
        return torch.optim.SGD(chosen, lr=settings.lr)
    return torch.optim.SparseAdam(chosen, lr=settings.lr, betas=settings.betas)


def _prepare_momentum(optimiser: torch.optim.Optimizer) -> None:
    """A momentum of 0 before the first step: a fused kernel that skips that step leaves it uninitialised."""
    for group in optimiser.param_groups:
        if group.get("momentum"):
            for parameter in group["params"]:
                if parameter.grad is not None and parameter not in optimiser.state:
                    optimiser.state[parameter] = {"momentum_buffer": torch.zeros_like(parameter)}


def _placed(value: Any, parameter: nn.Parameter) -> Any:
    """A saved value beside its parameter: tensors of its shape are split as it is."""
    if not isinstance(value, Tensor):
        return value
    if value.shape != parameter.shape:
        return value.to(local(parameter).device)
    placed = torch.empty_like(parameter, dtype=value.dtype)  # in the memory layout of the parameter
    fill(placed, value)
    return placed
