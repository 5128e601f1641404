"""The fast baseline: one look at the picture, a box from every cell of three maps.

Decided: FCOS (Tian et al. 2019, arXiv 1904.01355, torchvision's heads and losses) rather than SSD itself.
It has one prediction for a cell where SSD has six anchors, so the heads are small and the lists short: that
is what counts on a CPU. It needs no tuning of anchors, its focal loss needs no mining of negatives, and its
heads are shared by all levels, so few steps train them. Maps have strides 8, 16 and 32; the towers are
narrow and have two convolutions instead of four.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torchvision.models.detection.fcos import FCOS, FCOSHead
from torchvision.ops import FeaturePyramidNetwork

from saccade.models.backbones import Backbone
from saccade.models.detector.anchors import make_anchors, squares
from saccade.models.detector.config import DetectorConfig
from saccade.models.detector.maps import Maps, level_widths, pyramid
from saccade.models.detector.neck import group_norm, require_width

STRIDES = (8, 16, 32)
TINY = 1e-2  # pixels; a box with a smaller side is dropped, as torchvision's RoI heads do
CANDIDATES = 300  # of each level, before non-maximum suppression


class SingleShot(nn.Module):
    """Pyramid and FCOS heads; see `detector.Branch`."""

    def __init__(self, backbone: Backbone, config: DetectorConfig) -> None:
        super().__init__()
        options = config.single_shot
        require_width(options.neck_width)
        widths = level_widths(backbone, STRIDES)
        self.size = config.size
        self.fpn = FeaturePyramidNetwork(widths, options.neck_width, norm_layer=group_norm)
        head = FCOSHead(options.neck_width, 1, len(config.categories), options.convs)
        anchors = make_anchors([(stride,) for stride in STRIDES], (1.0,))
        self.fcos = FCOS(
            _NoBackbone(options.neck_width), len(config.categories), anchor_generator=anchors, head=head,
            topk_candidates=CANDIDATES,
        )  # fmt: skip

    def maps(self, backbone: Backbone, images_B3HW: Tensor) -> Maps:
        """The maps of the trunk with strides 8, 16 and 32."""
        return pyramid(backbone, images_B3HW, STRIDES)

    def losses(self, maps: Maps, targets: list[dict[str, Tensor]], size: int) -> dict[str, Tensor]:
        """Scalars `classes`, `boxes` and `centres`."""
        levels = self._levels(maps.levels)
        outputs, anchors = self._outputs(levels)
        counts = [level.shape[-2] * level.shape[-1] for level in levels]
        found = self.fcos.compute_loss(targets, outputs, anchors, counts)
        return {
            "classes": found["classification"],
            "boxes": found["bbox_regression"],
            "centres": found["bbox_ctrness"],
        }

    def detect(self, maps: Maps, size: int) -> list[dict[str, Tensor]]:
        """Boxes, scores and labels of every picture, best first."""
        levels = self._levels(maps.levels)
        outputs, anchors = self._outputs(levels)
        counts = [level.shape[-2] * level.shape[-1] for level in levels]
        split = {name: list(value.split(counts, dim=1)) for name, value in outputs.items()}
        rows = [list(one.split(counts)) for one in anchors]
        found = self.fcos.postprocess_detections(split, rows, [(self.size, self.size)] * len(anchors))
        return [{name: value[_has_area(one["boxes"])] for name, value in one.items()} for one in found]

    def every_cell(self, maps: Maps) -> list[tuple[Tensor, Tensor]]:
        """Of each level, boxes [B, cells, 4] inside the picture and scores [B, cells, categories]."""
        levels = self._levels(maps.levels)
        outputs, anchors = self._outputs(levels)
        corners = self.fcos.box_coder.decode(outputs["bbox_regression"], torch.stack(anchors))
        logits = outputs["cls_logits"].sigmoid() * outputs["bbox_ctrness"].sigmoid()
        counts = [level.shape[-2] * level.shape[-1] for level in levels]
        boxes = corners.clamp(0, self.size).split(counts, dim=1)
        return list(zip(boxes, logits.sqrt().split(counts, dim=1), strict=True))

    def adjust(self, score_threshold: float, nms_threshold: float, most: int) -> None:
        """What is kept from now on."""
        self.fcos.score_thresh, self.fcos.nms_thresh = score_threshold, nms_threshold
        self.fcos.detections_per_img = most

    def _levels(self, levels: Sequence[Tensor]) -> list[Tensor]:
        named = {str(at): level for at, level in enumerate(levels)}
        return list(cast("dict[str, Tensor]", self.fpn(named)).values())

    def _outputs(self, levels: list[Tensor]) -> tuple[dict[str, Tensor], list[Tensor]]:
        """What the heads say of every cell, and the cells as squares of their stride."""
        outputs = cast("dict[str, Tensor]", self.fcos.head(levels))
        return outputs, self.fcos.anchor_generator(squares(levels[0], self.size), levels)


def _has_area(boxes_N4: Tensor) -> Tensor:
    return (boxes_N4[:, 2:] - boxes_N4[:, :2] >= TINY).all(dim=1)


class _NoBackbone(nn.Module):
    """FCOS wants to know the width of a backbone; its maps come from elsewhere."""

    def __init__(self, out_channels: int) -> None:
        super().__init__()
        self.out_channels = out_channels
