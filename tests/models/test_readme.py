"""The card as a page for people."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from saccade.models.card import Card, read_card
from saccade.models.folder import load_model, save_model
from saccade.models.handmade import PREPROCESS, Handmade
from saccade.models.readme import parameters, table, update_card


def complete() -> Card:
    path = Path(__file__).with_name("test_card.py")
    spec = importlib.util.spec_from_file_location("card_samples", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.COMPLETE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    model = Handmade(rng.random(954, np.float32), rng.random((954, 8), np.float32))
    return save_model(model, PREPROCESS, tmp_path / "model", card=Card(name="mine"))


def test_unknown_is_marked(folder: Path):
    text = (folder / "README.md").read_text()
    for part in (
        "license: unknown",
        "## Limitations\n\nNot stated.",
        "Not measured yet.",
        "## Cost\n\nNot measured.",
    ):
        assert part in text, part
    assert "Incomplete" not in text  # from elsewhere: nothing is demanded


def test_an_incomplete_card_says_so_at_the_top(folder: Path):
    model = load_model(folder)
    update_card(folder, replace(model.card, origin="trained"), model.model_id)
    head = (folder / "README.md").read_text().partition("| architecture")[0]
    assert "**Incomplete**: lacks out-of-scope use, limitations, licence, source, training facts" in head


def test_a_complete_card(folder: Path):
    model = load_model(folder)
    card = complete()
    assert card.assessment is not None
    card = replace(
        card, assessment=replace(card.assessment, model_id=model.model_id), waived={"groups": "few people"}
    )
    update_card(folder, card, model.model_id)
    text = (folder / "README.md").read_text()
    for part in (
        "license: MIT", "base_model: base-1", "| items | 3 | folder=train | 100 |",
        "| colour | base_colour | single | softmax | 9 | 100 | 1 |", "lr 0.1", "| seeds | 0, 1 |",
        "| one picture | 0.002 GFLOPs |", "256 bytes as floats, 16 as sign bits", "3.5 ms",
        "| in domain | colour | AP@1 1-NN | float | 60 | 0.800 [0.700, 0.900] | 0.500 [0.400, 0.600] |",
        "| 0.0100 |",
        "| out of domain | colour | AP@1 1-NN | binary |", "class=red", "red to blue",
        "**Waived**: groups, since few people",
    ):  # fmt: skip
        assert part in text, part
    assert "Incomplete" not in text
    again = load_model(folder)
    assert again.model_id == model.model_id and again.config.licence == "MIT"
    assert read_card(folder) == card


def test_an_older_folder_without_a_card_keeps_what_its_config_knows(folder: Path):
    model = load_model(folder, licence="MIT", source="a shelf")
    save_model(model.handmade, PREPROCESS, folder, card=model.card)
    (folder / "card.json").unlink()
    update_card(folder, replace(read_card(folder), limitations="Few."), model.model_id)
    again = load_model(folder)
    assert (again.config.licence, again.config.source, again.config.name) == ("MIT", "a shelf", "mine")
    assert (again.card.licence, again.card.limitations) == ("MIT", "Few.")


def test_parameters_without_reading_weights(folder: Path):
    assert parameters(folder / "model.safetensors") == 954 * 9


def test_cells_cannot_break_a_table():
    assert table(("a|b",), [("c\nd",)]) == "| a\\|b |\n|---|\n| c d |"
