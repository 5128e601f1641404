"""Features on disk: found by picture, refused when they are not whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from saccade.errors import NotFoundError, StorageError
from saccade.training.features.store import ROW, Features, Origin, as_keys

ORIGIN = Origin("trunk-1", 4, (8, 8))


def filled(folder: Path, views: int = 2) -> Features:
    """Six pictures a..f in two blocks; the feature of place p in view v is 10 p + v; "c" is unreadable."""
    features = Features(folder, ORIGIN)
    for number, (start, names) in enumerate([(0, "abcd"), (4, "ef")]):
        rows = np.zeros(len(names), ROW)
        rows["key"], rows["views"] = as_keys(list(names)), [0 if name == "c" else views for name in names]
        places = np.arange(start, start + len(names))[:, None] * 10
        part = {view: np.repeat(places + view, 4, axis=1).astype(np.float16) for view in range(views)}
        features.write(number, start, rows, part)
    features.reload()
    return features


def test_take_by_place_and_view(tmp_path: Path) -> None:
    features = filled(tmp_path)
    places = features.at(["f", "a", "nobody", "d"])
    assert places.tolist() == [5, 0, -1, 3]
    assert features.take(np.array([5, 0, 3]), np.array([1, 0, 1]))[:, 2].tolist() == [51, 0, 31]
    assert features.take(np.array([3, 3]), 1).tolist() == [[31] * 4] * 2


def test_select(tmp_path: Path) -> None:
    chosen = filled(tmp_path).select(["b", "c", "b"], 2)
    assert len(chosen) == 3 and chosen.good.tolist() == [True, False, True]
    assert chosen.take(np.array([2, 0]), 1)[:, 0].tolist() == [11, 11]


def test_what_was_not_computed_is_named(tmp_path: Path) -> None:
    features = filled(tmp_path)
    with pytest.raises(NotFoundError, match=r"3 views of 2 pictures .*, 1 pictures have fewer"):
        features.select(["a", "c"], 3)
    with pytest.raises(NotFoundError, match="1 pictures have fewer: compute the features first"):
        features.select(["a", "x"])
    with pytest.raises(NotFoundError):
        Features(tmp_path / "empty", ORIGIN).select(["a"])


def test_every_setting_has_a_folder_of_its_own() -> None:
    others = [
        Origin("trunk-2", 4, (8, 8)), Origin("trunk-1", 5, (8, 8)), Origin("trunk-1", 4, (8, 9)),
        Origin("trunk-1", 4, (8, 8), "flip"), Origin("trunk-1", 4, (8, 8), seed=1), ORIGIN,
    ]  # fmt: skip
    assert len({origin.name for origin in others}) == 6
    assert Origin("trunk-1", 4, (8, 8)).name == ORIGIN.name


def test_a_reader_stays_right_while_pictures_are_added(tmp_path: Path) -> None:
    reader = filled(tmp_path)
    before = reader.take(np.arange(6), 0)
    writer = Features(tmp_path, ORIGIN)
    rows = np.zeros(1, ROW)
    rows["key"], rows["views"] = as_keys(["g"]), 1
    writer.write(2, 6, rows, {0: np.full((1, 4), 7, np.float16)})
    assert np.array_equal(reader.take(np.arange(6), 0), before) and len(reader) == 6
    reader.reload()
    assert reader.take(reader.at(["g"]), 0).tolist() == [[7] * 4]
    assert reader.take(np.arange(6), 1)[:, 0].tolist() == [1, 11, 21, 31, 41, 51]


def test_what_is_not_whole_is_refused(tmp_path: Path) -> None:
    features = filled(tmp_path)
    view = features.root / "view-001.f16"
    view.write_bytes(view.read_bytes()[:-1])
    with pytest.raises(StorageError, match=r"view-001.f16 is not whole .* delete"):
        Features(tmp_path, ORIGIN).take(np.array([0]), 1)
    (features.root / "rows" / "00000001.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(StorageError, match=r"00000001.npy is not whole"):
        Features(tmp_path, ORIGIN)
    (features.root / "rows" / "00000000.npy").unlink()
    with pytest.raises(StorageError, match=r"00000000.npy is not whole"):
        Features(tmp_path, ORIGIN)


def test_rows_of_another_kind_are_refused(tmp_path: Path) -> None:
    features = filled(tmp_path)
    np.save(features.root / "rows" / "00000001.npy", np.zeros(3))
    with pytest.raises(StorageError, match="holds float64, expected the rows of a block"):
        features.reload()
