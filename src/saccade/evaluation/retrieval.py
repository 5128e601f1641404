"""What is a query, what is relevant, which gallery: a `Protocol` becomes a `Task`, a task scores vectors.

Two ways to say what is relevant:
- `qrels`: a file of judgements (`judged.py`).
- `same`: a gallery picture is relevant if it shares a label with the query: `item` (the same product),
  `category`, or the name of an attribute.

Decided:
- Results are pictures, or items (`by="item"`: an item stands where its first picture stands).
- `leave_out` keeps pictures from answering a query: the query's own picture (`self`), other pictures of its
  item (`item`), near-duplicates of it (`duplicates`). What is left out is neither found nor missed.
- A query that has nothing relevant in its gallery says nothing about a model: it is left out and counted.
- Every model is asked the same: only pictures that all of the models have a vector of take part.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal
from typing import Protocol as Shape

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.catalog.catalogue import ITEM, Catalogue
from saccade.catalog.selection import Selection
from saccade.errors import InputError
from saccade.evaluation import judged
from saccade.evaluation.exact import Scorer, Targets, top_k
from saccade.metrics.columns import Ints, lookup, spread
from saccade.metrics.trec import Qrels, Run

Leave = Literal["self", "item", "duplicates"]


@dataclass(frozen=True)
class Protocol:
    """What is asked. `qrels` is a path, and then `same` is not looked at."""

    queries: Selection = field(default_factory=Selection)
    gallery: Selection = field(default_factory=Selection)
    same: str = ITEM
    qrels: str | None = None
    by: Literal["image", "item"] = "image"
    leave_out: tuple[Leave, ...] = ("self",)

    def task(self, catalogue: Catalogue, available: pa.Array) -> Task:
        """The questions for the pictures that are `available` (those with a fingerprint).

        Raises InputError where no query, no gallery or nothing relevant is left.
        """
        counts: dict[str, int] = {}
        gallery = present(self.gallery.images(catalogue), available, "gallery", counts)
        asked = self._judgements(catalogue, counts) if self.qrels else None
        wanted = self.queries.images(catalogue)
        if asked is not None:
            wanted = wanted.filter(pc.is_in(wanted, value_set=asked.queries))
        queries = present(wanted, available, "queries", counts)
        ids, targets = _targets(catalogue, gallery, self.by)
        qrels = self._same(catalogue, queries, gallery, ids) if asked is None else asked
        banned = left_out(catalogue, queries, gallery, self.leave_out)
        qrels = _possible(judged.among(qrels, queries, ids), queries, ids, targets, banned)
        return _asked(Task(queries, gallery, ids, targets, qrels, banned, counts))

    def _judgements(self, catalogue: Catalogue, counts: dict[str, int]) -> Qrels:
        found = judged.translate(Qrels.read(self.qrels or ""), catalogue, self.by == "item")
        counts["unknown_queries"], counts["unknown_items"] = found.unknown_queries, found.unknown_items
        return found.qrels

    def _same(self, catalogue: Catalogue, queries: pa.Array, gallery: pa.Array, ids: pa.Array) -> Qrels:
        labels = catalogue.labels_of_images(self.same)
        if self.by == "item":
            named = catalogue.labels_of_items(self.same).rename_columns(["target", "label"])
        else:
            named = labels.rename_columns(["target", "label"])
        theirs = named.filter(pc.is_in(named["target"], value_set=ids))
        mine = labels.filter(pc.is_in(labels["image_id"], value_set=queries))
        if not mine.num_rows or not theirs.num_rows:
            side = "query" if not mine.num_rows else "gallery"
            names = ", ".join(["item", "category", *catalogue.attributes()])
            raise InputError(f"no {side} picture has a label {self.same!r}; labels are {names}")
        pairs = mine.join(theirs, "label", join_type="inner").select(["image_id", "target"])
        unique = pairs.group_by(["image_id", "target"]).aggregate([])
        return Qrels.of(unique["image_id"], unique["target"])


@dataclass(frozen=True, eq=False)
class Task:
    """Questions with their answers.

    Attributes:
        queries: Q image ids, ascending. gallery: G image ids, ascending.
        ids: T ids of what is ranked (pictures or items), ascending; `targets` says their gallery rows.
        qrels: what is relevant, for the Q queries and nothing else.
        banned: (query, gallery row) pairs that must not be found.
        counts: pictures, unknown names and queries that were left out, by reason.
    """

    queries: pa.Array
    gallery: pa.Array
    ids: pa.Array
    targets: Targets
    qrels: Qrels
    banned: tuple[Ints, Ints]
    counts: dict[str, int]

    def run(self, scorer: Scorer, k: int) -> Run:
        """Rank exactly: the first `k` of every query. `scorer` knows the rows of `queries` and `gallery`."""
        places, scores = top_k(scorer, len(self.queries), self.targets, k, self.banned)
        return Run.of_indices(self.queries, self.ids, places, scores)

    @cached_property
    def best_images(self) -> dict[str, list[str]]:
        """The gallery pictures of each target."""
        ends = self.targets.offsets
        names = self.gallery.to_pylist()
        rows = self.targets.rows.tolist()
        return {
            target: [names[row] for row in rows[ends[at] : ends[at + 1]]]
            for at, target in enumerate(self.ids.to_pylist())
        }


class Found(Shape):
    """A hit of an index."""

    @property
    def id(self) -> str: ...

    @property
    def score(self) -> float: ...


class Searches(Shape):
    """An index, or anything that answers vectors."""

    def search(self, vectors: npt.NDArray[np.float32], k: int) -> list[list[Found]]:
        """The `k` nearest of each row of float32 [Q, D]."""
        ...


def search_run(task: Task, index: Searches, vectors: npt.NDArray[np.floating], k: int, more: int = 32) -> Run:
    """Rank through an index of pictures instead of exactly.

    Asks for k + `more` pictures, so that k are left without those that may not be found; pictures outside the
    gallery are passed over. Items want a greater `more`, since several pictures of one item count once.
    """
    hits = index.search(np.asarray(vectors, np.float32), k + more)
    query = np.repeat(np.arange(len(hits)), [len(row) for row in hits])
    row = lookup(pa.array([hit.id for answer in hits for hit in answer], pa.string()), task.gallery)
    score = np.array([hit.score for answer in hits for hit in answer], np.float32)
    width = len(task.gallery)
    keep = (row >= 0) & ~np.isin(query * width + row, task.banned[0] * width + task.banned[1])
    query, target, score = _as_targets(task, query[keep], row[keep], score[keep])
    return Run.of(task.queries.take(pa.array(query)), task.ids.take(pa.array(target)), score).top(k)


def _as_targets(task: Task, query: Ints, row: Ints, score: npt.NDArray[np.float32]):
    """Hits of pictures as hits of targets, the best of each kept."""
    order = np.argsort(task.targets.rows, kind="stable")
    owner = np.repeat(np.arange(len(task.ids)), np.diff(task.targets.offsets))[order]
    first = np.searchsorted(task.targets.rows[order], row)
    count = np.searchsorted(task.targets.rows[order], row, side="right") - first
    query, score, target = np.repeat(query, count), np.repeat(score, count), owner[spread(first, count)]
    best = np.lexsort((-score, target, query))
    query, score, target = query[best], score[best], target[best]
    new = np.concatenate((np.ones(min(len(query), 1), bool), (np.diff(query) != 0) | (np.diff(target) != 0)))
    return query[new], target[new], score[new]


def present(wanted: pa.Array, available: pa.Array, what: str, counts: dict[str, int]) -> pa.Array:
    found = wanted.filter(pc.is_in(wanted, value_set=available))
    counts[f"{what}_without_fingerprint"] = len(wanted) - len(found)
    if not len(found):
        if len(wanted):
            raise InputError(f"none of {len(wanted)} pictures of the {what} has a fingerprint of every model")
        raise InputError(f"no picture is left for the {what}")
    return found


def _targets(catalogue: Catalogue, gallery: pa.Array, by: str) -> tuple[pa.Array, Targets]:
    if by == "image":
        return gallery, Targets.rows_alone(len(gallery))
    shown = catalogue.item_images
    shown = (
        shown.filter(pc.is_in(shown["image_id"], value_set=gallery))
        .group_by(["item_id", "image_id"])
        .aggregate([])
    )
    if not shown.num_rows:
        raise InputError("no item shows a picture of the gallery: rank pictures (by image) instead")
    ids = pc.unique(shown["item_id"])
    ids = ids.take(pc.sort_indices(ids))
    row, item = lookup(_one(shown["image_id"]), gallery), lookup(_one(shown["item_id"]), ids)
    order = np.lexsort((row, item))
    return ids, Targets(row[order], np.concatenate(([0], np.cumsum(np.bincount(item, minlength=len(ids))))))


def left_out(
    catalogue: Catalogue, queries: pa.Array, gallery: pa.Array, what: tuple[Leave, ...]
) -> tuple[Ints, Ints]:
    found: list[tuple[Ints, Ints]] = []
    if "self" in what:
        row = lookup(queries, gallery)
        found.append((np.flatnonzero(row >= 0), row[row >= 0]))
    if "item" in what:
        shown = catalogue.item_images.select(["image_id", "item_id"])
        found.append(_sharing(shown.rename_columns(["image_id", "label"]), queries, gallery))
    if "duplicates" in what:
        groups = catalogue.ws.table("duplicates").read(["image_id", "group_id"])
        found.append(_sharing(groups.rename_columns(["image_id", "label"]), queries, gallery))
    pairs = np.unique(np.concatenate([np.stack(pair, axis=1) for pair in [*found, _NOTHING]]), axis=0)
    return pairs[:, 0], pairs[:, 1]


_NOTHING = (np.empty(0, np.int64), np.empty(0, np.int64))


def _sharing(labels: pa.Table, queries: pa.Array, gallery: pa.Array) -> tuple[Ints, Ints]:
    """(query, gallery row) pairs of different or equal pictures that share a label."""
    mine = labels.filter(pc.is_in(labels["image_id"], value_set=queries))
    theirs = labels.filter(pc.is_in(labels["image_id"], value_set=gallery)).rename_columns(["other", "label"])
    pairs = mine.join(theirs, "label", join_type="inner")
    return lookup(_one(pairs["image_id"]), queries), lookup(_one(pairs["other"]), gallery)


def _possible(
    qrels: Qrels, queries: pa.Array, ids: pa.Array, targets: Targets, banned: tuple[Ints, Ints]
) -> Qrels:
    """The judgements whose target has at least one picture that may be found."""
    table = qrels.to_arrow()
    if not table.num_rows or not len(banned[0]):
        return qrels
    owner = np.repeat(np.arange(len(ids)), np.diff(targets.offsets))
    order = np.argsort(targets.rows, kind="stable")
    first = np.searchsorted(targets.rows[order], banned[1])
    count = np.searchsorted(targets.rows[order], banned[1], side="right") - first
    lost = np.repeat(banned[0], count) * len(ids) + owner[order][spread(first, count)]
    pair, times = np.unique(lost, return_counts=True)
    gone = pair[times >= np.diff(targets.offsets)[pair % len(ids)]]
    mine = lookup(_one(table["query_id"]), queries) * len(ids) + lookup(_one(table["item_id"]), ids)
    return Qrels.from_arrow(table.filter(pa.array(~np.isin(mine, gone))))


def _asked(task: Task) -> Task:
    """The task without the queries that have nothing relevant to find."""
    table = task.qrels.to_arrow()
    hopeful = pc.unique(table.filter(pc.greater(table["relevance"], 0))["query_id"])
    keep = pc.is_in(task.queries, value_set=hopeful)
    if not len(hopeful):
        raise InputError("no query has anything relevant in the gallery: look at queries, gallery and labels")
    queries = task.queries.filter(keep)
    old_to_new = lookup(task.queries, queries)
    query = old_to_new[task.banned[0]]
    banned = (query[query >= 0], task.banned[1][query >= 0])
    counts = {**task.counts, "queries_without_relevant": len(task.queries) - len(queries)}
    qrels = judged.among(task.qrels, queries, task.ids)
    return Task(queries, task.gallery, task.ids, task.targets, qrels, banned, counts)


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()
