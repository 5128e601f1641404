"""ViT-FRCNN learns pictures by heart, with the tokens of the last block or of all."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.ops import box_iou

from saccade.errors import InputError
from saccade.models.detector import Detector, DetectorConfig, make_detector


def ap50(found: list[dict[str, Tensor]], boxes: list[Tensor], labels: list[Tensor], label: int) -> float:
    """Area under precision over recall of one category; a hit overlaps an untaken box by half."""
    rows: list[tuple[float, bool]] = []
    for one, true, names in zip(found, boxes, labels, strict=True):
        mine, wanted = one["labels"] == label, true[names == label]
        taken: set[int] = set()
        for box, score in zip(one["boxes"][mine], one["scores"][mine].tolist(), strict=True):
            best = box_iou(box[None], wanted)[0].max(0) if len(wanted) else None
            hit = best is not None and float(best[0]) >= 0.5 and int(best[1]) not in taken
            taken |= {int(best[1])} if hit and best is not None else set()
            rows.append((score, hit))
    hits = np.array([hit for _, hit in sorted(rows, key=lambda row: -row[0])], float)
    count = sum(int((names == label).sum()) for names in labels)
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    return float((best_from_here * hits).sum() / count)


def test_it_learns_twenty_pictures_by_heart(taught: Detector, shapes) -> None:
    with torch.inference_mode():
        found = taught(shapes.images)
    scores = [ap50(found, shapes.boxes, shapes.labels, label) for label in range(3)]
    assert np.mean(scores) >= 0.9


def test_a_looser_suppression_keeps_more_and_a_higher_score_fewer(taught: Detector, shapes) -> None:
    before = taught.config

    def count() -> int:
        with torch.inference_mode():
            return sum(len(one["scores"]) for one in taught(shapes.images[:4]))

    try:
        usual = count()
        taught.adjust(nms_threshold=1.0)
        assert count() > usual
        taught.adjust(most=2)
        assert count() <= 8
        taught.adjust(nms_threshold=0.5, score_threshold=1.0, most=100)
        assert count() == 0
    finally:
        taught.adjust(score_threshold=before.score_threshold, nms_threshold=before.nms_threshold, most=100)


def test_tokens_of_all_blocks_widen_the_neck(small_vit_config) -> None:
    last = make_detector(small_vit_config(all_blocks=False))
    every = make_detector(small_vit_config(all_blocks=True))
    channels = [detector.branch.neck[0].in_channels for detector in (last, every)]
    assert channels == [96, 2 * 96]
    images = torch.randn(1, 3, 64, 64)
    maps = every.branch.maps(every.embedder.backbone, images)
    grid = last.embedder.backbone.features(images).grid.permute(0, 3, 1, 2)
    torch.testing.assert_close(maps.levels[0][:, 96:], grid, atol=1e-5, rtol=1e-5)
    assert torch.equal(maps.levels[0][:, 96:], maps.grid)
    losses = every.losses(images, [torch.tensor([[4.0, 4, 40, 50]])], [torch.tensor([1])])
    assert all(torch.isfinite(loss) for loss in losses.values())


@pytest.fixture
def small_vit_config():
    def make(**options: object) -> DetectorConfig:
        kwargs = {"patch_size": 8, "embed_dim": 96, "depth": 2, "num_heads": 3}
        rest = {"neck_width": 32, "box_width": 32, **options}
        return DetectorConfig(
            "vit-frcnn", ("a", "b"), size=64, backbone="vit_tiny_patch16_224", kwargs=kwargs, options=rest
        )

    return make


def test_a_neck_of_an_odd_width_is_refused(small_vit_config) -> None:
    with pytest.raises(InputError, match="multiple of 32"):
        make_detector(small_vit_config(neck_width=40))
