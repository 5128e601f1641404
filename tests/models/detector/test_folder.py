"""Detector folders: equal outputs after saving, wrong folders refused, three ways to start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from saccade.errors import InputError, NotFoundError
from saccade.models.backbones import create_backbone
from saccade.models.detector import Detector, DetectorConfig, load_detector, make_detector, save_detector
from saccade.models.embedder import Embedder
from saccade.models.folder import load_model, save_model
from saccade.models.head import EmbeddingHead
from saccade.vision.preprocess import Preprocess

VIT = {"patch_size": 8, "embed_dim": 96, "depth": 2, "num_heads": 3}
OPTIONS = {"neck_width": 32, "box_width": 32}
CONFIG = DetectorConfig("vit-frcnn", ("a", "b"), size=64, options=OPTIONS, score_threshold=0.0, vectors=True)


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(3)
    backbone = create_backbone("vit_tiny_patch16_224", **VIT, img_size=64)
    embedder = Embedder(backbone, EmbeddingHead(backbone.width, 16), "mean")
    preprocess = Preprocess(size=(64, 64), mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.4))
    return save_model(embedder, preprocess, tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def detector(model_folder: Path) -> Detector:
    return make_detector(CONFIG, model_folder)


def test_a_saved_detector_finds_the_same(detector: Detector, tmp_path: Path) -> None:
    again = load_detector(save_detector(detector, tmp_path / "rooms"))
    assert again.config == detector.config and again.identity() == detector.identity()
    images = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        for one, other in zip(detector(images), again(images), strict=True):
            assert all(torch.equal(one[name], other[name]) for name in one)
    assert "vit-frcnn on vit_tiny_patch16_224" in (tmp_path / "rooms" / "README.md").read_text()


def test_weights_and_thresholds_change_the_identity(detector: Detector, model_folder: Path) -> None:
    other = make_detector(CONFIG, model_folder, seed=1)
    assert other.identity() != detector.identity()
    assert make_detector(CONFIG, model_folder).identity() == detector.identity()


def test_at_native_size_the_trunk_is_the_models_own(detector: Detector, model_folder: Path) -> None:
    network = load_model(model_folder).network
    for name, value in network.state_dict().items():
        assert torch.equal(value, detector.embedder.state_dict()[name]), name
    config = detector.config
    assert (config.pool, config.head_dim, config.preprocess.mean) == ("mean", 16, (0.4, 0.5, 0.6))


def test_at_another_size_positions_are_resized_in_the_plane(model_folder: Path) -> None:
    large = make_detector(replace(CONFIG, size=96), load_model(model_folder))
    before = load_model(model_folder).network.backbone.network.pos_embed
    after = large.embedder.backbone.network.pos_embed
    assert before.shape == (1, 1 + 64, 96) and after.shape == (1, 1 + 144, 96)
    assert torch.equal(before[:, 0], after[:, 0])
    corner = torch.nn.functional.cosine_similarity(before[0, 1], after[0, 1], dim=0)
    assert corner > 0.8
    assert large.config.kwargs["img_size"] == 96
    with torch.inference_mode():
        assert len(large(torch.randn(1, 3, 96, 96))) == 1


def test_from_a_detector_of_other_categories_all_that_fits_is_taken(
    detector: Detector, tmp_path: Path
) -> None:
    folder = save_detector(detector, tmp_path / "first")
    other = make_detector(replace(CONFIG, categories=("x", "y", "z")), folder, seed=5)
    mine, source = other.state_dict(), detector.state_dict()
    changed = {name for name in mine if mine[name].shape != source[name].shape}
    assert changed and all("box_predictor" in name for name in changed)
    assert all(torch.equal(mine[name], source[name]) for name in mine.keys() - changed)


def test_what_cannot_be_opened_or_built_is_said_in_one_line(model_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found a model of kind 'timm'"):
        load_detector(model_folder)
    with pytest.raises(NotFoundError, match="no detector folder"):
        load_detector(tmp_path)
    with pytest.raises(NotFoundError, match="no folder of a model or a detector"):
        make_detector(CONFIG, tmp_path / "none")
    with pytest.raises(InputError, match="needs a trunk"):
        make_detector(CONFIG)
    with pytest.raises(InputError, match="leave backbone empty"):
        make_detector(replace(CONFIG, backbone="resnet18"), model_folder)
    with pytest.raises(InputError, match="size is a multiple"):
        make_detector(replace(CONFIG, size=68), model_folder)


def test_weights_that_do_not_fit_are_refused(detector: Detector, tmp_path: Path) -> None:
    folder = save_detector(detector, tmp_path / "d")
    replace(detector.config, categories=("a", "b", "c")).write(folder / "config.json")
    with pytest.raises(InputError, match="does not fit its config"):
        load_detector(folder)
    (folder / "model.safetensors").unlink()
    with pytest.raises(NotFoundError, match=r"no model\.safetensors"):
        load_detector(folder)
