"""COCO annotation files: pictures with boxes and captions in one JSON.

Decided: the file is parsed whole, since its pictures and annotations refer to each other, but outlines
and key points are dropped while parsing, so that memory is that of the boxes: about 250 bytes each.
Boxes are pixels of the width and height that the file gives; crowd regions are left out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from saccade.catalog.files import is_folder, join, open_text, parent, stamp
from saccade.catalog.records import Box, Item, Photo, Places, Record, Role, Text, digest, rejected
from saccade.catalog.rows import Row, derived_id
from saccade.errors import InputError, NotFoundError

_BATCH = 1024
_HEAVY = ("segmentation", "keypoints", "counts")


@dataclass(frozen=True)
class CocoReader:
    """`root` is the folder of the pictures; None: `images` beside the file, or the file's own folder."""

    uri: str
    role: Role = "seller"
    root: str | None = None
    embedded: bool = False

    def stamp(self) -> str:
        return stamp(self.uri)

    def total(self) -> int | None:
        return len(self._parsed.images)

    def places(self) -> Iterator[Places]:
        images = self._parsed.images
        for start in range(0, len(images), _BATCH):
            rows = list(enumerate(images[start : start + _BATCH], start=start))
            named = [(number, self._path(row)) for number, row in rows if row.get("file_name")]
            yield Places([number for number, _ in named], [path for _, path in named])

    def records(self, only: Container[int] | None = None) -> Iterator[Record]:
        for number, row in enumerate(self._parsed.images):
            if only is None or number in only:
                yield self._record(number, row)

    def _record(self, number: int, row: Row) -> Record:
        if not row.get("file_name"):
            return rejected(number, "no-picture", "a picture without file_name")
        notes = self._parsed.notes.get(row.get("id"), [])
        try:
            boxes = tuple(self._boxes(row, notes))
        except (TypeError, ValueError):
            return rejected(number, "bad-box", "expected bbox: [x, y, width, height] in pixels")
        texts = tuple(Text("caption", str(note["caption"]).strip()) for note in notes if note.get("caption"))
        path = self._path(row)
        item = Item(derived_id(path, self._base), category=_main(boxes))
        mark = digest(json.dumps([row, notes], default=str))
        return Record(number, (Photo(path, role=self.role),), item, texts, boxes, mark)

    def _boxes(self, row: Row, notes: list[Row]) -> Iterator[Box]:
        canvas = (float(cast("float", row.get("width") or 0)), float(cast("float", row.get("height") or 0)))
        for note in notes:
            if note.get("bbox") and not note.get("iscrowd"):
                x, y, width, height = (float(side) for side in cast("list[float]", note["bbox"]))
                score = note.get("score")
                name = self._parsed.categories.get(note.get("category_id"))
                yield Box(
                    x, y, width, height, name, None if score is None else float(cast("float", score)), canvas
                )

    def _path(self, row: Row) -> str:
        return join(self._base, str(row["file_name"]))

    @cached_property
    def _base(self) -> str:
        beside = join(parent(self.uri), "images")
        return self.root or (beside if is_folder(beside) else parent(self.uri))

    @cached_property
    def _parsed(self) -> _Parsed:
        return _Parsed(_load(self.uri), self.uri)


class _Parsed:
    def __init__(self, found: Row, uri: str) -> None:
        if not isinstance(found.get("images"), list):
            raise InputError(
                f"{uri}: expected COCO JSON with a list `images`, found {', '.join(found)[:200]}"
            )
        self.images = cast("list[Row]", found["images"])
        named = cast("list[Row]", found.get("categories") or [])
        self.categories = {row.get("id"): str(row.get("name")) for row in named}
        self.notes: dict[object, list[Row]] = defaultdict(list)
        for note in cast("list[Row]", found.get("annotations") or []):
            self.notes[note.get("image_id")].append(note)


def _load(uri: str) -> Row:
    try:
        with open_text(uri) as handle:
            found = json.load(handle, object_hook=_light)
    except FileNotFoundError:
        raise NotFoundError(f"there is no file {uri}") from None
    except ValueError as error:
        raise InputError(f"{uri}: expected COCO JSON, found a file that is not JSON ({error})") from None
    if not isinstance(found, dict):
        raise InputError(f"{uri}: expected COCO JSON, a JSON object; found a {type(found).__name__}")
    return cast("Row", found)


def _light(row: Row) -> Row:
    for name in _HEAVY:
        row.pop(name, None)
    return row


def _main(boxes: tuple[Box, ...]) -> str | None:
    """The category that covers most of the picture, our own choice of what the item is."""
    cover: dict[str, float] = defaultdict(float)
    for box in boxes:
        if box.category:
            cover[box.category] += box.width * box.height
    return max(cover, key=lambda name: cover[name]) if cover else None
