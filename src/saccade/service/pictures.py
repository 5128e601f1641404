"""Pictures as the page shows them: at most a few sides, in JPEG, made once and kept while there is room.

Decided: a JPEG that is small enough goes out as it is; everything else is decoded under the limits of query
pictures and encoded anew, so that no file of a stranger reaches a browser under our name. An `image_id` is
a hash of the bytes, so an answer may be kept by browsers for ever.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from enum import IntEnum

import simplejpeg

from saccade.discovery.pictures import Content, read_pictures
from saccade.errors import NotFoundError
from saccade.service.batcher import Batcher
from saccade.service.live import Live
from saccade.vision.decode import decode, header
from saccade.vision.thumbnails import thumbnail


class Side(IntEnum):
    """The longer side of a thumbnail, in pixels: few, so that browsers and memory can keep them."""

    SMALL = 160
    MIDDLE = 320
    LARGE = 640
    WHOLE = 1024


ROOM = 64 * 2**20  # bytes of pictures kept in memory
QUALITY = 85


class PictureDesk:
    """Makes and keeps thumbnails; reads of concurrent requests share one look into the tables."""

    def __init__(self, live: Live, max_pixels: int) -> None:
        self.live, self.max_pixels = live, max_pixels
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._bytes = 0
        self._guard = threading.Lock()
        self._reads = Batcher[str, Content](self._read, waiting=1024)

    def kept(self, image_id: str, side: int) -> bytes | None:
        """A thumbnail that is in memory."""
        with self._guard:
            found = self._kept.get((image_id, side))
            if found is not None:
                self._kept.move_to_end((image_id, side))
            return found

    async def content(self, image_id: str) -> Content:
        """The file of a picture."""
        return await self._reads.submit(image_id)

    def thumbnail(self, image_id: str, side: int, content: Content) -> bytes:
        """The picture at most `side` pixels long and wide, JPEG; `NotFoundError` when there is none."""
        if content.data is None:
            raise NotFoundError(f"picture {image_id}: {content.reason}")
        made = self._made(image_id, side, content.data)
        with self._guard:
            self._kept[(image_id, side)] = made
            self._bytes += len(made)
            while self._bytes > ROOM:
                self._bytes -= len(self._kept.popitem(last=False)[1])
        return made

    def close(self) -> None:
        """End the thread that reads."""
        self._reads.close()

    def _made(self, image_id: str, side: int, data: bytes) -> bytes:
        about = header(data, max_pixels=self.max_pixels)
        plain = about.status == "ok" and about.format == "jpeg" and not _turned(data)
        if plain and max(about.width, about.height) <= side and len(data) < side * side:
            return data
        rgb = decode(data, max_pixels=self.max_pixels, draft=side).rgb
        if rgb is None:
            raise NotFoundError(f"picture {image_id} cannot be shown")
        return simplejpeg.encode_jpeg(thumbnail(rgb, side), quality=QUALITY, colorsubsampling="420")

    def _read(self, image_ids: Sequence[str]) -> list[Content | Exception]:
        found = read_pictures(self.live.ws, list(dict.fromkeys(image_ids)))
        return [found[image_id] for image_id in image_ids]


def _turned(data: bytes) -> bool:
    """Whether the file may carry more than pixels (EXIF): such files are encoded anew."""
    return b"Exif" in data[:4096]
