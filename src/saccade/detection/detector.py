"""The one interface of whatever finds objects in a picture, and how a folder becomes one.

Decided: a detector takes upright pictures of any size and gives boxes as fractions of them; scaling,
normalising, decoding and suppression are its own business, so that no caller can forget one of them. Which
library computes it is chosen by what the folder has and what is installed. Not here: tables (`stage`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from saccade.detection.folder import GRAPH, KIND_ONNX, KIND_TORCH, kind_of, read_onnx_config
from saccade.detection.kept import locate
from saccade.detection.trained import open_trained, trained_id
from saccade.errors import InputError
from saccade.vision.detections import Detections

if TYPE_CHECKING:
    from saccade.workspace.workspace import Workspace

RUNNERS = ("auto", "onnxruntime", "openvino", "torch")


class Detector(Protocol):
    """Finds objects in pictures.

    detector_id: readable name and a short hash of all that changes its boxes. categories: what `labels` count
    in; `("object",)` for one that knows no classes. dim: width of the boxes' vectors, 0 for none.
    """

    detector_id: str
    categories: tuple[str, ...]
    dim: int

    def detect(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Upright pictures, uint8 [H, W, 3] RGB of any size, to what is in each, best first."""
        ...


def open_detector(
    place: str | os.PathLike[str] | None,
    ws: Workspace | None = None,
    *,
    runner: str = "auto",
    threads: int | None = None,
    threshold: float | None = None,
    most: int | None = None,
) -> Detector:
    """Open the detector of a folder, ready to look at pictures.

    Args:
        place: a detector folder, the id of one that `ws` keeps, or None for the only one it keeps.
        ws: where ids are looked up.
        runner: one of `RUNNERS`; "auto" takes the fastest of what the folder has and is installed.
        threads: cores for one call, all by default.
        threshold: lowest score of a box, where it should not be the detector's own.
        most: boxes a picture at most, the same.

    Raises `NotFoundError` for a folder or id that is not there, `InputError` for a folder of something else,
    a graph that does not fit its settings or a library that is not installed.
    """
    if runner not in RUNNERS:
        raise InputError(f"runner is one of {', '.join(RUNNERS)}, found {runner!r}")
    folder = locate(ws, place)
    if kind_of(folder) == KIND_TORCH:
        return open_trained(folder, runner, threads, threshold, most)
    if runner == "torch":
        raise InputError(f"{folder} is an ONNX detector: torch cannot run it, take auto")
    from saccade.detection.runners.onnx import OnnxDetector

    config = read_onnx_config(folder)
    made = OnnxDetector(folder, config, config.detector_id(folder / GRAPH), runner, threads)
    return made.with_limits(threshold, most)


def identify(folder: Path) -> str:
    """The `detector_id` of a folder, without opening its network."""
    if kind_of(folder) == KIND_ONNX:
        return read_onnx_config(folder).detector_id(folder / GRAPH)
    return trained_id(folder)
