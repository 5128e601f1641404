"""Which pictures evaluation asks with: those of reports that were written, and of people's judgements.

Decided:
- A report under `reports/evaluation/<label>/` keeps its questions in `qrels.trec`, which is read as it is,
  and every picture that asked, whatever was asked, in `queries.txt`. An evaluation that was never run is not
  known: run it once, with any model, before training sets are built.
- Judgements (`judgements`) name queries by picture or by item; an item stands for all of its pictures, a
  query in words for none. They are the evaluation `JUDGED`.
- Part "query" asks, part "answer" was judged (relevant or not) or may be found. Answers are the catalogue
  that is searched, which a model may have seen; they are listed only where `answers` is asked for.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import NotFoundError
from saccade.metrics.trec import Qrels
from saccade.workspace import Workspace

JUDGED = "judgements"
REPORTS = "reports/evaluation"
SCHEMA = pa.schema({"image_id": pa.string(), "evaluation": pa.string(), "part": pa.string()})


def evaluation_images(ws: Workspace, answers: bool = False) -> pa.Table:
    """The pictures of every evaluation: rows of `SCHEMA`, unique, sorted; only those that `images` holds."""
    parts = [
        _rows(ws, names, evaluation, part)
        for evaluation, part, names in _named(ws)
        if answers or part == "query"
    ]
    table = pa.concat_tables([SCHEMA.empty_table(), *parts])
    table = table.group_by(SCHEMA.names).aggregate([])
    return table.sort_by([(name, "ascending") for name in ("evaluation", "part", "image_id")])


def _named(ws: Workspace) -> Iterator[tuple[str, str, pa.Array]]:
    """(evaluation, part, ids of pictures or items)."""
    for label in _reports(ws):
        if (asked := _kept(ws, f"{label}/queries.txt")) is not None:
            yield label, "query", pa.array(asked.decode().split(), pa.string())
        if (data := _kept(ws, f"{label}/qrels.trec")) is not None:
            qrels = _parsed(data)
            yield label, "query", qrels.queries
            yield label, "answer", qrels.items
    judged = ws.table("judgements").read(["query_id", "item_id"])
    if judged.num_rows:
        yield JUDGED, "query", pc.unique(judged["query_id"])
        yield JUDGED, "answer", pc.unique(judged["item_id"])


def _reports(ws: Workspace) -> list[str]:
    """Labels of the reports, sorted."""
    try:
        ws.fs.invalidate_cache()
        folders = sorted(str(path) for path in ws.fs.ls(ws.path(REPORTS), detail=False))
    except FileNotFoundError:
        return []
    return [folder.rstrip("/").rsplit("/", 1)[-1] for folder in folders]


def _kept(ws: Workspace, name: str) -> bytes | None:
    """A file of a report; None in another file, or in a report that was not finished."""
    try:
        return ws.read_bytes(f"{REPORTS}/{name}")
    except (NotFoundError, NotADirectoryError):
        return None


def _parsed(data: bytes) -> Qrels:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "qrels.trec")
        path.write_bytes(data)
        return Qrels.read(path)


def _rows(ws: Workspace, names: pa.Array, evaluation: str, part: str) -> pa.Table:
    ids = pa.chunked_array([_pictures(ws, names), _of_items(ws, names)], pa.string())
    ids = pc.unique(ids)
    same = [pa.repeat(pa.scalar(text), len(ids)) for text in (evaluation, part)]
    return pa.Table.from_arrays([ids, *same], schema=SCHEMA)


def _pictures(ws: Workspace, names: pa.Array) -> pa.Array:
    """Those of the names that are pictures."""
    found = [
        batch.column(0).filter(pc.is_in(batch.column(0), value_set=names))
        for batch in ws.table("images").scan(["image_id"], batch_size=1 << 17)
    ]
    return pa.concat_arrays([pa.array([], pa.string()), *found])


def _of_items(ws: Workspace, names: pa.Array) -> pa.Array:
    """The pictures of those names that are items."""
    found = [
        batch.column("image_id").filter(pc.is_in(batch.column("item_id"), value_set=names))
        for batch in ws.table("item_images").scan(["item_id", "image_id"], batch_size=1 << 17)
    ]
    return pa.concat_arrays([pa.array([], pa.string()), *found])
