"""Detector folders: `config.json`, `model.safetensors`, `README.md`.

Decided: as model folders, `config.json` is written last, so a folder that has one is whole. One file of
weights holds trunk, retrieval head and branch.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save_file

from saccade.errors import InputError, NotFoundError, StorageError
from saccade.models.backbones import key_report, read_state
from saccade.models.detector.build import build
from saccade.models.detector.config import DetectorConfig, read_detector_config
from saccade.models.detector.detector import Detector

WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"


def save_detector(detector: Detector, folder: str | Path) -> Path:
    """Write a detector folder over whatever detector was there.

    Returns:
        The folder. InputError for settings without a JSON form, StorageError when it cannot be written.
    """
    folder, config, arrays = Path(folder), detector.config, detector.arrays()
    config.to_json()  # a setting without a JSON form is refused before anything is touched
    text = card(config, detector.identity(), sum(array.size for array in arrays.values()))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CONFIG).unlink(missing_ok=True)
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / WEIGHTS)
        (folder / CARD).write_text(text)
        config.write(folder / CONFIG)
    except (OSError, SafetensorError) as error:
        raise StorageError(f"cannot write the detector folder {folder}: {error}") from error
    return folder


def load_detector(folder: str | Path, *, name: str | None = None) -> Detector:
    """Open a detector folder.

    Args:
        folder: as `save_detector` wrote it.
        name: replaces the readable name.

    Returns:
        The detector in eval mode on the CPU. NotFoundError or InputError in one line.
    """
    folder = Path(folder)
    config = read_detector_config(folder)
    if not (folder / WEIGHTS).is_file():
        raise NotFoundError(f"no {WEIGHTS} in {folder}")
    detector = build(replace(config, name=name or config.name))
    state = read_state(folder / WEIGHTS)
    if report := key_report(detector.state_dict(), state):
        raise InputError(f"{folder / WEIGHTS} does not fit its config: {report}")
    detector.load_state_dict(state, strict=False)
    return detector


def card(config: DetectorConfig, identity: str, parameters: int) -> str:
    """The README of a detector folder."""
    finds = "any object" if config.agnostic else ", ".join(config.categories)
    vectors = "with embeddings of the boxes" if config.vectors else "without embeddings"
    return "\n".join(
        (
            f"# {identity}",
            "",
            f"A detector of saccade: {config.architecture} on {config.backbone}, {parameters / 1e6:.1f} M "
            f"parameters, pictures of {config.size} × {config.size}, {vectors}.",
            "",
            f"- Finds: {finds}",
            f"- Licence: {config.licence}",
            f"- Source: {config.source}",
            "",
            "    from saccade.models.detector import load_detector",
            '    detector = load_detector(".")',
            "",
        )
    )
