"""LoRA: a frozen trunk with small matrices beside its layers.

Idea: what fine-tuning adds to a matrix W has low rank, so learn it as a product of two thin matrices,
W + (alpha / rank) * B A, with B = 0 at the start. When: transformers too large to train whole, or one trunk
that serves many shops with an adapter each. For a small CNN `Partial` is simpler and no slower.
Definition, for every step: factor(trunk) = 0, factor(adapters, head, tasks) = 1. A is [rank, in], B is
[out, rank]; a 1x1 convolution is a matrix as well. A begins as peft draws it, from `seed`.
Targets when none are given: all linear layers and all ungrouped 1x1 convolutions of the trunk (qkv, proj and
fc of transformers; expansions and projections of MobileNets). Where these hold less than a quarter of the
trunk's parameters (ResNets of 3x3 convolutions), all ungrouped convolutions. That rule is our own choice.
After training `finish` adds B A to W: same names, same cost to run as before.
Cost: the backward pass goes through the whole trunk but needs no gradients of its weights, about 2 forward
passes in place of 3, and the adapters' own; optimiser state for `rank * (in + out)` numbers a layer.
Reference: Hu et al. 2021, "LoRA: Low-rank adaptation of large language models" (arXiv 2106.09685); through
peft (Hugging Face).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, cast

import torch
from torch import nn

from saccade.errors import InputError
from saccade.training.network import MultiTask
from saccade.training.recipes.groups import TRUNK, by_depth, each, part_of
from saccade.training.recipes.recipe import Group

SHOWN = 4  # names of layers in an error
ENOUGH = 0.25  # share of the trunk's parameters that matrices must hold to be the only targets


@dataclass(frozen=True)
class Lora:
    """Low-rank adapters on a frozen trunk.

    rank: of an adapter. alpha: the adapter's output is scaled by `alpha / rank`. targets: layers by full
    name, last name (`qkv`) or pattern (`blocks.1*.mlp.*`); empty for the rule of the module. dropout: chance,
    before A. seed: of the first A.
    """

    rank: int = 8
    alpha: float = 16.0
    targets: tuple[str, ...] = ()
    dropout: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.rank < 1 or not self.alpha > 0:
            raise InputError(
                f"expected rank of 1 or more and alpha above 0, found {self.rank} and {self.alpha}"
            )
        if not 0 <= self.dropout < 1:
            raise InputError(f"dropout is a chance: expected 0 to below 1, found {self.dropout}")

    def prepare(self, network: MultiTask) -> None:
        """Add the adapters. InputError if there are some already, or if no layer matches the targets."""
        from peft import LoraConfig, inject_adapter_in_model

        trunk = network.embedder.backbone.network
        if _adapted(trunk):
            raise InputError("the trunk has adapters already: merge them first")
        names = target_layers(trunk, self.targets, network.embedder.backbone.name)
        config = LoraConfig(
            r=self.rank, lora_alpha=cast("int", self.alpha), lora_dropout=self.dropout,
            target_modules="|".join(map(re.escape, names)),
        )  # fmt: skip
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            inject_adapter_in_model(config, trunk)

    def groups(self, network: MultiTask) -> list[Group]:
        """`groups.by_depth`; the adapters are the group `adapters`."""
        return by_depth(network)

    def factors(self, step: int, steps: int, names: tuple[str, ...]) -> Mapping[str, float]:
        """See the module."""
        return each(names, lambda name: 0.0 if part_of(name) == TRUNK else 1.0)

    def finish(self, network: MultiTask) -> None:
        """Merge the adapters into the weights; the trunk has its old names, and all of it may learn again."""
        trunk = network.embedder.backbone.network
        for name, layer in _adapted(trunk).items():
            layer.merge()
            parent, _, last = name.rpartition(".")
            setattr(trunk.get_submodule(parent), last, layer.get_base_layer())
        vars(trunk).pop("peft_config", None)
        trunk.requires_grad_(True)


def target_layers(trunk: nn.Module, targets: tuple[str, ...] = (), what: str = "the trunk") -> list[str]:
    """Names of the layers of a timm network that get adapters; `targets` as in `Lora`.

    InputError, naming some layers, if nothing matches.
    """
    able = {name: layer for name, layer in trunk.named_modules() if _takes_adapter(layer)}
    if targets:
        found = [name for name in able if any(_matches(name, target) for target in targets)]
    else:
        found = _by_family(trunk, able)
    if not found:
        some = ", ".join(_examples(list(able))) or "none that could take one"
        raise InputError(f"no layer of {what} matches {' or '.join(targets)!r}: it has {some}")
    return found


def _takes_adapter(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.groups == 1)


def _is_matrix(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Linear) or cast("nn.Conv2d", layer).kernel_size == (1, 1)


def _by_family(trunk: nn.Module, able: Mapping[str, nn.Module]) -> list[str]:
    """Matrices where they are much of the trunk, else all that take an adapter."""
    matrices = [name for name, layer in able.items() if _is_matrix(layer)]
    held = sum(p.numel() for name in matrices for p in able[name].parameters())
    total = sum(p.numel() for p in trunk.parameters())
    return matrices if held >= ENOUGH * total else list(able)


def _matches(name: str, target: str) -> bool:
    return fnmatchcase(name, target) or name.endswith(f".{target}")


def _examples(names: list[str]) -> list[str]:
    """A few names with different last parts."""
    return list({name.rpartition(".")[2]: name for name in reversed(names)}.values())[:SHOWN]


def _adapted(trunk: nn.Module) -> dict[str, Any]:
    """The layers that peft has put around others, by name."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    return {name: layer for name, layer in trunk.named_modules() if isinstance(layer, BaseTunerLayer)}
