"""The recipe remembers settings and replays them in the order of the table of contents."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.errors import InputError
from saccade.fingerprints.stage import Fingerprint
from saccade.index.stage import BuildIndex
from saccade.pipeline.recipe import FILE, bring_up_to_date, remember, steps
from saccade.workspace import Workspace


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws", create=True)


def test_steps_come_in_the_order_of_the_stages(ws: Workspace) -> None:
    index, fingerprint = BuildIndex(model="m-1"), Fingerprint(model="m-1")
    remember(ws, index)
    remember(ws, fingerprint)
    assert list(steps(ws)) == [fingerprint, index]


def test_the_same_use_of_a_stage_replaces_its_settings(ws: Workspace) -> None:
    remember(ws, Fingerprint(model="m-1", batch_size=8))
    remember(ws, Fingerprint(model="m-1", batch_size=4))
    remember(ws, Fingerprint(model="m-2", batch_size=2))
    assert [(step.model, step.batch_size) for step in steps(ws)] == [("m-1", 4), ("m-2", 2)]


def test_a_local_model_folder_is_remembered_from_anywhere(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    remember(ws, Fingerprint(model="model"))
    (step,) = steps(ws)
    assert step.model == str(tmp_path / "model")


def test_a_workspace_without_a_recipe_says_what_to_do(ws: Workspace) -> None:
    with pytest.raises(InputError, match="has no recipe yet: run `saccade ingest`"):
        list(bring_up_to_date(ws))


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        '{"steps": [{"stage": "ingest"}]}',
        '{"steps": [{"settings": {}}]}',
        '{"steps": [{"stage": "fingerprint", "settings": {"model": "m", "batch_size": "many"}}]}',
    ],
)
def test_a_damaged_recipe_is_one_line(ws: Workspace, text: str) -> None:
    ws.write_bytes(FILE, text.encode())
    with pytest.raises(InputError) as caught:
        list(steps(ws))
    assert "\n" not in str(caught.value)
