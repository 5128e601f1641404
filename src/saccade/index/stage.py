"""The stage that keeps a workspace's index in step with its fingerprints and items.

    BuildIndex(model="mobilenetv2-1a2b3c4d", recall=0.98).run(ws)

Decided: the user states what must hold and `choose` picks the rest; the kind of index is picked again when
the request changes or the count has doubled or halved. A new model makes a new version beside the old one,
which searches go on using until it is complete. See `update` for how, and `records` for what a point is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from saccade.errors import InputError, NotFoundError
from saccade.index.choose import Constraints, propose
from saccade.index.opened import IndexInfo, index_info, versions
from saccade.index.records import FieldChoice, Records, Store, input_versions
from saccade.index.settings import Backend, Settings
from saccade.index.titles import refresh_titles
from saccade.index.update import Update, Wanted
from saccade.progress import Progress
from saccade.workspace.lineage import Value
from saccade.workspace.schemas import OWN_ROWS
from saccade.workspace.stage import Clock, Plan, Stage
from saccade.workspace.storage import storage_errors
from saccade.workspace.tables import Table
from saccade.workspace.workspace import Workspace

_SAMPLE = 20_000
_BACKENDS: dict[str, tuple[Backend, ...]] = {
    "auto": ("exact", "edge"),
    "exact": ("exact",),
    "edge": ("edge",),
}


@dataclass(frozen=True)
class BuildIndex(Stage):
    """Make an index hold the fingerprints of a model with the payloads of their items."""

    name: ClassVar[str] = "index"
    model: str | None = None
    """A model with fingerprints; may be left out when there is one only."""
    index: str = "main"
    """Name of the index."""
    backend: str = "auto"
    """auto, exact, edge, or the address of a Qdrant server (http://host:6333)."""
    recall: float = 0.98
    """Recall@10 against exact search to reach, measured on your own vectors."""
    memory: int | None = None
    """Bytes of memory to keep to."""
    latency: float | None = None
    """Milliseconds a query to keep to."""
    store: Store = "images"
    """What is found: pictures, objects in pictures (`--index objects --store objects`), or all of both."""
    fields: tuple[str, ...] | None = None
    """What to filter by, of category, price and the attributes; year:number for numbers; all by default."""

    def plan(self, ws: Workspace) -> Plan:
        """Counts the fingerprints to compare; which of them differ is known only by running."""
        table = self._fingerprints(ws)
        info = index_info(ws, self.index)
        if self._fresh(info, input_versions(ws, table, self.store), table):
            return Plan(self.name, 0, "points")
        known = f"version {info.version} has {info.count:,} points; only changes are written" if info else ""
        return Plan(
            self.name, table.count(self._points()), "points to compare", notes=(known or "a first build",)
        )

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        table = self._fingerprints(ws)
        with clock.writing(), storage_errors("the index of titles"):
            refresh_titles(ws)  # first: it makes a new version of `items`, which is one of the inputs
        info, inputs = index_info(ws, self.index), input_versions(ws, table, self.store)
        if info is not None and self._fresh(info, inputs, table):
            return {"points": info.count, "added": 0, "updated": 0, "deleted": 0, "note": info.choice}
        with storage_errors(f"index {self.index}"):
            with clock.reading():
                records = Records(ws, table, FieldChoice(self.fields, self.store))
                wanted = self._wanted(info, inputs, table)
            update = Update(versions(ws, self.index), wanted, _base(info, wanted), clock)
            made = update.run(records, progress)
        if info is None or made.version != info.version:
            table.witness.wrote(f"indexes/{self.index}", made.version)
        counts = update.counts
        return {
            "points": made.count, "added": counts.added, "updated": counts.updated, "deleted": counts.deleted,
            "version": made.version, "recall": made.recall, "note": made.choice,
        }  # fmt: skip

    def _fingerprints(self, ws: Workspace) -> Table:
        """The table of the model that is meant."""
        if self.model is not None:
            return ws.fingerprints(self.model)
        have = ws.models_with_fingerprints()
        if not have:
            raise NotFoundError(f"expected fingerprints in {ws.uri}, found none; run `saccade fingerprint`")
        if len(have) > 1:
            raise InputError(f"expected the model to be named, found fingerprints of {', '.join(have)}")
        return ws.fingerprints(have[0])

    def _points(self) -> str:
        """The rows that become points, as Lance SQL."""
        return f"status = 'ok' AND {OWN_ROWS[FieldChoice(store=self.store).store]}"

    def _request(self) -> dict[str, object]:
        fields = None if self.fields is None else list(self.fields)
        return {
            "backend": self.backend, "recall": self.recall, "memory": self.memory,
            "latency": self.latency, "fields": fields, "store": self.store,
        }  # fmt: skip

    def _fresh(self, info: IndexInfo | None, inputs: dict[str, int], table: Table) -> bool:
        """Whether nothing that the index depends on has changed."""
        return (
            info is not None
            and info.model_id == _model_id(table)
            and info.inputs == inputs
            and info.request == self._request()
        )

    def _wanted(self, info: IndexInfo | None, inputs: dict[str, int], table: Table) -> Wanted:
        constraints = Constraints(self.recall, self.memory, self.latency)
        dim, count = table.schema.field("vector").type.list_size, table.count(self._points())
        same = info is not None and info.request == self._request() and info.dim == dim
        if info is not None and same and info.proposed_at / 2 <= count <= info.proposed_at * 2:
            settings, proposed_at = info.settings, info.proposed_at
        else:
            settings, proposed_at = self._settings(table, dim, count, constraints), count
        return Wanted(
            name=self.index, model_id=_model_id(table), dim=dim, expected=count, settings=settings,
            location=self.backend if settings.backend == "server" else None, constraints=constraints,
            inputs=inputs, request=self._request(), proposed_at=proposed_at, retune=not same,
        )  # fmt: skip

    def _settings(self, table: Table, dim: int, count: int, constraints: Constraints) -> Settings:
        if "/" in self.backend:
            return Settings("server")
        if self.backend not in _BACKENDS:
            raise InputError(f"expected the backend auto, exact, edge or an address, found {self.backend!r}")
        backends = _BACKENDS[self.backend]
        if not count:
            return Settings(backends[0])
        return propose(_sample(table, self._points(), dim), count, constraints, backends)


def _base(info: IndexInfo | None, wanted: Wanted) -> IndexInfo | None:
    """The version to start from: the current one, if model, fields and kind of index are as wanted."""
    if info is None or (info.model_id, info.dim) != (wanted.model_id, wanted.dim):
        return None
    kinds = [(s.backend, s.quantization, s.m, s.ef_construct) for s in (info.settings, wanted.settings)]
    place = (info.location or "").rpartition("#")[0] if info.location else None
    same = all(info.request.get(name) == wanted.request.get(name) for name in ("fields", "store"))
    return info if kinds[0] == kinds[1] and place == wanted.location and same else None


def _model_id(table: Table) -> str:
    return table.name.removeprefix("fingerprints/")


def _sample(table: Table, points: str, dim: int) -> np.ndarray:
    """Float32 [S, dim]: the first vectors, enough to time a scan."""
    found: list[np.ndarray] = []
    for batch in table.scan(["vector"], points):
        found.append(batch["vector"].flatten().to_numpy().reshape(-1, dim).astype(np.float32))
        if sum(map(len, found)) >= _SAMPLE:
            break
    return np.concatenate(found)
