"""One trunk for boxes and for embeddings: the module that is trained and that detects.

Decided: the embedder stays whole (trunk and retrieval head), and all that detection adds is one `Branch`, so
that recipes see a trunk, a head and tasks as in every other training. The branch computes in float32 under
any autocast: corners of boxes do not fit bfloat16. Pictures come from `vision.letterbox`, normalised with
`config.preprocess`.
Not here: decoding pictures, fractions of the picture (`saccade.detection`), the training loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm  # pyright: ignore[reportPrivateUsage]

from saccade.errors import InputError
from saccade.models.detector.config import DetectorConfig
from saccade.models.detector.maps import Maps
from saccade.models.detector.vectors import box_vectors
from saccade.models.identity import model_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from saccade.models.backbones import Backbone
    from saccade.models.embedder import Embedder

Found = dict[str, Tensor]  # boxes [n, 4] corners in pixels, scores [n], labels [n] from 0, vectors [n, D]


class Branch(Protocol):
    """What an architecture adds to the trunk; an `nn.Module`."""

    def maps(self, backbone: Backbone, images_B3HW: Tensor) -> Maps:
        """The maps of the trunk that it looks at."""
        ...

    def losses(self, maps: Maps, targets: list[Found], size: int) -> dict[str, Tensor]:
        """Scalars by name; `targets` have boxes and labels, no box of zero area."""
        ...

    def detect(self, maps: Maps, size: int) -> list[Found]:
        """Boxes, scores and labels of every picture, best first."""
        ...

    def adjust(self, score_threshold: float, nms_threshold: float, most: int) -> None:
        """What is kept from now on."""
        ...


class Detector(nn.Module):
    """Boxes with scores, labels and, where `config.vectors`, embeddings.

    Args:
        embedder: trunk and optional retrieval head; its positions fit `config.size`.
        branch: see `Branch`.
        config: what both were built from.
    """

    def __init__(self, embedder: Embedder, branch: nn.Module, config: DetectorConfig) -> None:
        super().__init__()
        self.embedder, self.branch, self.config = embedder, branch, config
        self.adjust()

    @property
    def categories(self) -> tuple[str, ...]:
        """Names by label."""
        return self.config.categories

    @property
    def size(self) -> int:
        """Side in pixels of the square that pictures are fitted into."""
        return self.config.size

    @property
    def dim(self) -> int:
        """Width of the vectors, 0 without."""
        return self.embedder.dim if self.config.vectors else 0

    def parts(self) -> nn.Module:
        """Everything that is not the embedder: neck, proposals, heads."""
        return self.branch

    def identity(self) -> str:
        """`detector_id`: a readable name and a short hash of weights and config."""
        name = self.config.name or f"{self.config.architecture}-{self.config.backbone}"
        return model_id(name, self.arrays(), self.config.identity())

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The weights as float32 on the CPU, by name, without running counts of batches."""
        return {
            name: tensor.detach().float().cpu().numpy()
            for name, tensor in self.state_dict().items()
            if not name.endswith("num_batches_tracked")
        }

    def adjust(
        self,
        *,
        score_threshold: float | None = None,
        nms_threshold: float | None = None,
        most: int | None = None,
    ) -> None:
        """Change what is kept of what is found; None leaves a setting. InputError outside its range.

        score_threshold: 0..1. nms_threshold: overlap in 0..1 above which the lesser of two boxes of a
        category goes, 1 keeps all. most: detections per picture.
        """
        stated = {"score_threshold": score_threshold, "nms_threshold": nms_threshold, "most": most}
        changed = {name: value for name, value in stated.items() if value is not None}
        self.config = config = replace(self.config, **changed)  # type: ignore[arg-type]
        self._branch.adjust(config.score_threshold, config.nms_threshold, config.most)

    def losses(
        self, images_B3HW: Tensor, boxes: Sequence[Tensor], labels: Sequence[Tensor]
    ) -> dict[str, Tensor]:
        """What to minimise: the sum of the values.

        Args:
            images_B3HW: float [B, 3, size, size], normalised.
            boxes: of each picture, float32 [n, 4] left, top, right, bottom in pixels; n may be 0. Boxes
                without area are dropped.
            labels: of each picture, int64 [n] from 0.

        Returns:
            float32 scalars by name. InputError when pictures, boxes and labels do not go together.
        """
        targets = self._targets(images_B3HW, boxes, labels)
        maps = self._maps(images_B3HW)
        with self._alone(training=True):
            return self._branch.losses(maps, targets, self.size)

    def forward(self, images_B3HW: Tensor) -> list[Found]:
        """float [B, 3, size, size], normalised, to what is found in each picture, best first."""
        self._check(images_B3HW)
        maps = self._maps(images_B3HW)
        with self._alone(training=False):
            found = self._branch.detect(maps, self.size)
            if not self.config.vectors:
                return found
            vectors = box_vectors(self.embedder, maps.grid, [one["boxes"] for one in found], self.size)
            return [{**one, "vectors": rows} for one, rows in zip(found, vectors, strict=True)]

    def train(self, mode: bool = True) -> Detector:
        """As of every module, but batch norms of the trunk stay as they are where `config.frozen_norms`."""
        super().train(mode)
        if self.config.frozen_norms:
            for module in self.embedder.backbone.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
        return self

    @property
    def _branch(self) -> Branch:
        return self.branch  # type: ignore[return-value]

    def _maps(self, images_B3HW: Tensor) -> Maps:
        return self._branch.maps(self.embedder.backbone, images_B3HW).float()

    @contextmanager
    def _alone(self, training: bool) -> Iterator[None]:
        """The branch in float32 and in the mode that torchvision's heads look at."""
        before, device = self.branch.training, next(self.branch.parameters()).device.type
        self.branch.train(training)
        try:
            with torch.autocast(device, enabled=False):
                yield
        finally:
            self.branch.train(before)

    def _check(self, images_B3HW: Tensor) -> None:
        if images_B3HW.shape[1:] != (3, self.size, self.size):
            raise InputError(
                f"the detector takes pictures [B, 3, {self.size}, {self.size}], "
                f"found {list(images_B3HW.shape)}: use vision.letterbox"
            )

    def _targets(self, images_B3HW: Tensor, boxes: Sequence[Tensor], labels: Sequence[Tensor]) -> list[Found]:
        self._check(images_B3HW)
        counts = [len(images_B3HW), len(boxes), len(labels)]
        if len(set(counts)) > 1:
            raise InputError(f"losses needs boxes and labels of every picture, found {counts}: give all")
        return [
            self._target(b.to(images_B3HW.device), n.to(images_B3HW.device))
            for b, n in zip(boxes, labels, strict=True)
        ]

    def _target(self, boxes: Tensor, labels: Tensor) -> Found:
        boxes = boxes.float().reshape(-1, 4)
        if len(boxes) != len(labels):
            raise InputError(f"losses: {len(boxes)} boxes and {len(labels)} labels of one picture: give both")
        kept = (boxes[:, 2:] > boxes[:, :2]).all(dim=1)
        return {"boxes": boxes[kept], "labels": labels.long()[kept]}
