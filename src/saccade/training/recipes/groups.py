"""The parameters of a network in groups by depth, and what the names of groups say.

Decided: a group is a stage of the trunk (`trunk.0` is the stem), the embedding head (`head`), the branches of
the tasks (`tasks`) or what an adapter added (`adapters`). Norms, biases and tables of positions and tokens
want no weight decay; they stand in a group of their own beside the rest, whose name ends in `.plain`. Tensors
with sparse gradients stand in one whose name ends in `.sparse`. Every parameter is in exactly one group, also
those that never learn, so that a loop can set the state of all of them.
Not here: which of them learn (the recipes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from torch import nn

from saccade.models.backbones import Backbone
from saccade.models.depth import PREFIX, stages
from saccade.training.network import MultiTask
from saccade.training.recipes.recipe import Group

TRUNK, HEAD, TASKS, ADAPTERS = "trunk", "head", "tasks", "adapters"
ADAPTER_MARK = ".lora_"

Named = list[tuple[str, nn.Parameter]]


def by_depth(network: MultiTask) -> list[Group]:
    """All parameters of a network: stages of the trunk from the stem up, adapters, head, tasks.

    A part without parameters has no group. Raises InputError for a trunk whose depth timm does not know.
    """
    backbone = network.embedder.backbone
    trunk = dict(backbone.named_parameters())
    still = {PREFIX + name for name in _without_decay(backbone)}
    parts: dict[str, Named] = {
        f"{TRUNK}.{depth}": [(name, trunk[name]) for name in names if not _adapter(name)]
        for depth, (_, names) in enumerate(stages(backbone))
    }
    parts[ADAPTERS] = [(name, value) for name, value in trunk.items() if _adapter(name)]
    parts[HEAD] = list(network.embedder.head.named_parameters()) if network.embedder.head else []
    parts[TASKS] = list(network.heads.named_parameters())
    sparse = _sparse(network.heads)
    return [group for name, named in parts.items() for group in _split(name, named, still, sparse)]


def part_of(name: str) -> str:
    """`trunk`, `adapters`, `head` or `tasks`: the part of the network that a group's name begins with."""
    return name.partition(".")[0]


def depth_of(name: str) -> int | None:
    """Number of the stage of the trunk that a group belongs to, 0 is the stem; None outside the trunk."""
    part, _, rest = name.partition(".")
    return int(rest.partition(".")[0]) if part == TRUNK else None


def height(names: Iterable[str]) -> int:
    """Number of stages of the trunk among the names of all groups."""
    return 1 + max((depth for name in names if (depth := depth_of(name)) is not None), default=-1)


def top(name: str, lowest: int) -> bool:
    """Whether a group is of the trunk's stage `lowest` or above it; all outside the trunk are."""
    depth = depth_of(name)
    return depth is None or depth >= lowest


def each(names: Iterable[str], factor: Callable[[str], float]) -> Mapping[str, float]:
    """`factor` of every name."""
    return {name: factor(name) for name in names}


def _split(name: str, named: Named, still: set[str], sparse: set[int]) -> list[Group]:
    """Groups of one part: those that decay, those that do not, those with sparse gradients."""
    loose = tuple(value for _, value in named if id(value) in sparse)
    plain = [value for key, value in named if value.ndim <= 1 or key in still]
    kept = {id(value) for value in plain} | sparse
    found = (
        Group(name, tuple(value for _, value in named if id(value) not in kept)),
        Group(f"{name}.plain", tuple(value for value in plain if id(value) not in sparse), decay=False),
        Group(f"{name}.sparse", loose, decay=False, sparse=True),
    )
    return [group for group in found if group.parameters]


def _without_decay(backbone: Backbone) -> set[str]:
    """What the architecture itself wants without weight decay: position tables, class tokens."""
    stated = getattr(backbone.network, "no_weight_decay", None)
    return set(cast("Callable[[], Iterable[str]]", stated)()) if stated is not None else set()


def _sparse(heads: nn.Module) -> set[int]:
    """Identities of tensors whose gradients are sparse: the tables of `nn.Embedding(sparse=True)`."""
    tables = (module for module in heads.modules() if isinstance(module, nn.Embedding | nn.EmbeddingBag))
    return {id(table.weight) for table in tables if table.sparse}


def _adapter(name: str) -> bool:
    return ADAPTER_MARK in name
