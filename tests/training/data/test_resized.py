"""What a copy gives back, and what it says where it cannot."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.training.data.geometry import shrunk
from saccade.training.data.resized import ResizedPictures, folder_of, shards_of
from saccade.training.data.resizing import build_resized

SIDE = 24


def rows(shelf: Any) -> np.ndarray:
    return np.arange(len(shelf.ids))


def test_raw_is_the_decoded_picture_made_smaller(shelf: Any, tmp_path: Path) -> None:
    build_resized(shelf.pictures, tmp_path, SIDE, quality=0)
    copy = ResizedPictures(tmp_path, SIDE, shelf.ids, quality=0)
    assert len(copy) == len(shelf.ids)
    for one, original in zip(copy.read(rows(shelf)), shelf.pictures.read(rows(shelf)), strict=True):
        whole = original.decode(2 * SIDE)
        assert not isinstance(whole, str) and one.size() == (24, 27)
        assert np.array_equal(one.decode(), shrunk(whole, SIDE))


def test_jpeg_is_nearly_that(shelf: Any, tmp_path: Path) -> None:
    build_resized(shelf.pictures, tmp_path, SIDE)
    for one, original in zip(
        ResizedPictures(tmp_path, SIDE, shelf.ids).read(rows(shelf)),
        shelf.pictures.read(rows(shelf)),
        strict=True,
    ):
        whole, small = original.decode(2 * SIDE), one.decode()
        assert not isinstance(whole, str) and not isinstance(small, str)
        assert np.abs(small.astype(int) - shrunk(whole, SIDE)).mean() < 3


def test_small_pictures_keep_their_size(shelf: Any, tmp_path: Path) -> None:
    build_resized(shelf.pictures, tmp_path, 500, quality=0)
    one = ResizedPictures(tmp_path, 500, shelf.ids, quality=0).read(np.array([1]))[0]
    assert np.array_equal(one.decode(), shelf.pictures.read(np.array([1]))[0].decode())


def test_other_orders_and_other_processes(shelf: Any, tmp_path: Path) -> None:
    build_resized(shelf.pictures, tmp_path, SIDE)
    copy = ResizedPictures(tmp_path, SIDE, shelf.ids)
    wanted = [one.data for one in copy.read(rows(shelf))]
    other = pickle.loads(pickle.dumps(ResizedPictures(tmp_path, SIDE, shelf.ids[::-1])))
    assert not len(other.ids)
    assert [one.data for one in other.read(rows(shelf))] == wanted[::-1]
    assert [one.data for one in copy.read(np.array([5, 2, 5]))] == [wanted[5], wanted[2], wanted[5]]


def test_absent_lost_and_damaged_say_so(shelf: Any, tmp_path: Path) -> None:
    shelf.files[0].write_bytes(b"")
    build_resized(shelf.pictures, tmp_path, SIDE)
    copy = ResizedPictures(tmp_path, SIDE, ["f" * 32, *shelf.ids])
    found = copy.read(np.arange(3))
    assert "does not have" in found[0].reason and found[1].reason.startswith("changed:") and found[2].data
    (shard,) = shards_of(copy.folder)
    with (copy.folder / f"{shard}.bin").open("r+b") as file:
        file.truncate(10)
    lost = ResizedPictures(tmp_path, SIDE, shelf.ids).read(np.array([3]))[0]
    assert "damaged" in lost.reason
    (copy.folder / f"{shard}.bin").unlink()
    assert "damaged" in ResizedPictures(tmp_path, SIDE, shelf.ids).read(np.array([3]))[0].reason


def test_no_copy_and_wrong_numbers(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="build it first"):
        ResizedPictures(tmp_path, SIDE, [])
    for side, quality in ((0, 95), (24, 101), (24, -1)):
        with pytest.raises(InputError):
            folder_of(tmp_path, side, quality)
    assert len({folder_of(tmp_path, 24), folder_of(tmp_path, 32), folder_of(tmp_path, 24, 0)}) == 3
