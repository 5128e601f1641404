"""The pictures of the sheets, as small JPEGs inside the page.

Decided: what cannot be read or decoded is left out, never an error. A few at a time, because an original may
be large. The same as `saccade.discovery.pictures` does, which lies on a floor above this one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from saccade.catalog import files
from saccade.progress import SILENT, Progress
from saccade.vision.decode import decode
from saccade.vision.thumbnails import data_uri
from saccade.workspace import Workspace

SIDE = 144
AT_ONCE = 32


def thumbnails(ws: Workspace, image_ids: Sequence[str], progress: Progress = SILENT) -> dict[str, str]:
    """`data:` addresses of those of the pictures that can be read and decoded."""
    wanted = list(dict.fromkeys(image_ids))
    found: dict[str, str] = {}
    progress.start("pictures", len(wanted))
    for start in range(0, len(wanted), AT_ONCE):
        block = wanted[start : start + AT_ONCE]
        for image_id, data in _read(ws, block):
            rgb = decode(data, draft=SIDE).rgb
            if rgb is not None:
                found[image_id] = data_uri(rgb, SIDE, quality=75)
        progress.advance(len(block))
    progress.stop()
    return found


def _read(ws: Workspace, image_ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    rows = ws.table("images").take(image_ids, ["image_id", "uri"]).to_pylist()
    kept = [row["image_id"] for row in rows if row["uri"] is None]
    if kept:
        table = ws.table("image_bytes").take(kept, ["image_id", "bytes"])
        yield from ((row["image_id"], row["bytes"]) for row in table.to_pylist())
    for row in rows:
        if row["uri"] is not None and (data := _file(row["uri"])) is not None:
            yield row["image_id"], data


def _file(uri: str) -> bytes | None:
    try:
        return files.read(uri)
    except (OSError, ValueError):
        return None
