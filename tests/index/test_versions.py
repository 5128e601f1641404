"""Versions on disk: clones, the switch, and what a crash leaves."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from saccade.errors import InputError, LockedError, NotFoundError
from saccade.index.edge import EdgeIndex
from saccade.index.files import clone, copy_sparse
from saccade.index.settings import Settings
from saccade.index.versions import Versions


def contents(folder: Path) -> dict[str, str]:
    files = (p for p in folder.rglob("*") if p.is_file() and p.name != "edge_config.json")
    return {str(p): hashlib.md5(p.read_bytes(), usedforsecurity=False).hexdigest() for p in files}


@pytest.mark.usefixtures("small_graphs")
@pytest.mark.parametrize("quantization", ["none", "int8", "binary"])
def test_changing_a_clone_leaves_every_byte_of_its_source(
    tmp_path: Path, points: Callable[..., SimpleNamespace], quantization: str
) -> None:
    given, other = points(1200, dim=64), points(1200, dim=64, seed=1)
    with EdgeIndex(tmp_path / "a", 64, Settings(quantization=quantization)) as index:  # pyright: ignore
        index.upsert(given.ids, given.vectors, given.payloads)
        index.optimize()
    before = contents(tmp_path / "a")
    clone(tmp_path / "a", tmp_path / "b")
    linked = [p for p in (tmp_path / "b").rglob("*") if p.is_file() and p.stat().st_nlink > 1]
    assert sum(p.stat().st_size for p in linked) > 1200 * 64 * 4
    with EdgeIndex(tmp_path / "b") as copy:
        copy.delete(given.ids[:500])
        copy.upsert(given.ids[600:800], other.vectors[600:800], other.payloads[600:800])
        copy.upsert(other.ids[:10], other.vectors[:10], other.payloads[:10])
        copy.optimize()
        assert copy.count() == 710
    assert contents(tmp_path / "a") == before
    with EdgeIndex(tmp_path / "a", read_only=True) as index:
        assert index.count() == 1200


def test_a_copy_keeps_content_and_holes(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(8 << 20)
        file.seek(4 << 20)
        file.write(os.urandom(100_000))
    copy_sparse(str(tmp_path / "a"), str(tmp_path / "b"))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "b").stat().st_blocks * 512 < 1 << 20
    (tmp_path / "empty").touch()
    copy_sparse(str(tmp_path / "empty"), str(tmp_path / "c"))
    assert (tmp_path / "c").read_bytes() == b""


def test_a_version_appears_whole_and_old_ones_are_pruned(tmp_path: Path) -> None:
    versions = Versions(tmp_path / "main")
    assert versions.current() is None
    for number in (1, 2, 3):
        (versions.begin() / "data").write_text(str(number))
        assert versions.next() == number
        assert versions.current() == (number - 1 or None)
        assert versions.publish() == number
    assert versions.all() == [2, 3]
    versions.switch(2)
    assert versions.current() == 2
    (versions.begin(2) / "more").touch()
    assert versions.publish() == 4
    assert (versions.path(4) / "data").read_text() == "2"
    with pytest.raises(NotFoundError, match="there are: 3, 4"):
        versions.switch(1)


def test_what_a_killed_build_left_is_thrown_away(tmp_path: Path) -> None:
    versions = Versions(tmp_path / "main")
    (versions.begin() / "half").touch()
    assert versions.all() == []
    (versions.begin() / "whole").touch()
    versions.publish()
    assert [p.name for p in versions.path(1).iterdir()] == ["whole"]


def test_one_writer_many_readers(tmp_path: Path, points: Callable[..., SimpleNamespace]) -> None:
    given = points(50)
    writer = EdgeIndex(tmp_path / "i", 16)
    writer.upsert(given.ids, given.vectors, given.payloads)
    writer.flush()
    with pytest.raises(LockedError, match=f"process {os.getpid()}"):
        EdgeIndex(tmp_path / "i")
    readers = [EdgeIndex(tmp_path / "i", read_only=True) for _ in range(2)]
    assert [r.count() for r in readers] == [50, 50]
    with pytest.raises(InputError, match="reading only"):
        readers[0].delete(given.ids)
    for index in (*readers, writer):
        index.close()
    EdgeIndex(tmp_path / "i").close()
    with pytest.raises(NotFoundError, match="saccade index"):
        EdgeIndex(tmp_path / "none", read_only=True)
