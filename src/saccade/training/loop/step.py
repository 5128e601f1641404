"""One step: forward and backward over its parts, judgement, optimiser, running mean.

Decided: nothing here waits for the device. Losses are summed on it, whether a step counts is a flag on it.
Random numbers (dropout, stochastic depth) are drawn from (seed, step, process, part), so that no generator's
state needs to be kept and a resumed run draws the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from saccade.errors import InputError
from saccade.training.batch import Batch, Target
from saccade.training.loop.determinism import seed
from saccade.training.loop.devices import Devices
from saccade.training.loop.ema import Ema
from saccade.training.loop.flops import Flops
from saccade.training.loop.freezing import Freezing
from saccade.training.loop.guard import Guard, Statistics
from saccade.training.loop.optimisers import Optimisers
from saccade.training.loop.schedule import learning_rate
from saccade.training.loop.settings import LoopSettings
from saccade.training.loop.tensors import fill, norm, whole
from saccade.training.network import MultiTask
from saccade.training.recipes.recipe import Recipe

Parts = Sequence[tuple[Batch, dict[str, Target]]]


class Stepper:
    """A network that learns.

    Attributes:
        network: what is trained (see `Devices.place`). tasks: names. rates: learning rates of the last step
        by group. norm: of the last gradient. window: float32 [tasks + 2]: sums of the losses (all, then by
        task) over the steps that counted since `clear`, and their number.
    """

    def __init__(self, network: MultiTask, recipe: Recipe, devices: Devices, settings: LoopSettings) -> None:
        self.devices, self.settings = devices, settings
        self.tasks = tuple(network.heads)
        self.flops = Flops(network)
        self.network = devices.place(network)
        _arrange(self.network, settings, devices.sharded)
        devices.shard(self.network, _sparse(self.network, recipe))
        self.sparse = _sparse(self.network, recipe)
        self.freezing = Freezing(self.network, recipe, settings.steps, settings.frozen_norm)
        self.optimisers = Optimisers(self.freezing.groups, settings)
        self.ema = None if settings.ema is None else Ema(self.network, self._averaged(), settings.ema)
        self.guard = Guard(devices.device, len(self.tasks) + 1)
        self.statistics, self.model = Statistics(nn.Identity()), nn.Module()
        self.rates: Mapping[str, float] = {}
        self.norm = torch.zeros((), device=devices.device)
        self.window = torch.zeros(len(self.tasks) + 2, device=devices.device)

    def step(self, step: int, parts: Parts) -> None:
        """Learn from one step's parts; InputError where nothing can."""
        factors = self.freezing.factors(step)
        if self.freezing.set(factors):
            self._changed()
        rate = learning_rate(step, self.settings)
        self.rates = {name: rate * factor for name, factor in factors.items()}
        self.optimisers.set_rates(rate, factors)
        self.statistics.keep()
        losses = self._backward(step, parts)
        self.devices.mean_sparse(self.sparse)
        self._update(step, losses)

    def clear(self) -> None:
        """Begin a new window."""
        self.window = torch.zeros_like(self.window)

    def names(self) -> dict[int, str]:
        """Names of the parameters by id."""
        return {id(parameter): name for name, parameter in self.network.named_parameters()}

    def state(self) -> dict[str, Any]:
        """What a checkpoint holds of it; a collective with FSDP2."""
        return {
            "network": {name: whole(tensor) for name, tensor in self.network.state_dict().items()},
            "optimisers": self.optimisers.state(self.names()),
            "ema": None if self.ema is None else self.ema.state(),
            "counts": self.guard.counts,
            "last": self.guard.last,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        for name, tensor in self.network.state_dict().items():
            fill(tensor, state["network"][name])
        self.optimisers.load(state["optimisers"], self.names())
        if self.ema is not None:
            self.ema.load(state["ema"])
        self.guard.counts = state["counts"].to(self.devices.device)
        self.guard.last = state["last"].to(self.devices.device)

    def _changed(self) -> None:
        self.model = nn.Module()  # the old wrapper's hooks must go before a new one's come
        self.model = self.devices.wrap(self.network, self.sparse)
        self.statistics = Statistics(self.network)

    def _averaged(self) -> set[nn.Parameter]:
        return set(self.freezing.parameters()) - set(self.sparse)

    def _backward(self, step: int, parts: Parts) -> Tensor:
        """Gradients of the mean over the whole step; returns this process's share of the losses."""
        losses = torch.zeros(len(self.tasks) + 1, device=self.devices.device)
        for part, (batch, labels) in enumerate(parts):
            pixels, targets = self.devices.move(batch, labels)
            seed(self.devices.device, self.settings.seed, step, self.devices.rank, part)
            with self.devices.unsynchronised(self.model, part == len(parts) - 1):
                with self.devices.accelerator.autocast():
                    total, by_task = self.model(pixels, targets)
                self._pull(total)
            losses += torch.stack([total.detach().float(), *(by_task[name].float() for name in self.tasks)])
        return losses

    def _pull(self, total: Tensor) -> None:
        """Backward, times the number of processes; a loss that is not finite makes every gradient NaN."""
        if not total.requires_grad:
            raise InputError("no parameter that learns reaches the loss: unfreeze what the data goes through")
        total.backward(total.detach() * 0 + self.devices.world)

    def _update(self, step: int, losses: Tensor) -> None:
        self.norm = norm(self.optimisers.gradients())
        bad = self.guard.judge(self.norm, losses)
        clip = self.settings.clip
        self.optimisers.step(bad, None if clip is None else (self.norm / clip).clamp(min=1))
        self.optimisers.zero()
        self.statistics.restore_if(bad)
        if self.ema is not None:
            self.ema.update(step)
        counted = torch.cat([losses, losses.new_ones(1)])
        self.window = self.window + torch.where(bad > 0, torch.zeros_like(counted), counted)


def _sparse(network: MultiTask, recipe: Recipe) -> list[nn.Parameter]:
    return [p for group in recipe.groups(network) if group.sparse for p in group.parameters]


def _arrange(network: MultiTask, settings: LoopSettings, sharded: bool) -> None:
    """Layout of convolutions (FSDP2 splits contiguous tensors only); activations kept or computed twice."""
    if settings.channels_last and not sharded:
        network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    if settings.checkpoint_activations:
        trunk = network.embedder.backbone
        switch = getattr(trunk.network, "set_grad_checkpointing", None)
        try:
            if switch is None:
                raise NotImplementedError
            switch(True)
        except (AssertionError, NotImplementedError) as error:
            raise InputError(
                f"{trunk.name} cannot compute activations twice: set checkpoint_activations off"
            ) from error
