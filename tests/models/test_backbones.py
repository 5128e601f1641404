"""Any timm backbone behind one interface, and clear words when weights do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torchvision
from safetensors.torch import save_file
from torch import Tensor

from saccade.errors import InputError, NotFoundError
from saccade.models.backbones import create_backbone, create_network, key_report
from saccade.models.embedder import Embedder
from saccade.models.head import EmbeddingHead


@pytest.mark.parametrize(
    ("name", "size", "grid", "tokens", "pooled"),
    [
        ("test_vit", (160, 160), (10, 10), 64, 64),
        ("test_efficientnet", (160, 96), (5, 3), 256, 256),
        ("mobilenetv3_small_050", (64, 96), (2, 3), 288, 1024),
        ("mobilenetv1_025", (128, 128), (4, 4), 256, 256),
    ],
)
def test_pooled_tokens_and_grid(
    name: str, size: tuple[int, int], grid: tuple[int, int], tokens: int, pooled: int
) -> None:
    backbone = create_backbone(name)
    with torch.inference_mode():
        features = backbone.features(torch.randn(2, 3, *size))
    assert features.pooled.shape == (2, pooled) and backbone.width == pooled
    assert features.grid.shape == (2, *grid, tokens) and backbone.token_width == tokens
    assert torch.equal(features.tokens, features.grid.reshape(2, -1, tokens))


def test_networks_with_channels_last() -> None:
    small = {"embed_dim": 8, "depths": (1, 1, 1, 1), "num_heads": (1, 1, 2, 2)}
    backbone = create_backbone("swin_tiny_patch4_window7_224", **small)
    with torch.inference_mode():
        features = backbone.features(torch.randn(1, 3, 224, 224))
    assert features.grid.shape == (1, 7, 7, 64) and features.pooled.shape == (1, 64)


def test_grid_keeps_the_plane_of_a_wide_picture() -> None:
    backbone = create_backbone("test_vit", dynamic_img_size=True)
    with torch.inference_mode():
        assert backbone.features(torch.randn(1, 3, 64, 160)).grid.shape == (1, 4, 10, 64)


def test_grid_places_what_is_seen() -> None:
    """A change in the top left corner of the picture moves the top left cell most."""
    torch.manual_seed(0)
    backbone = create_backbone("test_resnet")
    x = torch.zeros(1, 3, 160, 160)
    changed = x.clone()
    changed[..., :16, :16] = 3.0
    with torch.inference_mode():
        moved = (backbone.features(changed).grid - backbone.features(x).grid).norm(dim=-1)[0]
    assert int(moved.argmax()) == 0


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_weights_come_back_from_a_file(tmp_path: Path, suffix: str) -> None:
    source = create_backbone("test_efficientnet", num_classes=0)
    path = tmp_path / f"w{suffix}"
    state = source.network.state_dict()
    save_file(state, path) if suffix == ".safetensors" else torch.save({"state_dict": state}, path)
    x = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(source(x), create_backbone("timm/test_efficientnet", weights=path)(x))


def test_mismatch_is_one_line_with_counts_and_names(tmp_path: Path) -> None:
    state = create_backbone("test_efficientnet").network.state_dict()
    state["conv_stem.weight"] = state["conv_stem.weight"][:1].clone()
    del state["bn1.weight"]
    state["stranger"] = torch.zeros(1)
    save_file(state, tmp_path / "w.safetensors")
    with pytest.raises(InputError) as caught:
        create_backbone("test_efficientnet", weights=tmp_path / "w.safetensors")
    text = str(caught.value)
    assert "1 missing (bn1.weight)" in text and "1 unexpected (stranger)" in text
    assert "1 of another shape (conv_stem.weight [1, " in text and "\n" not in text


def test_key_report_names_the_first_three() -> None:
    wanted: dict[str, Tensor] = {f"w{i}": torch.zeros(1) for i in range(5)}
    assert key_report(wanted, {}) == "5 missing (w0, w1, w2, ...)"
    assert key_report(wanted, dict(wanted)) == ""


def test_unreadable_files_are_one_line(tmp_path: Path) -> None:
    for name in ("w.safetensors", "w.pth"):
        (tmp_path / name).write_bytes(b"no weights at all")
        with pytest.raises(InputError, match=name):
            create_backbone("test_vit", weights=tmp_path / name)
    with pytest.raises(NotFoundError, match="no file of weights"):
        create_backbone("test_vit", weights=tmp_path / "absent.safetensors")


def test_unknown_names_and_settings_are_one_line() -> None:
    with pytest.raises(NotFoundError, match="timm knows no architecture 'resnet_none'"):
        create_backbone("resnet_none")
    with pytest.raises(InputError, match="timm cannot build test_vit"):
        create_backbone("test_vit", no_such_setting=1)
    with pytest.raises(InputError, match="pass pretrained=True"):
        create_backbone("hf_hub:somebody/something")


@pytest.mark.parametrize("name", ["test_vit.r160_in1k", "timm/test_vit.r160_in1k", "hf_hub:timm/test_vit"])
def test_offline_hub_is_one_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(InputError) as caught:
        create_backbone(name, pretrained=True, cache_dir=tmp_path)
    text = str(caught.value)
    assert text.startswith(f"no weights for {name.removeprefix('timm/')} from the hub") and "\n" not in text


def published(name: str) -> float:
    """What torchvision publishes for its own weights of this network, in millions."""
    weights = torchvision.models.get_model_weights(name)
    return min(weight.meta["num_params"] for weight in weights) / 1e6


CARDS = "model cards of timm"
# timm's name, millions of parameters with 1,000 classes, where that is published, digits after the point
COUNTS: tuple[tuple[str, float, str, int], ...] = (
    ("vit_tiny_patch16_224", 5.7, CARDS, 1),
    ("vit_small_patch16_224", 22.1, CARDS, 1),
    ("vit_small_patch32_224", 22.9, CARDS, 1),
    ("vit_base_patch8_224", 86.6, CARDS, 1),
    ("vit_base_patch16_224", published("vit_b_16"), "torchvision", 6),
    ("vit_base_patch32_224", published("vit_b_32"), "torchvision", 6),
    ("vit_large_patch16_224", published("vit_l_16"), "torchvision", 6),
    ("vit_large_patch32_224", published("vit_l_32"), "torchvision", 6),
    ("vit_huge_patch14_224", published("vit_h_14"), "torchvision", 6),
    ("resnet50", published("resnet50"), "torchvision", 6),
    ("resnet101", published("resnet101"), "torchvision", 6),
    ("resnext101_32x8d", published("resnext101_32x8d"), "torchvision", 6),
    ("legacy_seresnext101_32x4d", 48.96, "model cards of timm, for Hu et al. 2018", 2),
    ("seresnext101_32x4d", 48.96, "model cards of timm, for Hu et al. 2018", 2),
    ("mobilenetv2_100", published("mobilenet_v2"), "torchvision", 6),
    ("mobilenetv3_large_100", published("mobilenet_v3_large"), "torchvision", 6),
    ("mobilenetv3_small_100", published("mobilenet_v3_small"), "torchvision", 6),
    ("efficientnet_b0", published("efficientnet_b0"), "torchvision", 6),
    ("efficientnet_b7", published("efficientnet_b7"), "torchvision", 6),
    ("efficientformer_l1", 12.3, "Li et al. 2022, arXiv 2206.01191, table 1", 1),
    (
        "efficientformer_l3",
        31.4,
        "model cards of timm; the paper's table has 31.3 without one of the heads",
        1,
    ),
    ("efficientformer_l7", 82.2, CARDS, 1),
)


@pytest.mark.parametrize(("name", "millions", "source", "digits"), COUNTS, ids=[row[0] for row in COUNTS])
def test_parameter_counts_are_the_published_ones(
    name: str, millions: float, source: str, digits: int
) -> None:
    with torch.device("meta"):
        network = create_network(name, num_classes=1000)
    count = sum(parameter.numel() for parameter in network.parameters()) / 1e6
    assert round(count, digits) == pytest.approx(round(millions, digits), abs=1e-9), source


TINY = {"embed_dim": 16, "num_heads": 2, "depth": 2}
# name, settings, side, grid, width of tokens, width of the pooled vector
FAMILIES = (
    ("vit_tiny_patch16_224", {**TINY, "img_size": 64}, 64, 4, 16, 16),
    ("vit_small_patch32_224", {**TINY, "img_size": 64}, 64, 2, 16, 16),
    ("vit_base_patch8_224", {**TINY, "img_size": 32}, 32, 4, 16, 16),
    ("vit_large_patch16_224", {**TINY, "img_size": 32}, 32, 2, 16, 16),
    ("vit_huge_patch14_224", {**TINY, "img_size": 56}, 56, 4, 16, 16),
    ("resnet18", {}, 64, 2, 512, 512),
    ("legacy_seresnet18", {}, 64, 2, 512, 512),
    ("seresnext26d_32x4d", {}, 64, 2, 2048, 2048),
    ("efficientnet_b0", {}, 64, 2, 1280, 1280),
    ("efficientformer_l1", {}, 224, 7, 448, 448),
    ("mobilenetv3_large_100", {}, 64, 2, 960, 1280),
    ("mobilenetv2_050", {}, 64, 2, 1280, 1280),
)


@pytest.mark.parametrize(
    ("name", "settings", "side", "grid", "tokens", "pooled"), FAMILIES, ids=[row[0] for row in FAMILIES]
)
def test_every_family_speaks_the_interface(
    name: str, settings: dict[str, object], side: int, grid: int, tokens: int, pooled: int
) -> None:
    """Also under bfloat16 autocast, where the embedder still gives float32 of unit length."""
    backbone = create_backbone(name, **settings)
    embedder = Embedder(backbone, EmbeddingHead(backbone.width, 8)).eval()
    x = torch.randn(2, 3, side, side)
    with torch.inference_mode():
        features = backbone.features(x)
        with torch.autocast("cpu", torch.bfloat16):
            vectors = embedder(x)
    assert features.grid.shape == (2, grid, grid, tokens) and backbone.token_width == tokens
    assert features.tokens.shape == (2, grid * grid, tokens)
    assert features.pooled.shape == (2, pooled) and backbone.width == pooled
    assert vectors.dtype == torch.float32
    assert torch.allclose(vectors.norm(dim=1), torch.ones(2), atol=1e-5)


@pytest.mark.parametrize("name", ["test_vit", "test_efficientnet", "mobilenetv3_small_050"])
def test_the_forward_pass_is_one_graph(name: str) -> None:
    """Nothing in it that a compiler would have to step out for, and the result is the same."""
    backbone = create_backbone(name)
    pool, width = ("mean", backbone.token_width) if "vit" in name else ("default", backbone.width)
    embedder = Embedder(backbone, EmbeddingHead(width, 8), pool).eval()
    compiled = torch.compile(embedder, backend="eager", fullgraph=True)
    x = torch.randn(2, 3, 160, 160)
    with torch.no_grad():
        assert torch.allclose(compiled(x), embedder(x), atol=1e-6)
