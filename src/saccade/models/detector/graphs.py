"""A detector as modules without control flow, for tracing: look, judge, embed.

Decided: `look` takes the picture and gives the trunk's grid and candidates; of two stages also the map
that `judge` cuts regions from; `embed` cuts the grid. The candidates are as many for every picture. What
chooses among them is `runtime.py`. Faster R-CNN over a pyramid is a baseline and is not exported.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn
from torchvision.models.detection.rpn import concat_box_prediction_layers

from saccade.errors import InputError
from saccade.models.detector.anchors import squares
from saccade.models.detector.detector import Detector
from saccade.models.detector.regions import align
from saccade.models.detector.runtime import Settings
from saccade.models.detector.ssd import CANDIDATES, SingleShot
from saccade.models.detector.vectors import cells_to_vectors
from saccade.models.detector.vit_frcnn import VitFrcnn

Tensors = tuple[Tensor, ...]


def look(detector: Detector) -> nn.Module:
    """[1, 3, size, size] to grid, map, regions [K, 4] and their scores [K].

    Of a single-shot detector to grid and, for each level, boxes [cells, 4] and scores [cells, categories].
    InputError for Faster R-CNN.
    """
    branch = detector.branch
    if isinstance(branch, VitFrcnn):
        return _Propose(detector, branch)
    if isinstance(branch, SingleShot):
        return _EveryCell(detector, branch)
    raise InputError(f"{detector.config.architecture} has no OpenVINO export: run it with torch")


def judge(detector: Detector) -> nn.Module | None:
    """map [1, C, H, W], regions [N, 4] to boxes [N, K, 4] and scores [N, K]; None for a single-shot one."""
    branch = detector.branch
    return _Judge(branch, detector.size) if isinstance(branch, VitFrcnn) else None


def embed(detector: Detector) -> nn.Module | None:
    """grid [1, C, H, W] and boxes [N, 4] to vectors [N, D]; None for a detector without vectors."""
    return _Embed(detector) if detector.config.vectors else None


def settings(detector: Detector) -> Settings:
    """What the graphs do not hold."""
    config = detector.config
    found = Settings(
        config.architecture, config.size, detector.dim, config.score_threshold, config.nms_threshold,
        config.most, candidates=CANDIDATES,
    )  # fmt: skip
    if config.architecture == "ssd":
        return found
    stages = config.two_stage
    return replace(found, proposals=stages.proposals, proposal_nms=stages.proposal_nms)


class _Propose(nn.Module):
    def __init__(self, detector: Detector, branch: VitFrcnn) -> None:
        super().__init__()
        self.backbone, self.branch, self.size = detector.embedder.backbone, branch, detector.size

    def forward(self, picture_13HW: Tensor) -> Tensors:
        maps, rpn = self.branch.maps(self.backbone, picture_13HW), self.branch.stages.rpn
        level = self.branch.neck(maps.levels[0])
        logits, deltas = rpn.head([level])
        anchors = rpn.anchor_generator(squares(level, self.size), [level])
        logit, delta = concat_box_prediction_layers(logits, deltas)
        boxes = rpn.box_coder.decode(delta, anchors)[:, 0].clamp(0, self.size)
        scores, rows = logit.flatten().sigmoid().topk(min(rpn.pre_nms_top_n(), len(anchors[0])))
        return maps.grid, level, boxes[rows], scores


class _Judge(nn.Module):
    def __init__(self, branch: VitFrcnn, size: int) -> None:
        super().__init__()
        self.heads, self.size = branch.stages.heads, size

    def forward(self, map_1CHW: Tensor, regions_N4: Tensor) -> Tensors:
        features = self.heads.box_head(align(map_1CHW, [regions_N4], self.size))
        logits, deltas = self.heads.box_predictor(features)
        boxes = self.heads.box_coder.decode(deltas, [regions_N4]).clamp(0, self.size)
        return boxes[:, 1:], torch.softmax(logits, -1)[:, 1:]


class _EveryCell(nn.Module):
    def __init__(self, detector: Detector, branch: SingleShot) -> None:
        super().__init__()
        self.backbone, self.branch, self.size = detector.embedder.backbone, branch, detector.size

    def forward(self, picture_13HW: Tensor) -> Tensors:
        maps = self.branch.maps(self.backbone, picture_13HW)
        found: list[Tensor] = [maps.grid]
        for boxes, scores in self.branch.every_cell(maps):
            found += [boxes[0], scores[0]]
        return tuple(found)


class _Embed(nn.Module):
    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.embedder, self.size = detector.embedder, detector.size

    def forward(self, grid_1CHW: Tensor, boxes_N4: Tensor) -> Tensor:
        return cells_to_vectors(self.embedder, align(grid_1CHW, [boxes_N4], self.size))
