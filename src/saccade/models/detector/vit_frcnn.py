"""ViT-FRCNN: the tokens of a transformer, laid on their grid, into a Faster R-CNN.

Beal, Kim, Tzeng, Park, Zhai and Kislyuk 2020, "Toward Transformer-Based Object Detection" (arXiv
2012.09958): the class token is dropped, the patch tokens of the last block (or of all blocks, on channels)
form one map; a 1 × 1 convolution and residual blocks lead to RPN, RoIAlign and box head. All anchors stand
on that one map. Own choice: any backbone that gives a grid may stand in for the transformer.
"""

from __future__ import annotations

from torch import Tensor, nn

from saccade.models.backbones import Backbone
from saccade.models.detector.anchors import make_anchors
from saccade.models.detector.config import DetectorConfig
from saccade.models.detector.maps import Maps, all_blocks, block_width, last_grid
from saccade.models.detector.neck import Neck, require_width
from saccade.models.detector.two_stage import TwoStage, region_align


class VitFrcnn(nn.Module):
    """Neck, RPN and RoI heads; see `detector.Branch`."""

    def __init__(self, backbone: Backbone, config: DetectorConfig) -> None:
        super().__init__()
        options = config.two_stage
        require_width(options.neck_width)
        self.all_blocks = options.all_blocks
        channels = block_width(backbone) if self.all_blocks else backbone.token_width
        self.neck = Neck(channels, options.neck_width, options.residual)
        sides = [share * config.size for share in options.anchors]
        self.stages = TwoStage(config, make_anchors([sides], options.ratios), region_align(1))

    def maps(self, backbone: Backbone, images_B3HW: Tensor) -> Maps:
        """The one map of the trunk that it looks at."""
        return (all_blocks if self.all_blocks else last_grid)(backbone, images_B3HW)

    def losses(self, maps: Maps, targets: list[dict[str, Tensor]], size: int) -> dict[str, Tensor]:
        """See `TwoStage.losses`."""
        return self.stages.losses([self.neck(maps.levels[0])], targets)

    def detect(self, maps: Maps, size: int) -> list[dict[str, Tensor]]:
        """See `TwoStage.detect`."""
        return self.stages.detect([self.neck(maps.levels[0])])

    def adjust(self, score_threshold: float, nms_threshold: float, most: int) -> None:
        """What is kept from now on."""
        self.stages.adjust(score_threshold, nms_threshold, most)
