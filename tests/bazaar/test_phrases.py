"""Style phrases: a power law over concepts that fit what is seen."""

from __future__ import annotations

from collections import Counter

import numpy as np

from saccade.bazaar.leanings import LEANINGS, PLACES
from saccade.bazaar.phrases import concepts, forms, phrase, product_concepts
from saccade.bazaar.products import product
from saccade.bazaar.random import stream
from saccade.bazaar.sellers import LEXICONS

SAID = [(product(3, i), product_concepts(3, product(3, i))) for i in range(2500)]


def test_frequency_falls_as_one_over_rank() -> None:
    counts = Counter(concept for _, found in SAID for concept in found)
    falling = np.array(sorted(counts.values(), reverse=True), float)
    ranks = np.arange(1, len(falling) + 1)
    slope = np.polyfit(np.log(ranks[:200]), np.log(falling[:200]), 1)[0]
    assert -1.35 < slope < -0.8
    assert (falling == 1).mean() > 0.5, "most concepts are rare"
    assert len(counts) > 400


def test_concepts_are_many_and_have_names_of_their_own() -> None:
    every = concepts(3).all
    assert len(every) > 3000
    assert len({concept.concept_id for concept in every}) == len(every)
    assert abs(concepts(3).weights.sum() - 1) < 1e-9


def test_seeds_differ_in_what_is_popular() -> None:
    assert concepts(3).all[:10] != concepts(4).all[:10]
    assert set(concepts(3).all) == set(concepts(4).all)


def test_concepts_fit_their_products() -> None:
    """Never of another department; mostly of a style and colour that the phrase leans to."""
    styles, colours = [], []
    for item, found in SAID:
        for concept in found:
            if concept.look:
                leaning = LEANINGS[concept.look]
                styles.append(leaning.styles.get(item.style, 0) > 0)
                colours.append(not leaning.colours or item.colour in leaning.colours)
            else:
                colours.append(concept.colour == item.colour)
            if concept.place:
                assert item.category in PLACES[concept.place] or len(PLACES[concept.place]) < 16
    assert 0.7 < np.mean(styles) < 1
    assert 0.7 < np.mean(colours) < 1


def test_every_form_can_be_said_and_every_saying_is_a_form() -> None:
    dice = stream(0, "test")
    for concept in concepts(3).all[:40]:
        for lexicon in LEXICONS.values():
            known = forms(concept, lexicon)
            assert len(set(known)) == len(known) >= 1
            assert all(phrase(concept, lexicon, dice, loosely=True) in known for _ in range(10))


def test_languages_have_forms_of_their_own() -> None:
    concept = next(c for c in concepts(3).all if c.concept_id == "coastal/living-room")
    english, german, spanish = (set(forms(concept, lexicon)) for lexicon in LEXICONS.values())
    assert "coastal living room" in english and "Wohnzimmer maritim" in german
    assert "salón estilo costero" in spanish
    assert not english & german and not english & spanish
