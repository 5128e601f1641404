"""A bucket from rows to signals: shapes, counts, lemmas, and that nothing depends on its neighbours."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.bazaar import Bazaar
from saccade.bazaar.sellers import brand, seller
from saccade.labels.hashing import word_hash, word_hashes
from saccade.labels.shapes import FORMS, SUBJECTS, TEXTS
from saccade.labels.signals.languages import LanguageModel
from saccade.labels.signals.phrases import phrase_words
from saccade.labels.signals.read import Signals, SignalSettings, read_signals
from saccade.labels.signals.teaching import fit_languages

ENGLISH = SignalSettings(languages=("en",))
MARKET = SignalSettings(languages=("de", "en", "es"))


@pytest.fixture(scope="module")
def market(gathered) -> pa.Table:
    bazaar, rows = Bazaar(5, 400), []
    for at in range(400):
        listed = bazaar.listing(at)
        for source, text in (("title", listed.title), ("description", listed.description)):
            rows += [(f"{listed.item_id}-{view}", listed.item_id, source, text) for view in range(2)]
    for said in bazaar.texts():
        rows += [
            (f"{said.item_id}-{view}", said.item_id, said.source, said.text, said.language, said.weight)
            for view in range(2)
        ]
    return gathered(rows)


@pytest.fixture(scope="module")
def model(market) -> LanguageModel:
    return fit_languages(market, MARKET)


def said(signals: Signals) -> list[str]:
    names = {row["word"]: row["lemma"] for row in signals.forms.to_pylist()} | {0: "|"}
    return [" ".join(names[word] for word in words) for words in signals.texts["words"].to_pylist()]


def test_lemmas_breaks_and_counts(gathered) -> None:
    rows = [
        ("a", "f", "alt", "IMG_1234.jpg"), ("a", "f", "query", "grey sofas", None, 3.0), ("a", "f", "title",
        "Grey sofas, women's #OakLegs"),
        ("a", "f", "title", "buy buy buy buy buy this"), ("b", "f", "query", "10 000"),
    ]  # fmt: skip
    signals = read_signals(gathered(rows), ENGLISH)
    assert said(signals) == ["grey sofa", "grey sofa | woman | oak leg"]
    assert signals.texts["weight"].to_pylist() == [3, 1]
    assert signals.subjects["image_ids"].to_pylist() == [["a"], ["b"]]
    counts = signals.counts
    assert (counts["rows"], counts["texts"], counts["empty"], counts["spam"], counts["subjects"]) == (
        5,
        2,
        2,
        1,
        2,
    )
    assert (counts["language/en"], counts["source/query"]) == (2, 1)


def test_forms_hold_every_word_once(market, model) -> None:
    signals = read_signals(market, MARKET, model)
    forms = signals.forms
    assert (signals.subjects.schema, signals.texts.schema, forms.schema) == (SUBJECTS, TEXTS, FORMS)
    assert (word_hashes(forms["lemma"].combine_chunks()) == forms["word"].to_numpy()).all()
    keys = list(
        zip(
            forms["language"].to_pylist(),
            forms["lemma"].to_pylist(),
            forms["surface"].to_pylist(),
            strict=True,
        )
    )
    assert len(set(keys)) == len(keys)
    words = signals.texts["words"].combine_chunks().values.to_numpy()
    assert forms["count"].to_numpy().sum() == (words != 0).sum()
    assert set(words[words != 0].tolist()) == set(forms["word"].to_pylist())


def test_two_views_of_a_product_are_one_subject(market, model) -> None:
    assert {len(ids) for ids in read_signals(market, MARKET, model).subjects["image_ids"].to_pylist()} == {2}


def test_languages_of_listings_are_their_sellers(market, model) -> None:
    signals, bazaar = read_signals(market, MARKET, model), Bazaar(5, 400)
    family = signals.subjects["family"].take(signals.texts["subject"]).to_pylist()
    pairs = [
        (language, seller(5, brand(bazaar.product(int(name[5:])).design)).language)
        for name, source, language in zip(
            family, signals.texts["source"].to_pylist(), signals.texts["language"].to_pylist(), strict=True
        )
        if source == "description"
    ]
    assert np.mean([found == true for found, true in pairs]) > 0.98


def test_a_family_reads_the_same_alone(market, model) -> None:
    whole = read_signals(market, MARKET, model)
    wanted = "item-000007"
    alone = read_signals(
        market.filter(pa.array([name == wanted for name in market["family"].to_pylist()])), MARKET, model
    )
    mine = whole.subjects["subject"].filter(
        pa.array([name == wanted for name in whole.subjects["family"].to_pylist()])
    )
    rows = [subject in mine.to_pylist() for subject in whole.texts["subject"].to_pylist()]
    kept = whole.texts.filter(pa.array(rows))
    for name in ("source", "language", "weight", "words", "copied"):
        assert kept[name].to_pylist() == alone.texts[name].to_pylist()


def test_hostile_texts(gathered) -> None:
    texts = [
        "\x00" * 50,
        "\u202e\u200b",
        "word " * 500_000,
        "#" * 1000,
        "&" * 1000,
        "<" * 5000,
        "\u0301" * 500,
        "a" * 100_000,
        "-'.,",
    ]
    signals = read_signals(
        gathered([("a", "f", "title", text) for text in texts]),
        SignalSettings(languages=("en",), characters=1000),
    )
    assert signals.counts["truncated"] == 3
    assert signals.counts["texts"] + signals.counts["empty"] + signals.counts["spam"] == len(texts)
    assert signals.counts["texts"] == 0


def test_caps(gathered) -> None:
    rows = [("a", "f", "query", f"sofa number {at} word", None, float(at) + 1) for at in range(1000)]
    signals = read_signals(
        gathered([*rows, ("a", "f", "title", "oak sofa")]),
        SignalSettings(languages=("en",), texts_per_source=10),
    )
    assert signals.counts["over_cap"] == 990
    assert len(signals.texts) == 11
    assert min(signals.texts["weight"].to_pylist()[:10]) == 991


def test_copies_are_marked(gathered) -> None:
    title = "a large grey sofa with oak legs"
    rows = [("a", "f", "alt", title), ("a", "f", "title", f"{title}, new"), ("a", "f", "query", "grey sofa")]
    signals = read_signals(gathered(rows), ENGLISH)
    assert signals.texts["copied"].to_pylist() == [True, False, False]
    assert signals.counts["copied"] == 1


def test_keys_of_given_phrases_meet_those_of_texts(gathered) -> None:
    rows = gathered([("a", "f", "title", "Kleine Küchen"), ("a", "f", "query", "kleine kueche")])
    settings = SignalSettings(languages=("de",))
    model = fit_languages(rows, settings)
    words = read_signals(rows, settings, model).texts["words"].to_pylist()
    assert words[0][0] == words[1][0]
    assert phrase_words(["Mid-Century Sofas"], "en", fit_languages(rows, ENGLISH)) == [
        ["mid", "century", "sofa"]
    ]
    assert word_hash(phrase_words(["kleine Kuche"], "de", model)[0][0]) == words[0][0]


def test_no_rows(gathered) -> None:
    signals = read_signals(gathered([]), SignalSettings())
    assert (len(signals.texts), len(signals.subjects), len(signals.forms)) == (0, 0, 0)
