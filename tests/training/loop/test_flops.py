"""Counted operations against arithmetic by hand, and peaks."""

from __future__ import annotations

import pytest
import torch

from saccade.training.loop.flops import Flops
from saccade.training.loop.peaks import TABLE, peak_flops
from tests.training.loop.toy import DIM, network

PIXELS = torch.empty(4, 32, 32, 3)


def vit_forward(made: torch.nn.Module) -> int:
    """2 x multiplications of a ViT without its class head, for one picture."""
    vit = made.embedder.backbone.network  # type: ignore[union-attr]
    width, blocks, grid = int(vit.embed_dim), len(vit.blocks), vit.patch_embed.num_patches  # type: ignore
    tokens, patch = grid + vit.num_prefix_tokens, int(vit.patch_embed.patch_size[0])  # type: ignore
    hidden = vit.blocks[0].mlp.fc1.out_features  # type: ignore
    block = tokens * width * (3 * width + width + 2 * hidden) + 2 * tokens * tokens * width
    return 2 * (grid * patch * patch * 3 * width + blocks * block + width * DIM)


def test_a_vit_that_learns_whole_costs_three_times_its_forward_pass() -> None:
    made = network()
    flops = Flops(made)
    counted = flops.of(made, PIXELS)
    vit, forward = made.embedder.backbone.network, vit_forward(made)
    pixels = 2 * vit.patch_embed.num_patches * vit.patch_embed.proj.weight.numel()  # type: ignore
    assert counted == 3 * forward - pixels


def test_a_frozen_trunk_costs_its_forward_pass_alone() -> None:
    made = network()
    flops = Flops(made)
    made.embedder.backbone.requires_grad_(False)
    head = 2 * made.embedder.backbone.width * DIM
    assert flops.of(made, PIXELS) == vit_forward(made) + head  # of the head: weights, not its input
    assert flops.of(made, torch.empty(4, made.embedder.backbone.width)) == 2 * head


def test_depthwise_convolutions_cost_what_their_groups_say() -> None:
    made = network("test_efficientnet")
    counted = Flops(made).of(made, PIXELS)
    made.embedder.backbone.requires_grad_(False)
    forward = Flops(made).of(made, PIXELS)
    assert counted is not None
    assert forward is not None
    assert 2.5 * forward < counted < 3 * forward


def test_counting_touches_nothing_and_follows_the_size() -> None:
    made = network("test_resnet")
    flops = Flops(made)
    small, large = flops.of(made, PIXELS), flops.of(made, torch.empty(4, 64, 64, 3))
    assert small is not None
    assert large == pytest.approx(4 * small, rel=0.01)
    assert all(parameter.grad is None and not parameter.is_meta for parameter in made.parameters())


def test_peak_of_a_processor_is_measured_once() -> None:
    cpu = torch.device("cpu")
    assert 1e8 < peak_flops(cpu, "no") < 1e15
    assert peak_flops(cpu, "no") == peak_flops(cpu, "no")


def test_the_table_finds_the_more_special_name_first(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"NVIDIA H100 PCIe": 756e12, "NVIDIA H100 80GB HBM3": 989e12, "NVIDIA L40S": 362e12}
    for name, peak in names.items():
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda device, name=name: name)
        assert peak_flops(torch.device("cuda"), "bf16") == peak
    listed = list(TABLE)
    assert all(not later.startswith(first) for i, first in enumerate(listed) for later in listed[i + 1 :])
