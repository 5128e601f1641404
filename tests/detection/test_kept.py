"""Detectors of a workspace: copied once, found by id, named when there are several."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from saccade.detection.detector import identify, open_detector
from saccade.detection.imports import import_onnx
from saccade.detection.kept import keep_detector, kept_detectors, locate, the_only_detector
from saccade.errors import InputError, NotFoundError
from saccade.workspace.workspace import Workspace


def test_a_kept_detector_is_the_same(
    make_workspace: Callable[..., Workspace], squares: Path, graph_file: Path, tmp_path: Path
) -> None:
    ws = make_workspace([])
    with pytest.raises(NotFoundError, match="keeps no detector yet"):
        the_only_detector(ws)
    name = identify(squares)
    folder = keep_detector(ws, squares, name)
    assert identify(folder) == name == the_only_detector(ws)
    assert keep_detector(ws, folder, name) == folder
    assert open_detector(name, ws).detector_id == open_detector(None, ws).detector_id == name
    other = import_onnx(graph_file, "yolox", ("x", "y"), tmp_path / "other")
    keep_detector(ws, other, identify(other))
    assert len(kept_detectors(ws)) == 2
    with pytest.raises(InputError, match="to be named"):
        locate(ws, None)
    with pytest.raises(NotFoundError, match="keeps no detector 'nobody'"):
        locate(ws, "nobody")


def test_a_workspace_on_a_store_keeps_it_there(
    squares: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ws = Workspace("memory://detectors-kept", create=True)
    name = identify(squares)
    folder = keep_detector(ws, squares, name)
    assert kept_detectors(ws) == [name]
    assert identify(folder) == name
    assert folder.is_relative_to(tmp_path)
