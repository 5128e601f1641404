"""One group of writes: into the tables, to vectors, over the index.

Decided: first the tables, then the vectors of what is new, with the model of the live index, then the layer
over that index in one step (`Layered.apply`), while nobody may exchange the engine. If it was exchanged for
one of another model in between, the vectors are made again with that one. A picture that the model cannot
compute does not stop its item. Not here: threads, queues, locks (`writer`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from saccade.catalog.put import Applied, NewItem, Put, apply_changes, sweep
from saccade.fingerprints.few import fingerprint_few, forget_few, forget_stale
from saccade.fingerprints.runners.base import Runner
from saccade.fingerprints.store import open_kept
from saccade.index.behind import field_choice, points_of
from saccade.index.layered import Delta, Layered
from saccade.index.opened import IndexInfo
from saccade.index.protocol import Index
from saccade.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Upsert:
    """Store an item as it shall be."""

    item: NewItem

    @property
    def item_id(self) -> str:
        return self.item.item_id

    @property
    def size(self) -> int:
        """Bytes of its pictures."""
        return sum(len(image.data) for image in self.item.images or ())


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete an item."""

    item_id: str
    size: int = 0


Change = Upsert | Delete


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a write: `put` for an upsert; `deleted`, whether there was such an item, for a deletion.

    `searchable`: a picture of the item is in the index.
    """

    item_id: str
    put: Put | None = None
    deleted: bool = False
    searchable: bool = False


class Serving(Protocol):
    """An engine, as far as writes concern it; its index is a `Layered`."""

    @property
    def index(self) -> Index: ...
    @property
    def info(self) -> IndexInfo: ...
    def runner(self) -> object: ...


class Live(Protocol):
    """What is served now. `swapping` is held by whoever exchanges the engine."""

    @property
    def engine(self) -> Serving: ...
    @property
    def swapping(self) -> AbstractContextManager[object]: ...
    def begin(self) -> dict[str, int]:
        """Before a group, with the workspace's lock: know what others wrote; the versions of the tables."""
        ...

    def wrote(self, items: Sequence[str], images: Sequence[str], before: dict[str, int]) -> None:
        """After a group that the layer shows: forget what is remembered of these, and tell other workers."""
        ...


class Applier:
    """Writes groups of changes of different items; the caller holds the workspace's lock."""

    def __init__(self, ws: Workspace, live: Live) -> None:
        self.ws, self.live = ws, live
        self._own: Runner | None = None

    def __call__(self, changes: Sequence[Change]) -> list[Outcome]:
        """Store the changes and show them to searches; the answers in order."""
        items = [change.item for change in changes if isinstance(change, Upsert)]
        removals = [change.item_id for change in changes if isinstance(change, Delete)]
        before = self.live.begin()
        applied = apply_changes(self.ws, items, removals)
        delta = self._show(applied)
        images = list(dict.fromkeys([*applied.touched, *delta.deletes]))
        self.live.wrote([change.item_id for change in changes], images, before)
        shown, puts = _items_of(delta), iter(applied.puts)
        return [
            Outcome(change.item_id, next(puts), searchable=change.item_id in shown)
            if isinstance(change, Upsert)
            else Outcome(change.item_id, deleted=applied.removed[change.item_id])
            for change in changes
        ]

    def sweep(self) -> None:
        """Finish what a killed process left in the tables."""
        before = self.live.begin()
        applied = sweep(self.ws)
        if applied is not None:
            delta = self._show(applied)
            self.live.wrote([], list(dict.fromkeys([*applied.touched, *delta.deletes])), before)
        forget_stale(self.ws, self.live.engine.info.model_id)

    def _show(self, applied: Applied) -> Delta:
        while True:
            engine = self.live.engine
            delta = self._delta(engine, applied)
            with self.live.swapping:
                now = self.live.engine
                if _kind(now.info) == _kind(engine.info):
                    layer_of(now).apply(delta)
                    return delta

    def _delta(self, engine: Serving, applied: Applied) -> Delta:
        """What changes in an index of the engine's model."""
        model = engine.info.model_id
        fingerprint_few(self.ws, model, self._runner(engine), applied.touched, applied.data)
        gone = forget_few(self.ws, model, applied.gone)
        found = points_of(self.ws, model, field_choice(engine.info), applied.touched)
        deletes = list(dict.fromkeys([*found.deletes, *applied.gone, *gone]))
        return Delta(found.ids, found.vectors, found.payloads, deletes)

    def _runner(self, engine: Serving) -> Runner:
        """The engine's model where it can take prepared pixels, else one of its own."""
        runner = engine.runner()
        if isinstance(runner, Runner):
            return runner
        if self._own is None or self._own.model_id != engine.info.model_id:
            self._own = open_kept(self.ws, engine.info.model_id)
        return self._own


def layer_of(engine: Serving) -> Layered:
    """The layer over an engine's index."""
    assert isinstance(engine.index, Layered), "writes need an index with a layer"
    return engine.index


def _kind(info: IndexInfo) -> tuple[str, object]:
    """What vectors and payloads depend on."""
    return info.model_id, field_choice(info)


def _items_of(delta: Delta) -> set[str]:
    """The items that the points of a change belong to."""
    owners = (payload.get("item_id", []) for payload in delta.payloads)
    return {str(name) for found in owners for name in (found if isinstance(found, list) else [found])}
