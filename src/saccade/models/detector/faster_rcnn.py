"""The baseline of two stages: Faster R-CNN with a feature pyramid over a CNN.

Ren et al. 2015 (arXiv 1506.01497) with the pyramid of Lin et al. 2017 (arXiv 1612.03144), both
torchvision's; the CNN is timm's. A side of anchor for each of five levels: strides 4, 8, 16 and 32, and
every second cell of the last. Own choice: GroupNorm in the pyramid, for small batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from torch import Tensor, nn
from torchvision.ops import FeaturePyramidNetwork
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

from saccade.errors import InputError
from saccade.models.backbones import Backbone
from saccade.models.detector.anchors import make_anchors
from saccade.models.detector.config import DetectorConfig
from saccade.models.detector.maps import Maps, level_widths, pyramid
from saccade.models.detector.neck import Residual, group_norm, require_width
from saccade.models.detector.two_stage import TwoStage, region_align

STRIDES = (4, 8, 16, 32)


class FasterRcnn(nn.Module):
    """Pyramid, RPN and RoI heads; see `detector.Branch`."""

    def __init__(self, backbone: Backbone, config: DetectorConfig) -> None:
        super().__init__()
        options, width = config.two_stage, config.two_stage.neck_width
        require_width(width)
        if len(options.anchors) != len(STRIDES) + 1 or options.all_blocks:
            raise InputError(
                f"faster-rcnn has {len(STRIDES) + 1} levels with an anchor each and no all_blocks, "
                f"found {len(options.anchors)} anchors, all_blocks {options.all_blocks}: correct its config"
            )
        widths = level_widths(backbone, STRIDES)
        self.fpn = FeaturePyramidNetwork(widths, width, LastLevelMaxPool(), norm_layer=group_norm)
        self.blocks = nn.Sequential(*(Residual(width) for _ in range(options.residual)))
        sides = [(share * config.size,) for share in options.anchors]
        self.stages = TwoStage(config, make_anchors(sides, options.ratios), region_align(len(sides)))

    def maps(self, backbone: Backbone, images_B3HW: Tensor) -> Maps:
        """The maps of the trunk with strides 4 to 32."""
        return pyramid(backbone, images_B3HW, STRIDES)

    def losses(self, maps: Maps, targets: list[dict[str, Tensor]], size: int) -> dict[str, Tensor]:
        """See `TwoStage.losses`."""
        return self.stages.losses(self._levels(maps.levels), targets)

    def detect(self, maps: Maps, size: int) -> list[dict[str, Tensor]]:
        """See `TwoStage.detect`."""
        return self.stages.detect(self._levels(maps.levels))

    def adjust(self, score_threshold: float, nms_threshold: float, most: int) -> None:
        """What is kept from now on."""
        self.stages.adjust(score_threshold, nms_threshold, most)

    def _levels(self, levels: Sequence[Tensor]) -> list[Tensor]:
        named = {str(at): level for at, level in enumerate(levels)}
        return [self.blocks(level) for level in cast("dict[str, Tensor]", self.fpn(named)).values()]
