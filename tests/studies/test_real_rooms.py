"""What is told of rooms: every way of asking, the differences, the page's table."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import numpy as np
import pytest
from real_rooms import WAYS, figures_of, points, table_of, whole
from real_rooms_ask import Asking, grown, line, ten
from real_rooms_rules import KNOWN, PADS, Room, Seen, Shop

from saccade.discovery.answer import Part, Result
from saccade.metrics import Interval
from saccade.vision.boxes import Box

COUNT = 20
NAMES = [f"p{place}" for place in range(COUNT)]
SHOP = Shop(NAMES, np.eye(COUNT, dtype=np.float32), ["Vase"] * COUNT, NAMES, NAMES)


class Told:
    """A shop whose own ways of asking always say the same."""

    shop = SHOP

    def flashlight(self, room: Room) -> list[str]:
        return ["p19"]

    def shop_the_look(self, room: Room) -> list[str]:
        return ["p0"]

    def lens(self, room: Room) -> list[str]:
        return []


def seen(crop_first: int, whole_first: int) -> Seen:
    part = Part(Box(0.1, 0.1, 0.3, 0.3), None, "vase", 0.8)
    vectors = np.roll(np.linspace(1, 0, COUNT, dtype=np.float32), crop_first)[None]
    whole_one = np.roll(np.linspace(1, 0, COUNT, dtype=np.float32), whole_first)
    return Seen((part,), dict.fromkeys(PADS, vectors), whole_one)


ROOMS = [Room(name, (seen(0, 10),), (b"",), frozenset({"p0"})) for name in ("a", "b")]
ASKING = cast(Asking, Told())


def test_every_way_is_asked() -> None:
    found = points(ASKING, ROOMS, KNOWN)
    assert set(found) == set(WAYS)
    hits = {name: values.tolist() for name, values in found.items() if name != "chance"}
    right = {"crops", "shop", "chosen"}
    assert hits == {name: [float(name in right)] * 2 for name in WAYS if name != "chance"}
    assert found["chance"] == pytest.approx(0.5)
    assert whole(ASKING, ROOMS[0])[0] == "p10"


def test_differences_are_paired_and_the_table_has_every_way() -> None:
    found = points(ASKING, ROOMS, KNOWN)
    figures = figures_of(found, {"crops": found["crops"]})
    gain = figures["gain"]
    assert isinstance(gain, Interval) and (gain.mean, gain.low) == (1, 1)
    assert figures["rooms"] == 2 and len(table_of(figures).splitlines()) == 2 + len(WAYS)


def test_the_first_ten_are_by_score_and_each_once() -> None:
    rows = [("a", 0.1), ("b", 0.9), ("a", 0.95), ("", 0.99)] + [(f"x{place}", 0.05) for place in range(12)]
    empty = dict.fromkeys((field.name for field in dataclasses.fields(Result)), None)
    results = [
        Result(**cast(Any, {**empty, "score": score, "item_id": name or None})) for name, score in rows
    ]
    assert ten(results)[:3] == ["a", "b", "x0"] and len(ten(results)) == 10


def test_a_grown_crop_stays_inside_and_a_line_is_a_name_with_a_type() -> None:
    box = grown(Box(0.4, 0.0, 0.2, 0.5), 0.5)
    assert (box.x, box.y, box.width, box.height) == pytest.approx((0.3, 0.0, 0.4, 0.75))
    assert line({"name": "VASEN", "type": "Vase"}) == line({"name": "Vasen", "type": "vase"})
