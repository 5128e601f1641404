"""What a workspace has for the products, and the commands that make what it lacks."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from saccade.discovery.looks import Looks
from saccade.workspace import Workspace

MOST_GROUPS, MOST_LABELS = 50, 500  # values of a field that results are spread over; labels of a task, told
_TABLES = ("colours", "annotations", "labels", "tasks", "items")


class Facts(NamedTuple):
    """Which tables have rows; tasks with their labels; fields whose values are few."""

    colours: bool
    annotations: bool
    labels: bool
    tasks: dict[str, list[str]]
    spread: list[str]

    def notes(self) -> list[str]:
        """How to get what is missing."""
        said = [] if self.colours else ["no colours here: run `saccade colours`"]
        return said if self.annotations else [*said, "no annotations here: run `saccade label`"]


def facts_key(ws: Workspace) -> tuple[int, ...]:
    """What `read_facts` depends on."""
    return tuple(ws.table(name).version for name in _TABLES)


def read_facts(ws: Workspace, looks: Looks) -> Facts:
    """What is there now."""
    tasks = _tasks(ws)
    return Facts(
        ws.table("colours").count("status = 'ok'") > 0, ws.table("annotations").count() > 0,
        ws.table("labels").count() > 0, tasks, sorted({*_few(looks), *tasks}),
    )  # fmt: skip


def _tasks(ws: Workspace) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for batch in ws.table("tasks").scan(["task", "label"]):
        pairs = pa.Table.from_batches([batch]).group_by(["task", "label"]).aggregate([])
        for pair in pairs.to_pylist():
            found.setdefault(pair["task"], set()).add(pair["label"])
    return {name: sorted(labels)[:MOST_LABELS] for name, labels in sorted(found.items())}


def _few(looks: Looks) -> list[str]:
    """The category and the attributes with at least two values, and no more than can be told apart."""
    counts: dict[str, int] = {}
    for name, _ in looks.shares():
        counts[name] = counts.get(name, 0) + 1
    return [name for name, count in counts.items() if 2 <= count <= MOST_GROUPS]
