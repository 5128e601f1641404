"""Cached features of a real network stand for its pixels: the embedding and the loss are the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from saccade.errors import InputError
from saccade.models.embedder import Embedder
from saccade.models.folder import Model, load_model, make_model
from saccade.models.handmade import HandmadeSettings
from saccade.models.head import EmbeddingHead
from saccade.training.features.compute import extend, origin_of
from saccade.training.features.store import Features
from saccade.training.features.trunk import headless, open_trunk
from saccade.training.handmade import handmade_model
from saccade.training.network import MultiTask
from saccade.vision.preprocess import Preprocess
from tests.training.features.pictures import Made, names

SMALL = Preprocess(size=(8, 8), crop_pct=1.0, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.25))
NO_SAMPLE = np.zeros((0, 8, 8, 3), np.uint8)


@pytest.fixture(scope="module", params=["test_resnet", "test_efficientnet"])
def model(request: pytest.FixtureRequest) -> Model:
    """With a projection behind the trunk, and a trunk whose statistics are not all zero and one."""
    bare = load_model(request.param, pretrained=False, preprocess=SMALL).network
    torch.manual_seed(3)
    embedder = Embedder(bare.backbone, EmbeddingHead(bare.dim, 10)).train()
    for _ in range(3):
        embedder(torch.randn(16, 3, 8, 8))
    return make_model(embedder.eval(), embedder.describe(SMALL, "small", "none", "test"))


def pixels_of(made: Made) -> np.ndarray:
    return np.concatenate(
        [np.asarray(x) for x in made.read(range(len(made.ids)), [range(1)] * len(made.ids))]
    )


def test_the_network_embeds_features_as_it_embeds_pixels(model: Model, tmp_path: Path) -> None:
    made = Made(names(21))
    runner = open_trunk(headless(model), tmp_path, NO_SAMPLE, passes=42)
    assert runner.name == "torch-f32" and runner.dim == model.network.backbone.width
    features = Features(tmp_path, origin_of(runner, made))
    extend(features, made, runner, 2)
    network = MultiTask(model.network, {}, SMALL)
    cached = torch.from_numpy(features.select(made.ids, 2).take(np.arange(21), 0)).float()
    with torch.no_grad():
        direct = network.embed(torch.from_numpy(pixels_of(made)))
        assert (network.embed(cached) - direct).abs().max() < 2e-3
        assert (torch.cosine_similarity(network.embed(cached), direct) > 1 - 1e-5).all()


def test_a_teacher_goes_through_the_same_store(model: Model, tmp_path: Path) -> None:
    made = Made(names(9))
    teacher = open_trunk(model, tmp_path, NO_SAMPLE, passes=9)
    features = Features(tmp_path, origin_of(teacher, made))
    extend(features, made, teacher)
    vectors = features.select(made.ids).take(np.arange(9))
    assert vectors.shape == (9, 10) and vectors.dtype == np.float16
    with torch.no_grad():
        expected = MultiTask(model.network, {}, SMALL).embed(torch.from_numpy(pixels_of(made)))
    assert np.abs(vectors - expected.numpy()).max() < 1e-3


def test_trunk_and_teacher_are_two_origins(model: Model) -> None:
    bare = headless(model)
    assert bare.model_id != model.model_id and bare.network.head is None
    assert headless(bare) is bare
    assert bare.network.backbone is model.network.backbone


def test_a_runner_is_named_or_measured_once(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from saccade.fingerprints.runners import choose

    monkeypatch.setattr(choose, "_SECONDS", 0.01)
    sample = pixels_of(Made(names(8)))
    assert open_trunk(model, tmp_path, NO_SAMPLE, 10, runner="torch-bf16").name == "torch-bf16"
    first = open_trunk(model, tmp_path, sample, 10_000, runner="torch", batch_size=4)
    assert first.name in ("torch-f32", "torch-bf16") and first.batch_size == 4
    kept = choose.remembered(tmp_path, model.model_id, "torch")
    assert kept is not None and kept.name == first.name
    assert open_trunk(model, tmp_path, NO_SAMPLE, 1, runner="torch").name == first.name
    with pytest.raises(InputError, match="there is no runner 'quick'"):
        open_trunk(model, tmp_path, sample, 10, runner="quick")


def test_hand_made_features_have_no_trunk(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    groups = [(number, list(rng.integers(0, 256, (2, 96, 96, 3), np.uint8))) for number in range(8)]
    settings = HandmadeSettings(grid=3, light=4, colour=6, cells=5, angles=6)
    with pytest.raises(InputError, match="hand-made"):
        headless(load_model(handmade_model(groups, tmp_path, settings=settings)))
