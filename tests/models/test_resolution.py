"""Weights of one resolution in a network of another, and not a bit changed at the native one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from saccade.errors import InputError
from saccade.models.backbones import create_backbone, create_network
from saccade.models.embedder import Embedder
from saccade.models.folder import load_model, save_model
from saccade.models.head import EmbeddingHead
from saccade.models.resolution import fit_resolution, patch_grid
from saccade.vision.preprocess import Preprocess

TINY = {"embed_dim": 16, "num_heads": 2, "depth": 2}
VIT = "vit_tiny_patch16_224"


def state_of(name: str, **settings: object) -> dict[str, Tensor]:
    torch.manual_seed(0)
    state = create_network(name, num_classes=0, **settings).state_dict()
    return {
        key: torch.randn_like(value) if value.is_floating_point() else value for key, value in state.items()
    }


def bicubic(table_1TC: Tensor, old: tuple[int, int], new: tuple[int, int], prefix: int) -> Tensor:
    """The definition, written out: tokens stay, the rest is resized as a picture of C channels."""
    plane = table_1TC[:, prefix:].reshape(1, *old, -1).permute(0, 3, 1, 2)
    plane = F.interpolate(plane, new, mode="bicubic", antialias=True)
    return torch.cat([table_1TC[:, :prefix], plane.permute(0, 2, 3, 1).reshape(1, new[0] * new[1], -1)], 1)


@pytest.mark.parametrize(
    ("name", "settings", "prefix"),
    [
        (VIT, TINY, 1),
        ("deit_tiny_distilled_patch16_224", TINY, 2),
        ("vit_base_patch14_reg4_dinov2", TINY, 0),
        ("vit_base_patch16_siglip_224", TINY, 0),
        ("eva02_tiny_patch14_224", TINY, 1),
    ],
)
@pytest.mark.parametrize("cells", [(3, 3), (2, 5), (6, 4)])
def test_tables_are_resized_in_the_plane(
    name: str, settings: dict[str, object], prefix: int, cells: tuple[int, int]
) -> None:
    patch = 14 if "patch14" in name else 16
    state = state_of(name, img_size=4 * patch, **settings)
    target = create_network(name, num_classes=0, img_size=(cells[0] * patch, cells[1] * patch), **settings)
    fitted = fit_resolution(state, target)
    expected = bicubic(state["pos_embed"], (4, 4), cells, prefix)
    assert patch_grid(target) == cells
    assert torch.allclose(fitted["pos_embed"], expected, atol=1e-6)
    assert torch.equal(fitted["pos_embed"][:, :prefix], state["pos_embed"][:, :prefix])
    assert all(fitted[key] is state[key] for key in state if key != "pos_embed")


def test_a_grid_that_is_no_square() -> None:
    state = state_of(VIT, img_size=(32, 128), **TINY)
    wide = create_network(VIT, num_classes=0, img_size=(48, 96), **TINY)
    fitted = fit_resolution(state, wide, grid=(2, 8))
    assert torch.allclose(fitted["pos_embed"], bicubic(state["pos_embed"], (2, 8), (3, 6), 1), atol=1e-6)
    square = create_network(VIT, num_classes=0, img_size=64, **TINY)
    turned = fit_resolution(state, square, grid=(2, 8))["pos_embed"]  # as many cells, other places
    assert torch.allclose(turned, bicubic(state["pos_embed"], (2, 8), (4, 4), 1), atol=1e-6)
    odd = state_of(VIT, img_size=(32, 96), **TINY)
    with pytest.raises(InputError, match="no square: state their grid"):
        fit_resolution(odd, square)
    with pytest.raises(InputError, match="does not explain"):
        fit_resolution(state, square, grid=(3, 3))


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        (VIT, {**TINY, "img_size": 64}),
        (VIT, {**TINY, "img_size": (32, 128)}),
        ("swin_tiny_patch4_window7_224", {"embed_dim": 8, "depths": (1, 1), "num_heads": (1, 1)}),
        ("beit_base_patch16_224", {**TINY, "img_size": (32, 64)}),
        ("test_efficientnet", {}),
    ],
)
def test_native_size_changes_no_bit(name: str, settings: dict[str, object], tmp_path: Path) -> None:
    state = state_of(name, **settings)
    network = create_network(name, num_classes=0, **settings)
    fitted = fit_resolution(state, network)
    assert all(fitted[key] is state[key] for key in state)
    save_file(state, tmp_path / "w.safetensors")
    loaded = create_backbone(name, weights=tmp_path / "w.safetensors", **settings).network.state_dict()
    assert all(torch.equal(loaded[key], state[key]) for key in state)


@pytest.mark.parametrize(
    ("name", "small", "large"),
    [
        ("beit_base_patch16_224", {**TINY, "img_size": 64}, {**TINY, "img_size": (96, 64)}),
        (
            "swin_tiny_patch4_window7_224",
            {"embed_dim": 8, "depths": (1, 1), "num_heads": (1, 1), "img_size": 56, "window_size": 7},
            {"embed_dim": 8, "depths": (1, 1), "num_heads": (1, 1), "img_size": 64, "window_size": 8},
        ),
        ("vit_relpos_small_patch16_224", {**TINY, "img_size": 64}, {**TINY, "img_size": 96}),
        ("vit_base_patch16_rope_224", {**TINY, "img_size": 64}, {**TINY, "img_size": (32, 96)}),
        ("vit_base_patch16_dinov3", {**TINY, "img_size": 64}, {**TINY, "img_size": (32, 96)}),
        ("eva02_tiny_patch14_224", {**TINY, "img_size": 56}, {**TINY, "img_size": 84}),
    ],
)
def test_relative_and_rotary_positions_load(
    name: str, small: dict[str, object], large: dict[str, object], tmp_path: Path
) -> None:
    """No table of relative positions is left at random, and what is not a position is untouched."""
    state = state_of(name, **small)
    save_file(state, tmp_path / "w.safetensors")
    backbone = create_backbone(name, weights=tmp_path / "w.safetensors", **large)
    loaded = backbone.network.state_dict()
    changed = {key for key in loaded if loaded[key].shape != state[key].shape}
    assert all("relative_position_bias_table" in key or key == "pos_embed" for key in changed)
    assert all(torch.equal(loaded[key], state[key]) for key in loaded if key not in changed)
    for key in changed:  # the spread survives: neither zeros nor the initial 0.02
        assert 0.2 < float(loaded[key].std()) < 2
    side = large["img_size"]
    height, width = (side, side) if isinstance(side, int) else side
    with torch.inference_mode():
        assert torch.isfinite(backbone(torch.randn(1, 3, height, width))).all()


def test_relative_tables_with_a_known_grid() -> None:
    """A table that grows with the offset stays nearly that function of it: BEiT's method has an error."""
    name, old, new = "beit_base_patch16_224", (2, 6), (4, 6)
    small = create_network(name, num_classes=0, img_size=(32, 96), **TINY)
    large = create_network(name, num_classes=0, img_size=(64, 96), **TINY)
    key = "blocks.0.attn.relative_position_bias_table"
    state = dict(small.state_dict())
    across = torch.arange(-old[1] + 1, old[1]).float()
    rows = 2 * old[0] - 1
    state[key] = torch.cat([across.repeat(rows)[:, None].repeat(1, 2), torch.zeros(3, 2)])
    table = fit_resolution(state, large, grid=old)[key]
    plane = table[:-3, 0].reshape(2 * new[0] - 1, 2 * new[1] - 1)
    assert torch.allclose(plane, across.expand_as(plane), atol=0.12) and not table[-3:].any()


def test_patches_of_another_size_only_when_asked_for(tmp_path: Path) -> None:
    """FlexiViT's resampling: tokens of the enlarged picture equal those of the original one."""
    torch.manual_seed(0)
    source = create_backbone(VIT, img_size=32, patch_size=8, **TINY)
    save_file(source.network.state_dict(), tmp_path / "w.safetensors")
    with pytest.raises(InputError, match="of another shape"):
        create_backbone(VIT, img_size=64, weights=tmp_path / "w.safetensors", **TINY)
    target = create_backbone(VIT, img_size=64, patch_size=16, weights=tmp_path / "w.safetensors", **TINY)
    small = torch.randn(2, 3, 8, 8)
    large = F.interpolate(small, (16, 16), mode="bicubic", antialias=True)
    weights = [b.network.get_parameter("patch_embed.proj.weight") for b in (source, target)]
    ours, theirs = F.conv2d(large, weights[1]), F.conv2d(small, weights[0])
    assert torch.allclose(ours, theirs, atol=1e-4)


def test_model_folders_open_at_another_size(tmp_path: Path) -> None:
    torch.manual_seed(0)
    backbone = create_backbone(VIT, img_size=(32, 128), **TINY)
    embedder = Embedder(backbone, EmbeddingHead(backbone.width, 8)).eval()
    preprocess = Preprocess(size=(32, 128), crop_pct=1.0)
    folder = save_model(embedder, preprocess, tmp_path / "m")
    native, larger = load_model(folder), load_model(folder, kwargs={"img_size": (64, 64)})
    assert larger.preprocess.size == (64, 64) and native.preprocess == preprocess
    assert larger.model_id != native.model_id
    old, new = (m.network.backbone.network.get_parameter("pos_embed") for m in (native, larger))
    assert torch.allclose(new, bicubic(old, (2, 8), (4, 4), 1), atol=1e-6)
    assert torch.equal(
        larger.network.state_dict()["head.project.weight"], embedder.state_dict()["head.project.weight"]
    )
    same = load_model(folder, kwargs={"img_size": (32, 128)})
    assert same.model_id == native.model_id or np.array_equal(
        same.embedder.arrays()["backbone.network.pos_embed"],
        native.embedder.arrays()["backbone.network.pos_embed"],
    )
    again = load_model(save_model(larger.network, larger.preprocess, tmp_path / "again"))
    assert again.preprocess.size == (64, 64)


def test_a_dynamic_network_is_untouched_at_native_size() -> None:
    backbone = create_backbone(VIT, img_size=64, dynamic_img_size=True, **TINY)
    fixed = create_backbone(VIT, img_size=64, **TINY)
    fixed.load_state_dict(backbone.state_dict())
    x = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(backbone(x), fixed(x))
        assert backbone.features(torch.randn(1, 3, 32, 96)).grid.shape == (1, 2, 6, 16)
