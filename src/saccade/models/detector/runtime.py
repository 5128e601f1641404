"""A detector's OpenVINO export on the CPU, without torch.

Decided: graphs hold what is learnt and have no control flow (`graphs.py`); between them, boxes are chosen by
NumPy and OpenCV, so thresholds can change after the export. One graph with torchvision's suppression in it
can be converted too, but OpenVINO crashed on a picture without a box. Arithmetic is float32 where a graph is
not int8, also on a processor that would rather take bfloat16. One picture at a time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from saccade.errors import InputError, NotFoundError

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
Found = tuple[Floats, Floats, Labels]  # boxes, scores, labels
Arrays = dict[str, NDArray[Any]]
SETTINGS = "runtime.json"
LOOK, JUDGE, EMBED = "look.xml", "judge.xml", "embed.xml"  # the graphs
TINY = 1e-2  # pixels; a box with a smaller side is dropped, as in torchvision


@dataclass(frozen=True)
class Settings:
    """What the graphs do not hold; see `DetectorConfig`. dim: width of the vectors, 0 without."""

    architecture: str
    size: int
    dim: int
    score_threshold: float
    nms_threshold: float
    most: int
    proposals: int = 0
    proposal_nms: float = 1.0
    candidates: int = 0


class OpenVinoGraph:
    """An exported detector.

    Args:
        folder: as `export.export_detector` wrote it.
        threads: of the processor; None leaves the choice to OpenVINO.

    Raises NotFoundError without graphs, InputError when OpenVINO cannot read them.
    """

    def __init__(self, folder: str | Path, threads: int | None = None) -> None:
        self.settings = _settings(Path(folder))
        graphs = (LOOK, JUDGE, EMBED)
        self._graphs = {
            name: _opened(Path(folder) / name, threads) for name in graphs if (Path(folder) / name).is_file()
        }
        if LOOK not in self._graphs:
            raise NotFoundError(f"no {LOOK} in {folder}: export the detector again")
        self.adjust(self.settings.score_threshold, self.settings.nms_threshold, self.settings.most)

    @property
    def vectors(self) -> bool:
        """True when boxes come with embeddings."""
        return self.settings.dim > 0

    def adjust(self, score_threshold: float, nms_threshold: float, most: int) -> None:
        """Change what is kept from now on; see `Detector.adjust`."""
        self._score, self._nms, self._most = score_threshold, nms_threshold, most

    def __call__(self, picture_13HW: Floats) -> Arrays:
        """One normalised picture, float32 [1, 3, size, size], to what `Detector.forward` says of it."""
        seen = self._run(LOOK, picture_13HW)
        judge = self._cells if self.settings.architecture == "ssd" else self._proposals
        boxes, scores, labels = judge(seen)
        rows = self._kept(boxes, scores, labels)
        found: Arrays = {"boxes": boxes[rows], "scores": scores[rows], "labels": labels[rows]}
        if self.vectors:
            found["vectors"] = self._embedded(seen, found["boxes"])
        return found

    def _run(self, graph: str, *inputs: Floats) -> list[Floats]:
        """Copies of the outputs: OpenVINO writes the next ones into the same memory."""
        return [np.array(value, np.float32) for value in self._graphs[graph](list(inputs)).values()]

    def _proposals(self, seen: list[Floats]) -> Found:
        """Regions that survive, looked at again: a box for each of them and category."""
        regions, scores = seen[2], seen[3]
        good = np.flatnonzero((regions[:, 2:] - regions[:, :2] >= 1e-3).all(axis=1))
        rows = good[suppressed(regions[good], scores[good], self.settings.proposal_nms)]
        if not len(rows):
            return _nothing()
        boxes_NK4, scores_NK = self._run(JUDGE, seen[1], regions[rows[: self.settings.proposals]])
        return _flat(boxes_NK4, scores_NK, self._score)

    def _cells(self, seen: list[Floats]) -> Found:
        """The best cells of each level, for every category."""
        parts = [
            _flat(np.broadcast_to(boxes[:, None], (*scores.shape, 4)), scores, self._score)
            for boxes, scores in zip(seen[1::2], seen[2::2], strict=True)
        ]
        best = [_best(part, self.settings.candidates) for part in parts]
        boxes, scores, labels = zip(*best, strict=True)
        return np.concatenate(boxes), np.concatenate(scores), np.concatenate(labels)

    def _kept(self, boxes: Floats, scores: Floats, labels: NDArray[np.int64]) -> NDArray[np.int64]:
        good = np.flatnonzero((boxes[:, 2:] - boxes[:, :2] >= TINY).all(axis=1))
        return good[suppressed(boxes[good], scores[good], self._nms, labels[good])][: self._most]

    def _embedded(self, seen: list[Floats], boxes: Floats) -> Floats:
        if not len(boxes):
            return np.zeros((0, self.settings.dim), np.float32)
        return self._run(EMBED, seen[0], boxes)[0]


def suppressed(
    corners: Floats, scores: Floats, threshold: float, labels: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Rows that stay after greedy non-maximum suppression, best first.

    Args:
        corners: [N, 4] left, top, right, bottom.
        scores: [N].
        threshold: overlap above which the lesser of two boxes goes; 1 keeps all.
        labels: [N]; boxes of two labels do not suppress each other. None: all are alike.
    """
    if threshold >= 1 or len(scores) < 2:
        return np.argsort(-scores, kind="stable")
    boxes = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1).astype(float)
    if labels is not None:  # apart, so that they do not overlap
        boxes[:, :2] += labels[:, None] * (corners.max() + 1.0)
    kept = cv2.dnn.NMSBoxes(boxes, scores, 0.0, threshold)  # type: ignore[arg-type]
    return np.asarray(kept, np.int64).reshape(-1)


def _flat(boxes_NK4: Floats, scores_NK: Floats, threshold: float) -> Found:
    """Pairs of box and category whose score is above the threshold."""
    rows, labels = np.nonzero(scores_NK > threshold)
    return boxes_NK4[rows, labels], scores_NK[rows, labels], labels.astype(np.int64)


def _best(found: Found, most: int) -> Found:
    """The best boxes of a level."""
    rows = np.argsort(-found[1], kind="stable")[:most]
    return found[0][rows], found[1][rows], found[2][rows]


def _nothing() -> Found:
    return np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64)


def _settings(folder: Path) -> Settings:
    try:
        return Settings(**json.loads((folder / SETTINGS).read_text()))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError(f"no {SETTINGS} in {folder}: it is no export of a detector") from error
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{folder / SETTINGS} is not what saccade wrote: export the detector again"
        ) from error


def _opened(path: Path, threads: int | None) -> Any:
    from saccade.models.export.openvino import ov

    settings: dict[str, object] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    if threads is not None:
        settings["INFERENCE_NUM_THREADS"] = threads
    try:
        return ov.Core().compile_model(path, "CPU", settings)
    except RuntimeError as error:
        raise InputError(f"OpenVINO cannot read {path}: export the detector again") from error
