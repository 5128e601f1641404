"""The parameters of a backbone in order of depth: the stem, every block, what follows the last block.

Layer-wise learning-rate decay and gradual unfreezing both need to know how deep a parameter sits.
Decided: a stage is what timm's `group_matcher` of the architecture calls a layer, cut finer where timm takes
several blocks for one (EfficientFormer). Norms after the last block belong to the last stage; a layer with
weights of its own there (the last convolution of MobileNetV3, attention pooling) is a stage itself. Tokens
and norms before the first block (register tokens, CLIP's `norm_pre`), which timm's matcher leaves over,
belong to the stem. Not here: what a recipe does with the stages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

from timm.models import group_parameters
from torch import nn

from saccade.errors import InputError
from saccade.models.backbones import Backbone

Names = list[str]
PREFIX = "network."  # of the timm network inside a `Backbone`
_BLOCK = re.compile(r"(.*\.blocks\.\d+)\.")


def stages(backbone: Backbone) -> list[tuple[str, Names]]:
    """Every parameter of a backbone once, by stage, from the stem to the last block.

    Args:
        backbone: any `Backbone` whose timm architecture has a `group_matcher`; nearly all have.

    Returns:
        (name of the stage, names of its parameters as in `backbone.named_parameters()`), shallowest first.
        The first is named `stem`, the others by the path of their block (`blocks.11`, `layer4.2`); names are
        unique. Buffers (running means of a batch norm) are not listed. InputError without a matcher.
    """
    network = backbone.network
    matcher = getattr(network, "group_matcher", None)
    if matcher is None:
        raise InputError(
            f"timm does not say how deep the layers of {backbone.name} are: take another backbone"
        )
    groups = _grouped(network, cast("Callable[..., object]", matcher)(coarse=False))
    groups = _early(groups, [name for name, _ in network.named_parameters()])
    fine = [part for group in groups for part in _by_block(group)]
    whole = _without_last_norms(fine, network)
    return [
        ("stem" if at == 0 else _common_path(names), [PREFIX + name for name in names])
        for at, names in enumerate(whole)
    ]


def _grouped(network: nn.Module, matcher: object) -> list[Names]:
    found = cast("Mapping[int, Names]", group_parameters(network, matcher))
    return [found[layer] for layer in sorted(found)]


def _early(groups: Sequence[Names], order: Sequence[str]) -> list[Names]:
    """Move what the last group has from before the first block, in order of definition, to the stem."""
    if len(groups) < 3:
        return list(groups)
    place = {name: at for at, name in enumerate(order)}
    first_block = min(place[name] for name in groups[1])
    early = [name for name in groups[-1] if place[name] < first_block]
    late = [name for name in groups[-1] if place[name] >= first_block]
    return [[*groups[0], *early], *groups[1:-1], *([late] if late else [])]


def _by_block(names: Names) -> list[Names]:
    """One list a block when a group holds several; what precedes the first block or follows one joins it."""
    parts: dict[str, Names] = {}
    block = next((found[1] for name in names if (found := _BLOCK.match(name))), "")
    for name in names:
        found = _BLOCK.match(name)
        block = found[1] if found else block
        parts.setdefault(block, []).append(name)
    return list(parts.values())


def _without_last_norms(groups: list[Names], network: nn.Module) -> list[Names]:
    """Join trailing groups of norms alone to the block before them."""
    groups = list(groups)
    while len(groups) > 1 and all(_is_norm(network, name) for name in groups[-1]):
        last = groups.pop()
        groups[-1] = [*groups[-1], *last]
    return groups


def _is_norm(network: nn.Module, name: str) -> bool:
    kind = type(network.get_submodule(name.rpartition(".")[0])).__name__.lower()
    return "norm" in kind


def _common_path(names: Iterable[str]) -> str:
    """The longest module path shared by the parameters under the first one's root: `blocks.3`, `s4.b6`."""
    paths = [name.split(".")[:-1] for name in names]
    paths = [path for path in paths if path[:1] == paths[0][:1]]
    shared: list[str] = []
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return ".".join(shared)
