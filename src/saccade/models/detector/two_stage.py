"""Proposals, then a closer look at each: torchvision's RPN and RoI heads on given maps.

Decided: the machinery is torchvision's; what is set here is the anchors (`anchors.py`), the widths, how
regions are cut out, and starts that train well: a small last layer, as in Faster R-CNN (Ren et al. 2015,
arXiv 1506.01497). Label 0 is the background inside; outside labels count the categories from 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.roi_heads import RoIHeads
from torchvision.models.detection.rpn import RegionProposalNetwork, RPNHead
from torchvision.ops import MultiScaleRoIAlign

from saccade.models.detector.anchors import CentredAnchors, squares
from saccade.models.detector.config import DetectorConfig
from saccade.models.detector.regions import CELLS, SAMPLES, OneLevelAlign

LEARN_FROM = 256  # anchors per picture in a step


def region_align(levels: int) -> nn.Module:
    """What cuts 7 × 7 cells out of so many levels; the coarsest, made for anchors alone, is not cut."""
    if levels == 1:
        return OneLevelAlign()
    return MultiScaleRoIAlign([str(at) for at in range(levels - 1)], CELLS, SAMPLES)


class TwoStage(nn.Module):
    """RPN and RoI heads over levels [B, neck_width, H, W].

    Args:
        config: of the detector.
        anchors: a row of sides for each level.
        regions: see `region_align`.
    """

    def __init__(self, config: DetectorConfig, anchors: CentredAnchors, regions: nn.Module) -> None:
        super().__init__()
        options, classes = config.two_stage, len(config.categories) + 1
        self.size = config.size
        per_cell = anchors.num_anchors_per_location()[0]
        self.rpn = RegionProposalNetwork(
            anchors, RPNHead(options.neck_width, per_cell), options.positive, options.negative, LEARN_FROM,
            0.5, {"training": 1000, "testing": max(2 * options.proposals, 500)},
            {"training": max(options.proposals, 300), "testing": options.proposals}, options.proposal_nms,
        )  # fmt: skip
        head = TwoMLPHead(options.neck_width * CELLS**2, options.box_width)
        self.heads = RoIHeads(
            regions, head, _predictor(options.box_width, classes), 0.5, 0.5, options.sampled, 0.25, None,
            config.score_threshold, config.nms_threshold, config.most,
        )  # fmt: skip

    def losses(self, levels: Sequence[Tensor], targets: list[dict[str, Tensor]]) -> dict[str, Tensor]:
        """Scalars `proposals`, `proposal_boxes`, `classes`, `boxes`."""
        targets = [{"boxes": one["boxes"], "labels": one["labels"] + 1} for one in targets]
        named, pictures = _named(levels), squares(levels[0], self.size)
        regions, first = self.rpn(pictures, named, targets)
        _, second = self.heads(named, regions, pictures.image_sizes, targets)
        return {
            "proposals": first["loss_objectness"],
            "proposal_boxes": first["loss_rpn_box_reg"],
            "classes": second["loss_classifier"],
            "boxes": second["loss_box_reg"],
        }

    def detect(self, levels: Sequence[Tensor]) -> list[dict[str, Tensor]]:
        """Boxes, scores and labels from 0 of every picture, best first."""
        named, pictures = _named(levels), squares(levels[0], self.size)
        regions, _ = self.rpn(pictures, named)
        found, _ = self.heads(named, regions, pictures.image_sizes)
        return [{**one, "labels": one["labels"] - 1} for one in found]

    def adjust(self, score_threshold: float, nms_threshold: float, most: int) -> None:
        """What is kept from now on."""
        self.heads.score_thresh, self.heads.nms_thresh = score_threshold, nms_threshold
        self.heads.detections_per_img = most


def _named(levels: Sequence[Tensor]) -> dict[str, Tensor]:
    return {str(at): level for at, level in enumerate(levels)}


def _predictor(width: int, classes: int) -> FastRCNNPredictor:
    predictor = FastRCNNPredictor(width, classes)
    nn.init.normal_(predictor.cls_score.weight, std=0.01)
    nn.init.normal_(predictor.bbox_pred.weight, std=0.001)
    for layer in (predictor.cls_score, predictor.bbox_pred):
        nn.init.zeros_(layer.bias)
    return predictor
