"""Styles cause what products are: seen from the products, a style can be told."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from saccade.bazaar.categories import CATEGORIES
from saccade.bazaar.materials import MATERIALS
from saccade.bazaar.palette import HEX
from saccade.bazaar.patterns import PATTERNS
from saccade.bazaar.products import Product, kinds, product
from saccade.bazaar.styles import RELATED, STYLES, TASTES, leaning, popularity

PRODUCTS = [product(3, i) for i in range(1800)]


def signs(item: Product) -> list[tuple[str, ...]]:
    return [
        ("category", item.category),
        ("material", item.category, item.material),
        ("colour", item.colour),
        ("pattern", item.pattern),
        ("hardware", item.hardware),
    ]


def test_a_plain_classifier_finds_the_style_of_products_it_has_not_seen() -> None:
    seen, held_out = PRODUCTS[:1300], PRODUCTS[1300:]
    counts: dict[tuple[str, ...], np.ndarray] = defaultdict(lambda: np.zeros(len(STYLES)))
    prior = np.zeros(len(STYLES))
    for item in seen:
        prior[STYLES.index(item.style)] += 1
        for sign in signs(item):
            counts[sign][STYLES.index(item.style)] += 1

    def guess(item: Product) -> str:
        odds = np.log(prior) + sum(np.log((counts[s] + 1) / (prior + 20)) for s in signs(item))
        return STYLES[int(odds.argmax())]

    right = np.mean([guess(item) == item.style for item in held_out])
    majority = max(Counter(item.style for item in held_out).values()) / len(held_out)
    assert right > 2.5 * majority
    assert right < 0.95, "a style must not be written on the product"


def test_styles_are_unevenly_popular_and_depend_on_the_category() -> None:
    shares = Counter(item.style for item in PRODUCTS)
    assert set(shares) == set(STYLES)
    assert max(shares.values()) > 1.4 * min(shares.values())
    of = {c: popularity(c)["sporty"] / sum(popularity(c).values()) for c in CATEGORIES}
    assert of["sneaker"] > 5 * of["vase"]


def test_tables_name_what_exists() -> None:
    for name, taste in TASTES.items():
        assert set(taste.homes) <= set(CATEGORIES) and set(taste.colours) <= set(HEX)
        assert set(taste.materials) <= set(MATERIALS) and set(taste.patterns) <= set(PATTERNS[1:])
        assert set(taste.form) <= {measure for c in CATEGORIES.values() for measure in c.ranges}
        assert name not in RELATED[name] and set(RELATED[name]) <= set(STYLES)


def test_a_style_leans_the_shape() -> None:
    assert leaning("boho", "fringe", 0.5) > 0.6 > 0.4 > leaning("minimal", "fringe", 0.5)
    assert leaning("boho", "case", 0.3) == 0.3
    rugs: dict[str, list[float]] = defaultdict(list)
    for item in PRODUCTS:
        if item.category == "rug":
            rugs[item.style].append(dict(item.form)["fringe"])
    assert np.mean(rugs["boho"]) > np.mean(rugs["minimal"]) + 0.05


def test_many_at_once_are_what_each_is_alone() -> None:
    table = kinds(3, range(300))
    for i in range(300):
        found = (list(CATEGORIES)[table.category[i]], STYLES[table.style[i]], table.design[i])
        assert found == (PRODUCTS[i].category, PRODUCTS[i].style, PRODUCTS[i].design)


def test_a_well_known_design_has_one_style() -> None:
    styles: dict[tuple[str, int], set[str]] = defaultdict(set)
    for item in PRODUCTS:
        styles[item.category, item.design].add(item.style)
    shared = [found for (_, design), found in styles.items() if design < 1000]
    assert len(shared) > 50 and all(len(found) == 1 for found in shared)
