"""A study without its packs says so and ends well; a workspace that was half filled is begun again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from real_packs import lines, made, needed, write_lines

from saccade.workspace import Workspace


def test_without_packs_a_study_ends_with_an_empty_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SACCADE_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(SystemExit) as ended:
        needed("ikea")
    assert ended.value.code == 0
    *said, last = capsys.readouterr().out.splitlines()
    assert "SACCADE_DATA" in said[0] and json.loads(last) == {}


def test_the_missing_pack_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "coco").mkdir()
    monkeypatch.setenv("SACCADE_DATA", str(tmp_path))
    assert needed("coco") == tmp_path
    with pytest.raises(SystemExit):
        needed("coco", "ikea")
    assert "ikea not in" in capsys.readouterr().out


def test_a_workspace_is_filled_once_and_a_half_filled_one_again(tmp_path: Path) -> None:
    filled: list[str] = []

    def fill(ws: Workspace) -> None:
        filled.append(ws.uri)
        assert not (tmp_path / "ws" / "left").exists()
        (tmp_path / "ws" / "left").touch()
        if len(filled) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(tmp_path / "ws", fill)
    assert made(tmp_path / "ws", fill).uri == made(tmp_path / "ws", fill).uri
    assert len(filled) == 2


def test_rows_come_back(tmp_path: Path) -> None:
    rows = [{"a": 1}, {"a": "ä"}]
    assert lines(write_lines(tmp_path / "deep" / "rows.jsonl", rows)) == rows
