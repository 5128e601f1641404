"""The queries that a model answers worst, as a picture page that opens without a server.

For each: the query, its first results with score and right or wrong, then relevant pictures that were missed,
with the rank at which they came where they came at all. The page itself is `saccade.discovery.page`.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saccade.catalog.catalogue import Catalogue
from saccade.discovery.page import Card, Section, render
from saccade.discovery.pictures import thumbnails
from saccade.evaluation.retrieval import Task
from saccade.metrics.ranking import Scores
from saccade.metrics.trec import Run


@dataclass(frozen=True)
class Bad:
    """A badly answered query: results as (target, score, relevant), missed as (target, rank or None)."""

    query: str
    results: tuple[tuple[str, float, bool], ...]
    missed: tuple[tuple[str, int | None], ...]
    values: tuple[float, ...]


def worst(
    task: Task, run: Run, scores: Scores, count: int = 20, results: int = 12, missed: int = 6
) -> list[Bad]:
    """The `count` queries with the lowest mean over all metrics, worst first; equal ones by id."""
    order = np.argsort(scores.values.mean(axis=1), kind="stable")[:count]
    names = scores.queries.take(pa.array(order))
    relevant, found = _by_query(task.qrels.to_arrow(), names), _by_query(run.to_arrow(), names)
    made: list[Bad] = []
    for name, at in zip(names.to_pylist(), order.tolist(), strict=True):
        right = {row["item_id"]: row["relevance"] for row in relevant.get(name, []) if row["relevance"] > 0}
        ranked = found.get(name, [])
        rank = {row["item_id"]: row["rank"] for row in ranked}
        shown = tuple((row["item_id"], row["score"], row["item_id"] in right) for row in ranked[:results])
        unseen = [target for target in right if rank.get(target, results + 1) > results]
        unseen.sort(key=lambda target: (-right[target], rank.get(target, 1 << 30), target))
        lost = tuple((target, rank.get(target)) for target in unseen[:missed])
        made.append(Bad(name, shown, lost, tuple(scores.values[at].tolist())))
    return made


def page(
    catalogue: Catalogue, task: Task, bad: list[Bad], metrics: tuple[str, ...], title: str, facts: list[str]
) -> str:
    """The page as HTML; pictures that cannot be read are left blank."""
    names = Names(catalogue, task)
    targets = {one.query for one in bad}
    targets |= {names.picture(target) for one in bad for target, *_ in (*one.results, *one.missed)}
    pictures = thumbnails(catalogue.ws, sorted(targets))
    sections = [_section(one, names, pictures, metrics) for one in bad]
    intro = f"The {len(bad)} queries with the lowest mean of {', '.join(metrics)}, worst first."
    return render(title, intro, sections, facts)


class Names:
    """What to show and say of a picture or an item."""

    def __init__(self, catalogue: Catalogue, task: Task) -> None:
        self._task = task
        titles = dict(zip(*(catalogue.items[name].to_pylist() for name in ("item_id", "title")), strict=True))
        self._title: dict[str, str] = {item: title for item, title in titles.items() if title}
        shown = catalogue.item_images
        for item, image in zip(shown["item_id"].to_pylist(), shown["image_id"].to_pylist(), strict=True):
            self._title.setdefault(image, titles.get(item) or item)

    def picture(self, target: str) -> str:
        """The image id that stands for a target."""
        return self._task.best_images.get(target, [target])[0]

    def title(self, target: str) -> str:
        """The title of the item, or the id."""
        return self._title.get(target, target)


def _by_query(table: pa.Table, names: pa.Array) -> dict[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in table.filter(pc.is_in(table["query_id"], value_set=names)).to_pylist():
        grouped.setdefault(row["query_id"], []).append(row)
    return grouped


def _section(bad: Bad, names: Names, pictures: dict[str, str], metrics: tuple[str, ...]) -> Section:
    values = tuple(f"{name} {value:.3f}" for name, value in zip(metrics, bad.values, strict=True))
    query = Card(pictures.get(bad.query), names.title(bad.query), (bad.query[:12], *values))
    found = [
        Card(pictures.get(names.picture(target)), names.title(target), (f"rank {rank}",), f"{score:.3f}",
             "right" if right else "wrong")
        for rank, (target, score, right) in enumerate(bad.results, start=1)
    ]  # fmt: skip
    lost = [
        Card(pictures.get(names.picture(target)), names.title(target),
             (f"rank {rank}" if rank else "not found",), mark="missed")
        for target, rank in bad.missed
    ]  # fmt: skip
    return Section(query, (*found, *lost))
