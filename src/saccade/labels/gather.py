"""Texts of every kind, brought together by family: the shuffle that lets each bucket be worked on alone.

Decided:
- Sources are open-ended: every source in the table `texts`, and three that the workspace can tell by itself
  where nobody imported them as texts: the names of boards that hold an item, queries that led to a click or
  more on it, and the categories of objects found in a picture.
- A bucket is chosen by the hash of the family, so its content does not depend on the order of the rows. Rows
  are set down in parts as they are read; what is held in memory is one part.
- A text that is said twice of a picture by one source is one row whose weights add up.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError, NotFoundError
from saccade.labels.balance.families import Families
from saccade.labels.hashing import word_hashes
from saccade.labels.scratch import Scratch
from saccade.labels.shapes import GATHERED
from saccade.progress import Progress
from saccade.workspace import Clock, Workspace
from saccade.workspace.tables import any_of

DERIVED = ("board", "query", "object")
ACTIONS = ("click", "save", "cart", "buy", "purchase")
"""Actions on an item that say its query fits."""
ROWS = 100_000
"""Texts of a bucket, about."""
_BATCH, _PART_ROWS, _PART_BYTES = 1 << 16, 400_000, 64 << 20
_COLUMNS = ["image_id", "source", "text", "language", "weight"]
_PLAIN = pa.schema([field for field in GATHERED if field.name != "family"])


@dataclass(frozen=True)
class Gathered:
    """What was brought together: how many buckets, in how many parts each, the sources by name, rows."""

    buckets: int
    parts: int
    sources: tuple[str, ...]
    rows: int


def gather(
    ws: Workspace, scratch: Scratch, families: Families, wanted: tuple[str, ...], clock: Clock,
    progress: Progress,
) -> Gathered:  # fmt: skip
    """Set every text down in its bucket. wanted: names of sources, () for all.

    Raises `InputError` where there is no text of any wanted source.
    """
    if scratch.marked("gather") is None:
        scratch.drop("gather")
        found = _gather(ws, scratch, families, wanted, clock, progress)
        scratch.mark("gather", asdict(found))
    return gathered(scratch)


def gathered(scratch: Scratch) -> Gathered:
    """What `gather` did; `NotFoundError` before it."""
    mark = scratch.marked("gather")
    if mark is None:
        raise NotFoundError("nothing was gathered yet")
    return Gathered(mark["buckets"], mark["parts"], tuple(mark["sources"]), mark["rows"])


def bucket_rows(scratch: Scratch, bucket: int) -> pa.Table:
    """The rows of a bucket: `GATHERED`, sorted, equal texts of one picture and source joined."""
    found = [scratch.read(f"gather/{bucket}-{part}") for part in range(gathered(scratch).parts)]
    keys = ["family", "image_id", "source", "text"]
    table = pa.concat_tables(found).group_by(keys, use_threads=False)
    joined = table.aggregate([("language", "min"), ("weight", "sum")])
    named = joined.rename_columns([*keys, "language", "weight"]).select(GATHERED.names)
    return named.sort_by([(key, "ascending") for key in keys]).cast(GATHERED)


def _gather(
    ws: Workspace, scratch: Scratch, families: Families, wanted: tuple[str, ...], clock: Clock,
    progress: Progress,
) -> Gathered:  # fmt: skip
    total = _count(ws)
    buckets = max(1, -(-total // ROWS))
    progress.start("gather texts", total)
    parts, rows, names = 0, 0, set[str]()
    for block in _blocks(_all(ws, wanted)):
        with clock.computing():
            names.update(pc.unique(block.column("source")).to_pylist())
            placed = _placed(block, families, buckets)
        with clock.writing():
            for bucket, part in placed:
                scratch.write(f"gather/{bucket}-{parts}", part)
        parts, rows = parts + 1, rows + len(block)
        progress.advance(len(block))
    progress.stop()
    if not rows:
        raise InputError(_nothing(ws, wanted))
    return Gathered(buckets, parts, tuple(sorted(names)), rows)


def _nothing(ws: Workspace, wanted: tuple[str, ...]) -> str:
    if wanted:
        have = pc.unique(ws.table("texts").read(["source"]).column("source")).to_pylist()
        return (
            f"expected texts of {', '.join(wanted)}, found texts of {', '.join(sorted(have)) or 'no source'}"
        )
    return f"{ws.uri} has no texts: bring some in with `saccade ingest` or `saccade import texts LIST`"


def _placed(block: pa.Table, families: Families, buckets: int) -> Iterator[tuple[int, pa.Table]]:
    """The rows of a block by bucket; every bucket gets a part, if an empty one."""
    family = families.of(block.column("image_id"))
    table = block.add_column(1, "family", family).select(GATHERED.names).cast(GATHERED)
    bucket = (word_hashes(family) % np.uint64(buckets)).astype(np.int64)
    ordered = table.take(pa.array(np.argsort(bucket, kind="stable")))
    ends = np.cumsum(np.bincount(bucket, minlength=buckets))
    for number in range(buckets):
        start = int(ends[number - 1]) if number else 0
        yield number, ordered.slice(start, int(ends[number]) - start)


def _blocks(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) >= _PART_ROWS or sum(one.nbytes for one in held) >= _PART_BYTES:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


# -- where rows come from ------------------------------------------------------------------------


def _count(ws: Workspace) -> int:
    tables = ("texts", "board_items", "objects")
    return sum(ws.table(name).count() for name in tables) + ws.table("events").count("query IS NOT NULL")


def _all(ws: Workspace, wanted: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    """Rows of every source: image_id, source, text, language, weight."""
    filter = any_of("source", wanted) if wanted else None
    for batch in ws.table("texts").scan(_COLUMNS, filter, batch_size=_BATCH):
        yield _fitted(batch.to_struct_array().flatten(), batch.schema.names)
    for source in DERIVED:
        if (not wanted or source in wanted) and not ws.table("texts").count(any_of("source", [source])):
            yield from _DERIVE[source](ws)


def _boards(ws: Workspace) -> Iterator[pa.RecordBatch]:
    """The names of the boards that hold an item, on each of its pictures."""
    boards, shown = ws.table("boards").read(["board_id", "name"]), _Shown(ws)
    for batch in ws.table("board_items").scan(["board_id", "item_id"], batch_size=_BATCH):
        place = pc.index_in(batch["board_id"], value_set=boards.column("board_id").combine_chunks())
        yield shown.rows(batch["item_id"], boards.column("name").combine_chunks().take(place), "board")


def _queries(ws: Workspace) -> Iterator[pa.RecordBatch]:
    """Queries with engagement, on each picture of the item; the weight counts how often."""
    shown = _Shown(ws)
    filter = f"query IS NOT NULL AND item_id IS NOT NULL AND {any_of('action', ACTIONS)}"
    for batch in ws.table("events").scan(["item_id", "query"], filter, batch_size=_BATCH):
        yield shown.rows(batch["item_id"], batch["query"], "query")


def _objects(ws: Workspace) -> Iterator[pa.RecordBatch]:
    """The categories of objects in a picture, weighted by the detector's score."""
    columns = ["image_id", "category", "score"]
    for batch in ws.table("objects").scan(columns, "category IS NOT NULL", batch_size=_BATCH):
        weight = pc.max_element_wise(pc.fill_null(batch["score"], 1.0), pa.scalar(0.01, pa.float32()))
        yield _rows(batch["image_id"], batch["category"], "object", weight)


_DERIVE = {"board": _boards, "query": _queries, "object": _objects}


class _Shown:
    """The pictures of every item, looked up many at a time: 16 bytes and an id for each."""

    def __init__(self, ws: Workspace) -> None:
        table = ws.table("item_images").read(["item_id", "image_id"])
        items = word_hashes(table.column("item_id").combine_chunks().cast(pa.large_string()))
        order = np.argsort(items, kind="stable")
        self.items, self.images = (
            items[order],
            table.column("image_id").combine_chunks().take(pa.array(order)),
        )

    def rows(self, items: pa.Array, texts: pa.Array, source: str) -> pa.RecordBatch:
        """A row for each picture of each item."""
        wanted = word_hashes(pc.fill_null(items, ""))
        first = np.searchsorted(self.items, wanted, "left")
        count = np.searchsorted(self.items, wanted, "right") - first
        row = np.repeat(np.arange(len(wanted)), count)
        within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        images = self.images.take(pa.array(first[row] + within))
        return _rows(images, texts.take(pa.array(row)), source, None)


def _rows(images: pa.Array, texts: pa.Array, source: str, weight: pa.Array | None) -> pa.RecordBatch:
    columns = [
        images, pa.array([source] * len(images), pa.string()), texts, pa.nulls(len(images), pa.string()),
        pa.nulls(len(images), pa.float32()) if weight is None else weight,
    ]  # fmt: skip
    return _fitted(columns, _COLUMNS)


def _fitted(columns: list[pa.Array], names: list[str]) -> pa.RecordBatch:
    """Columns as `GATHERED` without the family; rows without an image or a text are left out."""
    found = dict(zip(names, columns, strict=True))
    weight = pc.fill_null(found["weight"], 1.0).cast(pa.float32())
    found["weight"] = pc.if_else(pc.greater(weight, 0.0), weight, pa.scalar(1.0, pa.float32()))
    cast = [found[field.name].cast(field.type) for field in _PLAIN]
    batch = pa.RecordBatch.from_arrays(cast, schema=_PLAIN)
    return batch.filter(pc.and_(pc.is_valid(batch["text"]), pc.is_valid(batch["image_id"])))
