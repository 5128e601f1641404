"""Boards follow taste and theme, with a tail of sizes and some off-topic items."""

from __future__ import annotations

from collections import Counter

import numpy as np

from saccade.bazaar.bazaar import Bazaar
from saccade.bazaar.boards import MOST, THEMES, theme_fit
from saccade.bazaar.phrases import concepts
from saccade.bazaar.random import stream
from saccade.bazaar.tastes import affinity, person
from saccade.bazaar.traits import KINDS, sample, traits

MARKET = Bazaar(seed=8, products=1500, people=150)
TRAITS = traits(8, 1500)
BOARDS = {board.board_id: board for board in MARKET.boards()}
SAVED = list(MARKET.board_items())


def test_everybody_has_a_board_and_ids_are_distinct() -> None:
    owners = Counter(board.owner for board in BOARDS.values())
    assert len(owners) == MARKET.people and max(owners.values()) <= 8
    assert len({(save.board_id, save.item) for save in SAVED}) == len(SAVED)


def test_people_like_what_they_save() -> None:
    gains = []
    for board in BOARDS.values():
        who = person(8, int(board.owner[5:]))
        items = np.array([save.item for save in SAVED if save.board_id == board.board_id])
        gains.append(affinity(who, TRAITS, items).mean() / affinity(who, TRAITS).mean())
    assert np.mean(gains) > 1.8


def test_themes_show_and_some_items_are_off_topic() -> None:
    on = []
    for save in SAVED:
        board = BOARDS[save.board_id]
        if board.kind == "category":
            on.append(KINDS[TRAITS.category[save.item]] == board.category)
    assert 0.8 < np.mean(on) < 0.99
    places = {concept.concept_id: place for place, concept in enumerate(concepts(8).all)}
    fits = []
    for save in SAVED:
        board = BOARDS[save.board_id]
        if board.kind == "phrase":
            fit = theme_fit(8, places[board.concept], TRAITS, slice(None))
            fits.append((fit < fit[save.item]).mean())
    assert np.mean(fits) > 0.85, "saved products fit their phrase better than most products do"


def test_kinds_of_themes_have_their_shares() -> None:
    kinds = Counter(board.kind for board in BOARDS.values())
    assert all(abs(kinds[kind] / len(BOARDS) - share) < 0.1 for kind, share in THEMES.items())


def test_sizes_have_a_tail_and_popular_items_are_saved_more() -> None:
    sizes = list(Counter(save.board_id for save in SAVED).values())
    assert max(sizes) > 5 * np.median(sizes) and max(sizes) <= MOST and min(sizes) >= 1
    counts = Counter(save.item for save in SAVED)
    popular = np.argsort(-TRAITS.popularity)[:150]
    assert sum(counts[int(i)] for i in popular) > 0.25 * len(SAVED)


def test_times_rise_within_a_board() -> None:
    for board_id in BOARDS:
        times = [save.time for save in SAVED if save.board_id == board_id]
        assert times == sorted(times)


def test_a_board_does_not_depend_on_how_many_people_there_are() -> None:
    fewer = Bazaar(seed=8, products=1500, people=3)
    assert list(fewer.boards()) == [b for b in BOARDS.values() if int(b.owner[5:]) < 3]


def test_large_markets_are_seen_through_a_pool() -> None:
    market = Bazaar(seed=8, products=2600, people=2)
    assert all(0 <= save.item < 2600 for save in market.board_items())


def test_tastes_are_mixtures_that_differ() -> None:
    people = [person(8, number) for number in range(50)]
    assert all(abs(sum(who.styles) - 1) < 1e-9 and abs(sum(who.categories) - 1) < 1e-9 for who in people)
    assert np.mean([max(who.styles) for who in people]) > 0.4, "most people have a favourite style"
    liked = affinity(people[0], TRAITS)
    assert liked.min() > 0 and liked.max() <= 1 and liked.max() > 4 * liked.mean()


def test_the_best_tenth_holds_half_of_the_popularity() -> None:
    shares = np.sort(traits(9, 4000).popularity)[::-1]
    assert abs(shares[:400].sum() - 0.5) < 0.12 and abs(shares.sum() - 1) < 1e-9


def test_samples_follow_their_weights_without_doubles() -> None:
    dice, weights = stream(0, "sample"), np.array([1.0, 2.0, 3.0, 0.0])
    drawn = [sample(weights, 4, dice) for _ in range(3000)]
    assert all(sorted(one.tolist()) == [0, 1, 2, 3] and one[3] == 3 for one in drawn)
    first = np.bincount([int(one[0]) for one in drawn], minlength=4) / 3000
    assert np.allclose(first, [1 / 6, 2 / 6, 3 / 6, 0], atol=0.03)
