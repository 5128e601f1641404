"""A marketplace as files, the way a shop would hand over its catalogue.

    folder/catalogue/items.jsonl, images/*.jpg          listings and seller pictures
    folder/catalogue/texts.jsonl                        alt texts, queries, board names
    folder/catalogue/boards.jsonl, board_items.jsonl    boards, where people have them
    folder/catalogue/events.jsonl                       the log, where sessions were asked for
    folder/photos/*.jpg                                 shoppers' photos
    folder/scenes/*.jpg, scenes.jsonl, annotations.json scenes, their texts, boxes of half of them
    folder/truth/*                                      the answers; keep them from the system under test
    folder/bazaar.json                                  the settings that made it

Decided: a file is written beside its place and renamed, and one that exists is left alone. So a killed run is
finished by running it again, and a second run changes nothing. Other settings in the same folder are refused.
Lists are jobs like pictures are, so processes share them too. Photos and scenes carry one date: the order in
which they were drawn would tell which product they show.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from saccade.bazaar.drawing import draw_products, draw_scenes, drop_parts, joined, read_scenes
from saccade.bazaar.files import put_lines, put_text
from saccade.errors import InputError, StorageError
from saccade.progress import Progress

if TYPE_CHECKING:
    from saccade.bazaar.bazaar import Bazaar

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


@dataclass(frozen=True)
class _Job:
    """Products or scenes to draw, or the list at `path`."""

    kind: str
    numbers: range = range(0)
    path: str = ""


def write(market: Bazaar, folder: Path, workers: int, progress: Progress) -> Written:
    """Write the marketplace under `folder`, in `workers` processes (1 works in this one).

    Raises `InputError` when the folder holds a marketplace of other settings, `StorageError` when it cannot
    be written.
    """
    if workers < 1:
        raise InputError(f"expected 1 or more workers, found {workers}: give the number of processes")
    try:
        _claim(market, folder)
        drawn = _work(market, folder, workers, progress)
        if market.scenes:
            _about_scenes(market, folder)
    except OSError as error:
        raise StorageError(
            f"expected to write under {folder}, found: {error}; free space or choose another folder"
        ) from error
    total = market.products * (market.views + market.photos) + market.scenes
    return Written(folder, drawn, total - drawn)


def _claim(market: Bazaar, folder: Path) -> None:
    """Make the folders and leave the settings, or refuse a folder of another marketplace."""
    settings = json.dumps(asdict(market)) + "\n"
    mark = folder / "bazaar.json"
    if mark.exists() and mark.read_text() != settings:
        raise InputError(
            f"expected a folder of {settings.strip()}, found {mark.read_text().strip()}: use another"
        )
    for name in ("catalogue/images", "photos", "truth", *(["scenes"] if market.scenes else [])):
        (folder / name).mkdir(parents=True, exist_ok=True)
    put_text(mark, settings)


def _work(market: Bazaar, folder: Path, workers: int, progress: Progress) -> int:
    """Do every job; the number of pictures drawn."""
    progress.start("drawing the marketplace", market.products + market.scenes)
    drawn = 0
    try:
        for count, done in _done(market, folder, _jobs(market), workers):
            drawn += count
            progress.advance(done)
    finally:
        progress.stop()
    return drawn


def _jobs(market: Bazaar) -> Iterator[_Job]:
    from saccade.bazaar.tables import tables

    yield from (_Job("table", path=path) for path in tables(market))
    for kind, count in (("products", market.products), ("scenes", market.scenes)):
        for start in range(0, count, _CHUNK):
            yield _Job(kind, range(start, min(start + _CHUNK, count)))


def _done(market: Bazaar, folder: Path, jobs: Iterator[_Job], workers: int) -> Iterator[tuple[int, int]]:
    """(pictures drawn, products and scenes done) of each job, as they finish. A few jobs wait at a time."""
    if workers == 1:
        yield from ((_perform(market, folder, job), len(job.numbers)) for job in jobs)
        return
    if market.products:
        market.picture(0, 0)  # compiles (or loads) the kernels once, before they are copied
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=cv2.setNumThreads, initargs=(1,)
    ) as pool:
        waiting: dict[Future[int], int] = {}
        for job in jobs:
            waiting[pool.submit(_perform, market, folder, job)] = len(job.numbers)
            if len(waiting) >= 2 * workers:
                yield from _collect(waiting)
        while waiting:
            yield from _collect(waiting)


def _collect(waiting: dict[Future[int], int]) -> Iterator[tuple[int, int]]:
    for done in wait(waiting, return_when=FIRST_COMPLETED).done:
        yield done.result(), waiting.pop(done)


def _perform(market: Bazaar, folder: Path, job: _Job) -> int:
    """Do one job; the number of pictures drawn."""
    from saccade.bazaar.tables import tables

    if job.kind == "products":
        return draw_products(market, folder, job.numbers)
    if job.kind == "scenes":
        return draw_scenes(market, folder, job.numbers)
    put_lines(folder / job.path, lambda: tables(market)[job.path](market))
    return 0


def _about_scenes(market: Bazaar, folder: Path) -> None:
    """The lists that need all scenes drawn."""
    from saccade.bazaar.tables import boxed, scene_qrels

    everything = folder / "truth" / "scenes.jsonl"
    put_lines(everything, lambda: joined(folder))
    put_lines(folder / "truth" / "scene_qrels.txt", lambda: scene_qrels(read_scenes(everything)))
    put_lines(folder / "scenes" / "annotations.json", lambda: [boxed(market, read_scenes(everything))])
    drop_parts(folder)
