"""Shoppers let loose on any recommender: sessions of requests, impressions, clicks, saves and purchases.

    for event in visits(market, my_recommender, sessions=1000, seed=1):
        ...

Decided: a recommender is a function from a `Request` to item ids, best first; it is asked as a service
would be and never sees the truth. A session starts with a search or the home page; a click may lead to the
related items of what was clicked, a look without success to another search. A click's chance is that of
`clicks` given the relevance of `wishes`; a save follows a click mostly where taste agrees, a purchase
rarely. Session n is drawn from streams of its own, named by (seed, n, step): order, processes and the
recommender's own randomness cannot change another session, and two recommenders meet the same people.

Not here: baselines (`recommenders`), assignment to variants (whoever runs an experiment does that: `only`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

import numpy as np

from saccade.bazaar.boards import OPENED
from saccade.bazaar.clicks import Browsing, PositionBased
from saccade.bazaar.noise import chance
from saccade.bazaar.products import product
from saccade.bazaar.random import stream
from saccade.bazaar.tastes import Person, affinity, person
from saccade.bazaar.texts import query_text
from saccade.bazaar.traits import Traits, sample, traits
from saccade.bazaar.wishes import Wish, named, relevance
from saccade.errors import InputError

if TYPE_CHECKING:
    from saccade.bazaar.bazaar import Bazaar

Surface = Literal["search", "related", "home"]
Action = Literal["impression", "click", "save", "purchase"]

SEARCHES = 0.55
"""Share of sessions that start with a search; the rest start on the home page."""
BY_PHOTO = 0.1
"""Share of searches that are a photo, where the marketplace has photos."""
STEPS = 6
"""Requests of the longest session."""
NOISE_CLICK, BEST_CLICK = 0.02, 0.6
"""Chance of a click on a looked-at product of relevance 0 and 1: people click by mistake, and pass by."""
SAVE, PURCHASE = 0.3, 0.12
"""Chance of a save and of a purchase after a click, at most; both fall with taste and relevance."""


@dataclass(frozen=True)
class Request:
    """What a recommender is asked. query, item_id, image: what the surface has (words, the item in hand, the
    path of a picture under the marketplace's folder), else None; k: results wanted, 1 or more.
    """

    user: str
    surface: Surface
    query: str | None
    item_id: str | None
    image: str | None
    k: int
    time: datetime


Recommender = Callable[[Request], Sequence[str]]
"""Item ids, best first; only the first k count."""


@runtime_checkable
class Informed(Protocol):
    """A recommender that is told the truth: for evaluators, who want to know how good one could be."""

    def informed(self, request: Request, who: Person, wish: Wish) -> Sequence[str]:
        """Item ids, best first."""
        ...


@dataclass(frozen=True)
class Event:
    """A row of the table `events`. position: 1 for the first result; query: the words, the item in hand on
    the surface `related`, None elsewhere.
    """

    event_id: str
    time: datetime
    user: str
    surface: Surface
    query: str | None
    item_id: str
    position: int
    action: Action
    experiment: str | None
    variant: str | None

    def row(self) -> dict[str, object]:
        """The event with its time as ISO text."""
        return {**asdict(self), "time": self.time.isoformat(timespec="seconds")}


@dataclass(frozen=True)
class _Shop:
    """Everything that stays the same during `visits`."""

    market: Bazaar
    recommender: Recommender | Informed
    all_traits: Traits
    browsing: Browsing
    seed: int
    k: int
    experiment: str | None
    variant: str | Callable[[Request], str] | None
    run: str


def visits(
    market: Bazaar,
    recommender: Recommender | Informed,
    *,
    sessions: int,
    seed: int,
    experiment: str | None = None,
    variant: str | Callable[[Request], str] | None = None,
    only: Callable[[str], bool] | None = None,
    numbers: range | None = None,
    k: int = 12,
    days: float = 28.0,
    browsing: Browsing | None = None,
) -> Iterator[Event]:
    """Sessions of shoppers on a recommender, event by event, in order of their start.

    sessions: how many there are in all, spread evenly over `days`; numbers: which of them to play, all by
    default (so that processes may share the work); only: whether a user is let in (one arm of an
    experiment); variant: a name, or a function that names a request's. Raises `InputError` when the
    recommender answers with what is no item, and for settings out of range."""
    if sessions < 0 or k < 1 or days <= 0:
        raise InputError(f"expected sessions ≥ 0, k ≥ 1, days > 0, found {sessions}, {k} and {days}")
    name = variant if isinstance(variant, str) else ""
    run = hashlib.blake2b(f"{seed} {experiment} {name}".encode(), digest_size=4).hexdigest()
    all_traits = traits(market.seed, market.products)
    shop = _Shop(
        market, recommender, all_traits, browsing or PositionBased(), seed, k, experiment, variant, run
    )
    for number in (numbers if numbers is not None else range(sessions)) if market.products else ():
        dice = stream(seed, "session", number)
        who = person(market.seed, shopper(market, dice))
        if only is None or only(who.user_id):
            start = OPENED + timedelta(days=days * (number + float(dice.random())) / sessions)
            yield from _session(shop, number, who, start)


def shopper(market: Bazaar, dice: np.random.Generator) -> int:
    """Who comes: one of `market.shoppers` people, some much more often than others."""
    return int(market.shoppers * dice.random() ** 2)


def _session(shop: _Shop, number: int, who: Person, moment: datetime) -> Iterator[Event]:
    request, wish = _first(shop, number, who, moment)
    serial = 0
    for step in range(STEPS):
        dice = stream(shop.seed, "step", number, step)
        shown = _answer(shop, request, who, wish)
        clicked: list[int] = []
        for event in _actions(shop, request, who, wish, shown, dice):
            yield _event(shop, request, event, f"{shop.run}-{number:07d}-{serial:03d}")
            serial += 1
            clicked += [event[0]] if event[2] == "click" else []
        found = _next(shop, number, step + 1, who, request, clicked)
        if found is None:
            return
        request, wish = found


def _first(shop: _Shop, number: int, who: Person, moment: datetime) -> tuple[Request, Wish]:
    dice = stream(shop.seed, "first", number)
    if chance(dice, SEARCHES):
        return _search(shop, number, 0, who, moment)
    return Request(who.user_id, "home", None, None, None, shop.k, _whole(moment)), Wish("home")


def _search(shop: _Shop, number: int, step: int, who: Person, moment: datetime) -> tuple[Request, Wish]:
    """A search for a product that the shopper has in mind, by words or by photo."""
    dice = stream(shop.seed, "search", number, step)
    market = shop.market
    pool = dice.integers(market.products, size=min(64, market.products))
    weights = (0.02 + affinity(who, shop.all_traits, pool)) * shop.all_traits.popularity[pool]
    mind = int(pool[sample(weights, 1, dice)[0]])
    text, template = query_text(market.seed, product(market.seed, mind), who.language, dice)
    if market.photos and chance(dice, BY_PHOTO):
        image = f"photos/{market.query_id(mind, int(dice.integers(market.photos)))}.jpg"
        return _request(shop, who, "search", moment, image=image), Wish("related", mind)
    return _request(shop, who, "search", moment, query=text), Wish("search", mind, named(template))


def _next(
    shop: _Shop, number: int, step: int, who: Person, last: Request, clicked: list[int]
) -> tuple[Request, Wish] | None:
    """On to what is like the clicked product, to another search, or away."""
    dice = stream(shop.seed, "next", number, step)
    moment = last.time + timedelta(seconds=float(dice.exponential(40)) + 5)
    turn = float(dice.random())
    if clicked and turn < 0.55:
        item = clicked[int(dice.integers(len(clicked)))]
        return _request(shop, who, "related", moment, item=item), Wish("related", item)
    return _search(shop, number, step, who, moment) if 0.55 <= turn < 0.8 else None


def _request(
    shop: _Shop,
    who: Person,
    surface: Surface,
    moment: datetime,
    query: str | None = None,
    item: int | None = None,
    image: str | None = None,
) -> Request:
    held = None if item is None else f"item-{item:06d}"
    picture = image if item is None else f"catalogue/images/{item:06d}-0.jpg"
    return Request(who.user_id, surface, query, held, picture, shop.k, _whole(moment))


def _answer(shop: _Shop, request: Request, who: Person, wish: Wish) -> list[int]:
    """Numbers of the products that the recommender shows."""
    asked = shop.recommender
    answer = asked.informed(request, who, wish) if isinstance(asked, Informed) else asked(request)
    return [_number(item, shop.market.products) for item in list(answer)[: request.k]]


def _number(item_id: str, products: int) -> int:
    digits = item_id.removeprefix("item-")
    if not (digits.isdecimal() and int(digits) < products and item_id == f"item-{int(digits):06d}"):
        raise InputError(f"expected item ids of this marketplace from the recommender, found {item_id!r}")
    return int(digits)


def _actions(
    shop: _Shop, request: Request, who: Person, wish: Wish, shown: list[int], dice: np.random.Generator
) -> Iterator[tuple[int, int, Action]]:
    """(product, position, action): every impression first, then what was done, from the top."""
    for place, item in enumerate(shown):
        yield item, place + 1, "impression"
    items = np.array(shown, np.int64)
    wanted, taste = relevance(who, wish, shop.all_traits, items), affinity(who, shop.all_traits, items)
    attraction = NOISE_CLICK + (BEST_CLICK - NOISE_CLICK) * wanted
    clicks = shop.browsing.clicked(attraction, wanted, dice)
    chances = dice.random((2, len(items)))
    for place in np.flatnonzero(clicks).tolist():
        yield shown[place], place + 1, "click"
        if chances[0, place] < SAVE * (0.1 + 0.9 * taste[place]):
            yield shown[place], place + 1, "save"
        if chances[1, place] < PURCHASE * wanted[place] * (0.2 + 0.8 * taste[place]):
            yield shown[place], place + 1, "purchase"


def _event(shop: _Shop, request: Request, what: tuple[int, int, Action], event_id: str) -> Event:
    item, position, action = what
    variant = shop.variant(request) if callable(shop.variant) else shop.variant
    later = {"impression": 0, "click": 1, "save": 2, "purchase": 4}[action]
    asked = request.query if request.surface != "related" else request.item_id
    moment = request.time + timedelta(seconds=later)
    return Event(
        event_id, moment, request.user, request.surface, asked, f"item-{item:06d}", position, action,
        shop.experiment, variant,
    )  # fmt: skip


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
