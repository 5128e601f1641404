"""A detector folder that saccade trained: its name without its network, and the runner that suits it."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from saccade.detection.folder import KIND_TORCH, kind_of
from saccade.errors import InputError, NotFoundError
from saccade.fingerprints.store import kept_model
from saccade.models.detector.config import read_detector_config
from saccade.models.folder import WEIGHTS
from saccade.models.identity import model_id
from saccade.vision.detections import Detections
from saccade.vision.letterbox import unboxed

if TYPE_CHECKING:
    from saccade.detection.detector import Detector
    from saccade.models.detector.config import DetectorConfig
    from saccade.workspace.workspace import Workspace

EXPORT, REPORT = "openvino", "export.json"  # what `models.detector.export` writes into the folder
Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def trained_id(folder: Path) -> str:
    """The `detector_id` of a trained detector, as `models.detector.Detector.identity`, without torch."""
    config = read_detector_config(folder)
    if not (folder / WEIGHTS).is_file():
        raise NotFoundError(f"{folder / WEIGHTS} is missing: it is no whole detector folder")
    arrays = load_file(folder / WEIGHTS)
    kept = {name: array for name, array in arrays.items() if not name.endswith("num_batches_tracked")}
    return model_id(_name(config), kept, config.identity())


def _name(config: DetectorConfig) -> str:
    return config.name or f"{config.architecture}-{config.backbone}"


def open_trained(
    folder: Path, runner: str, threads: int | None, threshold: float | None, most: int | None
) -> Detector:
    """The runner of a trained detector: its OpenVINO export where it has one, else torch.

    Raises `InputError` for a runner that it cannot have.
    """
    detector_id = trained_id(folder)
    if runner == "onnxruntime":
        raise InputError(f"{folder} is a trained detector: onnxruntime cannot run it, take auto")
    if runner == "openvino" or (runner == "auto" and _export_is_quicker(folder, detector_id)):
        from saccade.detection.runners.openvino import OpenVinoDetector

        config, place = read_detector_config(folder), folder / EXPORT
        _require_export(place, detector_id)
        return OpenVinoDetector(place, config, detector_id, threads, threshold, most)
    if find_spec("torch") is None:
        raise InputError(
            f"{folder} has no OpenVINO export, and torch is not installed: pip install 'saccade[torch]'"
        )
    from saccade.detection.runners.torch import TorchDetector

    return TorchDetector(folder, detector_id, threshold, most)


def _export_is_quicker(folder: Path, detector_id: str) -> bool:
    """Whether there is an export of this very network, it was measured as quicker, and it can be run."""
    report = _report(folder / EXPORT)
    fits = report.get("detector_id") == detector_id and float(report.get("speed_ratio", 0)) > 1
    return fits and find_spec("openvino") is not None


def _require_export(place: Path, detector_id: str) -> None:
    if find_spec("openvino") is None:
        raise InputError("openvino is not installed: pip install 'saccade[openvino]'")
    found = _report(place).get("detector_id")
    if found is None:
        raise NotFoundError(f"there is no OpenVINO export in {place}: export the detector, or take torch")
    if found != detector_id:
        raise InputError(f"{place} is an export of {found}, not of {detector_id}: export it again")


def _report(place: Path) -> dict[str, Any]:
    try:
        found = json.loads((place / REPORT).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def fractions(
    corners: Floats, scores: Floats, labels: NDArray[np.generic], scale: float, rgb: Pixels,
    vectors: Floats | None = None,
) -> Detections:  # fmt: skip
    """Corners in pixels of the square to `Detections` of the picture; empty boxes are dropped."""
    boxes = unboxed(corners, scale, rgb.shape[1], rgb.shape[0])
    found = Detections(boxes, np.clip(scores, 0, 1).astype(np.float32), labels.astype(np.int64), vectors)
    return found.select((boxes[:, 2:] > 1e-6).all(axis=1) & np.isfinite(boxes).all(axis=1))


def check_vectors(ws: Workspace, folder: Path, detector: Detector, kept: str) -> None:
    """InputError unless the boxes' vectors are those of this kept model: equal weights of trunk and head."""
    if kind_of(folder) != KIND_TORCH or not detector.dim:
        raise InputError(
            f"{detector.detector_id} gives no vectors: run `saccade fingerprint --store objects`"
        )
    own, model = load_file(folder / WEIGHTS), load_file(kept_model(ws, kept) / WEIGHTS)
    pairs = [(array, own.get(f"embedder.{name}")) for name, array in model.items()]
    if not all(there is not None and _equal(array, there) for array, there in pairs):
        raise InputError(f"the trunk of {detector.detector_id} is not that of {kept}: name its model")


def _equal(array: NDArray[np.generic], other: NDArray[np.generic]) -> bool:
    """Equal, or of another shape: tables of positions are fitted to the size of the pictures."""
    return array.shape != other.shape or bool(np.allclose(array, other, atol=1e-6))
