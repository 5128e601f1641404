"""Rooms and the products in them: does a picture of a room lead to any product that its page shows?

    python studies/real_rooms.py            # about five minutes on one core
    python studies/real_rooms.py --quick    # a dozen rooms and their products

The pack `ikea`: rooms of a web shop, by all of their pictures, and 2,187 products on white. YOLOX-nano,
imported through ONNX, finds the things; MobileNetV2 with its published weights makes the vectors; neither
has seen a product of the shop. A room counts where any of its products is among the ten that are shown.

Last line, each with a bootstrap interval over rooms: `crops` (the rule that was known, 0.25), `chosen` (the
best of 72 rules, see `real_rooms_rules`), `whole` (whole pictures), `chance`; the library's own paths
`flashlight`, `shop` and `lens`; `gain`, chosen less whole, and `over_crops`, chosen less crops, both paired.

Decided:
- A third of the rooms, by a digest of their names, chooses constants; all figures are of the others. The
  known rule is shown on all rooms too (`crops_all`), since it was measured on all.
- Several lists of a room (of its pictures, things, or taps) become one by each product's best score, each
  product once; what is not of the list by rank ten of it cannot enter.
- Rooms are questions that somebody brings: their pictures are not in the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from learn_report import COLOURS, DOCS, page, plot, table
from learn_study import arguments, command, last_line, parsed
from real_packs import needed
from real_rooms_ask import Asking, open_asking
from real_rooms_rules import KNOWN, Room, Rule, chance, chosen, distinct, hit, shown

from saccade.metrics import Interval
from saccade.metrics.intervals import bootstrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "real_rooms"
WAYS = ("chance", "whole", "crops", "flashlight", "shop", "lens", "chosen")
TITLES = {
    "chance": "chance", "whole": "the whole picture", "crops": "crops of what is found, best score",
    "flashlight": "flashlight, a tap on every dot", "shop": "shop the look", "lens": "lens",
    "chosen": "crops, with chosen constants",
}  # fmt: skip
Points = dict[str, np.ndarray]


def points(asking: Asking, rooms: Sequence[Room], rule: Rule) -> Points:
    """float64 [rooms] of each way: whether any product of the room is among the ten; its chance."""
    shop = asking.shop
    ways: dict[str, Callable[[Room], float]] = {
        "chance": lambda room: chance(room, shop),
        "whole": lambda room: hit(whole(asking, room), room),
        "crops": lambda room: hit(shown(room, shop, KNOWN), room),
        "flashlight": lambda room: hit(asking.flashlight(room), room),
        "shop": lambda room: hit(asking.shop_the_look(room), room),
        "lens": lambda room: hit(asking.lens(room), room),
        "chosen": lambda room: hit(shown(room, shop, rule), room),
    }
    return {name: np.array([way(room) for room in rooms]) for name, way in ways.items()}


def whole(asking: Asking, room: Room) -> list[str]:
    """The products nearest to any whole picture of the room."""
    scores = np.max([asking.shop.vectors @ seen.whole for seen in room.seen], axis=0)
    return distinct(np.argsort(-scores, kind="stable").tolist(), asking.shop)


def figures_of(found: Points, every: Points) -> dict[str, float | Interval | None]:
    """The figures of the last line; every: those of all rooms."""
    out: dict[str, float | Interval | None] = {name: bootstrap(found[name]) for name in WAYS}
    out["gain"] = bootstrap(found["chosen"] - found["whole"])
    out["over_crops"] = bootstrap(found["chosen"] - found["crops"])
    return out | {"crops_all": bootstrap(every["crops"]), "rooms": float(len(found["crops"]))}


def table_of(figures: Mapping[str, float | Interval | None]) -> str:
    """A row a way."""
    rows = [[TITLES[name], figures[name]] for name in WAYS]
    return table(("what is asked with", "rooms with a product of theirs in the first ten"), rows)


def draw(axes: Sequence[Axes], figures: Mapping[str, float | Interval | None]) -> None:
    """A point with its interval a way."""
    for place, name in enumerate(reversed(WAYS)):
        one = figures[name]
        assert isinstance(one, Interval)
        axes[0].plot([one.low, one.high], [place, place], color=COLOURS[0])
        axes[0].plot([one.mean], [place], "o", color=COLOURS[0])
    axes[0].set_yticks(range(len(WAYS)), [TITLES[name] for name in reversed(WAYS)])
    axes[0].set(xlabel="rooms with a product of theirs in the first ten")
    axes[0].set_xlim(left=0)


def report(figures: Mapping[str, float | Interval | None], asking: Asking, rule: Rule) -> None:
    """Write the page and the plot."""
    plot(lambda axes: draw(axes, figures), DOCS / f"{NAME}.svg", size=(7.5, 3.4))
    asked = sum(not room.chooses for room in asking.rooms)
    parts = [
        f"Pictures of {asked:,} furnished rooms ask for products, among {len(asking.shop.products):,} of a "
        "web shop; a room counts where any product of its page is among the ten that are shown. YOLOX-nano, "
        "imported, finds the things and MobileNetV2 makes the vectors; neither was trained on products. 95% "
        "bootstrap intervals over rooms.",
        table_of(figures),
        f"The constants were chosen on {len(asking.rooms) - asked:,} other rooms: {rule.told}. The second "
        f"row of crops is {KNOWN.told}; on all {len(asking.rooms):,} rooms it gives "
        f"{_mean(figures['crops_all']):.3f}. What the chosen constants add to it, paired by room: "
        f"{_told(figures['over_crops'])}; to the whole picture: {_told(figures['gain'])}.",
        "A page lists products and no boxes, so nobody knows how many of them a detector of 80 everyday "
        "categories could find: lamps, rugs, curtains and shelves are not among these.",
    ]
    page(NAME, "Rooms and their products", parts, command(NAME), "share of rooms for each way of asking")


def _mean(value: float | Interval | None) -> float:
    return value.mean if isinstance(value, Interval) else float("nan")


def _told(value: float | Interval | None) -> str:
    assert isinstance(value, Interval)
    return f"{value.mean:+.3f} ({value.low:+.3f} to {value.high:+.3f})"


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--rooms", type=int, default=1000, help="at most")
    args = parsed(parser, rooms=12)
    data = needed("ikea", "coco", "weights")
    asking = open_asking(data, Path(args.cache) / NAME, args.rooms)
    rule = chosen([room for room in asking.rooms if room.chooses], asking.shop)
    found = points(asking, [room for room in asking.rooms if not room.chooses], rule)
    every = {"crops": np.array([hit(shown(room, asking.shop, KNOWN), room) for room in asking.rooms])}
    asking.close()
    figures = figures_of(found, every)
    print(f"{table_of(figures)}\n\nchosen: {rule.told}")
    if args.write:
        report(figures, asking, rule)
    last_line(figures)


if __name__ == "__main__":
    main()
