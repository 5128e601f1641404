"""Plans, reports, clocks and the lock around a stage."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pytest

from saccade.errors import LockedError
from saccade.progress import SILENT, Progress
from saccade.workspace import Clock, Plan, Report, Stage, Workspace
from saccade.workspace.lineage import Value


@dataclass(frozen=True)
class Sleep(Stage):
    name: ClassVar[str] = "sleep"

    def plan(self, ws: Workspace) -> Plan:
        return Plan(self.name, 1, "naps", 0.05)

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        progress.start("sleeping", 1)
        with clock.reading():
            time.sleep(0.02)
        with clock.computing():
            time.sleep(0.05)
        progress.stop()
        return {"naps": 1, "note": "slept badly"}


def test_the_report_names_the_bottleneck(ws: Workspace) -> None:
    report = Sleep().run(ws, SILENT)
    assert report.bottleneck == "computing"
    assert report.counts == {"naps": 1}
    assert report.notes == ("slept badly",)
    assert report.wall >= 0.07
    assert report.line().startswith("sleep: 1 naps in 0.")
    assert "bottleneck: computing" in report.line()


def test_a_stage_holds_the_lock(ws: Workspace) -> None:
    with Workspace(ws.uri).lock("somebody"), pytest.raises(LockedError, match="somebody"):
        Sleep().run(ws)


def test_plans_say_work_and_cost() -> None:
    assert Plan("index", 0, "vectors").line() == "index: nothing to do"
    assert Plan("index", 1200, "vectors", 3.2, ("a note",)).line() == (
        "index: 1,200 vectors, about 3 s; a note"
    )


def test_a_report_without_work_names_no_bottleneck() -> None:
    quiet = Report("x", {"rows": 0}, {"reading": 0.0, "computing": 0.0, "writing": 0.0}, 0.1, False)
    assert quiet.line() == "x: 0 rows in 0.1 s"


def test_settings_are_the_fields() -> None:
    assert Sleep().settings() == {}
