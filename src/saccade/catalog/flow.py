"""How records travel through an ingest: batches are compared with what is known, looked at, written.

Decided: a window of a few batches is under way at once and is emptied in order, so that runs are
repeatable and memory is bounded; one thread writes while others decode. Not here: what the rows look like
(`writes.py`) and what one picture's bytes say (`examine.py`).
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from saccade.catalog import retire, writes
from saccade.catalog.compare import Work, changed_places, compare, unseen
from saccade.catalog.examine import Examined, Examiner
from saccade.catalog.fetch import Fetched, FetchThread
from saccade.catalog.files import is_web
from saccade.catalog.known import Known
from saccade.catalog.marks import parse
from saccade.catalog.records import Photo, Reader, Record, digest
from saccade.catalog.retire import Left
from saccade.catalog.writes import Chunk, Looked
from saccade.progress import Progress
from saccade.workspace import Clock, Workspace

if TYPE_CHECKING:
    from saccade.catalog.ingest import Ingest

_BATCH = 256  # records compared and handed to the threads together
_WINDOW = 3  # batches under way
_TASK = 8  # pictures a thread takes at a time
_BYTES = 64 * 2**20  # of pictures in one batch or one chunk
_TIDY = 64  # chunks between two joinings of the tables' small files
_TABLES = ("images", "items", "item_images", "texts", "objects", "sources")


Pending = tuple[list[Work], list[tuple[Work, list[int], "Future[list[Examined]]"]]]


class Flow:
    """One run of an ingest. Use as a context, `take` every reader, then `finish`."""

    def __init__(
        self, stage: Ingest, ws: Workspace, uri: str, known: Known, clock: Clock, progress: Progress
    ) -> None:
        self.stage, self.ws, self.known, self.clock, self.progress = stage, ws, known, clock, progress
        self.source, self.settings = digest(uri), list_settings(stage)
        self.examiner = Examiner(known.has_image, stage.store == "bytes")
        self.tally: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.first_fault = ""
        self.skipped: set[str] = set()  # lists whose rows were not read: their places count as seen
        self.deleted = _deleted(ws)
        self._pending: deque[Pending] = deque()
        self._chunk = self._new_chunk()
        self._writing: Future[None] | None = None
        self._chunks = 0
        self._fetcher: FetchThread | None = None

    def __enter__(self) -> Self:
        self._pool = ThreadPoolExecutor(self.stage.workers(), "saccade-decode")
        self._writer = ThreadPoolExecutor(1, "saccade-write")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fetcher is not None:
            self._fetcher.close()
        self._pool.shutdown(cancel_futures=True)
        self._writer.shutdown()

    # -- readers ---------------------------------------------------------------------------------

    def take(self, reader: Reader) -> None:
        """Bring in one file or folder: all of it, or what changed since it was read to its end."""
        stamp = reader.stamp()
        mark = self.known.lists.get(reader.uri)
        if mark is None or (mark.row, mark.list, mark.state) != (self.settings, self.source, stamp):
            self._records(reader.uri, reader.records(), stamp)
            self._drain()
            with self.clock.writing():
                writes.write_list(self.ws, reader.uri, self.settings, self.source, stamp)
            return
        self.skipped.add(reader.uri)
        if reader.embedded:
            self.tally["unchanged_files"] += 1
            return
        changed = self._changed_positions(reader)
        if changed:
            self._records(reader.uri, reader.records(changed), stamp)
            self._drain()

    def _changed_positions(self, reader: Reader) -> set[int]:
        changed: set[int] = set()
        for places in reader.places():
            mask = changed_places(self.known, reader.uri, places, self.stage.refresh)
            changed.update(np.asarray(places.positions)[mask].tolist())
            same = len(mask) - int(mask.sum())
            self.tally["unchanged"] += same
            self.progress.advance(same)
        return changed

    def _records(self, uri: str, records: Iterable[Record], stamp: str) -> None:
        for batch in _batches(self._usable(uri, records, stamp)):
            self._pending.append(self._start(batch))
            if len(self._pending) >= _WINDOW:
                self._empty_one()

    def _usable(self, uri: str, records: Iterable[Record], stamp: str) -> Iterator[Record]:
        """Sorts out rejected rows and items that were deleted."""
        for record in records:
            self.tally["rows"] += 1
            if record.status != "ok":
                self._reject(f"{uri}#{record.position}", record, stamp)
            elif record.item is not None and record.item.item_id in self.deleted:
                self.tally["of_deleted_items"] += 1
                self.known.find([photo.uri for photo in record.photos])
            else:
                yield replace(record, item=None) if self.stage.pictures_only else record

    def _reject(self, place: str, record: Record, stamp: str) -> None:
        self.tally["rejected_rows"] += 1
        self._fault(record.status, f"{place}: {record.reason}")
        at = self.known.find([place])
        if not self.known.same_state(at, [-1], [stamp])[0]:
            self._chunk.rejected.append((place, record, stamp))
            self._flush_if_full()

    # -- looking ---------------------------------------------------------------------------------

    def _start(self, batch: list[Record]) -> Pending:
        works = compare(batch, self.known, self.stage.refresh, self._pool)
        todo = [(work, number) for work in works for number, seen in enumerate(work.found) if seen is None]
        web = [(work, number) for work, number in todo if is_web(work.record.photos[number].uri)]
        rest = [(work, number) for work, number in todo if not is_web(work.record.photos[number].uri)]
        tasks: list[tuple[Work, list[int], Future[list[Examined]]]] = []
        tags = self._tags([work.record.photos[number].uri for work, number in web])
        for work, number in web:
            uri = work.record.photos[number].uri
            tasks.append((work, [number], self._fetch(uri, tags.get(uri, ""), work.at[number])))
        for start in range(0, len(rest), _TASK):
            part = rest[start : start + _TASK]
            future = self._pool.submit(self._look, [work.record.photos[number] for work, number in part])
            tasks += [(work, [number, index], future) for index, (work, number) in enumerate(part)]
        return works, tasks

    def _look(self, photos: list[Photo]) -> list[Examined]:
        return [self.examiner.place(photo) for photo in photos]

    def _fetch(self, uri: str, tag: str, at: int) -> Future[list[Examined]]:
        """Download, then look in a decoding thread."""
        if self._fetcher is None:
            self._fetcher = FetchThread(self.stage.fetch)
        done: Future[list[Examined]] = Future()

        def look(found: Fetched) -> None:
            try:
                same = found.status == "unchanged"
                seen = (
                    Examined("ok", "", self.known.image(at), state=tag)
                    if same
                    else self.examiner.fetched(found)
                )
                done.set_result([seen])
            except BaseException as error:
                done.set_exception(error)

        def arrived(found: Future[Fetched]) -> None:
            if found.cancelled():
                done.cancel()
            else:
                self._pool.submit(look, found.result())

        self._fetcher.submit(uri, tag).add_done_callback(arrived)
        return done

    def _tags(self, uris: list[str]) -> dict[str, str]:
        """The ETags of the last fetch, asked for only when pictures are fetched again."""
        known = [
            uri for uri in uris if self.stage.refresh and self.known.image(int(self.known.find([uri])[0]))
        ]
        rows = self.ws.table("sources").take(known, ["uri", "modified"]).to_pylist() if known else []
        return {row["uri"]: parse(row["modified"]).state for row in rows}

    # -- writing ---------------------------------------------------------------------------------

    def _empty_one(self) -> None:
        works, tasks = self._pending.popleft()
        for work, numbers, future in tasks:
            work.found[numbers[0]] = future.result()[numbers[1] if len(numbers) > 1 else 0]
        for work in works:
            self._settle(work, [seen for seen in work.found if seen is not None])
        self.progress.advance(len(works))

    def _settle(self, work: Work, found: list[Examined]) -> None:
        """Count what was found and put what is new into the chunk."""
        looked = [seen for seen in found if seen.looked]
        self.clock.add("reading", sum(seen.read_seconds for seen in looked))
        self.clock.add("computing", sum(seen.decode_seconds for seen in looked))
        self.tally["pictures"] += len(found)
        self.tally["decoded"] += sum(seen.fresh for seen in looked)
        if work.row_same and all(seen.status in ("ok", "known") and not seen.looked for seen in found):
            self.tally["unchanged"] += len(found)
            return
        kept = [(photo, at, seen) for photo, at, seen in zip(work.record.photos, work.at, found, strict=True)
                if not self._vanished(photo, at, seen)]  # fmt: skip
        for photo, at, seen in kept:
            self._note(work.record, photo, at, seen, work.row_same)
        if kept or not work.row_same:
            record = replace(work.record, photos=tuple(photo for photo, _, _ in kept))
            self._chunk.records.append(Looked(record, [seen for _, _, seen in kept], work.row_same))
            self._flush_if_full()

    def _vanished(self, photo: Photo, at: int, seen: Examined) -> bool:
        """A picture that was there and cannot be had now stays as it was, unless `prune` says otherwise."""
        if seen.status not in ("ok", "known"):
            self.statuses[seen.status] += 1
            self._fault(seen.status, f"{photo.uri}: {seen.reason}")
        if seen.status == "known":
            return True
        gone = seen.image_id is None and self.known.image(at) is not None
        if gone and not (self.stage.prune and seen.status == "missing"):
            self.tally["vanished"] += 1
            return True
        return False

    def _note(self, record: Record, photo: Photo, at: int, seen: Examined, row_same: bool) -> None:
        self._chunk.bytes += len(seen.data) if seen.data is not None else 0
        if at < 0:
            return
        old, item = self.known.image(at), writes.item_digest(record)
        moved = not self.known.same_item(at, item)
        if moved or (old is not None and old != seen.image_id):
            self._chunk.left.append(Left(photo.uri, old, "", moved, record.texts))
        if not row_same and seen.image_id is not None:
            self._chunk.restated.add(seen.image_id)

    def _flush_if_full(self) -> None:
        if len(self._chunk) >= self.stage.chunk or self._chunk.bytes >= _BYTES:
            self._flush()

    def _flush(self) -> None:
        chunk, self._chunk = self._chunk, self._new_chunk()
        if self._writing is not None:
            self._writing.result()
        self._writing = self._writer.submit(self._write, chunk) if len(chunk) else None

    def _drain(self) -> None:
        """Everything taken so far is in the tables."""
        while self._pending:
            self._empty_one()
        self._flush()
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def _write(self, chunk: Chunk) -> None:
        with self.clock.writing():
            self.tally["new_images"] += writes.write_images(self.ws, chunk)
            writes.write_items(self.ws, chunk)
            self._replace_words(chunk)
            writes.write_texts(self.ws, chunk)
            self.tally["rejected_boxes"] += writes.write_objects(self.ws, chunk)
            held = {(writes.item_digest(record), seen.image_id): photo.uri
                    for record, photo, seen in chunk.photos() if seen.image_id}  # fmt: skip
            self.tally["removed_images"] += retire.retire(self.ws, self._with_items(chunk.left), held)
            writes.write_sources(self.ws, chunk)
            self._chunks += 1
            if self._chunks % _TIDY == 0:
                self._tidy()

    def _with_items(self, left: list[Left]) -> list[Left]:
        """Adds the digests of the items that the places belonged to."""
        rows = (
            self.ws.table("sources").take([place.uri for place in left], ["uri", "modified"]).to_pylist()
            if left
            else []
        )
        items = {row["uri"]: parse(row["modified"]).item for row in rows}
        return [replace(place, item=items.get(place.uri, "")) for place in left]

    def _replace_words(self, chunk: Chunk) -> None:
        """Rows that read differently: their old words go, unless the image is also another row's."""
        if not chunk.restated:
            return
        alone = sorted(chunk.restated - retire.shared(self.ws, chunk.restated))
        sources = {text.source for looked in chunk.records for text in looked.record.texts} | {
            "title",
            "description",
        }
        retire.forget_words(self.ws, alone, sources, any(looked.record.boxes for looked in chunk.records))

    def _tidy(self) -> None:
        for name in _TABLES:
            self.ws.table(name).optimize()

    # -- the end ---------------------------------------------------------------------------------

    def finish(self) -> None:
        """After all readers: what the source names no longer."""
        if self.known.count_unseen(self.source):
            rejections, photos = unseen(self.ws, self.known, self.source, self.skipped)
            self.ws.table("sources").delete_keys(rejections)
            self.tally["not_named_any_more"] = len(photos)
            if self.stage.prune:
                self.tally["removed_images"] += retire.remove_places(self.ws, self.source, photos)
        if self._chunks >= _TIDY // 4:
            with self.clock.writing():
                self._tidy()

    def counts(self) -> dict[str, int | float | str]:
        """The report: totals first, then pictures that could not be used by status, then the first fault."""
        names = ("rows", "pictures", "decoded", "unchanged", "new_images")
        found: dict[str, int | float | str] = {name: self.tally[name] for name in names}
        found |= {name: count for name, count in sorted(self.tally.items()) if count and name not in found}
        found |= {status: count for status, count in self.statuses.most_common()}
        if self.first_fault:
            found["note_fault"] = f"first fault: {self.first_fault}"
        return found

    def _fault(self, status: str, reason: str) -> None:
        self.first_fault = self.first_fault or f"{status}: {reason}"

    def _new_chunk(self) -> Chunk:
        return Chunk(self.source, datetime.now(UTC))


def list_settings(stage: Ingest) -> str:
    """Digest of the settings that change what a list's rows become."""
    return digest(
        repr((asdict(stage.mapping), stage.kind, stage.role, stage.root, stage.store, stage.pictures_only))
    )


def _deleted(ws: Workspace) -> set[str]:
    batches = ws.table("items").scan(["item_id"], "deleted IS NOT NULL")
    return {name for batch in batches for name in batch.column("item_id").to_pylist()}


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Batches bounded in records and in the bytes that they say they have."""
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += sum(photo.size for photo in record.photos if photo.load is not None)
        if len(batch) == _BATCH or size >= _BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
