"""Detectors: boxes, and their embeddings, from the trunk of an embedder.

    detector = make_detector(DetectorConfig("vit-frcnn", ("chair", "lamp")), "models/shop-0123456789")
    losses = detector.losses(images, boxes, labels)
    save_detector(detector, "models/rooms"); detector = load_detector("models/rooms")

Names are loaded when they are used, so that a config is read on a machine without torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.models.detector.build import make_detector
    from saccade.models.detector.config import DetectorConfig, read_detector_config
    from saccade.models.detector.detector import Detector
    from saccade.models.detector.export import export_detector
    from saccade.models.detector.folder import load_detector, save_detector

__all__ = [
    "Detector", "DetectorConfig", "export_detector", "load_detector", "make_detector", "read_detector_config",
    "save_detector",
]  # fmt: skip

_PLACES = {
    "Detector": "detector", "DetectorConfig": "config", "export_detector": "export",
    "load_detector": "folder", "make_detector": "build", "read_detector_config": "config",
    "save_detector": "folder",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
