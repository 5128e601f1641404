"""What listings say agrees with the truth."""

from __future__ import annotations

import pytest

from saccade.bazaar.bazaar import Bazaar
from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.materials import MATERIALS
from saccade.bazaar.palette import HEX
from saccade.bazaar.patterns import PATTERNS
from saccade.bazaar.products import STYLES
from saccade.bazaar.words import ENGLISH, Words, brand

MARKET = Bazaar(seed=1, products=200)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (ENGLISH.categories, CATEGORIES),
        (ENGLISH.colours, HEX),
        (ENGLISH.patterns, PATTERNS),
        (ENGLISH.materials, MATERIALS),
        (ENGLISH.styles, STYLES),
        (ENGLISH.uses, {c.department for c in CATEGORIES.values()}),
    ],
)
def test_the_lexicon_knows_every_key_and_no_other(words: Words, keys: object) -> None:
    assert set(words) == set(keys)  # type: ignore[call-overload]
    assert all(words.values())


def test_titles_mention_their_attributes() -> None:
    for index, row in enumerate(MARKET.records()):
        item, title = MARKET.product(index), row.title.lower()
        for words, key in (
            (ENGLISH.categories, item.category),
            (ENGLISH.colours, item.colour),
            (ENGLISH.patterns, item.pattern),
            (ENGLISH.materials, item.material),
        ):
            assert any(word in title for word in words[key]), (key, title)
        assert dict(row.attributes)["colour"] == ENGLISH.colours[item.colour][0]
        assert dict(row.attributes)["pattern"] == ENGLISH.patterns[item.pattern][0]


def test_texts_vary_and_leave_no_gap() -> None:
    rows = list(MARKET.records())
    assert len({row.title for row in rows}) > 190
    assert len({row.description for row in rows}) > 190
    assert not any("{" in row.title + row.description or "  " in row.title for row in rows)
    assert all(row.title[0].isupper() or not row.title[0].isalpha() for row in rows)


def test_colourways_share_a_brand() -> None:
    assert brand(3) == brand(3)
    assert len({brand(d) for d in range(12)} | {brand(1000 + i) for i in range(300)}) > 40
