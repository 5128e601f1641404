"""Files that are whole or not there: written beside their place, then renamed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

QUALITY = 90
"""JPEG quality of everything that is written."""

_DATE = 1_735_689_600  # 2025-01-01 00:00 UTC


def put_jpeg(path: Path, rgb: np.ndarray, dated: bool = False) -> None:
    """Write a picture, uint8 (height, width, 3). dated: with one fixed date, so its age tells nothing."""
    done, data = cv2.imencode(
        ".jpg", np.ascontiguousarray(rgb[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    if not done:
        raise OSError(f"OpenCV could not encode {path.name}")
    with _beside(path, dated) as handle:
        handle.write(data.tobytes())


def put_text(path: Path, text: str) -> None:
    """Write a text unless the file is there already."""
    put_lines(path, lambda: [text])


def put_lines(path: Path, lines: Callable[[], Iterable[str]]) -> None:
    """Write lines as they come, unless the file is there already; then `lines` is not called."""
    if path.exists():
        return
    with _beside(path) as handle:
        handle.writelines(line.encode() for line in lines())


@contextmanager
def _beside(path: Path, dated: bool = False) -> Iterator[BinaryIO]:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as handle:
            yield handle
        if dated:
            os.utime(beside, (_DATE, _DATE))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
