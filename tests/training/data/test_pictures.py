"""Pictures come from files and from the tables, in order, in other processes too; what is lost says why."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import NotFoundError
from saccade.training.data.pictures import ABSENT, Encoded, Pictures
from saccade.vision.decode import decode
from saccade.workspace import Workspace


def everything(pictures: Any) -> np.ndarray:
    return np.arange(len(pictures))


def test_bytes_come_in_the_order_asked_for(shelf: Any) -> None:
    pictures = shelf.pictures
    rows = np.random.default_rng(0).permutation(np.repeat(everything(pictures), 2))
    found = pictures.read(rows)
    kept = shelf.ws.table("image_bytes").read()
    by_id = dict(zip(kept["image_id"].to_pylist(), kept["bytes"].to_pylist(), strict=True))
    by_id |= {shelf.ids[place]: path.read_bytes() for place, path in enumerate(shelf.files)}
    assert [one.data for one in found] == [by_id[shelf.ids[row]] for row in rows]
    assert all(one.reason == "" for one in found)


def test_size_and_pixels(shelf: Any) -> None:
    one = shelf.pictures.read(np.array([3]))[0]
    assert one.size() == (64, 72)
    wanted = decode(shelf.files[3].read_bytes()).rgb
    assert np.array_equal(one.decode(), wanted)
    small = one.decode(draft=20)
    assert not isinstance(small, str) and 20 <= min(small.shape[:2]) < 64


def test_a_deleted_row_moves_nothing(shelf: Any) -> None:
    first = shelf.ids[-1]
    shelf.ws.table("image_bytes").delete_keys([shelf.ids[-3]])
    shelf.ws.table("images").delete_keys([shelf.ids[0]])
    found = Pictures(shelf.ws, [first, shelf.ids[1], shelf.ids[0]]).read(np.array([0, 1, 2]))
    assert found[1].data == shelf.files[1].read_bytes()
    assert found[0].data is not None and found[2].reason == ABSENT


def test_it_stays_at_its_version(shelf: Any) -> None:
    pictures = shelf.pictures
    before = [one.data for one in pictures.read(everything(pictures))]
    shelf.ws.table("image_bytes").delete_keys(shelf.ids[12:20])
    shelf.ws.table("images").delete_keys(shelf.ids[:4])
    assert [one.data for one in shelf.pictures.read(np.array([12]))] == [None]
    worker = pickle.loads(pickle.dumps(pictures))
    for one in (pictures, worker):
        assert [found.data for found in one.read(everything(pictures))] == before


def test_pickled_it_reads_the_same_and_leaves_the_ids(shelf: Any) -> None:
    pictures = shelf.pictures
    pictures.read(np.array([0, 20]))
    again = pickle.loads(pickle.dumps(pictures))
    assert len(again) == len(pictures) and not len(again.ids)
    assert [one.data for one in again.read(np.array([0, 20]))] == [
        one.data for one in pictures.read(np.array([0, 20]))
    ]


def test_threads_may_share_it(shelf: Any) -> None:
    pictures, found = shelf.pictures, []
    wanted = [one.data for one in pictures.read(everything(pictures))]
    threads = [
        threading.Thread(target=lambda: found.append(pictures.read(everything(pictures)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [[one.data for one in some] for some in found] == [wanted] * 4


def test_what_is_lost_says_why(shelf: Any) -> None:
    shelf.files[0].unlink()
    shelf.files[1].write_bytes(b"another content")
    data = shelf.files[2].read_bytes()
    pictures = Pictures(shelf.ws, [*shelf.ids[:3], "f" * 32])
    found = pictures.read(everything(pictures))
    assert found[0].reason.startswith("gone:") and found[1].reason.startswith("changed:")
    assert found[2].data == data and found[3].reason == ABSENT
    for one in (found[0], found[1], found[3]):
        assert one.data is None and one.size() == one.reason and one.decode() == one.reason


def test_bad_bytes_are_a_reason() -> None:
    assert str(Encoded(b"no picture").size()).startswith("not-an-image:")
    assert str(Encoded(b"").decode()).startswith("empty:")


def test_arrow_ids_and_an_empty_catalogue(shelf: Any, tmp_path: Path) -> None:
    found = Pictures(shelf.ws.uri, pa.array(shelf.ids))
    assert len(found) == len(shelf.ids) and found.read(np.array([], np.int64)) == []
    empty = Pictures(Workspace(tmp_path / "empty", create=True), ["0" * 32])
    assert empty.read(np.array([0]))[0].reason == ABSENT
    with pytest.raises(NotFoundError):
        Pictures(str(tmp_path / "nowhere"), [])


def test_only_files_or_only_bytes(make_shelf: Callable[[int], Any]) -> None:
    shelf = make_shelf(6)
    for ids in (shelf.ids[:3], shelf.ids[3:]):
        assert all(one.data for one in Pictures(shelf.ws, ids).read(np.arange(3)))
