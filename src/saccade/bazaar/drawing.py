"""Draws what is missing in a folder: pictures and photos of some products, some scenes and their truth.

Decided: what a scene shows is known only when it has been drawn, so the truth of each batch of scenes is
kept in a part file under `truth/.parts` until all are there; then the parts become one list and go."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from saccade.bazaar.files import put_jpeg, put_lines

if TYPE_CHECKING:
    from saccade.bazaar.bazaar import Bazaar
    from saccade.bazaar.truth import Row

_PARTS = Path("truth") / ".parts"


def draw_products(market: Bazaar, folder: Path, indexes: range) -> int:
    """Draw the missing pictures and photos of some products; how many there were."""
    drawn = 0
    for index in indexes:
        for view in range(market.views):
            path = folder / "catalogue" / "images" / f"{index:06d}-{view}.jpg"
            if not path.exists():
                put_jpeg(path, market.picture(index, view))
                drawn += 1
        for number in range(market.photos):
            path = folder / "photos" / f"{market.query_id(index, number)}.jpg"
            if not path.exists():
                put_jpeg(path, market.photo(index, number), dated=True)
                drawn += 1
    return drawn


def draw_scenes(market: Bazaar, folder: Path, numbers: range) -> int:
    """Draw the missing ones of some scenes and keep their truth; how many were missing."""
    part = folder / _PARTS / f"{numbers.start:07d}.jsonl"
    told = part.exists() or (folder / "truth" / "scenes.jsonl").exists()
    missing = [n for n in numbers if not _place(market, folder, n).exists()]
    lines = [_drawn(market, folder, number) for number in (missing if told else numbers)]
    if not told:
        part.parent.mkdir(exist_ok=True)
        put_lines(part, lambda: lines)
    return len(missing)


def joined(folder: Path) -> Iterator[str]:
    """The lines of all parts, in the order of the scenes."""
    for part in sorted((folder / _PARTS).glob("*.jsonl")):
        with part.open(encoding="utf-8") as handle:
            yield from handle


def drop_parts(folder: Path) -> None:
    """Remove the parts, which are one list by now."""
    shutil.rmtree(folder / _PARTS, ignore_errors=True)


def read_scenes(path: Path) -> Iterator[Row]:
    """The rows of `truth/scenes.jsonl`."""
    with path.open(encoding="utf-8") as handle:
        yield from (json.loads(line) for line in handle)


def _drawn(market: Bazaar, folder: Path, number: int) -> str:
    """Draw a scene, write it where it is missing, and tell what it shows."""
    from saccade.bazaar import truth
    from saccade.bazaar.tables import line

    found, path = market.scene(number), _place(market, folder, number)
    if not path.exists():
        put_jpeg(path, found.pixels, dated=True)
    return line(truth.scene(market, found))


def _place(market: Bazaar, folder: Path, number: int) -> Path:
    return folder / "scenes" / f"{market.scene_id(number)}.jpg"
