"""`saccade import-detector`: a detector in an ONNX file becomes one that the workspace keeps."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from saccade.cli.common import FLAT, Common, console, parse
from saccade.detection.detector import identify, open_detector
from saccade.detection.folder import Decoder
from saccade.detection.imports import import_onnx, read_categories
from saccade.detection.kept import keep_detector
from saccade.workspace import Workspace


@dataclass(frozen=True)
class Imported:
    """What is imported."""

    file: Path
    """The ONNX file; it takes one picture of fixed size."""
    decoder: Decoder
    """How its output is read: yolox or fastestdet."""
    categories: Path
    """Names of its categories in order, a line each; .json and .jsonl too."""
    named: str = ""
    """Readable part of its id; the file's name by default."""
    licence: str = "unknown"
    """Of the weights."""
    source: str = "unknown"
    """Where the weights come from."""


def main(argv: list[str]) -> None:
    own, rest = parse(_both, "import-detector", argv, "Keep a detector that is an ONNX file.")
    ws, names = Workspace(rest.workspace), read_categories(own.categories)
    with tempfile.TemporaryDirectory() as place:
        folder = import_onnx(
            own.file, own.decoder, names, Path(place) / "detector", name=own.named, licence=own.licence,
            source=own.source,
        )  # fmt: skip
        open_detector(folder)  # it can be run, and its output fits the names
        detector_id = identify(folder)
        keep_detector(ws, folder, detector_id)
    console().print(f"import-detector: {detector_id}, {len(names)} categories")


def _both(own: Annotated[Imported, FLAT], rest: Annotated[Common, FLAT]) -> tuple[Imported, Common]:
    return own, rest
