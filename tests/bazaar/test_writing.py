"""The catalogue folder: whole, the same whoever writes it, finished after an interruption, silent about the
truth.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from saccade.bazaar.bazaar import Bazaar
from saccade.errors import InputError, StorageError

MARKET = Bazaar(seed=4, products=20, size=48, views=2, photos=1)


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


class Counter:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.total, self.done, self.stopped = 0, 0, False

    def start(self, what: str, total: int | None) -> None:
        self.total = total or 0

    def advance(self, n: int = 1) -> None:
        self.done += n

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    written = MARKET.write(folder)
    assert (written.pictures, written.kept) == (60, 0)
    return folder


def test_the_catalogue_is_whole(shop: Path) -> None:
    rows = [json.loads(line) for line in (shop / "catalogue" / "items.jsonl").read_text().splitlines()]
    assert [row["item_id"] for row in rows] == [f"item-{i:06d}" for i in range(20)]
    for row in rows:
        assert set(row) == {"item_id", "title", "description", "attributes", "price", "category", "images"}
        assert len(row["images"]) == 2
        for image in row["images"]:
            pixels = cv2.imread(str(shop / "catalogue" / image["path"]))
            assert pixels is not None and pixels.shape == (48, 48, 3) and image["role"] == "seller"


def test_qrels_name_every_photo_and_an_item(shop: Path) -> None:
    lines = [line.split() for line in (shop / "queries" / "qrels.txt").read_text().splitlines()]
    assert {f"{line[0]}.jpg" for line in lines} == {p.name for p in (shop / "queries").glob("*.jpg")}
    assert all(line[1:] == ["0", item, "1"] for line, (_, item) in zip(lines, MARKET.qrels(), strict=True))


def test_the_catalogue_does_not_tell_the_truth(shop: Path) -> None:
    text = (shop / "catalogue" / "items.jsonl").read_text()
    names = {p.name for p in (shop / "catalogue").rglob("*")}
    assert names == {"items.jsonl", "images", *(f"{i:06d}-{v}.jpg" for i in range(20) for v in range(2))}
    assert not any(query in text for query, _ in MARKET.qrels())
    assert "design" not in text and "form" not in json.loads(text.splitlines()[0])


def test_a_second_write_changes_nothing(shop: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in shop.rglob("*") if p.is_file()}
    written = MARKET.write(shop)
    assert (written.pictures, written.kept) == (0, 60)
    assert {p: p.stat().st_mtime_ns for p in shop.rglob("*") if p.is_file()} == before


def test_half_of_the_files_come_back(tmp_path: Path) -> None:
    MARKET.write(tmp_path)
    whole = files(tmp_path)
    lost = [name for i, name in enumerate(whole) if i % 2 and name != "bazaar.json"]
    for name in lost:
        (tmp_path / name).unlink()
    written = MARKET.write(tmp_path)
    assert written.pictures == sum(name.endswith(".jpg") for name in lost)
    assert files(tmp_path) == whole


def test_processes_write_the_same(shop: Path, tmp_path: Path) -> None:
    counter = Counter()
    MARKET.write(tmp_path, workers=2, progress=counter)
    assert files(tmp_path) == files(shop)
    assert (counter.total, counter.done, counter.stopped) == (20, 20, True)


def test_another_marketplace_is_refused(shop: Path) -> None:
    with pytest.raises(InputError, match="use another"):
        replace(MARKET, seed=5).write(shop)


def test_no_workers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="workers"):
        MARKET.write(tmp_path, workers=0)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop").write_text("not a folder")
    with pytest.raises(StorageError, match="shop"):
        MARKET.write(tmp_path / "shop")


def test_an_empty_market_is_written(tmp_path: Path) -> None:
    written = Bazaar(products=0).write(tmp_path, workers=2)
    assert written.pictures == 0
    assert (tmp_path / "catalogue" / "items.jsonl").read_text() == ""
