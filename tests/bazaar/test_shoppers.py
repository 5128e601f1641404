"""Shoppers on recommenders: the better one gets more clicks, position biases them, nothing else matters."""

from __future__ import annotations

import subprocess
import sys
import zlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest

from saccade.bazaar.bazaar import Bazaar
from saccade.bazaar.boards import OPENED
from saccade.bazaar.clicks import PositionBased
from saccade.bazaar.recommenders import EXPLORED, HouseMix, Oracle, Popular, Random, SameCategory
from saccade.bazaar.shoppers import Event, Informed, Recommender, Request, visits
from saccade.bazaar.tastes import person
from saccade.bazaar.traits import traits
from saccade.bazaar.wishes import Wish, named, relevance
from saccade.errors import InputError
from saccade.workspace.schemas import SPECS

MARKET = Bazaar(seed=3, products=400, people=100)


def clicks_a_session(recommender: Recommender | Informed, sessions: int = 400) -> np.ndarray:
    """Clicks of each session, (sessions,)."""
    found = np.zeros(sessions)
    for event in visits(MARKET, recommender, sessions=sessions, seed=1):
        if event.action == "click":
            found[int(event.event_id.split("-")[1])] += 1
    return found


def interval(values: np.ndarray) -> tuple[float, float]:
    """95% bootstrap interval of the mean."""
    dice = np.random.default_rng(0)
    means = [values[dice.integers(len(values), size=len(values))].mean() for _ in range(500)]
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def test_better_recommenders_get_more_clicks() -> None:
    oracle, same, at_random = (
        interval(clicks_a_session(kind(MARKET))) for kind in (Oracle, SameCategory, Random)
    )
    assert oracle[0] > same[1] and same[0] > at_random[1]


def test_a_shuffled_ranking_gives_the_examination_curve_back() -> None:
    shown, clicked = np.zeros(8), np.zeros(8)
    curve = PositionBased(0.7)
    events = visits(MARKET, Random(MARKET), sessions=5000, seed=2, k=8, browsing=PositionBased(0.7))
    for event in events:
        shown[event.position - 1] += event.action == "impression"
        clicked[event.position - 1] += event.action == "click"
    rate = clicked / shown
    scale = rate.sum() / curve.examination(8).sum()
    error = np.sqrt(rate / shown)
    assert np.all(np.abs(rate - scale * curve.examination(8)) < 4 * error)
    assert rate[0] > 2 * rate[-1]


def test_clicked_products_are_more_relevant() -> None:
    """Clicks on the home page, where relevance is taste and appeal, against what was shown there."""
    every = traits(3, 400)
    scores: dict[str, list[float]] = defaultdict(list)
    for event in visits(MARKET, Random(MARKET), sessions=1500, seed=5):
        if event.surface == "home":
            who = person(3, int(event.user[5:]))
            item = np.array([int(event.item_id[5:])])
            scores[event.action].append(float(relevance(who, Wish("home"), every, item)[0]))
    assert np.mean(scores["click"]) > 1.5 * np.mean(scores["impression"])


def test_events_fit_the_table() -> None:
    events = list(visits(MARKET, HouseMix(MARKET), sessions=60, seed=1, experiment="e", variant="a"))
    assert set(events[0].row()) == set(SPECS["events"].schema.names)
    assert len({event.event_id for event in events}) == len(events)
    assert {event.surface for event in events} == {"search", "related", "home"}
    shown = {(e.event_id[:16], e.time, e.item_id) for e in events if e.action == "impression"}
    assert all(1 <= e.position <= 12 and (e.experiment, e.variant) == ("e", "a") for e in events)
    assert shown and all((e.query is None) <= (e.surface != "related") for e in events)


def test_saves_and_purchases_follow_clicks() -> None:
    clicked: set[tuple[str, str, int]] = set()
    later = 0
    for event in visits(MARKET, Oracle(MARKET), sessions=300, seed=1):
        session = (event.event_id[:16], event.item_id, event.position)
        if event.action == "click":
            clicked.add(session)
        elif event.action in ("save", "purchase"):
            later += 1
            assert session in clicked
    assert 0 < later < len(clicked)


def test_sessions_do_not_depend_on_each_other() -> None:
    shop = HouseMix(MARKET)
    whole = list(visits(MARKET, shop, sessions=30, seed=4))
    parts: list[Event] = []
    for numbers in (range(20, 30), range(0, 7), range(7, 20)):
        parts += visits(MARKET, shop, sessions=30, seed=4, numbers=numbers)
    assert sorted(parts, key=lambda e: e.event_id) == whole
    assert whole[0].time < whole[-1].time


def test_another_process_sees_the_same() -> None:
    code = (
        "import zlib; from saccade.bazaar.bazaar import Bazaar;"
        "m = Bazaar(seed=3, products=400, people=100, sessions=20);"
        "print(zlib.crc32(repr([e.row() for e in m.events()]).encode()))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    log = Bazaar(seed=3, products=400, people=100, sessions=20).events()
    assert int(out.stdout) == zlib.crc32(repr([e.row() for e in log]).encode())


def test_two_arms_of_an_experiment_share_the_people() -> None:
    def treated(user: str) -> bool:
        return int(user[5:]) % 2 == 0

    a = list(visits(MARKET, Popular(MARKET), sessions=80, seed=1, variant="a", only=treated))
    b = list(visits(MARKET, Popular(MARKET), sessions=80, seed=1, variant="b", only=lambda u: not treated(u)))
    everyone = list(visits(MARKET, Popular(MARKET), sessions=80, seed=1))
    assert len(a) + len(b) == len(everyone)
    assert {e.user for e in a} & {e.user for e in b} == set()
    assert {e.event_id for e in a} & {e.event_id for e in b} == set()


def test_the_recommender_is_asked_as_a_service_is() -> None:
    asked: list[Request] = []

    def nothing(request: Request) -> Sequence[str]:
        asked.append(request)
        return []

    assert list(visits(MARKET, nothing, sessions=200, seed=1)) == []
    assert any(request.image and request.image.startswith("photos/q") for request in asked)
    assert all(request.k == 12 and request.user.startswith("user-") for request in asked)
    assert not any("item" in str(request.query) for request in asked)
    with pytest.raises(AttributeError):
        asked[0].k = 3  # type: ignore[misc]


def test_the_item_in_hand_is_not_recommended() -> None:
    for kind in (Random, Popular, SameCategory, HouseMix, Oracle):
        for event in visits(MARKET, kind(MARKET), sessions=120, seed=1):
            assert event.surface != "related" or event.item_id != event.query


def test_a_share_of_the_log_is_random_and_says_so() -> None:
    market = Bazaar(seed=3, products=400, people=100, sessions=600)
    variants: dict[tuple[str, object, str], str | None] = {}
    for event in market.events():
        variants[event.user, event.time, event.surface] = event.variant
    share = list(variants.values()).count("random") / len(variants)
    assert set(variants.values()) == {"random", "shop"}
    assert 0.5 * EXPLORED < share < 1.6 * EXPLORED


def test_queries_name_their_category() -> None:
    shop = SameCategory(MARKET)
    request = Request("user-000000", "search", "rote Handtasche", None, None, 5, OPENED)
    found = shop(request)
    assert {MARKET.product(int(item[5:])).category for item in found} == {"handbag"}
    assert named("{colour} {Category} for {use}") == {"colour", "category", "use"}


@pytest.mark.parametrize("answer", [["mug"], ["item-000400"], ["item-3"]])
def test_answers_that_are_no_items_are_refused(answer: list[str]) -> None:
    with pytest.raises(InputError, match="item ids"):
        list(visits(MARKET, lambda _: answer, sessions=1, seed=1))


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="sessions"):
        list(visits(MARKET, Popular(MARKET), sessions=-1, seed=1))
