"""The folder of a marketplace: whole, the same whoever writes it, finished after an interruption, readable by
ingest and import, and silent about the truth outside `truth/`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from saccade.bazaar.bazaar import Bazaar
from saccade.bazaar.tables import LABELLED, PERSON, boxed
from saccade.catalog.imports import Import
from saccade.catalog.ingest import Ingest
from saccade.errors import InputError, StorageError
from saccade.workspace import Workspace

MARKET = Bazaar(seed=4, products=60, size=48, views=2, photos=1, scenes=6, people=4, sessions=5)
PICTURES = 60 * 3 + 6


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


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
    assert (written.pictures, written.kept) == (PICTURES, 0)
    return folder


@pytest.fixture(scope="module")
def workspace(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Everything that a shop hands over, taken in."""
    ws = Workspace(tmp_path_factory.mktemp("ws") / "shop.saccade", create=True)
    Ingest(str(shop / "catalogue" / "items.jsonl")).run(ws)
    Ingest(str(shop / "photos"), pictures_only=True).run(ws)
    Ingest(str(shop / "scenes" / "scenes.jsonl"), pictures_only=True).run(ws)
    Ingest(str(shop / "scenes" / "annotations.json"), pictures_only=True).run(ws)
    for table in ("texts", "boards", "board_items", "events"):
        report = Import(table, str(shop / "catalogue" / f"{table}.jsonl")).run(ws)
        assert report.counts["rejected"] == 0 and report.counts["rows"] > 0
    return ws


def test_the_catalogue_is_whole(shop: Path) -> None:
    found = rows(shop / "catalogue" / "items.jsonl")
    assert [row["item_id"] for row in found] == [f"item-{i:06d}" for i in range(60)]
    for row in found:
        assert set(row) == {"item_id", "title", "description", "attributes", "price", "category", "images"}
        images = row["images"]
        assert isinstance(images, list) and len(images) == 2
        for image in images:
            pixels = cv2.imread(str(shop / "catalogue" / image["path"]))
            assert pixels is not None and pixels.shape == (48, 48, 3) and image["role"] == "seller"


def test_the_folder_holds_what_is_promised(shop: Path) -> None:
    found = {name for name in files(shop) if not name.endswith(".jpg")}
    assert found == {
        "bazaar.json",
        *(f"catalogue/{name}.jsonl" for name in ("items", "texts", "boards", "board_items", "events")),
        "scenes/scenes.jsonl",
        "scenes/annotations.json",
        *(f"truth/{name}.jsonl" for name in ("products", "concepts", "texts", "tastes", "boards", "scenes")),
        "truth/qrels.txt",
        "truth/scene_qrels.txt",
    }


def test_ingest_and_import_take_it_all(shop: Path, workspace: Workspace) -> None:
    assert workspace.table("items").count() == 60
    sources = workspace.table("sources").read(["status"])["status"].to_pylist()
    assert set(sources) <= {"ok", "list"} and sources.count("ok") == PICTURES
    assert workspace.table("boards").count() == len(rows(shop / "catalogue" / "boards.jsonl"))
    assert workspace.table("board_items").count() == len(rows(shop / "catalogue" / "board_items.jsonl"))
    assert workspace.table("events").count() == len(rows(shop / "catalogue" / "events.jsonl"))
    times = workspace.table("events").read(["time"])["time"].to_pylist()
    assert all(time is not None and time.year == 2025 for time in times)


def test_texts_reach_the_pictures(shop: Path, workspace: Workspace) -> None:
    found = workspace.table("texts").read(["image_id", "source", "text"]).to_pylist()
    assert {"title", "description", "alt", "query", "board", "caption"} <= {row["source"] for row in found}
    alt = next(row for row in rows(shop / "catalogue" / "texts.jsonl") if row["source"] == "alt")
    assert sum((row["source"], row["text"]) == ("alt", alt["text"]) for row in found) >= 2, "one a picture"


def test_boxes_and_texts_meet_on_labelled_scenes(shop: Path, workspace: Workspace) -> None:
    notes = json.loads((shop / "scenes" / "annotations.json").read_text())
    objects = workspace.table("objects").read(["image_id", "category"]).to_pylist()
    assert len(objects) == len(notes["annotations"]) > 0
    captions = {
        row["image_id"]
        for row in workspace.table("texts").read(["image_id", "source"]).to_pylist()
        if row["source"] == "caption"
    }
    assert len(captions) == MARKET.scenes and {row["image_id"] for row in objects} <= captions


def test_truth_answers_for_every_photo_and_scene(shop: Path) -> None:
    lines = [line.split() for line in (shop / "truth" / "qrels.txt").read_text().splitlines()]
    assert {f"{line[0]}.jpg" for line in lines} == {p.name for p in (shop / "photos").glob("*.jpg")}
    assert all(line[1:] == ["0", item, "1"] for line, (_, item) in zip(lines, MARKET.qrels(), strict=True))
    shown = [line.split() for line in (shop / "truth" / "scene_qrels.txt").read_text().splitlines()]
    assert {f"{line[0]}.jpg" for line in shown} <= {p.name for p in (shop / "scenes").glob("*.jpg")}
    assert len({tuple(line) for line in shown}) == len(shown) > 0
    things = [thing for row in rows(shop / "truth" / "scenes.jsonl") for thing in row["things"]]  # type: ignore[attr-defined]
    assert {thing["kind"] for thing in things} == {"product", "person"}
    assert all((thing["item_id"] is None) == (thing["tone"] is not None) for thing in things)


def test_truth_agrees_with_the_market(shop: Path) -> None:
    found = rows(shop / "truth" / "products.jsonl")
    for index, row in enumerate(found):
        assert row["colour"] == MARKET.product(index).colour and row["seller"] == MARKET.wording(index).brand
    said = {concept for row in found for concept in row["concepts"]}  # type: ignore[attr-defined]
    concepts = rows(shop / "truth" / "concepts.jsonl")
    assert {row["concept"] for row in concepts} == said
    assert [row["products"] for row in concepts] == sorted(
        (row["products"] for row in concepts), reverse=True
    )
    assert len(rows(shop / "truth" / "tastes.jsonl")) == MARKET.shoppers
    assert {row["board_id"] for row in rows(shop / "truth" / "boards.jsonl")} == {
        row["board_id"] for row in rows(shop / "catalogue" / "boards.jsonl")
    }


def test_nothing_outside_truth_tells_which_photo_or_scene_shows_what(shop: Path) -> None:
    """Neither names, nor their order, dates, sizes in the lists, EXIF or any list."""
    open_texts = {
        name: data.decode()
        for name, data in files(shop).items()
        if not name.startswith("truth/") and not name.endswith(".jpg")
    }
    hidden = [query for query, _ in MARKET.qrels()] + [MARKET.scene_id(n) for n in range(MARKET.scenes)]
    for name, text in open_texts.items():
        if not name.startswith("scenes/"):
            assert not any(one in text for one in hidden), name
        else:
            assert "item-" not in text and '"tone"' not in text and "visible" not in text, name
    for folder, numbered in (
        ("photos", [query for query, _ in MARKET.qrels()]),
        ("scenes", hidden[-MARKET.scenes :]),
    ):
        pictures = sorted((shop / folder).glob("*.jpg"))
        assert sorted(numbered) == [p.stem for p in pictures] and numbered != sorted(numbered)
        assert len({p.stat().st_mtime_ns for p in pictures}) == 1, "the date would tell the order of drawing"
        assert not any(b"Exif" in p.read_bytes() or b"item" in p.read_bytes() for p in pictures)


def test_hashed_names_are_no_function_of_order() -> None:
    """The rank of a photo's name says nothing about the rank of its product."""
    market = Bazaar(seed=9, products=2000, photos=1)
    names = [query for query, _ in market.qrels()]
    ranks = np.argsort(np.argsort(names))
    assert abs(np.corrcoef(ranks, np.arange(2000))[0, 1]) < 0.08


def test_lists_of_scenes_are_in_the_order_of_names(shop: Path) -> None:
    images = [str(row["image"]) for row in rows(shop / "scenes" / "scenes.jsonl")]
    assert images == sorted(images) and len(images) == MARKET.scenes
    notes = json.loads((shop / "scenes" / "annotations.json").read_text())
    named = [image["file_name"] for image in notes["images"]]
    assert named == sorted(named) and set(named) < set(images)
    assert PERSON in {category["name"] for category in notes["categories"]}
    for note in notes["annotations"]:
        x, y, width, height = note["bbox"]
        image = notes["images"][note["image_id"] - 1]
        assert (
            x >= 0 and y >= 0 and x + width <= image["width"] + 0.02 and y + height <= image["height"] + 0.02
        )


def test_about_half_of_the_scenes_are_labelled() -> None:
    market = Bazaar(products=1, scenes=400)
    fake = ({"scene": f"s{n}", "number": n, "width": 2, "height": 2, "things": []} for n in range(400))
    assert abs(len(json.loads(boxed(market, fake))["images"]) / 400 - LABELLED) < 0.08


def test_a_second_write_changes_nothing(shop: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in shop.rglob("*") if p.is_file()}
    written = MARKET.write(shop)
    assert (written.pictures, written.kept) == (0, PICTURES)
    assert {p: p.stat().st_mtime_ns for p in shop.rglob("*") if p.is_file()} == before


def test_half_of_the_files_come_back(shop: Path, tmp_path: Path) -> None:
    whole = files(shop)
    for i, (name, data) in enumerate(whole.items()):
        if i % 2 or name == "bazaar.json":
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
    lost = {name for name in whole if not (tmp_path / name).exists()}
    written = MARKET.write(tmp_path)
    assert written.pictures == sum(name.endswith(".jpg") for name in lost)
    assert files(tmp_path) == whole


def test_processes_write_the_same(shop: Path, tmp_path: Path) -> None:
    counter = Counter()
    MARKET.write(tmp_path, workers=2, progress=counter)
    assert files(tmp_path) == files(shop)
    assert (counter.total, counter.done, counter.stopped) == (66, 66, True)


def test_another_marketplace_is_refused(shop: Path) -> None:
    for change in ({"seed": 5}, {"sessions": 6}):
        with pytest.raises(InputError, match="use another"):
            replace(MARKET, **change).write(shop)


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


def test_what_was_not_asked_for_is_not_written(tmp_path: Path) -> None:
    Bazaar(products=2, size=32, views=1, photos=0).write(tmp_path)
    assert set(files(tmp_path)) == {
        "bazaar.json",
        "catalogue/items.jsonl",
        "catalogue/texts.jsonl",
        "catalogue/images/000000-0.jpg",
        "catalogue/images/000001-0.jpg",
        *(f"truth/{name}.jsonl" for name in ("products", "concepts", "texts")),
    }
