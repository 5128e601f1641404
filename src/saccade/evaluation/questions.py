"""What every model is asked: retrieval, classification or both, in domain and out of it.

Decided:
- Relevant is what `qrels` judges or what shares the label `same`. Where neither is stated, that is the same
  `item`; but with `tasks` stated there is then no retrieval, only classification.
- The same gallery answers (and teaches) both domains; the out-of-domain queries are a second selection.
- Every model is asked the same: only pictures that all of the models have a vector of take part.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saccade.catalog.catalogue import ITEM, Catalogue
from saccade.catalog.selection import Selection
from saccade.errors import InputError
from saccade.evaluation.labelled import Flags, Labelled, Parts, group_names
from saccade.evaluation.retrieval import Leave, Protocol, Task, left_out, present
from saccade.metrics.columns import Ints, lookup
from saccade.metrics.names import parse

IN, OUT = "in", "out"
METRICS = ("hit@1", "P@1", "mean_p@20", "map@20", "nDCG@10", "RR")


@dataclass(frozen=True)
class Questions:
    """Settings, as the fields of `stage.Evaluate` explain them."""

    queries: str = ""
    gallery: str = ""
    out_of_domain: str = ""
    same: str = ""
    qrels: str | None = None
    by: Literal["image", "item"] = "image"
    leave_out: tuple[Leave, ...] = ("self",)
    tasks: tuple[str, ...] = ()
    groups: str = ""
    metrics: tuple[str, ...] = METRICS
    depth: int = 100
    clusters: bool = True
    seed: int = 0

    @property
    def relevant(self) -> str:
        """The label that makes a picture relevant; "" where there is no retrieval by label."""
        return "" if self.qrels else self.same or ("" if self.tasks else ITEM)

    @property
    def retrieves(self) -> bool:
        """Whether anything is to be found, not only classified."""
        return bool(self.qrels or self.relevant)

    def check(self) -> None:
        """InputError for settings that no catalogue could meet."""
        if self.depth < 1:
            raise InputError(f"depth is at least 1, found {self.depth}")
        if not self.metrics:
            raise InputError("name at least one metric, such as hit@1")
        for text in self.metrics:
            cut = parse(text).k
            if cut and cut > self.depth:
                raise InputError(f"{text} needs a depth of at least {cut}, found {self.depth}")
        if len(set(self.tasks)) < len(self.tasks):
            raise InputError(f"each task is named once, found {', '.join(self.tasks)}")

    def asked(self, catalogue: Catalogue, available: pa.Array) -> Asked:
        """The questions over pictures that are `available`; InputError where there is nothing to ask."""
        texts = {IN: self.queries, **({OUT: self.out_of_domain} if self.out_of_domain else {})}
        counts: dict[str, int] = {}
        chosen = {name: Selection.parse(text).images(catalogue) for name, text in texts.items()}
        tasks = {
            name: self._task(catalogue, available, name, texts[name]) for name in texts if self.retrieves
        }
        gallery = present(Selection.parse(self.gallery).images(catalogue), available, "gallery", counts)
        there = {name: ids.filter(pc.is_in(ids, value_set=available)) for name, ids in chosen.items()}
        queries = _union([*there.values(), *(task.queries for task in tasks.values())])
        domains = {name: lookup(queries, ids) >= 0 for name, ids in there.items()}
        names = group_names(catalogue, self.groups, queries) if self.groups else []
        labelled = self._labelled(catalogue, queries, gallery)
        return Asked(queries, gallery, domains, tasks, labelled, names)

    def _task(self, catalogue: Catalogue, available: pa.Array, domain: str, queries: str) -> Task:
        protocol = Protocol(
            Selection.parse(queries), Selection.parse(self.gallery), self.relevant or ITEM,
            self.qrels, self.by, self.leave_out,
        )  # fmt: skip
        try:
            return protocol.task(catalogue, available)
        except InputError as error:
            if domain == IN:
                raise
            raise InputError(f"out of domain: {error}") from error

    def _labelled(self, catalogue: Catalogue, queries: pa.Array, gallery: pa.Array) -> tuple[Labelled, ...]:
        if not self.tasks:
            return ()
        barred: Ints = np.unique(left_out(catalogue, queries, gallery, self.leave_out)[1])
        if len(barred) == len(gallery):
            raise InputError("no picture is left to teach the tasks: queries and gallery must be different")
        parts = Parts(queries, gallery, barred)
        return tuple(parts.task(catalogue, name) for name in self.tasks)


@dataclass(frozen=True, eq=False)
class Asked:
    """The questions with their answers.

    Attributes:
        queries: image ids of all domains, ascending. gallery: image ids, ascending.
        domains: name → bool [Q], which queries belong to it.
        retrieval: name of the domain → what is to be found; empty without retrieval.
        labelled: the classification tasks, whose rows are those of `queries` and `gallery`.
        groups: the group of each query, empty where nobody named any.
    """

    queries: pa.Array
    gallery: pa.Array
    domains: Mapping[str, Flags]
    retrieval: Mapping[str, Task]
    labelled: tuple[Labelled, ...]
    groups: list[str]

    @property
    def scores(self) -> int:
        """Comparisons of a query with a gallery picture, by one model in one form."""
        pairs = sum(len(task.queries) * len(task.gallery) for task in self.retrieval.values())
        return pairs + sum(len(task.tested) * len(task.teachers) for task in self.labelled)


def _union(parts: list[pa.Array]) -> pa.Array:
    found = pc.unique(pa.chunked_array(parts))
    return found.take(pc.sort_indices(found))
