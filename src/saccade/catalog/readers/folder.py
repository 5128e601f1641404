"""A folder of picture files, with or without class folders (ImageFolder).

Decided: the first folder under the root is the picture's category when there is one; the item's id is the
path without the ending. One directory's names are held at a time, sorted, so that runs are repeatable.
Files that are not pictures by their ending, and hidden ones, are left alone.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import cast

from saccade.catalog.files import PICTURES, facts, has_scheme, remote
from saccade.catalog.records import Item, Photo, Places, Record, Role, digest

_BATCH = 1024


@dataclass(frozen=True)
class FolderReader:
    """Pictures under the folder `uri`, searched to any depth."""

    uri: str
    role: Role = "seller"
    embedded: bool = False

    def stamp(self) -> str:
        return "folder"  # the listing itself is read on every run

    def total(self) -> int | None:
        return None

    def places(self) -> Iterator[Places]:
        batch: list[tuple[str, int, str]] = []
        start = 0
        for found in self._files():
            batch.append(found[:3])
            if len(batch) == _BATCH:
                yield _places(start, batch)
                start, batch = start + len(batch), []
        if batch:
            yield _places(start, batch)

    def records(self, only: Container[int] | None = None) -> Iterator[Record]:
        for position, (path, size, modified, item_id) in enumerate(self._files()):
            if only is None or position in only:
                photo = Photo(path, None, size, modified, self.role)
                category = _category(item_id)
                yield Record(position, (photo,), Item(item_id, category=category), digest=digest(item_id))

    def _files(self) -> Iterator[tuple[str, int, str, str]]:
        """(path, size, modified, item id) of every picture, in the order of their names."""
        listed = _remote_folders(self.uri) if has_scheme(self.uri) else _local_folders(self.uri)
        skip = len(self.uri.rstrip("/")) + 1
        for files in listed:
            stems = Counter(path.rpartition(".")[0] for path, _, _ in files)
            for path, size, modified in files:
                stem = path.rpartition(".")[0]
                yield path, size, modified, (stem if stems[stem] == 1 else path)[skip:]


def _places(start: int, batch: list[tuple[str, int, str]]) -> Places:
    uris, sizes, modified = (list(column) for column in zip(*batch, strict=True))
    return Places(list(range(start, start + len(batch))), uris, sizes, modified)  # type: ignore[arg-type]


def _category(item_id: str) -> str | None:
    head, slash, _ = item_id.partition("/")
    return head if slash else None


def _local_folders(top: str) -> Iterator[list[tuple[str, int, str]]]:
    """The pictures of one directory after another, depth first."""
    stack = [top.rstrip("/") or "/"]
    while stack:
        folder = stack.pop()
        files: list[tuple[str, int, str]] = []
        inner: list[str] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    inner.append(entry.path)
                elif os.path.splitext(entry.name)[1].lower() in PICTURES:
                    found = _entry(entry)
                    files.append((entry.path, *found))
        stack += sorted(inner, reverse=True)
        yield sorted(files)


def _entry(entry: os.DirEntry[str]) -> tuple[int, str]:
    try:
        found = entry.stat()
    except OSError:  # a link to nothing: the ingest will say so
        return -1, ""
    return found.st_size, str(found.st_mtime_ns)


def _remote_folders(top: str) -> Iterator[list[tuple[str, int, str]]]:
    scheme = top.partition("://")[0]
    for _, _, files in remote(top).walk(top.rstrip("/"), detail=True):
        found = [
            (f"{scheme}://{str(info['name']).lstrip('/')}", *facts(info))
            for info in cast("dict[str, dict[str, object]]", files).values()
        ]
        yield sorted(row for row in found if os.path.splitext(row[0])[1].lower() in PICTURES)
