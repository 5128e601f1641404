"""The pictures that results show, as pixels or as thumbnails in a page.

Decided: what cannot be read or decoded comes back as a reason, never as an error: a file that went away
must not cost the rest of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from saccade.catalog import files
from saccade.vision.decode import decode
from saccade.vision.thumbnails import data_uri
from saccade.workspace import Workspace


@dataclass(frozen=True)
class Content:
    """Bytes of one picture, or why there are none."""

    data: bytes | None
    reason: str | None = None


def read_pictures(ws: Workspace, image_ids: Sequence[str]) -> dict[str, Content]:
    """Content of every id, from its place or from `image_bytes`; all in memory: ask for a page at a time."""
    rows = ws.table("images").take(list(image_ids), ["image_id", "uri"]).to_pylist()
    places = {row["image_id"]: row["uri"] for row in rows}
    found = {image_id: _read(uri) for image_id, uri in places.items() if uri is not None}
    kept = [image_id for image_id, uri in places.items() if uri is None]
    if kept:
        table = ws.table("image_bytes").take(kept, ["image_id", "bytes"])
        found |= {row["image_id"]: Content(row["bytes"]) for row in table.to_pylist()}
    missing = Content(None, "it is not in the catalogue")
    return {image_id: found.get(image_id, missing) for image_id in image_ids}


def thumbnails(ws: Workspace, image_ids: Sequence[str], side: int = 192) -> dict[str, str]:
    """Data addresses of those of the pictures that can be read and decoded."""
    contents = read_pictures(ws, list(dict.fromkeys(image_ids)))
    made = {image_id: shown(content.data, side) for image_id, content in contents.items() if content.data}
    return {image_id: uri for image_id, uri in made.items() if uri is not None}


def shown(data: bytes, side: int = 192) -> str | None:
    """The data address of a thumbnail of a picture file; None when it cannot be decoded."""
    rgb = decode(data, draft=side).rgb
    return None if rgb is None else data_uri(rgb, side)


def _read(uri: str) -> Content:
    try:
        return Content(files.read(uri))
    except (OSError, ValueError) as error:
        return Content(None, f"{uri} cannot be read: {error}")
