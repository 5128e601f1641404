"""`saccade search`: print what is found for one query, and write a picture page that opens in a browser."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from rich.table import Table as Grid

from saccade.cli.common import FLAT, Common, console, parse
from saccade.discovery.answer import Answer
from saccade.discovery.engine import Engine
from saccade.discovery.query import Query
from saccade.discovery.show import answer_page
from saccade.errors import InputError
from saccade.index.where import parse_where
from saccade.vision.boxes import Box
from saccade.workspace import Workspace


@dataclass(frozen=True)
class Search:
    """Find by exactly one of item, image, url, text or vector."""

    item: str | None = None
    """Id of an item: more like this one."""
    image: Path | None = None
    """A picture file."""
    url: str | None = None
    """Address of a picture."""
    text: str | None = None
    """Words of a title."""
    vector: Path | None = None
    """A .npy file with one vector."""
    box: tuple[float, float, float, float] | None = None
    """Only this part of the picture: x y width height, each 0 to 1."""
    where: tuple[str, ...] = ()
    """Conditions that all must hold: 'base_colour=Blue' 'price<20' 'category in shoe,bag'."""
    k: Annotated[int, tyro.conf.arg(aliases=["-k"])] = 20
    """Number of results."""
    pictures: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Results are pictures, not items."""
    exact: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Compare with every vector."""
    index: str = "main"
    """Name of the index."""
    page: Path | None = Path("search.html")
    """Where the picture page goes; None for none."""
    allow_private: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Fetch --url from private addresses too."""

    def query(self, engine: Engine) -> Query:
        """The query that the options state."""
        return Query(
            item_id=self.item, image=_bytes(self.image), url=self.url, text=self.text,
            vector=_vector(self.vector), box=None if self.box is None else Box(*self.box),
            filter=parse_where(self.where, engine.info.fields), k=self.k,
            group_by_item=not self.pictures, exact=self.exact,
        )  # fmt: skip


def main(argv: list[str]) -> None:
    search, common = parse(_options, "search", argv, Search.__doc__ or "")
    engine = Engine(Workspace(common.workspace), search.index, public_only=not search.allow_private)
    query = search.query(engine)
    answer = engine.search(query)
    out = console()
    out.print(_grid(answer))
    steps = ", ".join(f"{step} {1000 * seconds:.1f} ms" for step, seconds in answer.seconds.items())
    out.print(f"{len(answer.results)} results by {answer.source} ({steps})")
    if search.page is not None:
        _written(search.page, answer_page(engine, query, answer))
        out.print(f"page: {search.page}")


def _options(search: Annotated[Search, FLAT], common: Annotated[Common, FLAT]) -> tuple[Search, Common]:
    return search, common


def _grid(answer: Answer) -> Grid:
    grid = Grid("", "score", "item", "title", "image", box=None, pad_edge=False)
    for row in answer.results:
        grid.add_row(
            str(row.rank), f"{row.score:.4f}", row.item_id or "", row.title or "", row.image_id or ""
        )
    return grid


def _bytes(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the picture {path}: {error.strerror}") from error


def _vector(path: Path | None) -> np.ndarray | None:
    if path is None:
        return None
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read a vector from {path}: {error}") from error


def _written(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write the page {path}: {error.strerror}") from error
