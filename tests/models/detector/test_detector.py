"""One interface for the three architectures: losses, gradients, empty pictures, embeddings."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from saccade.errors import InputError
from saccade.models.detector import Detector, DetectorConfig, make_detector
from saccade.models.detector.vectors import box_vectors

VIT = {"patch_size": 8, "embed_dim": 96, "depth": 2, "num_heads": 3}
SMALL = {"neck_width": 32, "box_width": 32, "sampled": 16}
ALL = ("vit-frcnn", "faster-rcnn", "ssd")


def make(architecture: str, categories: tuple[str, ...] = ("a", "b", "c"), **rest: object) -> Detector:
    vit = architecture == "vit-frcnn"
    config = DetectorConfig(
        architecture, categories, size=64,
        backbone="vit_tiny_patch16_224" if vit else "mobilenetv3_small_050",
        kwargs=VIT if vit else {}, options={"neck_width": 32} if architecture == "ssd" else SMALL,
        **{"score_threshold": 0.0, "frozen_norms": False, "vectors": True, **rest},
    )  # fmt: skip
    return make_detector(config)


@pytest.mark.parametrize("architecture", ALL)
def test_losses_are_finite_and_reach_the_trunk(architecture: str) -> None:
    detector = make(architecture).train()
    images = torch.randn(2, 3, 64, 64)
    boxes = [torch.tensor([[4.0, 4, 40, 44], [9, 9, 9, 30]]), torch.zeros(0, 4)]
    losses = detector.losses(images, boxes, [torch.tensor([2, 1]), torch.zeros(0, dtype=torch.int64)])
    torch.stack(list(losses.values())).sum().backward()
    assert all(torch.isfinite(loss) for loss in losses.values())
    first = next(detector.embedder.backbone.parameters())
    assert first.grad is not None and first.grad.abs().sum() > 0
    assert all(value.grad is not None for value in detector.parts().parameters())


@pytest.mark.parametrize("architecture", ALL)
def test_a_batch_without_a_box_and_a_picture_with_a_thousand(architecture: str) -> None:
    detector, images = make(architecture), torch.randn(1, 3, 64, 64)
    corners = torch.rand(1000, 2) * 50
    many = torch.cat([corners, corners + 1 + torch.rand(1000, 2) * 12], dim=1)
    for boxes in (torch.zeros(0, 4), many):
        labels = torch.zeros(len(boxes), dtype=torch.int64)
        losses = detector.losses(images, [boxes], [labels])
        assert all(torch.isfinite(loss) for loss in losses.values())


@pytest.mark.parametrize("architecture", ALL)
def test_what_is_found_lies_in_the_picture_best_first(architecture: str) -> None:
    detector = make(architecture)
    with torch.inference_mode():
        found = detector(torch.randn(2, 3, 64, 64))
    assert len(found) == 2
    for one in found:
        boxes, scores, labels = one["boxes"], one["scores"], one["labels"]
        assert 0 < len(boxes) == len(scores) == len(labels) <= 100
        assert boxes.min() >= 0 and boxes.max() <= 64 and scores.min() > 0 and scores.max() <= 1
        assert torch.equal(scores, scores.sort(descending=True).values)
        assert labels.dtype == torch.int64 and set(labels.tolist()) <= {0, 1, 2}
        torch.testing.assert_close(one["vectors"].norm(dim=1), torch.ones(len(boxes)))
        assert one["vectors"].shape[1] == detector.dim == detector.embedder.dim


@pytest.mark.parametrize("architecture", ALL)
def test_a_class_agnostic_one_says_object_alone(architecture: str) -> None:
    detector = make(architecture, ("object",), vectors=False)
    assert detector.config.agnostic and detector.dim == 0
    with torch.inference_mode():
        (found,) = detector(torch.randn(1, 3, 64, 64))
    assert set(found["labels"].tolist()) == {0} and "vectors" not in found


def test_the_whole_picture_as_a_box_has_the_pictures_own_vector() -> None:
    """On 14 × 14 tokens the samples of RoIAlign are the tokens, so only rounding differs; on 8 × 8 they lie
    between tokens and those at the edge count for less, which moves an untrained network's mean a little."""
    for size, tolerance in ((112, 1e-5), (64, 2e-2)):
        config = DetectorConfig(
            "vit-frcnn", ("a",), size=size, backbone="vit_tiny_patch16_224", kwargs=VIT, options=SMALL,
            vectors=True, pool="mean", head_dim=16,
        )  # fmt: skip
        detector, images = make_detector(config), torch.randn(2, 3, size, size)
        with torch.inference_mode():
            maps = detector.branch.maps(detector.embedder.backbone, images)
            whole = [torch.tensor([[0.0, 0, size, size]])] * 2
            vectors = torch.cat(box_vectors(detector.embedder, maps.grid, whole, size))
            own = detector.embedder(images)
        assert vectors.shape == (2, 16)
        assert (1 - F.cosine_similarity(vectors, own)).max() < tolerance


def test_a_head_behind_the_pooling_of_a_cnn_is_reached_too() -> None:
    detector = make("ssd")
    with torch.inference_mode():
        grid = torch.randn(1, 288, 1, 1).expand(1, 288, 2, 2)
        vectors = box_vectors(detector.embedder, grid, [torch.tensor([[0.0, 0, 64, 64]])], 64)[0]
        pooled = detector.embedder.backbone.network.forward_head(grid, pre_logits=True)
    torch.testing.assert_close(vectors, F.normalize(pooled, dim=-1), atol=1e-5, rtol=1e-5)


def test_batch_norms_of_the_trunk_keep_their_statistics_unless_told() -> None:
    for frozen in (True, False):
        detector = make("ssd", frozen_norms=frozen).train()
        norms = [m for m in detector.embedder.backbone.modules() if isinstance(m, torch.nn.BatchNorm2d)]
        assert norms and all(norm.training is not frozen for norm in norms)


def test_the_branch_computes_in_float32_under_autocast() -> None:
    detector = make("vit-frcnn")
    with torch.autocast("cpu", torch.bfloat16):
        losses = detector.losses(
            torch.randn(1, 3, 64, 64), [torch.tensor([[4.0, 4, 40, 44]])], [torch.tensor([0])]
        )
    assert {loss.dtype for loss in losses.values()} == {torch.float32}


def test_wrong_calls_are_refused_in_one_line() -> None:
    detector, images = make("ssd"), torch.randn(1, 3, 64, 64)
    with pytest.raises(InputError, match=r"takes pictures \[B, 3, 64, 64\]"):
        detector(torch.randn(1, 3, 32, 64))
    with pytest.raises(InputError, match="boxes and labels of every picture"):
        detector.losses(images, [], [])
    with pytest.raises(InputError, match="1 boxes and 2 labels"):
        detector.losses(images, [torch.ones(1, 4)], [torch.zeros(2, dtype=torch.int64)])
    with pytest.raises(InputError, match="nms_threshold"):
        detector.adjust(nms_threshold=1.5)
