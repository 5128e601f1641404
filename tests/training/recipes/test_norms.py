"""BatchNorm: kept statistics, and networks whose statistics are in their weights already."""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn

from saccade.models.backbones import create_backbone
from saccade.models.folder import load_model
from saccade.training.recipes.norms import freeze_norms, is_folded


def norms(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


def settled(name: str = "test_resnet") -> nn.Module:
    """A network with statistics, as training leaves them."""
    torch.manual_seed(0)
    network = create_backbone(name)
    for norm in norms(network):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
        nn.init.normal_(norm.bias)
    return network


def fold(network: nn.Module) -> nn.Module:
    """The statistics go into scale and shift; the function of the network in eval mode stays."""
    network = copy.deepcopy(network)
    for norm in norms(network):
        scale = ((1 + norm.eps) / (norm.running_var + norm.eps)).sqrt() * norm.weight
        old = norm.weight / (norm.running_var + norm.eps).sqrt()
        norm.bias.data -= old.data * norm.running_mean
        norm.weight.data.copy_(scale)
        norm.reset_running_stats()
    return network


def test_kept_statistics_with_a_learning_affine():
    network = settled().train()
    assert freeze_norms(network) == len(norms(network)) > 0
    before = [norm.running_mean.clone() for norm in norms(network)]
    network(torch.randn(2, 3, 32, 32)).sum().backward()
    assert all(torch.equal(a, norm.running_mean) for a, norm in zip(before, norms(network), strict=True))
    assert all(norm.weight.grad is not None for norm in norms(network))
    assert any(module.training for module in network.modules())


def test_frozen_alone():
    network = settled().train()
    first, *others = norms(network)
    first.requires_grad_(False)
    assert freeze_norms(network, "frozen") == 1
    assert not first.training and all(norm.training for norm in others)


def test_folded_is_seen_and_untrained_is_not():
    trained = settled()
    folded = fold(trained)
    x = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        assert torch.allclose(trained(x), folded(x), atol=1e-3)
    assert is_folded(folded)
    assert not is_folded(trained)
    assert not is_folded(create_backbone("test_resnet"))
    assert not is_folded(create_backbone("test_vit", img_size=32))


def test_statistics_of_batches_destroy_the_folded_mobilenet(data_dir):
    """The vectors of photos in train mode are far from those in eval mode, unless the norms are kept."""
    weights = data_dir / "weights" / "mobilenet_v2_imagenet.safetensors"
    network = load_model(weights, architecture="mobilenetv2_100", kwargs={"pad_type": "same"}).network
    assert is_folded(network)
    rng = np.random.default_rng(0)
    ramps = rng.uniform(-1, 1, (4, 3, 4, 4)).astype(np.float32)
    x = nn.functional.interpolate(torch.from_numpy(ramps), 96, mode="bicubic")
    with torch.no_grad():
        wanted = network.eval()(x)
        network.train()
        freeze_norms(network)
        kept = network(x)
        network.train()
        moved = network(x)
    assert torch.allclose(kept, wanted, atol=1e-5)
    assert float((moved * wanted).sum(1).mean()) < 0.7
