"""A marketplace as files, the way a shop would hand over its catalogue.

    folder/catalogue/items.jsonl     one listing a line
    folder/catalogue/images/*.jpg    seller pictures
    folder/queries/*.jpg             camera photos
    folder/queries/qrels.txt         TREC qrels: photo, 0, item, 1 (the truth; keep it from the system under
    test) folder/bazaar.json               the settings that made it

Decided: a file is written beside its place and renamed, and one that exists is left alone. So a killed run is
finished by running it again, and a second run changes nothing. Other settings in the same folder are refused.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from saccade.errors import InputError, StorageError
from saccade.progress import Progress

if TYPE_CHECKING:
    from saccade.bazaar.bazaar import Bazaar

QUALITY = 90
"""JPEG quality of everything that is written."""

_CHUNK = 16


@dataclass(frozen=True)
class Picture:
    """A picture of a listing: path relative to the catalogue, and its role (`seller`)."""

    path: str
    role: str


@dataclass(frozen=True)
class Listed:
    """One row of `items.jsonl`. Attributes are (name, value) pairs; price in euros."""

    item_id: str
    title: str
    description: str
    attributes: tuple[tuple[str, str], ...]
    price: float
    category: str
    images: tuple[Picture, ...]

    def json(self) -> str:
        """The row as one line of JSON."""
        return json.dumps({**asdict(self), "attributes": dict(self.attributes)}, ensure_ascii=False)


@dataclass(frozen=True)
class Written:
    """What a run did. pictures: files drawn by it; kept: picture files that were there already."""

    folder: Path
    pictures: int
    kept: int


def write(market: Bazaar, folder: Path, workers: int, progress: Progress) -> Written:
    """Write the marketplace under `folder`, drawing in `workers` processes (1 draws in this one).

    Raises `InputError` when the folder holds a marketplace of other settings, `StorageError` when it cannot
    be written.
    """
    if workers < 1:
        raise InputError(f"expected 1 or more workers, found {workers}: give the number of processes")
    try:
        _claim(market, folder)
        drawn = _pictures(market, folder, workers, progress)
        _text(folder / "catalogue" / "items.jsonl", "".join(row.json() + "\n" for row in market.records()))
        _text(
            folder / "queries" / "qrels.txt",
            "".join(f"{query} 0 {item} 1\n" for query, item in market.qrels()),
        )
    except OSError as error:
        raise StorageError(
            f"expected to write under {folder}, found: {error}; free space or choose another folder"
        ) from error
    total = market.products * (market.views + market.photos)
    return Written(folder, drawn, total - drawn)


def _claim(market: Bazaar, folder: Path) -> None:
    """Make the folders and leave the settings, or refuse a folder of another marketplace."""
    settings = json.dumps(asdict(market)) + "\n"
    mark = folder / "bazaar.json"
    if mark.exists() and mark.read_text() != settings:
        raise InputError(
            f"expected a folder of {settings.strip()}, found {mark.read_text().strip()}: use another"
        )
    (folder / "catalogue" / "images").mkdir(parents=True, exist_ok=True)
    (folder / "queries").mkdir(parents=True, exist_ok=True)
    _text(mark, settings)


def _pictures(market: Bazaar, folder: Path, workers: int, progress: Progress) -> int:
    """Draw what is missing; the number of files drawn."""
    chunks = (
        range(start, min(start + _CHUNK, market.products)) for start in range(0, market.products, _CHUNK)
    )
    progress.start("drawing products", market.products)
    drawn = 0
    try:
        for count, done in _drawn(market, folder, chunks, workers):
            drawn += count
            progress.advance(done)
    finally:
        progress.stop()
    return drawn


def _drawn(market: Bazaar, folder: Path, chunks: Iterator[range], workers: int) -> Iterator[tuple[int, int]]:
    """(files drawn, products done) of each chunk, as chunks finish. A few chunks wait at a time, not all."""
    if workers == 1:
        yield from ((_chunk(market, folder, chunk), len(chunk)) for chunk in chunks)
        return
    market.picture(
        0, 0
    ) if market.products else None  # compiles (or loads) the kernels once, before they are copied
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=cv2.setNumThreads, initargs=(1,)
    ) as pool:
        waiting: dict[Future[int], int] = {}
        for chunk in chunks:
            waiting[pool.submit(_chunk, market, folder, chunk)] = len(chunk)
            if len(waiting) >= 2 * workers:
                yield from _collect(waiting)
        while waiting:
            yield from _collect(waiting)


def _collect(waiting: dict[Future[int], int]) -> Iterator[tuple[int, int]]:
    for done in wait(waiting, return_when=FIRST_COMPLETED).done:
        yield done.result(), waiting.pop(done)


def _chunk(market: Bazaar, folder: Path, indexes: range) -> int:
    """Draw the missing pictures of some products; how many there were."""
    drawn = 0
    for index in indexes:
        for view in range(market.views):
            path = folder / "catalogue" / "images" / f"{index:06d}-{view}.jpg"
            if not path.exists():
                _jpeg(path, market.picture(index, view))
                drawn += 1
        for number in range(market.photos):
            path = folder / "queries" / f"{market.query_id(index, number)}.jpg"
            if not path.exists():
                _jpeg(path, market.photo(index, number))
                drawn += 1
    return drawn


def _jpeg(path: Path, rgb: np.ndarray) -> None:
    done, data = cv2.imencode(
        ".jpg", np.ascontiguousarray(rgb[:, :, ::-1]), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    if not done:
        raise OSError(f"OpenCV could not encode {path.name}")
    _replace(path, data.tobytes())


def _text(path: Path, text: str) -> None:
    """Write a text unless it is there already."""
    data = text.encode()
    if not (path.exists() and path.read_bytes() == data):
        _replace(path, data)


def _replace(path: Path, data: bytes) -> None:
    """Write whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
