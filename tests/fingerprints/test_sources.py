"""Where bytes come from, and what is said when they do not."""

from __future__ import annotations

from pathlib import Path

import fsspec
import numpy as np
import pyarrow as pa

from saccade.fingerprints.sources import CHANGED, GONE, Place, Sources, healed, look_up, rows_of, told
from saccade.vision.identity import image_id
from saccade.workspace.workspace import Workspace


def test_files_and_kept_rows(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"first")
    ws = Workspace(tmp_path / "ws", create=True)
    kept = ws.table("image_bytes")
    contents = [f"kept {number}".encode() for number in range(5)]
    kept.append(pa.table({"image_id": [image_id(data) for data in contents], "bytes": contents}))
    kept.delete_keys([image_id(contents[1])])
    names = [image_id(data) for data in contents]
    rows = look_up(rows_of(kept), pa.array(names))
    assert rows[1] == -1
    places = [Place(image_id(b"first"), str(tmp_path / "a"), None)]
    places += [
        Place(name, None, int(row) if row >= 0 else None) for name, row in zip(names, rows, strict=True)
    ]
    found = Sources(kept.dataset()).fetch(places)
    assert [answer.data for answer in found] == [b"first", contents[0], None, *contents[2:]]
    assert found[2].status == GONE


def test_without_kept_bytes_nothing_is_found() -> None:
    empty = (np.empty(0, "S16"), np.empty(0, np.int64))
    assert look_up(empty, pa.array(["0" * 32])).tolist() == [-1]


def test_objects_of_a_store_are_read_together() -> None:
    files = fsspec.filesystem("memory")
    files.pipe_file("/shop/a.bin", b"a")
    places = [
        Place(image_id(b"a"), "memory://shop/a.bin", None),
        Place(image_id(b"b"), "memory://shop/gone.bin", None),
    ]
    first, second = Sources().fetch(places)
    assert first.data == b"a"
    assert (second.status, second.data) == (GONE, None)


def test_a_changed_file_lends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"later")
    (found,) = Sources().fetch([Place(image_id(b"earlier"), str(path), None)])
    assert (found.status, found.data) == (CHANGED, None)
    assert not healed(str(path), found.reason)
    path.write_bytes(b"earlier again")
    assert healed(str(path), found.reason)


def test_healed_means_another_look_of_the_place(tmp_path: Path) -> None:
    path = tmp_path / "a"
    reason = told(str(path), "gone")
    assert not healed(str(path), reason)
    assert healed(str(tmp_path / "b"), reason)
    assert not healed(None, reason)
    path.write_bytes(b"x")
    assert healed(str(path), reason)
