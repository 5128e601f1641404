"""A chunk of looked-at records becomes rows of the tables.

Decided: everything is keyed, so a chunk that was written in part is written again without harm, and
`sources` comes last: a place counts as done only when all that follows from it is stored. A field that a row
leaves empty does not erase what another row said of the item, of two that differ the later one written
counts, and attributes are joined by name. An item is linked to good pictures only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa

from saccade.catalog.examine import Examined
from saccade.catalog.marks import LIST, Mark
from saccade.catalog.records import Box, Item, Photo, Record, digest
from saccade.catalog.retire import Left, follow_moves
from saccade.errors import InputError
from saccade.vision import boxes
from saccade.vision.identity import object_id
from saccade.workspace import Workspace

_ITEM_FIELDS = ("title", "description", "url", "category", "price", "created")


@dataclass(frozen=True, slots=True)
class Looked:
    """A record with what was found at its places; `same`: the row reads as in an earlier run."""

    record: Record
    found: list[Examined]
    same: bool = False


@dataclass(slots=True)
class Chunk:
    """Records with what was found at their places, until they are written.

    `source` is the digest of the source, `now` the time of this run. `left` are changes of known places,
    `restated` images whose rows read differently now.
    """

    source: str
    now: datetime
    records: list[Looked] = field(default_factory=list["Looked"])
    rejected: list[tuple[str, Record, str]] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    restated: set[str] = field(default_factory=set)
    bytes: int = 0

    def photos(self) -> Iterable[tuple[Record, Photo, Examined]]:
        """Every photo with its record and what was found."""
        for looked in self.records:
            for photo, seen in zip(looked.record.photos, looked.found, strict=True):
                yield looked.record, photo, seen

    def __len__(self) -> int:
        return len(self.records) + len(self.rejected)


def write_images(ws: Workspace, chunk: Chunk) -> int:
    """The bytes that are kept, then the new images. Returns how many images were new."""
    fresh = {
        seen.image_id: (photo, seen) for _, photo, seen in chunk.photos() if seen.fresh and seen.image_id
    }
    kept = [(name, seen.data) for name, (_, seen) in fresh.items() if seen.data is not None]
    if kept:
        columns = {
            "image_id": [name for name, _ in kept],
            "bytes": pa.array([data for _, data in kept], pa.large_binary()),
        }
        ws.table("image_bytes").insert_missing(pa.table(columns))
    found = {
        seen.image_id: photo.uri for _, photo, seen in chunk.photos() if seen.looked and _readable(photo)
    }
    moved = {name: uri for name, uri in found.items() if name and name not in fresh}
    if moved:
        follow_moves(ws, moved)
    rows = [image_row(photo, seen, chunk.now) for photo, seen in fresh.values()]
    return ws.table("images").insert_missing(_table(ws, "images", rows))


def image_row(photo: Photo, seen: Examined, now: datetime) -> dict[str, object]:
    """The row of `images` for a picture that was looked at."""
    return {
        "image_id": seen.image_id, "uri": photo.uri if seen.data is None and _readable(photo) else None,
        "width": seen.width, "height": seen.height, "format": seen.format, "size": seen.size,
        "phash": seen.phash, "first_seen": now, "status": seen.status, "reason": seen.reason,
    }  # fmt: skip


def _readable(photo: Photo) -> bool:
    """Whether `images.uri` can be read again: not for what lies inside a file, nor for addresses."""
    return photo.load is None and not photo.uri.startswith(("http://", "https://"))


def write_items(ws: Workspace, chunk: Chunk) -> None:
    """Items, where their rows say something new, and their links to good pictures."""
    found: dict[str, Item] = {}
    for item in (looked.record.item for looked in chunk.records if not looked.same):
        if item is not None:
            known = found.get(item.item_id)
            found[item.item_id] = item if known is None else _joined(known, item)
    table = ws.table("items")
    if found and table.exists():
        for row in table.take(list(found)).to_pylist(maps_as_pydicts="lossy"):
            found[row["item_id"]] = _joined(_stored(row), found[row["item_id"]])
    table.upsert(_item_table(ws, list(found.values())))
    links = [
        {
            "item_id": record.item.item_id,
            "image_id": seen.image_id,
            "role": photo.role,
            "position": photo.position,
        }
        for record, photo, seen in reversed(
            list(chunk.photos())
        )  # of two links to one image the first counts
        if record.item is not None and seen.status == "ok"
    ]
    ws.table("item_images").upsert(_table(ws, "item_images", links))


def _joined(old: Item, new: Item) -> Item:
    values = {
        name: getattr(old, name) if getattr(new, name) is None else getattr(new, name)
        for name in _ITEM_FIELDS
    }
    return Item(
        new.item_id, attributes=tuple({**dict(old.attributes), **dict(new.attributes)}.items()), **values
    )


def _stored(row: dict[str, object]) -> Item:
    created = row["created"]
    values = {name: row[name] for name in _ITEM_FIELDS if name != "created"}
    micros = round(created.timestamp() * 1e6) if isinstance(created, datetime) else None
    attributes = dict(row["attributes"] or {})  # type: ignore[call-overload]
    return Item(str(row["item_id"]), attributes=tuple(attributes.items()), created=micros, **values)  # type: ignore[arg-type]


def _item_table(ws: Workspace, items: list[Item]) -> pa.Table:
    schema = ws.table("items").schema
    columns = {
        name: [getattr(item, name) for item in items] for name in ("item_id", "attributes", *_ITEM_FIELDS)
    }
    return pa.table({name: pa.array(values, schema.field(name).type) for name, values in columns.items()})


def write_texts(ws: Workspace, chunk: Chunk) -> None:
    """The words of every good picture."""
    rows = [
        {
            "image_id": seen.image_id,
            "source": text.source,
            "text": text.text,
            "language": text.language,
            "weight": 1.0,
        }
        for record, _, seen in chunk.photos()
        if seen.status == "ok"
        for text in record.texts
    ]
    ws.table("texts").upsert(_table(ws, "texts", rows))


def write_objects(ws: Workspace, chunk: Chunk) -> int:
    """Boxes of the first pictures. Returns how many could not be used."""
    boxed = [
        (looked.record, looked.found[0])
        for looked in chunk.records
        if looked.record.boxes and looked.found and looked.found[0].status == "ok"
    ]
    if not boxed:
        return 0
    sizes = _sizes(ws, [seen for _, seen in boxed])
    rows: list[dict[str, object]] = []
    bad = 0
    for record, seen in boxed:
        for box in record.boxes:
            try:
                rows.append(_object_row(str(seen.image_id), box, sizes[str(seen.image_id)]))
            except InputError:
                bad += 1
    ws.table("objects").upsert(_table(ws, "objects", rows))
    return bad


def _sizes(ws: Workspace, found: list[Examined]) -> dict[str, tuple[int, int]]:
    """Upright width and height by image; looked up for those that were not decoded now."""
    sizes = {str(seen.image_id): (seen.width, seen.height) for seen in found if seen.width}
    missing = list({str(seen.image_id) for seen in found} - sizes.keys())
    if missing:
        rows = ws.table("images").take(missing, ["image_id", "width", "height"]).to_pylist()
        sizes |= {row["image_id"]: (row["width"], row["height"]) for row in rows}
    return sizes


def _object_row(image_id: str, box: Box, size: tuple[int, int]) -> dict[str, object]:
    width, height = (1.0, 1.0) if box.canvas is None else box.canvas if all(box.canvas) else size
    placed = boxes.clip(box.x / width, box.y / height, box.width / width, box.height / height)
    return {
        "object_id": object_id(image_id, placed), "image_id": image_id, "x": placed.x, "y": placed.y,
        "width": placed.width, "height": placed.height, "category": box.category, "score": box.score,
    }  # fmt: skip


def write_sources(ws: Workspace, chunk: Chunk) -> None:
    """What was seen where: written last."""
    rows = [_source_row(chunk, photo.uri, record, seen) for record, photo, seen in chunk.photos()]
    for uri, record, stamp in chunk.rejected:
        rows.append(_source_row(chunk, uri, record, Examined(record.status, record.reason, state=stamp)))
    ws.table("sources").upsert(_table(ws, "sources", rows))


def _source_row(chunk: Chunk, uri: str, record: Record, seen: Examined) -> dict[str, object]:
    mark = Mark(record.digest, item_digest(record), chunk.source, seen.state)
    return {
        "uri": uri, "image_id": seen.image_id, "size": seen.size, "modified": str(mark),
        "status": seen.status, "reason": seen.reason, "seen": chunk.now,
    }  # fmt: skip


def item_digest(record: Record) -> str:
    """How a place remembers its item."""
    return digest(record.item.item_id) if record.item else ""


def write_list(ws: Workspace, uri: str, settings: str, source: str, stamp: str) -> None:
    """Notes that the file or folder `uri` was read to its end."""
    row = {"uri": uri, "modified": str(Mark(settings, "", source, stamp)), "status": LIST, "reason": "",
           "seen": datetime.now(UTC)}  # fmt: skip
    ws.table("sources").upsert(_table(ws, "sources", [row]))


def _table(ws: Workspace, name: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    schema = ws.table(name).schema
    return pa.table(
        {column.name: pa.array([row.get(column.name) for row in rows], column.type) for column in schema}
    )
