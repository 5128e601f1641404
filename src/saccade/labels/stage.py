"""The stage that turns the texts around pictures into weak labels.

    Label(sources=("title", "query"), threshold=0.6).run(ws)

Decided: the whole labelling is one stage, because its parts make sense only together: a new text changes
what is common, and with it every confidence. It is worked through in steps (`labelling`) that keep what
they have made, so a killed run goes on where it was; tables change only at the end, each in one commit.
Where nothing has changed nothing is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from saccade.labels.labelling import Labelling
from saccade.labels.made import is_made
from saccade.labels.settings import Options, digest, inputs
from saccade.progress import Progress
from saccade.workspace import Clock, Plan, Stage, Workspace
from saccade.workspace.lineage import Value


@dataclass(frozen=True)
class Label(Options, Stage):
    """Turn the texts around pictures into weak labels: phrases, confidences, clusters, training targets."""

    name: ClassVar[str] = "label"

    def plan(self, ws: Workspace) -> Plan:
        """Counts the texts; raises `InputError` for settings that cannot be used."""
        self.check()
        if is_made(ws, digest(self, inputs(ws, self))):
            return Plan(self.name, 0, "texts")
        notes = () if not ws.table("labels").count() else ("every text is read again",)
        return Plan(self.name, ws.table("texts").count(), "texts", notes=notes)

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        self.check()
        return Labelling(ws, self, clock, progress).run()
