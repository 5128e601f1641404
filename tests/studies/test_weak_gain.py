"""Which labels each variant of the training experiment learns, and which classes it is asked about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from marketplace_truth import Truth
from weak_gain import made, market_experiment, runs, sides, typed_experiment
from weak_workspaces import Labelled, Pairs, Text, fill

from saccade.bazaar import Bazaar
from saccade.workspace import Workspace
from saccade.workspace.schemas import SPECS


def labelled(ws: Path, images: list[str], train: int) -> Labelled:
    """Each picture has phrase 0 (sure) and phrase 1 (unsure), and one label; the last are held out."""
    rows = [(image, phrase) for image in images for phrase in (0, 1)]
    pairs = Pairs(
        [image for image, _ in rows], np.array([phrase for _, phrase in rows]),
        np.array([0.9 if phrase == 0 else 0.2 for _, phrase in rows]), np.ones((len(rows), 1)),
        np.zeros((len(rows), 1)), ("title",), SPECS["phrases"].schema.empty_table(),
    )  # fmt: skip
    split = ["train"] * train + ["val"] * (len(images) - train)
    columns = {"image_id": images, "label_id": ["one"] * len(images), "weight": [0.9] * len(images)}
    targets = pa.table({**columns, "split": split}, schema=SPECS["image_labels"].schema)
    return Labelled(pairs, SPECS["labels"].schema.empty_table(), targets, Workspace(ws, create=True))


@pytest.fixture
def some(tmp_path: Path) -> Labelled:
    return labelled(tmp_path / "ws", [f"p{number}" for number in range(20)], train=12)


def test_held_out_pictures_teach_nothing(some: Labelled) -> None:
    train, held = sides(some, [f"p{number}" for number in range(20)])
    assert (len(train), len(held)) == (12, 8)
    for variant in ("raw", "sure", "balanced", "clustered", "both"):
        what = made(variant, some, train, seed=0)
        assert len(what.data) == 12
        assert what.data.count == (2 if variant in ("raw", "balanced") else 1)


def test_runs_of_words_as_written(tmp_path: Path) -> None:
    ws = fill(tmp_path / "texts", [Text(f"p{n}", "title", f"A Navy sofa, {n}") for n in range(5)])
    empty = SPECS["labels"].schema.empty_table()
    images, names = runs(Labelled(labelled(tmp_path / "ws", [], 0).pairs, empty, empty, ws))
    assert set(names) == {"a", "navy", "sofa", "a navy", "navy sofa", "a navy sofa"}
    assert len(images) == 5 * 6


def test_only_classes_with_enough_pictures_are_asked_about(some: Labelled) -> None:
    types = {f"p{number}": "rare" if number in (0, 12, 13) else "common" for number in range(20)}
    types |= {f"q{number}": "rare" if number < 4 else f"other{number % 9}" for number in range(40)}
    found = typed_experiment(types, some, lambda image: np.full(3, float(image[1:]), np.float32))
    assert found.seen.shape == (12, 1, 3)
    assert found.held.shape == (48, 3)
    assert set(found.classes) == {"rare", "common"}
    assert "rare" in found.tail


def test_rare_concepts_of_the_marketplace(tmp_path: Path) -> None:
    market = Bazaar(seed=3, products=60, size=96, views=2)
    every = [market.product(index).item_id for index in range(60)]
    found = market_experiment(market, Truth(market), labelled(tmp_path / "ws", every, train=30))
    assert found.seen.shape[:2] == (30, 2)
    assert found.tail and set(found.tail) <= set(found.classes)
    assert all(5 <= member.sum() <= 6 for member in found.classes.values())
