"""The first stage: pictures and their rows, from wherever they lie, into the tables.

    Ingest("photos/").run(ws)
    Ingest("catalogue.jsonl", Mapping(image="photo", text={"alt": "alt_text"})).run(ws)

Decided:
- A list or container that was read to its end is remembered with its state and the settings. While it stays
  the same, only the places that it names are looked at (size and time), not its rows; a container that
  holds its pictures is not opened at all. So an unchanged second run decodes nothing.
- Pictures flow in order through a small window of batches: a few threads read and decode, one writes.
  Memory holds the window, two chunks of rows and 74 bytes for each place of earlier runs.
- Each chunk is written so that its last write makes it count (`writes.py`): killed at any moment, the next
  run goes on and ends with the same tables.
- What vanished from the source is reported, and removed only with `prune`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping as Counts
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from saccade.catalog.compare import changed_places
from saccade.catalog.fetch import FetchSettings
from saccade.catalog.flow import Flow, list_settings
from saccade.catalog.known import Known
from saccade.catalog.mapping import Mapping
from saccade.catalog.readers.choose import Kind, Source, open_source
from saccade.catalog.records import Reader, Role
from saccade.errors import InputError
from saccade.progress import Progress
from saccade.workspace import Clock, Plan, Stage, Workspace

_SOURCES = ("uri", "image_id", "size", "modified", "status")


@dataclass(frozen=True)
class Ingest(Stage):
    """Bring one source of pictures and their rows into the workspace."""

    name: ClassVar[str] = "ingest"

    source: str
    """A folder, a list (CSV, JSONL, Parquet, COCO JSON, addresses), tars, a saved data set; patterns too."""
    mapping: Mapping = field(default_factory=Mapping)
    kind: Kind = "auto"
    """What the source is, where its name does not tell."""
    role: Role = "seller"
    """What a picture is where its row does not say."""
    pictures_only: bool = False
    """Take the pictures and their texts, but make no items of the rows: for query photos, say."""
    root: str | None = None
    """Folder that relative paths start from; the list's own by default."""
    store: Literal["reference", "bytes"] = "reference"
    """Leave local files where they are, or copy them; what comes from the web or an archive is copied."""
    prune: bool = False
    """Remove what vanished from the source."""
    refresh: bool = False
    """Ask web hosts again whether pictures changed."""
    fetch: FetchSettings = field(default_factory=FetchSettings)
    threads: int = 0
    """Decoding threads; 0: one a core."""
    chunk: int = 2000
    """Rows of one commit."""

    def plan(self, ws: Workspace) -> Plan:
        """How many pictures would be looked at; the lists are read, the pictures are not."""
        source, known = self._open(), remembered(ws)
        work = sum(self._work(reader, known) for reader in source.readers)
        return Plan(self.name, work, "pictures", notes=(f"{len(known):,} places known",))

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Counts[str, int | float | str]:
        source = self._open()
        with clock.reading():
            known = remembered(ws)
        progress.start(f"ingest {self.source}", _total(source))
        with Flow(self, ws, source.uri, known, clock, progress) as flow:
            for reader in source.readers:
                flow.take(reader)
        flow.finish()
        progress.stop()
        return flow.counts()

    def _open(self) -> Source:
        if self.chunk < 1 or self.threads < 0:
            raise InputError(f"expected chunk ≥ 1 and threads ≥ 0, found {self.chunk} and {self.threads}")
        if self.store not in ("reference", "bytes"):
            raise InputError(f"expected store to be reference or bytes, found {self.store!r}")
        return open_source(self.source, self.mapping, self.kind, self.role, self.root)

    def _work(self, reader: Reader, known: Known) -> int:
        mark = known.lists.get(reader.uri)
        same = mark is not None and (mark.row, mark.state) == (list_settings(self), reader.stamp())
        if reader.embedded:
            return 0 if same else reader.total() or 1
        masks = (changed_places(known, reader.uri, places, self.refresh) for places in reader.places())
        return sum(int(mask.sum()) for mask in masks)

    def workers(self) -> int:
        """Threads that decode."""
        return self.threads or len(os.sched_getaffinity(0))


def remembered(ws: Workspace) -> Known:
    """What earlier runs stored."""
    return Known(ws.table("sources").scan(_SOURCES), ws.table("images").scan(["image_id"], "status = 'ok'"))


def _total(source: Source) -> int | None:
    counts = [reader.total() for reader in source.readers]
    return None if None in counts else sum(count or 0 for count in counts)
