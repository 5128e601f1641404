"""What was made from what is noted without anyone declaring it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa
import pytest

from saccade.progress import Progress
from saccade.workspace import Clock, Plan, Stage, Workspace
from saccade.workspace.lineage import Value, code_version


@dataclass(frozen=True)
class Copy(Stage):
    """Copies ids of items to boards; fails or does nothing on request."""

    name: ClassVar[str] = "copy"
    fail: bool = False
    idle: bool = False

    def plan(self, ws: Workspace) -> Plan:
        return Plan(self.name, ws.table("items").count(), "items")

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        ids = ws.table("items").read(["item_id"])["item_id"]
        if not self.idle:
            ws.table("boards").upsert(pa.table({"board_id": ids}))
        if self.fail:
            raise RuntimeError("half way")
        return {"copied": len(ids)}


@pytest.fixture
def filled(ws: Workspace) -> Workspace:
    ws.table("items").upsert(pa.table({"item_id": ["a", "b"]}))
    return ws


def test_inputs_outputs_settings_and_code_are_recorded(filled: Workspace) -> None:
    Copy().run(filled)
    (run,) = filled.runs("boards").to_pylist()
    assert run["inputs"] == [("items", filled.table("items").version)]
    assert run["outputs"] == [("boards", filled.table("boards").version)]
    assert json.loads(run["settings"]) == {"fail": False, "idle": False}
    assert json.loads(run["counts"]) == {"copied": 2}
    assert run["code"] == code_version()
    assert run["state"] == "done"
    assert run["started"] <= run["ended"]


def test_a_run_that_wrote_nothing_leaves_no_row(filled: Workspace) -> None:
    assert not Copy(idle=True).run(filled).changed
    assert filled.runs().num_rows == 0


def test_a_failed_run_is_recorded_as_failed(filled: Workspace) -> None:
    with pytest.raises(RuntimeError, match="half way"):
        Copy(fail=True).run(filled)
    (run,) = filled.runs().to_pylist()
    assert run["state"] == "failed"
    assert filled.runs("items").num_rows == 0


def test_a_killed_run_has_left_a_row_at_its_first_write(filled: Workspace) -> None:
    states: list[str] = []

    @dataclass(frozen=True)
    class Look(Copy):
        def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
            counts = super()._run(ws, clock, progress)
            states.extend(Workspace(ws.uri).runs()["state"].to_pylist())
            return counts

    Look().run(filled)
    assert states == ["running"]
    assert filled.runs()["state"].to_pylist() == ["done"]


def test_the_code_version_names_the_release_and_the_sources() -> None:
    assert re.fullmatch(r"[\w.]+\+[0-9a-f]{8}", code_version())
