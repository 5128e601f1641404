"""What is known of pictures, all of it in memory: for a process that answers many questions.

Decided: each table is read when it is first asked for, into sorted arrays (`looks_columns`): about 30 bytes
an annotation or a colour, 150 an object. `refresh` looks at the tables' versions and reads again what was
written, so that an unchanged catalogue costs a few system calls; questions wait for the first read alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar, cast

from saccade.discovery.answer import Part
from saccade.discovery.looks import PHRASE, TRUE, Shares, item_shares, pictures
from saccade.discovery.looks_columns import Annotated, Boxed, Coloured, Named, Placed, Said, Tones
from saccade.workspace import Workspace
from saccade.workspace.tables import quoted

T = TypeVar("T")
_MADE_FROM = {  # what is kept, and the tables that it is made from
    "annotations": ("annotations", "phrases"), "copies": ("duplicates",), "tasks": ("tasks",),
    "colours": ("colours",), "objects": ("objects",), "shares": ("items",),
}  # fmt: skip


class _Kept(NamedTuple):
    """What was read, from which versions of its tables, and how to read it again."""

    versions: tuple[int, ...]
    found: object
    read: Callable[[], object]


class MemoryLooks:
    """Keeps whole tables as arrays; safe to use from many threads."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self._kept: dict[str, _Kept] = {}
        self._guard = threading.Lock()

    def refresh(self) -> None:
        """Read again what was read from tables that have changed since; others may ask meanwhile."""
        for name, kept in list(self._kept.items()):
            versions = self._versions(name)
            if versions != kept.versions:
                self._kept[name] = _Kept(versions, kept.read(), kept.read)

    def preload(self) -> None:
        """Read everything now, so that nobody waits for it."""
        self.annotations([])
        self.copies([])
        self.tasks()
        self.colours([])
        self.parts([])
        self.shares()

    def annotations(self, image_ids: Sequence[str]) -> Said:
        return self._have("annotations", self._annotated).find(image_ids)

    def copies(self, image_ids: Sequence[str]) -> list[str]:
        found = self._have("copies", self._copies).find(image_ids)
        return [group or image for image, group in zip(image_ids, found, strict=True)]

    def labels(self, task: str, image_ids: Sequence[str]) -> list[str | None]:
        known = self._have("tasks", self._tasks).get(task)
        return [None] * len(image_ids) if known is None else known.find(image_ids)

    def tasks(self) -> list[str]:
        return sorted(self._have("tasks", self._tasks))

    def colours(self, ids: Sequence[str]) -> Tones:
        return self._have("colours", self._colours).find(ids)

    def parts(self, image_ids: Sequence[str]) -> list[list[Part]]:
        return self._have("objects", self._objects).of(image_ids)

    def placed(self, object_ids: Sequence[str]) -> dict[str, Placed]:
        return self._have("objects", self._objects).find(object_ids)

    def shares(self) -> Shares:
        return self._have("shares", lambda: item_shares(self.ws))

    # -- reading ---------------------------------------------------------------------------------

    def _have(self, name: str, read: Callable[[], T]) -> T:
        kept = self._kept.get(name)
        if kept is None:
            with self._guard:
                kept = self._kept.get(name)
                if kept is None:
                    kept = self._kept[name] = _Kept(self._versions(name), read(), read)
        return cast("T", kept.found)

    def _versions(self, name: str) -> tuple[int, ...]:
        return tuple(self.ws.table(table).version for table in _MADE_FROM[name])

    def _annotated(self) -> Annotated:
        rows = self.ws.table("annotations").read(["image_id", "phrase_id", "score"], TRUE)
        return Annotated(rows, self.ws.table("phrases").read(PHRASE), None, pictures(self.ws))

    def _copies(self) -> Named:
        rows = self.ws.table("duplicates").read(["image_id", "group_id"])
        return Named(rows["image_id"], rows["group_id"])

    def _tasks(self) -> dict[str, Named]:
        table = self.ws.table("tasks")
        found: dict[str, Named] = {}
        for name in table.read(["task"])["task"].unique().to_pylist():
            rows = table.read(["image_id", "label"], f"task = {quoted(name)}")
            found[name] = Named(rows["image_id"], rows["label"])
        return found

    def _colours(self) -> Coloured:
        return Coloured(self.ws.table("colours").read(["id", "lab", "shares", "names"], "status = 'ok'"))

    def _objects(self) -> Boxed:
        return Boxed(self.ws.table("objects").read())
