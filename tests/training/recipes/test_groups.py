"""Groups: every parameter once, at the depth that its name says, decaying or not."""

from __future__ import annotations

import pytest
from torch import nn

from saccade.training.recipes.groups import by_depth, depth_of, height, part_of

# First parts of the names of the parameters of each stage, from the stem.
DEPTHS = {
    "test_vit": [("cls_token", "pos_embed", "patch_embed"), *((f"blocks.{k}.",) for k in range(6))],
    "test_resnet": [("conv1", "bn1"), *((f"layer{k}.0.",) for k in (1, 2, 3, 4))],
    "test_efficientnet": [("conv_stem", "bn1"), *((f"blocks.{k}.0.",) for k in range(5))],
    "mobilenetv3_small_050": [
        ("conv_stem", "bn1"),
        *((f"blocks.{k}.{j}.",) for k, count in enumerate((1, 2, 3, 2, 3, 1)) for j in range(count)),
        ("conv_head",),
    ],
}
TOP = {"norm.", "conv_head", "bn2"}  # joins the last stage
NAMES = list(DEPTHS)


def expected_depth(network: str, parameter: str) -> int:
    starts = DEPTHS[network]
    found = [depth for depth, parts in enumerate(starts) if parameter.startswith(parts)]
    if found:
        return found[0]
    assert parameter.startswith(tuple(TOP))
    return len(starts) - 1


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_once_at_its_depth(build, name):
    network = build(name)
    groups = by_depth(network)
    owner = {id(p): group for group in groups for p in group.parameters}
    assert len({group.name for group in groups}) == len(groups)
    assert sum(len(group.parameters) for group in groups) == len(owner) == len(list(network.parameters()))
    for parameter, value in network.embedder.backbone.network.named_parameters():
        assert depth_of(owner[id(value)].name) == expected_depth(name, parameter), parameter
    assert owner[id(network.embedder.head.project.weight)].name == "head"
    assert {owner[id(head.table)].name for head in network.heads.values()} == {"tasks"}
    assert height([group.name for group in groups]) == len(DEPTHS[name])


def test_decay_is_for_matrices(build):
    network = build("test_vit")
    owner = {id(p): group for group in by_depth(network) for p in group.parameters}
    trunk = network.embedder.backbone.network
    assert owner[id(trunk.blocks[0].attn.qkv.weight)].decay
    for still in (trunk.pos_embed, trunk.cls_token, trunk.norm.weight, trunk.blocks[0].attn.qkv.bias):
        assert not owner[id(still)].decay


def test_sparse_tables_stand_apart(build):
    network = build("test_resnet")
    network.heads["kind"].many = nn.Embedding(5, 16, sparse=True)
    sparse = [group for group in by_depth(network) if group.sparse]
    assert [group.name for group in sparse] == ["tasks.sparse"]
    assert sparse[0].parameters == (network.heads["kind"].many.weight,)


def test_a_bare_embedder_has_no_head_group(build):
    network = build("test_resnet")
    network.embedder.head = None
    assert {part_of(group.name) for group in by_depth(network)} == {"trunk", "tasks"}


def test_names_say_part_and_depth():
    assert [part_of(name) for name in ("trunk.3.plain", "head", "tasks.sparse")] == ["trunk", "head", "tasks"]
    assert [depth_of(name) for name in ("trunk.0", "trunk.12.plain", "adapters")] == [0, 12, None]
    assert height(["tasks"]) == 0
