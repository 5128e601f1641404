"""Learning languages: what a corpus is found to hold, what texts are found to be, the same each time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.shapes import UNKNOWN
from saccade.labels.signals.bucket import SignalSettings, bucket
from saccade.labels.signals.languages import LanguageModel
from saccade.labels.signals.teaching import fit_languages

WORDS = {
    "en": ("the {} sofa with wooden legs for the living room", ("grey", "large", "soft", "old", "leather",
    "little")),
    "de": ("das {} Sofa mit Beinen aus Holz für das Wohnzimmer", ("graue", "große", "weiche", "alte",
    "kleine", "rote")),
    "es": ("el sofá {} con patas de madera para el salón", ("gris", "grande", "suave", "viejo", "pequeño",
    "rojo")),
}  # fmt: skip
SHORT = {"en": "grey legs", "de": "graue Beine Holz", "es": "patas grande"}


def corpus(languages: str, wrong: float = 0.0) -> list[tuple[object, ...]]:
    dice, rows, codes = np.random.default_rng(0), [], languages.split()
    for at in range(240):
        code = codes[at % len(codes)]
        told = str(dice.choice(codes)) if dice.random() < wrong else code if dice.random() < 0.5 else None
        form, options = WORDS[code]
        rows.append((f"i{at}", f"f{at}", "title", form.format(options[at % 6]) + f" {at}", told, 1.0))
        rows.append((f"i{at}", f"f{at}", "query", f"{SHORT[code]} {at}", None, 1.0))
    return rows


def chosen(model: LanguageModel, rows: pa.Table) -> list[str]:
    read = bucket(rows, SignalSettings())
    places = model.chosen(read.words, read.text, read.sources, read.told)
    return [[*model.languages, UNKNOWN][at] for at in places]


@pytest.mark.parametrize("languages", ["en", "de", "de en es"])
def test_finds_which_languages_there_are(languages: str, gathered) -> None:
    assert fit_languages(gathered(corpus(languages)), SignalSettings()).languages == tuple(languages.split())


def test_short_texts_learn_from_long_ones_and_lies_are_seen_through(gathered) -> None:
    rows = gathered(corpus("de en es", wrong=0.2))
    model = fit_languages(rows, SignalSettings(languages=("de", "en", "es")))
    expected = ["de en es".split()[int(family[1:]) % 3] for family in rows["family"].to_pylist()]
    assert chosen(model, rows) == expected


def test_one_language_is_not_parted_by_names_or_by_what_is_told(gathered) -> None:
    rows = [
        (f"i{at}", f"f{at}", "title", f"Nike Mercurial Vapor {at} Ristra Blanco", "de", 1.0)
        for at in range(30)
    ]
    model = fit_languages(gathered([*corpus("en"), *rows]), SignalSettings(languages=("en",)))
    assert set(chosen(model, gathered(rows))) == {"en"}


def test_a_text_in_another_script_is_unknown(gathered) -> None:
    model = fit_languages(gathered(corpus("en de")), SignalSettings(languages=("en", "de")))
    assert chosen(
        model, gathered([("i", "f", "title", "красный диван"), ("j", "g", "title", "123 диван grey legs")])
    ) == [UNKNOWN, "en"]


def test_the_same_sample_gives_the_same_model_and_bytes_bring_it_back(gathered) -> None:
    rows = gathered(corpus("de en"))
    first, second = (fit_languages(rows, SignalSettings()).to_bytes() for _ in range(2))
    assert first == second
    assert LanguageModel.from_bytes(first).to_bytes() == first
    assert chosen(LanguageModel.from_bytes(first), rows) == chosen(
        fit_languages(rows, SignalSettings()), rows
    )


def test_no_rows(gathered) -> None:
    assert fit_languages(gathered([]), SignalSettings()).languages == ("en",)
