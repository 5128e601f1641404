"""Making, opening and refusing workspaces; names of tables; small files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.workspace import Workspace


def test_a_workspace_is_made_only_when_asked(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no workspace at"):
        Workspace(tmp_path / "ws")
    assert not (tmp_path / "ws").exists()
    Workspace(tmp_path / "ws", create=True)
    assert Workspace(tmp_path / "ws").tables() == []


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(InputError, match="holds other files"):
        Workspace(tmp_path, create=True)
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]


@pytest.mark.parametrize("uri", ["", "  ", "nosuchscheme://bucket/ws"])
def test_places_that_cannot_be_a_workspace(uri: str) -> None:
    with pytest.raises(InputError) as caught:
        Workspace(uri, create=True)
    assert "\n" not in str(caught.value)


def test_a_file_is_not_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "ws").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        Workspace(tmp_path / "ws", create=True)


@pytest.mark.parametrize("card", ['{"format": 99}', "[]", "not json"])
def test_a_workspace_of_another_format_is_refused(tmp_path: Path, card: str) -> None:
    (tmp_path / "workspace.json").write_text(card)
    with pytest.raises(InputError):
        Workspace(tmp_path)


def test_relative_and_file_urls_are_local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = Workspace("ws", create=True)
    assert made.uri == str(tmp_path / "ws")
    assert Workspace(f"file://{tmp_path}/ws").uri == made.uri
    assert made.local_dir("indexes", "main") == tmp_path / "ws" / "indexes" / "main"


def test_unknown_tables_are_named_with_those_that_exist(ws: Workspace) -> None:
    with pytest.raises(
        NotFoundError, match="there is no table 'pictures'; there are annotations, board_items"
    ):
        ws.table("pictures")


def test_fingerprints_of_several_models_lie_side_by_side(ws: Workspace) -> None:
    ws.fingerprints("small-1", 4).create()
    ws.fingerprints("large-2", 8).create()
    assert ws.models_with_fingerprints() == ["large-2", "small-1"]
    assert ws.fingerprints("small-1").schema.field("vector").type.list_size == 4
    assert ws.table("fingerprints/large-2").schema.field("vector").type.list_size == 8
    assert ws.tables() == ["fingerprints/large-2", "fingerprints/small-1"]


def test_fingerprints_with_another_width_or_an_unknown_model(ws: Workspace) -> None:
    ws.fingerprints("small-1", 4).create()
    with pytest.raises(InputError, match="have 4 dimensions, not 8"):
        ws.fingerprints("small-1", 8)
    with pytest.raises(NotFoundError, match="there are: small-1"):
        ws.fingerprints("other")


@pytest.mark.parametrize("name", ["../escape", "a/b", "", ".hidden", "a b"])
def test_model_ids_cannot_leave_their_folder(ws: Workspace, name: str) -> None:
    with pytest.raises(InputError):
        ws.fingerprints(name, 4)


def test_small_files_are_written_whole(ws: Workspace, tmp_path: Path) -> None:
    ws.write_bytes("reports/a.txt", b"one")
    ws.write_bytes("reports/a.txt", b"two")
    assert ws.read_bytes("reports/a.txt") == b"two"
    assert [path.name for path in (tmp_path / "ws" / "reports").iterdir()] == ["a.txt"]
    with pytest.raises(NotFoundError, match=r"has no reports/b\.txt"):
        ws.read_bytes("reports/b.txt")


def test_a_reopened_workspace_holds_what_was_written(ws: Workspace) -> None:
    ws.table("items").upsert(pa.table({"item_id": ["a"]}))
    again = Workspace(ws.uri)
    assert again.tables() == ["items"]
    assert again.table("items").count() == 1


def test_a_table_whose_first_writer_was_killed_is_not_listed(ws: Workspace) -> None:
    staged = ws.fingerprints("small-1", 4)
    rows = pa.table({"id": ["a"], "vector": pa.array([[0.0] * 4], pa.list_(pa.float16(), 4))})
    staged.stage_rows(rows)
    assert ws.tables() == []
    assert ws.models_with_fingerprints() == []
