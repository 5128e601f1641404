"""One picture's bytes: where from, which image, is it good, what does it look like from afar.

Decided: one decode an image, JPEGs at an eighth of their size where that is enough for the perceptual hash;
that still reads every byte, so a truncated file is found out. An image that the tables have is named but
not decoded. Runs in threads; nothing here raises for a bad picture.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from saccade.catalog.fetch import Fetched
from saccade.catalog.files import is_web, read, stat
from saccade.catalog.records import Photo
from saccade.vision.decode import decode
from saccade.vision.hashing import DRAFT, perceptual_hash
from saccade.vision.identity import image_id

MAX_BYTES = 256 * 2**20
"""Larger files are refused unread."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What is known of a place after looking.

    `image_id` is None when there were no bytes. `looked`: bytes were read in this run; `fresh`: the image was
    not in the tables and was decoded. `data` is kept only when asked for. Sizes in bytes and upright pixels;
    times in seconds.
    """

    status: str
    reason: str = ""
    image_id: str | None = None
    size: int = -1
    state: str = ""
    width: int = 0
    height: int = 0
    format: str = ""
    phash: bytes | None = None
    looked: bool = False
    fresh: bool = False
    data: bytes | None = None
    read_seconds: float = 0.0
    decode_seconds: float = 0.0


@dataclass(frozen=True)
class Examiner:
    """Looks at places. `known`: whether an image is in the tables; `keep`: the bytes of local files too."""

    known: Callable[[str], bool]
    keep: bool = False

    def place(self, photo: Photo) -> Examined:
        """Read a photo's bytes and look at them."""
        start = time.perf_counter()
        size, state = photo.size, photo.modified
        if photo.load is None and not state:
            found = stat(photo.uri)
            if found is None:
                return Examined("missing", f"there is no file {photo.uri}")
            size, state = found
        if size > MAX_BYTES:
            return Examined(
                "too-large", f"{size} bytes, at most {MAX_BYTES} are read", size=size, state=state
            )
        try:
            data = read(photo.uri) if photo.load is None else photo.load()
        except Exception as error:  # every kind of store has its own
            return Examined("unreadable", f"{type(error).__name__}: {error}"[:300], size=size, state=state)
        spent = time.perf_counter() - start
        keep = self.keep or photo.load is not None
        return self._look(data, size if size >= 0 else len(data), state, keep, spent)

    def fetched(self, found: Fetched) -> Examined:
        """Look at what the fetcher brought."""
        if found.status != "ok":
            return Examined(found.status, found.reason)
        return self._look(found.data, len(found.data), found.tag, True, 0.0)

    def _look(self, data: bytes, size: int, state: str, keep: bool, spent: float) -> Examined:
        start = time.perf_counter()
        name = image_id(data)
        if not data:
            return Examined("empty", "zero bytes", None, size, state)
        if self.known(name):
            return Examined("ok", "", name, size, state, looked=True, read_seconds=spent)
        picture = decode(data, draft=DRAFT)
        phash = None if picture.rgb is None else perceptual_hash(picture.rgb)
        took = time.perf_counter() - start
        return Examined(
            picture.status, picture.reason, name, size, state, picture.width, picture.height, picture.format,
            phash, True, True, data if keep and picture.status == "ok" else None, spent, took,
        )  # fmt: skip


def is_watched(photo: Photo) -> bool:
    """Whether a look at the place (without reading it) tells if it changed: files, not addresses or bytes."""
    return photo.load is None and not is_web(photo.uri)


def state_of(photo: Photo) -> tuple[int, str]:
    """Size and state of a place now; (-1, "") when there is nothing."""
    if photo.modified or not is_watched(photo):
        return photo.size, photo.modified
    return stat(photo.uri) or (-1, "")
