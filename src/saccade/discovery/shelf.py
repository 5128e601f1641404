"""What an engine must know about pictures and items to turn neighbours into results.

Two shelves under one shape. `TableShelf` reads the tables at every search: right for one search from the
command line, and always up to date. `MemoryShelf` is for a process that answers many: it keeps who owns
which picture, and the rows that were shown lately.

Decided for `MemoryShelf`: owners and sizes of all pictures lie in sorted arrays (`owners.Pictures`), so that
a search needs no payloads. Up to `ROWS` rows of items are kept, and forgotten all at once when there are
more: a dictionary that nobody reorders is read without a lock. `changed` takes note of items that were
written; `refresh` reads everything again, for changes that other processes made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from saccade.discovery.items import ItemRow, all_item_rows, first_picture, item_rows
from saccade.discovery.owners import Known, Pictures, Size, read_sizes
from saccade.errors import NotFoundError
from saccade.index.groups import FIRST, Owners
from saccade.index.protocol import Hit
from saccade.workspace import Workspace
from saccade.workspace.tables import any_of

ROWS = 200_000  # item rows kept in memory: about 1 kB each


SHARE = 0.5  # of an item's further pictures that a search meets before it has enough items: our own guess
_UNKNOWN = object()
_TRIES = 5  # of reading rows while others are written


class Shelf(Protocol):
    """Pictures and items of a workspace."""

    @property
    def owners(self) -> str | Owners:
        """The payload field that names the items of a hit, or a function that knows them without payload."""
        ...

    @property
    def first(self) -> float:
        """How many times the wanted items are asked for in pictures at first."""
        ...

    def rows(self, item_ids: Iterable[str]) -> dict[str, ItemRow]:
        """The items that exist and are not deleted."""
        ...

    def picture(self, item_id: str) -> str:
        """The picture that stands for an item; `NotFoundError` where there is none."""
        ...

    def sizes(self, image_ids: Iterable[str]) -> dict[str, Size]:
        """Width and height in pixels of those of the pictures that are known."""
        ...


class TableShelf:
    """Reads the tables at every call."""

    owners: str | Owners = "item_id"
    first: float = FIRST

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws

    def rows(self, item_ids: Iterable[str]) -> dict[str, ItemRow]:
        return item_rows(self.ws, item_ids)

    def picture(self, item_id: str) -> str:
        return first_picture(self.ws, item_id)

    def sizes(self, image_ids: Iterable[str]) -> dict[str, Size]:
        return read_sizes(self.ws, list(image_ids))


class MemoryShelf:
    """Keeps owners and sizes of every picture, and the rows that were shown lately."""

    def __init__(self, ws: Workspace, *, rows: int = ROWS) -> None:
        self.ws, self._most = ws, rows
        self._rows: dict[str, ItemRow | None] = {}
        self._guard = threading.Lock()
        self._pictures = Pictures.read(ws)
        self._written: dict[str, Known] = {}
        self._writes = 0  # how often something was written
        self.whole = False  # whether every row was read ahead and none was forgotten since
        self._written_since: set[str] = set()  # of the last preload, which may have read them before

    @property
    def owners(self) -> str | Owners:
        return self._owners

    @property
    def first(self) -> float:
        """Pictures of one item come together, but not all of them; asking again is cheap here."""
        return 1 + SHARE * (self._pictures.spread - 1)

    def rows(self, item_ids: Iterable[str]) -> dict[str, ItemRow]:
        kept, found, missing = self._rows, dict[str, ItemRow](), list[str]()
        for item in item_ids:
            row = kept.get(item, _UNKNOWN)
            if row is _UNKNOWN:
                missing.append(item)
            elif row is not None:
                found[item] = row  # pyright: ignore[reportArgumentType]
        if missing:
            found |= {item: row for item, row in self._read(missing).items() if row is not None}
        return found

    def picture(self, item_id: str) -> str:
        row = self.rows([item_id]).get(item_id)
        if row is None or row.image_id is None:
            raise NotFoundError(f"there is no item {item_id!r} with a picture")
        return row.image_id

    def sizes(self, image_ids: Iterable[str]) -> dict[str, Size]:
        known = {image: self._known(image).size for image in image_ids}
        return {image: size for image, size in known.items() if size is not None}

    def changed(self, item_ids: Sequence[str], image_ids: Sequence[str] = ()) -> None:
        """Note that these items were written: they and their pictures are read again.

        `image_ids` are pictures that they may have shown before.
        """
        links = self.ws.table("item_images")
        shown = links.read(["image_id"], any_of("item_id", item_ids)).column("image_id").to_pylist()
        images = sorted({*shown, *image_ids})
        owners: dict[str, list[str]] = {image: [] for image in images}
        for row in links.read(["item_id", "image_id"], any_of("image_id", images)).to_pylist():
            owners[row["image_id"]].append(row["item_id"])
        sizes = read_sizes(self.ws, images)
        written = {image: Known(tuple(found), sizes.get(image)) for image, found in owners.items()}
        with self._guard:
            self._written = self._written | written
            self._writes += 1
            self._written_since.update(item_ids)
            for item in item_ids:
                self._rows.pop(item, None)

    def refresh(self) -> None:
        """Read everything again: another process changed the tables."""
        pictures = Pictures.read(self.ws)
        with self._guard:
            self._writes += 1
            self._pictures, self._written = pictures, {}
            self._rows, self.whole = {}, False

    def preload(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Read rows ahead of searches, where all fit; returns how many. `stop` ends it early."""
        if self.ws.table("items").count("deleted IS NULL") > self._most:
            return 0
        read, refreshed = 0, self._pictures
        self._written_since = set[str]()
        for rows in all_item_rows(self.ws):
            if stop() or self._pictures is not refreshed:
                break
            with self._guard:
                for row in rows:
                    if row.item_id not in self._written_since:
                        self._rows.setdefault(row.item_id, row)
            read += len(rows)
        else:
            self.whole = True
        return read

    def _owners(self, hit: Hit) -> tuple[str, ...]:
        return self._known(hit.id).owners

    def _known(self, image_id: str) -> Known:
        written = self._written.get(image_id)
        return self._pictures[image_id] if written is None else written

    def _read(self, item_ids: Sequence[str]) -> dict[str, ItemRow | None]:
        """Read rows and keep them, unless something was written meanwhile: then read again."""
        tries = 0
        while True:
            before, read, tries = self._writes, item_rows(self.ws, item_ids), tries + 1
            found = {item: read.get(item) for item in item_ids}
            with self._guard:
                if self._writes == before:
                    self._keep(found)
                if self._writes == before or tries == _TRIES:
                    return found

    def _keep(self, found: dict[str, ItemRow | None]) -> None:
        if len(self._rows) + len(found) > self._most:
            self._rows, self.whole = {}, False
        self._rows.update(found)
