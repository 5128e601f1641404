"""The marketplace as a workspace: sides apart, labels true, weak labels of training only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from learn_labels import CLUSTERED, RAW, chosen, teach, teach_items
from learn_market import HELD, PERSON, PHOTO, SCENE, SELLER, TRAIN, Opened, Shop, open_shop
from learn_tasks import OF_PRODUCTS, RANGES, TASKS, range_of

from saccade.bazaar import Bazaar
from saccade.catalog.catalogue import Catalogue
from saccade.catalog.selection import Selection
from saccade.labels.balance.training_set import training_set

SHOP = Shop(seed=3, products=60, size=32, views=2, photos=1, scenes=24, people=6)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return open_shop(SHOP, tmp_path_factory.getbasetemp() / "learning" / "shops")  # drawn once a session


def test_everything_is_there_and_drawn_once(shop: Opened) -> None:
    kinds = shop.column("kind").tolist()
    assert (kinds.count(SELLER), kinds.count(PHOTO), kinds.count(SCENE)) == (120, 60, 24)
    assert kinds.count(PERSON) >= 5
    assert shop.pixels.shape == (len(kinds), 32, 32, 3)
    row = kinds.index(SELLER)
    drawn = Bazaar(seed=3, products=60, size=32).picture(int(shop.column("item")[row]), 0)
    assert np.abs(shop.pixels[row].astype(int) - drawn).mean() < 6  # JPEG lies between
    before = (shop.folder / "done").stat().st_mtime_ns
    assert open_shop(SHOP, shop.folder.parent).folder == shop.folder
    assert (shop.folder / "done").stat().st_mtime_ns == before


def test_families_stay_on_one_side(shop: Opened) -> None:
    sides: dict[object, set[str]] = {}
    for item, split in zip(shop.column("item"), shop.column("split"), strict=True):
        if item >= 0:
            product = SHOP.market.product(item)
            sides.setdefault((product.category, product.design), set()).add(split)
    assert all(len(side) == 1 for side in sides.values())
    assert {TRAIN} in sides.values() and {HELD} in sides.values()


def test_no_weak_label_comes_from_what_is_held(shop: Opened, tmp_path: Path) -> None:
    ws = shop.copy(tmp_path / "cell")
    train = set(shop.column("image_id")[shop.where(TRAIN, SELLER)])
    assert set(training_set(ws).image_ids.to_pylist()) <= train
    held = set(Selection.parse(f"folder={HELD}").images(Catalogue(ws)).to_pylist())
    assert held == set(shop.column("image_id")[shop.column("split") == HELD])


def test_tasks_are_the_truth(shop: Opened) -> None:
    table = Catalogue(shop.workspace).tasks.to_pylist()
    said = {(row["task"], row["image_id"]): row["label"] for row in table}
    assert {task for task, _ in said} == set(TASKS)
    for row in shop.rows.to_pylist():
        assert {task for task in TASKS if (task, row["image_id"]) in said} == {t for t in TASKS if row[t]}
        if row["kind"] == PHOTO:
            product = SHOP.market.product(row["item"])
            assert all(row[task] == getattr(product, task) for task in OF_PRODUCTS)
        if row["kind"] == PERSON:
            assert row["skin_tone"] == range_of(row["tone"])
    assert sorted(tone for tones in RANGES.values() for tone in tones) == list(range(1, 11))


def test_shares_are_nested_and_kinds_of_labels_differ(shop: Opened, tmp_path: Path) -> None:
    small, large = chosen(shop, 0.2), chosen(shop, 0.6)
    assert set(small) < set(large) < set(chosen(shop, 1.0))
    assert chosen(shop, 0.2, "few") != small
    classes: dict[str, int] = {}
    for kind in (RAW, CLUSTERED):
        ws = shop.copy(tmp_path / kind)
        few = teach(shop, ws, kind, 0.2)
        found = training_set(ws)
        items = {int(item) for item in shop.column("item")[np.isin(shop.column("image_id"), found.image_ids)]}
        assert len(found) == few and items <= set(small)
        classes[kind] = found.data.count
        if kind == RAW:
            assert (found.weights == 1).all()
    assert classes[RAW] > classes[CLUSTERED]


def test_a_task_of_products(shop: Opened, tmp_path: Path) -> None:
    ws, items = shop.copy(tmp_path / "cell"), chosen(shop, 0.1)
    count = teach_items(shop, ws, "few", items)
    assert count == 3 * len(items)
    assert len(set(Catalogue(ws).labels_of_images("few")["label"].to_pylist())) == len(items)
    assert "few" not in set(Catalogue(shop.workspace).tasks["task"].to_pylist())
