"""Who owns which picture, and how large it is: a whole catalogue in a few arrays.

Decided: sorted ids with offsets into item codes, 50 bytes a picture, where dictionaries of texts would take
four hundred; what was looked up lately is kept as objects, so that a hot catalogue costs a dictionary
access.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from saccade.workspace import Workspace

SEEN = 500_000  # answers kept as objects; all are forgotten when there are more
Size = tuple[int, int]


class Known(NamedTuple):
    """Of one picture: the items that show it, and its width and height in pixels."""

    owners: tuple[str, ...]
    size: Size | None


class Pictures:
    """Owners and sizes of many pictures.

    links: table with `image_id`, `item_id`; images: table with `image_id`, `width`, `height`.
    """

    def __init__(self, links: pa.Table, images: pa.Table) -> None:
        linked = links.column("image_id").to_numpy().astype("S32")
        items = links.column("item_id").combine_chunks().dictionary_encode()
        if isinstance(items, pa.ChunkedArray):
            items = items.combine_chunks()
        order = np.argsort(linked, kind="stable")
        self._linked, self._codes = linked[order], items.indices.to_numpy().astype(np.int32)[order]
        self._items: pa.StringArray = items.dictionary
        ids = images.column("image_id").to_numpy().astype("S32")
        order = np.argsort(ids, kind="stable")
        columns = [images.column(name).fill_null(0).to_numpy() for name in ("width", "height")]
        self._ids, self._sizes = ids[order], np.stack(columns, axis=1).astype(np.int32)[order]
        self._seen: dict[str, Known] = {}
        self.spread = len(self._linked) / max(1, len(self._items))  # pictures an item

    @staticmethod
    def read(ws: Workspace) -> Pictures:
        """Those of a workspace."""
        return Pictures(
            ws.table("item_images").read(["image_id", "item_id"]),
            ws.table("images").read(["image_id", "width", "height"], "status = 'ok'"),
        )

    def __getitem__(self, image_id: str) -> Known:
        found = self._seen.get(image_id)
        if found is None:
            if len(self._seen) >= SEEN:
                self._seen = {}
            found = self._seen[image_id] = self._look_up(image_id.encode())
        return found

    def _look_up(self, key: bytes) -> Known:
        start, end = np.searchsorted(self._linked, key, "left"), np.searchsorted(self._linked, key, "right")
        owners = tuple(self._items[int(code)].as_py() for code in self._codes[start:end])
        at = int(np.searchsorted(self._ids, key))
        there = at < len(self._ids) and self._ids[at] == key
        width, height = self._sizes[at].tolist() if there else (0, 0)
        return Known(owners, (width, height) if width else None)


def read_sizes(ws: Workspace, image_ids: Sequence[str]) -> dict[str, Size]:
    """Width and height of pictures, from the table `images`."""
    rows = ws.table("images").take(list(image_ids), ["image_id", "width", "height"]).to_pylist()
    return {row["image_id"]: (row["width"], row["height"]) for row in rows if row["width"]}
