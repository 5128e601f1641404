"""Which picture is asked about: an item's, one of the catalogue, a file, or what an address gives.

Decided: a picture of the catalogue has a vector already; its bytes are read only when pixels are needed. A
file whose bytes are in the catalogue is treated as that picture, so that it has an item and copies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.answer import Stopwatch
from saccade.discovery.engine import Engine
from saccade.discovery.pictures import read_pictures
from saccade.errors import InputError, NotFoundError
from saccade.index.protocol import Hit
from saccade.vision.boxes import Box, crop
from saccade.vision.identity import image_id as identify
from saccade.workspace.tables import any_of


@dataclass(frozen=True, eq=False)
class Asked:
    """A picture: exactly one of an item (its first picture), an image_id, the bytes of a file, an address."""

    item_id: str | None = None
    image_id: str | None = None
    image: bytes | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        given = [field.name for field in fields(self) if getattr(self, field.name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise InputError(f"expected one of item_id, image_id, image and url, found {found}")


class Picture:
    """The picture that was asked about, with what was found out of it so far.

    `image_id` is that of its bytes; `own` the item that was asked about, which is never among its results;
    `known` says that the catalogue's own picture was meant, not a file that may equal one of them.
    """

    def __init__(self, engine: Engine, asked: Asked, watch: Stopwatch) -> None:
        self.engine, self.watch = engine, watch
        self.own = asked.item_id
        self.known = asked.item_id is not None or asked.image_id is not None
        self._data = asked.image
        self._rgb: NDArray[np.uint8] | None = None
        if asked.url is not None:
            with watch.step("fetch"):
                self._data = engine.fetched(asked.url)
        if asked.item_id is not None:
            with watch.step("search"):
                self.image_id = engine.shelf.picture(asked.item_id)
        else:
            self.image_id = asked.image_id or identify(self._data or b"")

    def rgb(self) -> NDArray[np.uint8]:
        """Its pixels, uint8 HWC; `InputError` or `NotFoundError` where they cannot be had."""
        if self._rgb is None:
            if self._data is None:
                self._data = self._read()
            self._rgb = self.engine.decoded(self._data, self.watch)
        return self._rgb

    def vector(self, box: Box | None = None) -> NDArray[np.float32]:
        """The vector of the picture, or of its part: the stored one where there is one, float32 [dim]."""
        if box is None and self._data is None:
            return self.stored([self.image_id])[0]
        rgb = self.rgb()
        return self.engine.embedded([rgb if box is None else crop(rgb, box)], self.watch)[0]

    def stored(self, ids: list[str]) -> NDArray[np.float32]:
        """Vectors of the index; `NotFoundError` where one is missing."""
        with self.watch.step("search"):
            try:
                return self.engine.index.vector(ids)
            except NotFoundError as error:
                raise NotFoundError(
                    f"a picture has no vector in the index yet; run `saccade index` ({error})"
                ) from error

    def item(self) -> str | None:
        """The item that was asked about, or the first one that shows this picture."""
        if self.own is not None:
            return self.own
        return next(iter(owners_of(self.engine, [self.image_id])[self.image_id]), None)

    def _read(self) -> bytes:
        with self.watch.step("fetch"):
            content = read_pictures(self.engine.ws, [self.image_id])[self.image_id]
        if content.data is None:
            raise NotFoundError(f"the picture {self.image_id} cannot be read: {content.reason}")
        return content.data


def owners_of(engine: Engine, image_ids: Sequence[str]) -> dict[str, list[str]]:
    """The items that show each picture."""
    known = engine.shelf.owners
    if not isinstance(known, str):
        return {image: list(known(Hit(image, 0.0))) for image in image_ids}
    found: dict[str, list[str]] = {image: [] for image in image_ids}
    where = any_of("image_id", image_ids)
    for row in engine.ws.table("item_images").read(["item_id", "image_id"], where).to_pylist():
        found[row["image_id"]].append(row["item_id"])
    return {image: sorted(items) for image, items in found.items()}
