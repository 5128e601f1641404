"""What packs say, and how labels are held against it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from weak_packs import Pack, keywords, measure, packs
from weak_workspaces import Labelled, Pairs, Text

from saccade.workspace import Workspace
from saccade.workspace.schemas import SPECS

PACK = Pack(
    "made", [Text("a", "title", "Navy Blue shoes"), Text("b", "title", "A blue hat, no shoes")],
    frozenset({"blue", "navy blue", "shoes", "hat"}),
    {"a": frozenset({"navy blue", "shoes"}), "b": frozenset({"blue", "hat"})},
)  # fmt: skip


def test_keywords_are_whole_words_in_a_row() -> None:
    found = {("a", "blue"), ("a", "navy blue"), ("a", "shoes"), ("b", "blue"), ("b", "shoes"), ("b", "hat")}
    assert keywords(PACK) == found


def test_labels_count_from_a_confidence_on(tmp_path: Path) -> None:
    keys = ["blue", "navy blue", "shoe", "hat"]
    phrases = SPECS["phrases"].schema.empty_table().to_pydict()
    phrases |= {"phrase_id": list("0123"), "key": keys}
    rows = [("a", 0, 0.3), ("a", 1, 0.9), ("a", 2, 0.8), ("b", 0, 0.7), ("b", 2, 0.6), ("b", 3, 0.4)]
    images, numbers, score = zip(*rows, strict=True)
    table = SPECS["phrases"].schema.empty_table()
    table = type(table).from_pydict({**phrases, **{n: [None] * 4 for n in phrases if not phrases[n]}})
    pairs = Pairs(
        list(images), np.array(numbers), np.array(score), np.ones((6, 1)), np.zeros((6, 1)), ("title",), table
    )
    empty = SPECS["labels"].schema.empty_table()
    figures = measure(PACK, Labelled(pairs, empty, empty, Workspace(tmp_path / "ws", create=True)))
    assert figures["precision"] == pytest.approx(3 / 4)  # shoes on b are wrong
    assert figures["recall"] == pytest.approx(3 / 4)  # the hat is unsure
    assert figures["auc"] == pytest.approx(7 / 8)
    assert figures["keyword_precision"] == pytest.approx(4 / 6)


def test_every_pack_can_be_read(data_dir: Path) -> None:
    for pack in packs(data_dir):
        images = {text.image_id for text in pack.texts}
        assert images <= pack.true.keys()
        assert all(values <= pack.values for values in pack.true.values())
        assert 0.1 < len(keywords(pack)) / len(images) < 50
