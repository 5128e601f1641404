"""Lineage: what was made from what, with which settings and which code.

Decided:
- Nobody declares inputs and outputs: while a run is open, every table that is read or written through
  the workspace is noted with its version. A stage that writes nothing leaves no row.
- A row is written at the first write ("running") and again at the end ("done" or "failed"), so that what
  a killed run left has a row too.
- The code version is the package's version and a hash of its source files.
"""

from __future__ import annotations

import hashlib
import json
import socket
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path

import pyarrow as pa

from saccade.workspace.schemas import SPECS
from saccade.workspace.tables import Table

Value = str | int | float | bool | None


@cache
def code_version() -> str:
    """`0.1.0+1a2b3c4d`: the package's version and a hash of its Python files."""
    try:
        released = metadata.version("saccade")
    except metadata.PackageNotFoundError:
        released = "0"
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.blake2b(digest_size=4)
    for path in sorted(root.rglob("*.py")):
        digest.update(path.read_bytes())
    return f"{released}+{digest.hexdigest()}"


@dataclass
class Run:
    """One run of a stage while it goes on."""

    stage: str
    settings: Mapping[str, object]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    inputs: dict[str, int] = field(default_factory=dict[str, int])
    outputs: dict[str, int] = field(default_factory=dict[str, int])
    counts: Mapping[str, Value] = field(default_factory=dict[str, Value])
    state: str = "running"

    def row(self, ended: datetime | None) -> pa.Table:
        """The run as one row of the `runs` table."""
        until = ended or datetime.now(UTC)
        inputs = {name: version for name, version in self.inputs.items() if name not in self.outputs}
        return pa.Table.from_pylist(
            [
                {
                    "run_id": self.run_id,
                    "stage": self.stage,
                    "settings": json.dumps(self.settings, default=str, sort_keys=True),
                    "code": code_version(),
                    "inputs": list(inputs.items()),
                    "outputs": list(self.outputs.items()),
                    "counts": json.dumps(dict(self.counts)),
                    "seconds": (until - self.started).total_seconds(),
                    "state": self.state,
                    "host": socket.gethostname(),
                    "started": self.started,
                    "ended": ended,
                }
            ],
            schema=SPECS["runs"].schema,
        )


class Recorder:
    """Notes what the open run reads and writes; a `Witness` of every table."""

    def __init__(self) -> None:
        self.run: Run | None = None
        self.runs: Table | None = None
        self._guard = threading.Lock()

    def read(self, table: str, version: int) -> None:
        if self.run is not None and table != "runs":
            with self._guard:
                self.run.inputs.setdefault(table, version)

    def wrote(self, table: str, version: int) -> None:
        if self.run is None or table == "runs":
            return
        with self._guard:
            first = not self.run.outputs
            self.run.outputs[table] = version
        if first:
            self._store(ended=None)

    def begin(self, run: Run) -> None:
        self.run = run

    def end(self, state: str, counts: Mapping[str, Value]) -> bool:
        """Close the run; returns whether it wrote anything."""
        run = self.run
        assert run is not None
        run.state, run.counts = state, counts
        try:
            if run.outputs:
                self._store(ended=datetime.now(UTC))
        finally:
            self.run = None
        return bool(run.outputs)

    def _store(self, ended: datetime | None) -> None:
        assert self.run is not None and self.runs is not None
        self.runs.upsert(self.run.row(ended))
