"""The table of contents names real stages and real tables."""

from __future__ import annotations

import dataclasses

import pytest

from saccade.pipeline.stages import STAGES, Row, row_of
from saccade.workspace import Stage
from saccade.workspace.schemas import SPECS

FOLDERS = ("complete", "detectors", "fingerprints", "indexes", "models", "reports")


@pytest.mark.parametrize("row", STAGES, ids=lambda row: row.verb)
def test_a_row_names_a_stage_and_its_settings(row: Row) -> None:
    kind = row.load()
    assert issubclass(kind, Stage)
    assert kind.name == row.verb
    assert set(row.identity) <= {field.name for field in dataclasses.fields(kind)}


@pytest.mark.parametrize("row", STAGES, ids=lambda row: row.verb)
def test_tables_of_a_row_exist_or_follow_a_pattern(row: Row) -> None:
    for name in (*row.reads, *row.writes):
        assert name in SPECS or name.split("/")[0] in FOLDERS


def test_a_row_is_found_by_its_verb() -> None:
    assert row_of("index") in STAGES and getattr(row_of("index"), "verb", "") == "index"
    assert row_of("nothing") is None
