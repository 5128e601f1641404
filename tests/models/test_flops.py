from __future__ import annotations

import torch
from torch import nn

from saccade.models.backbones import create_backbone
from saccade.models.embedder import Embedder
from saccade.models.flops import forward_flops


def test_by_hand():
    """A 3 × 3 convolution of 8 filters over 16 × 16, and a linear layer."""
    network = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Flatten(), nn.Linear(8 * 16 * 16, 5))
    assert forward_flops(network, (16, 16)) == 2 * (3 * 9 * 8 * 256 + 8 * 256 * 5)


def test_a_real_network_is_left_as_it_is():
    """timm's published 0.3 GMACs of MobileNetV2 at 224 pixels are 0.6 GFLOPs."""
    network = Embedder(create_backbone("mobilenetv2_100")).train()
    before = next(network.parameters()).clone()
    assert 0.58e9 < forward_flops(network, (224, 224)) < 0.66e9
    assert network.training and torch.equal(next(network.parameters()), before)
