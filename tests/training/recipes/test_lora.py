"""LoRA: adapters on the right layers, nothing changes before training, merging keeps what was learned."""

from __future__ import annotations

import pytest
import timm
import torch

from saccade.errors import InputError
from saccade.models.folder import load_model, save_model
from saccade.training.recipes.lora import Lora, target_layers
from saccade.training.recipes.trainable import trainable
from saccade.vision.preprocess import Preprocess

NETWORKS = ["test_vit", "test_resnet", "test_efficientnet"]


def picture(count: int = 3) -> torch.Tensor:
    return torch.randint(
        0, 256, (count, 32, 32, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(2)
    )


def vectors(network) -> torch.Tensor:
    with torch.inference_mode():
        return network.eval().embed(picture())


@pytest.mark.parametrize("name", NETWORKS)
def test_starts_as_the_network_and_merges_to_what_it_learned(build, train, name):
    network, recipe = build(name), Lora(rank=4)
    names, plain = list(network.state_dict()), vectors(network)
    frozen = network.embedder.backbone.state_dict()
    frozen = {key: value.clone() for key, value in frozen.items()}
    recipe.prepare(network)
    assert torch.allclose(vectors(network), plain, atol=1e-6)
    train(network, recipe, 0, 4, 4)
    learned = vectors(network)
    now = {key.replace(".base_layer", ""): v for key, v in network.embedder.backbone.state_dict().items()}
    assert all(torch.equal(now[key], value) for key, value in frozen.items())
    recipe.finish(network)
    assert list(network.state_dict()) == names
    assert torch.allclose(vectors(network), learned, atol=1e-5) and not torch.allclose(
        learned, plain, atol=1e-2
    )
    assert all(parameter.requires_grad for parameter in network.embedder.backbone.parameters())


def test_merged_network_goes_through_a_folder(build, train, tmp_path):
    network, recipe = build("test_vit"), Lora(rank=2)
    recipe.prepare(network)
    train(network, recipe, 0, 2, 2)
    recipe.finish(network)
    wanted = vectors(network)
    save_model(network.embedder, Preprocess(size=(32, 32)), tmp_path / "model")
    network.embedder = load_model(tmp_path / "model").network
    assert torch.allclose(vectors(network), wanted, atol=1e-6)


def test_adapters_head_and_tasks_learn_alone(build):
    network, recipe = build("test_vit"), Lora(rank=4)
    before = sum(p.numel() for p in network.parameters())
    recipe.prepare(network)
    groups = recipe.groups(network)
    factors = recipe.factors(0, 10, tuple(group.name for group in groups))
    assert {name for name, factor in factors.items() if factor == 1} == {"adapters", "head", "tasks"}
    assert sum(len(group.parameters) for group in groups) == len(list(network.parameters()))
    block = (64 + 192) + (64 + 64) + 2 * (64 + 192)  # in + out of qkv, proj, fc1 and fc2
    layers = 6 * 4 * block
    counted = trainable(network, recipe, 0, 10)
    assert counted.total - before == layers
    assert counted.learning == layers + 16 * 64 + 7 * 16


def test_same_seed_same_adapters(build):
    def first(seed: int) -> torch.Tensor:
        network = build("test_vit")
        torch.manual_seed(seed + 10)
        Lora(rank=2, seed=seed).prepare(network)
        return next(v for k, v in network.named_parameters() if "lora_A" in k)

    assert torch.equal(first(1), first(1)) and not torch.equal(first(1), first(2))


def test_targets_by_family():
    vit = target_layers(timm.create_model("test_vit"))
    assert {name.rpartition(".")[2] for name in vit} == {"qkv", "proj", "fc1", "fc2", "head"}
    mobile = target_layers(timm.create_model("mobilenetv2_100", num_classes=0))
    assert {name.rpartition(".")[2] for name in mobile} == {"conv_pw", "conv_pwl", "conv_head"}
    residual = timm.create_model("resnet10t", num_classes=0)
    assert "layer1.0.conv1" in target_layers(residual)


def test_targets_by_name_and_pattern(build):
    trunk = build("test_vit").embedder.backbone.network
    assert target_layers(trunk, ("qkv",)) == [f"blocks.{k}.attn.qkv" for k in range(6)]
    assert target_layers(trunk, ("blocks.[45].mlp.*",)) == [
        f"blocks.{k}.mlp.fc{j}" for k in (4, 5) for j in (1, 2)
    ]
    assert target_layers(trunk, ("blocks.0.attn.proj",)) == ["blocks.0.attn.proj"]


def test_wrong_targets_name_some_layers(build):
    network = build("test_vit")
    with pytest.raises(InputError, match=r"test_vit matches 'query'.*attn\.qkv") as caught:
        Lora(targets=("query",)).prepare(network)
    assert "\n" not in str(caught.value)


def test_twice_is_an_error(build):
    network = build("test_vit")
    Lora(rank=1).prepare(network)
    with pytest.raises(InputError, match="adapters already"):
        Lora().prepare(network)


@pytest.mark.parametrize("options", [{"rank": 0}, {"alpha": 0}, {"dropout": 1.0}])
def test_options_out_of_range(options):
    with pytest.raises(InputError, match="expected"):
        Lora(**options)
