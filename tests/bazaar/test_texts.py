"""Alt texts, queries and scene texts are about their pictures, but for the counted ones that are not."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from saccade.bazaar import noise, texts
from saccade.bazaar.bazaar import Bazaar
from saccade.bazaar.sellers import LEXICONS

MARKET = Bazaar(seed=6, products=1200, scenes=300, people=20)
ROWS = list(MARKET.texts())


def about(text: str, category: str) -> bool:
    """Whether a text has a word for the category in any language."""
    return any(
        word.lower() in text.lower()
        for lexicon in LEXICONS.values()
        for noun in lexicon.categories[category]
        for word in (noun.one, noun.many)
    )


def test_sources_are_alt_query_and_board_with_three_languages() -> None:
    assert {row.source for row in ROWS} == {"alt", "query", "board"}
    for source in ("alt", "query", "board"):
        told = Counter(row.language for row in ROWS if row.source == source)
        assert told["en"] > told["de"] > 0 and told["es"] > 0
        assert 0.2 < told[None] / sum(told.values()) < 0.6, "many sources do not tell the language"


def test_most_products_have_an_alt_text() -> None:
    assert sum(row.source == "alt" for row in ROWS) / MARKET.products == pytest.approx(texts.ALT, abs=0.05)


@pytest.mark.parametrize(("source", "rate"), [("alt", noise.WRONG_ALT), ("query", noise.WRONG_QUERY)])
def test_wrong_texts_come_at_their_rate(source: str, rate: float) -> None:
    wrong = [row.wrong for row in ROWS if row.source == source]
    assert 0.5 * rate < np.mean(wrong) < 1.6 * rate


def test_texts_are_about_their_product() -> None:
    kinds = {MARKET.product(i).item_id: MARKET.product(i).category for i in range(MARKET.products)}
    right = [about(row.text, kinds[row.item_id]) for row in ROWS if row.source == "alt" and not row.wrong]
    wrong = [about(row.text, kinds[row.item_id]) for row in ROWS if row.source == "alt" and row.wrong]
    assert np.mean(right) > 0.8 > 0.5 > np.mean(wrong)


def test_popular_products_are_searched_more() -> None:
    counts = Counter(row.item_id for row in ROWS if row.source == "query")
    assert max(counts.values()) >= 8
    assert sum(f"item-{i:06d}" not in counts for i in range(MARKET.products)) > 0.1 * MARKET.products
    assert max(counts.values()) <= texts.MOST_QUERIES


def test_rows_are_distinct_by_product_source_and_text() -> None:
    keys = [(row.item_id, row.source, row.text) for row in ROWS if row.source != "board"]
    assert len(set(keys)) == len(keys)
    assert all(row.text.strip() == row.text and row.text and row.weight >= 1 for row in ROWS)


def test_scene_texts_speak_of_what_is_there_and_name_no_item() -> None:
    from saccade.bazaar import scenes

    hits, wrong = [], []
    for number in range(MARKET.scenes):
        said = MARKET.scene_words(number)
        kinds = {MARKET.product(i).category for i in scenes.cast(6, number, 1200).items}
        assert said.caption and "item-" not in said.caption + said.alt + " ".join(said.boards)
        wrong.append(said.wrong)
        if said.alt and not said.wrong:
            hits.append(any(about(said.alt, kind) for kind in kinds))
    assert np.mean(hits) > 0.95
    assert 0 < np.mean(wrong) < 2 * noise.WRONG_CAPTION
