"""A kept model as a folder for another runtime, compared with itself on the catalogue's own pictures.

Decided: pictures that calibrate (int8) and pictures that are compared are different ones, drawn by a seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saccade.catalog.catalogue import Catalogue
from saccade.discovery.pictures import read_pictures
from saccade.errors import InputError
from saccade.fingerprints.store import locate
from saccade.models.export.export import ExportReport, Format, Precision, export_model
from saccade.models.folder import load_model
from saccade.vision.decode import decode
from saccade.vision.preprocess import Preprocess
from saccade.workspace import Workspace

CALIBRATE, CHECK, BATCH = 300, 64, 16


def convert(
    ws: Workspace, spec: str | None, folder: Path, format: Format, precision: Precision, seed: int = 0
) -> ExportReport:
    """Export a model that the workspace keeps (None: the only one), or a model folder.

    Raises InputError for a workspace without pictures, and what `export_model` and `locate` raise.
    """
    model = load_model(locate(ws, spec))
    images = np.random.default_rng(seed).permutation(Catalogue(ws).images.to_pylist()).tolist()
    check = list(_batches(ws, images[:CHECK], model.preprocess))
    if not check:
        raise InputError(f"{ws.uri} has no picture that can be read: a conversion is compared on pictures")
    rest = images[CHECK : CHECK + CALIBRATE] or images[:CHECK]
    calibration = _batches(ws, rest, model.preprocess) if precision == "int8" else None
    return export_model(model, folder, format, precision, check=check, calibration=calibration)


def _batches(ws: Workspace, images: list[str], preprocess: Preprocess) -> Iterator[NDArray[np.float32]]:
    """float32 [N, 3, H, W] of those that can be read."""
    for start in range(0, len(images), BATCH):
        contents = read_pictures(ws, images[start : start + BATCH]).values()
        found = [decode(one.data, draft=preprocess.draft).rgb for one in contents if one.data is not None]
        pixels = [preprocess.prepare_uint8(rgb) for rgb in found if rgb is not None]
        if pixels:
            yield preprocess.normalise(np.stack(pixels))
