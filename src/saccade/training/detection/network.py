"""A detector as the loop trains it: a trunk, a head and one task.

Decided: it is a `MultiTask`, so that every recipe, the checkpoints and all devices work on it as they do on
an embedder. What is new in detection (neck, proposals, boxes) is the branch `objects`.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from saccade.models.detector.detector import Detector
from saccade.training.batch import Target
from saccade.training.detection.boxed import OBJECTS, BoxTarget
from saccade.training.network import MultiTask


class DetectionNet(MultiTask):
    """`total, losses = network(pixels, {"objects": BoxTarget})`; pixels uint8 [B, S, S, 3], letterboxed.

    The losses of a detector are means over its pictures; they are scaled so that the parts of a step add up
    to the mean over the step. Pictures that could not be read teach nothing.
    """

    whole = False  # the retrieval head and the trunk's own pooling get no gradient

    def __init__(self, detector: Detector) -> None:
        super().__init__(detector.embedder, {}, detector.config.preprocess)
        self.heads[OBJECTS] = detector.parts()
        self.weights = {OBJECTS: 1.0}
        self._detector = (detector,)  # in a tuple: its parts are registered above, once

    @property
    def detector(self) -> Detector:
        """What is trained."""
        return self._detector[0]

    def forward(self, x: Tensor, targets: Mapping[str, Target]) -> tuple[Tensor, dict[str, Tensor]]:
        target = targets[OBJECTS]
        assert isinstance(target, BoxTarget)
        rows = torch.nonzero(target.good).flatten()
        images = self.normalise(x[rows])
        boxes = [target.boxes[row] for row in rows.tolist()]
        labels = [target.labels[row] for row in rows.tolist()]
        parts = self.detector.losses(images, boxes, labels) if len(rows) else {"none": self._nothing()}
        total = torch.stack(list(parts.values())).sum() * (len(rows) / target.total)
        return total, {OBJECTS: total.detach()}

    def _nothing(self) -> Tensor:
        """Zero, with a way back to every parameter, for a part without a readable picture."""
        return torch.stack([p.sum() * 0 for p in self.parameters() if p.requires_grad]).sum()
