"""The stage: once, not twice, and on after a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from saccade.discovery.complete import stage
from saccade.discovery.complete.model import Compatibility
from saccade.discovery.complete.stage import FitComplete
from saccade.errors import InputError
from saccade.workspace import Workspace


def copied(ws: Workspace, folder: Path) -> Workspace:
    import shutil

    shutil.copytree(Path(ws.uri), folder, ignore=shutil.ignore_patterns("complete"))
    return Workspace(folder)


def test_unchanged_is_not_fitted_again(boarded: Workspace, tmp_path: Path) -> None:
    ws = copied(boarded, tmp_path / "ws")
    assert FitComplete(epochs=2).plan(ws).work > 0
    report = FitComplete(epochs=2).run(ws)
    assert report.counts["looks"] == 60 and report.counts["members"] == 12
    assert FitComplete(epochs=2).plan(ws).work == 0
    assert "nothing changed" in FitComplete(epochs=2).run(ws).notes[0]
    ws.table("board_items").upsert(pa.Table.from_pylist([{"board_id": "new", "item_id": "disc-red"}]))
    assert FitComplete(epochs=2).plan(ws).work > 0


def test_killed_and_gone_on(boarded: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws, whole = copied(boarded, tmp_path / "one"), copied(boarded, tmp_path / "two")
    FitComplete(epochs=4).run(whole)
    real, done = stage.epochs, list[int]()

    def killed(looks: Any, settings: Any, state: Any) -> Any:
        for after in real(looks, settings, state):
            done.append(after.epoch)
            yield after
            if len(done) == 2:
                raise KeyboardInterrupt

    monkeypatch.setattr(stage, "epochs", killed)
    with pytest.raises(KeyboardInterrupt):
        FitComplete(epochs=4).run(ws)
    FitComplete(epochs=4).run(ws)
    assert done == [1, 2, 3, 4]
    one, two = Compatibility.load(ws).form, Compatibility.load(whole).form
    assert np.array_equal(one.shared, two.shared) and np.array_equal(one.own, two.own)
    assert not (tmp_path / "one" / "complete" / "main" / "state.npz").exists()


def test_nothing_to_learn_from(shop: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected 10 looks"):
        FitComplete().run(copied(shop, tmp_path / "ws"))


@pytest.mark.parametrize(
    "settings", [{"label": "../x"}, {"epochs": -1}, {"boards": False, "scenes": False, "objects": False}]
)
def test_settings_are_checked(shop: Workspace, settings: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"expected|label"):
        FitComplete(**settings).plan(shop)
