"""What phrases mean, and of which products they are true."""

from __future__ import annotations

import numpy as np
import pytest
from marketplace_truth import CANNOT_SAY, Truth, statements
from marketplace_words import broader_colours, name_of

from saccade.bazaar import Bazaar

MARKET = Bazaar(seed=5, products=300, people=20)


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(MARKET)


@pytest.mark.parametrize(
    ("language", "phrase", "ids"),
    [
        ("en", "Sofas", {"category:sofa"}),
        ("de", "dunkelblau", {"colour:navy"}),
        ("de", "grun", {"colour:green"}),
        ("de", "Wohnzimmer im Japandi-Stil", {"concept:japandi/living-room"}),
        ("en", "japandi kitchen ideas", {"concept:japandi/kitchen"}),
        ("en", "black and white", {"concept:monochrome"}),
        ("en", "midcenturymodern", {"concept:mid-century"}),
        ("es", "cojines a rayas", {"category:cushion+pattern:striped"}),
        ("en", "boho", {"concept:boho", "style:boho"}),
        ("en", "Kissen", {"category:cushion"}),  # a word that the told language does not know
        ("en", "pink", {"colour:pink"}),
        ("de", "pink", {"colour:fuchsia"}),
        ("en", "handmade sofa", set()),
        ("en", "ideas", set()),
    ],
)
def test_meanings(truth: Truth, language: str, phrase: str, ids: set[str]) -> None:
    assert truth.concepts_of(language, phrase) == ids


def test_own_facts_are_true_and_others_are_not(truth: Truth) -> None:
    for index in range(40):
        item = MARKET.product(index)
        facts = truth.true_of(item.item_id)
        kinds = {
            kind: {f for f in facts if f.startswith(kind)} for kind in ("category:", "material:", "style:")
        }
        assert kinds == {
            "category:": {f"category:{item.category}"},
            "material:": {f"material:{item.material}"},
            "style:": {f"style:{item.style}"},
        }
        assert f"colour:{item.colour}" in facts
        assert (f"colour:{item.second}" in facts) >= (item.pattern != "plain")


def test_a_phrase_of_parts_needs_all_of_them(truth: Truth) -> None:
    sofa, navy = truth.column("en", "sofa"), truth.column("en", "navy")
    both, unknown = truth.column("en", "navy sofa"), truth.column("en", "handmade")
    assert sofa is not None and navy is not None and both is not None and unknown is None
    assert (both == (sofa & navy)).all()
    assert sofa.any() and not sofa.all()


def test_many_agree_with_one(truth: Truth) -> None:
    items = [f"item-{index:06d}" for index in range(50)] * 3
    phrases = ["sofa"] * 50 + ["dunkelblau"] * 50 + ["handmade"] * 50
    languages = ["en"] * 50 + ["de"] * 100
    many = truth.judge_many(items, languages, phrases)
    one = [truth.judge(*row) for row in zip(items, languages, phrases, strict=True)]
    assert many.tolist() == [CANNOT_SAY if said is None else int(said) for said in one]
    assert set(many.tolist()) == {CANNOT_SAY, 0, 1}


def test_what_can_only_be_said_is_less_than_what_fits(truth: Truth) -> None:
    strict = Truth(MARKET, strict=True)
    assert (strict.facts <= truth.facts).all()
    assert strict.facts.sum() < truth.facts.sum()


def test_a_kind_of_blue_is_blue() -> None:
    broader = broader_colours()
    assert broader["navy"] == {"blue"}
    assert "red" not in broader


def test_names_do_not_depend_on_order() -> None:
    assert name_of(frozenset({"season:winter", "look:boho", "place:beach"})) == "concept:boho/beach/winter"
    assert name_of(frozenset({"place:beach"})) == "place:beach"
    assert name_of(frozenset({"colour:red", "category:rug"})) == "category:rug+colour:red"


def test_right_texts_are_truer_than_wrong_ones(truth: Truth) -> None:
    said: dict[bool, list[int]] = {True: [], False: []}
    for text in statements(MARKET):
        if text.source == "query":
            words = text.text.split()
            judged = truth.judge_many(
                [text.item_id] * len(words), [text.language or "und"] * len(words), words
            )
            said[text.wrong] += judged[judged >= 0].tolist()
    assert np.mean(said[False]) > 0.8 > 0.4 > np.mean(said[True])
