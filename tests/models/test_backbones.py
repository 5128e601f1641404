"""Any timm backbone behind one interface, and clear words when weights do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from saccade.errors import InputError, NotFoundError
from saccade.models.backbones import create_backbone, key_report


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
