"""How much of the catalogue a model version covers: whether a new one may take over from the old one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from saccade.errors import NotFoundError
from saccade.fingerprints.pending import Store, find_work, own_rows

if TYPE_CHECKING:
    from saccade.workspace.workspace import Workspace


@dataclass(frozen=True)
class Coverage:
    """Counts of images (or objects): in the catalogue `wanted`, with a vector `done`, tried in vain
    `failed`, not tried yet `missing`; and `stale` rows of what left the catalogue."""

    wanted: int
    done: int
    failed: int
    missing: int
    stale: int

    @property
    def complete(self) -> bool:
        """Everything was tried."""
        return self.missing == 0

    @property
    def share(self) -> float:
        """Part of what can have a vector that has one, 0..1; 1 for an empty catalogue."""
        possible = self.wanted - self.failed
        return self.done / possible if possible else 1.0


def coverage(ws: Workspace, model_id: str, store: Store = "images") -> Coverage:
    """What the table of a model version holds against what the catalogue has; reads ids only.

    A model without a table covers nothing; that is no error, it is where a back-fill begins.
    """
    try:
        table = ws.fingerprints(model_id)
    except NotFoundError:
        missing = find_work(ws, None, store).todo
        return Coverage(missing, 0, 0, missing, 0)
    work = find_work(ws, table, store)
    stale, again = set(work.stale), len(work.again)
    rows = table.count(own_rows(store)) - len(stale)
    failures = table.read(["id"], f"status != 'ok' AND {own_rows(store)}").column("id").to_pylist()
    failed = sum(name not in stale for name in failures)
    return Coverage(rows + work.todo - again, rows - failed, failed, work.todo - again, len(stale))
