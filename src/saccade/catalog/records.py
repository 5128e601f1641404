"""What a reader hands to the ingest: one record a row of the source.

Decided: a record knows where its pictures are and how to get their bytes, but holds none until they are
asked for, so a reader can run far ahead of the decoder. A row that cannot be used is a record too, with a
status and a reason; nothing is dropped in silence. Not here: tables, which `writes.py` builds.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, Protocol

Role = Literal["seller", "review", "scene"]
ROLES: tuple[Role, ...] = ("seller", "review", "scene")


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of a row.

    `uri` names the place (a path, an address, or `file#row` for bytes inside a file). `load` gets the bytes
    when they lie inside a file; None means "read `uri`". `size` in bytes and `modified` say which state of
    the place this is; -1 and "" when the reader does not know without looking.
    """

    uri: str
    load: Callable[[], bytes] | None = None
    size: int = -1
    modified: str = ""
    role: Role = "seller"
    position: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the first picture of a record: x, y, width, height, either 0..1 or in pixels.

    `canvas` is the (width, height) in pixels that pixel boxes refer to; (0, 0) means the upright picture
    itself; None means that the numbers are fractions already.
    """

    x: float
    y: float
    width: float
    height: float
    category: str | None = None
    score: float | None = None
    canvas: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Words that belong to every picture of a record; `source` says what they are (`title`, `alt`, …)."""

    source: str
    text: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """The catalogue's fields of a record; times in microseconds since 1970 UTC."""

    item_id: str
    title: str | None = None
    description: str | None = None
    url: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    category: str | None = None
    price: float | None = None
    created: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `position` is its line or row number; `digest` changes when anything but the pixels does."""

    position: int
    photos: tuple[Photo, ...] = ()
    item: Item | None = None
    texts: tuple[Text, ...] = ()
    boxes: tuple[Box, ...] = ()
    digest: str = ""
    status: str = "ok"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Where some pictures are, without the rest of their rows: `positions[i]` is the row of `uris[i]`.

    `sizes` and `modified` are given only when the reader learns them for free (a folder listing).
    """

    positions: list[int]
    uris: list[str]
    sizes: list[int] | None = None
    modified: list[str] | None = None


class Reader(Protocol):
    """One file or folder of a source. Every method streams; none holds more than a batch of rows."""

    @property
    def uri(self) -> str:
        """The file or folder itself."""
        ...

    @property
    def embedded(self) -> bool:
        """True when the pictures lie inside the file: an unchanged file has nothing new."""
        ...

    def stamp(self) -> str:
        """Changes when the list of rows may have changed."""
        ...

    def total(self) -> int | None:
        """How many rows there are, when that is known without reading them."""
        ...

    def places(self) -> Iterator[Places]:
        """Every picture's place, as cheaply as the format allows; not called on embedded readers."""
        ...

    def records(self, only: Container[int] | None = None) -> Iterator[Record]:
        """The rows in order; with `only`, those at these positions, so a caller can go on from anywhere."""
        ...


def digest(*parts: str | bytes) -> str:
    """12 hex digits of the parts, the same in every process."""
    state = blake2b(digest_size=6)
    for part in parts:
        state.update(part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part)
        state.update(b"\0")
    return state.hexdigest()


def rejected(position: int, status: str, reason: str) -> Record:
    """The record of a row that cannot be used."""
    return Record(position, status=status, reason=f"row {position}: {reason}")
