"""Which objects of a picture get a dot, and which object a tap means.

Decided (the papers do not give their rule; this one is ours): a dot must be worth a tap and tappable.
- Its object scores 0.3 or more; a box that a person drew has no score and passes.
- It covers at least 0.2% of the picture (a finger could not mean it) and at most 80% (it is the picture).
- It overlaps no better one by more than half (IoU), and its centre is at least 4% of the picture from every
  better one's; better is a higher score, then the larger box. A bag on a person keeps its own dot.
- It is no person: what people wear has dots of its own.
- The best 12 are shown.
A tap means one of the boxes that contain it and pass the first two rules, dot or not: that with the most of
score × nearness / size. People tap the middle of what they mean, and what is small is in front; the nearness
falls as a normal curve, `NEAR` of the box's sides wide, and the size is the root of the area.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from saccade.discovery.answer import Part
from saccade.errors import InputError
from saccade.vision.boxes import Box, iou
from saccade.vision.detections import Detections

NEAR = 0.25  # of a box's sides, see above; chosen on scenes that no study reports
AROUND = 0.4  # side of the crop around a tap that meets no object, of the picture's shorter side
NARROWEST = 0.1  # and of its longer side at least: a ribbon of 1 × 10000 pixels is not searched by one pixel


@dataclass(frozen=True)
class DotRule:
    """score: least score. least, most: share of the picture. overlap: IoU. apart: distance of centres, in
    widths and heights of the picture. without: categories that get no dot. limit: how many."""

    score: float = 0.3
    least: float = 0.002
    most: float = 0.8
    overlap: float = 0.5
    apart: float = 0.04
    without: tuple[str, ...] = ("person",)
    limit: int = 12


DOTS = DotRule()


def gated(parts: Iterable[Part], rule: DotRule = DOTS) -> list[Part]:
    """The parts that get a dot, best first."""
    chosen: list[Part] = []
    for part in sorted(worthy(parts, rule), key=lambda part: (-_score(part), -part.box.area)):
        if len(chosen) == rule.limit:
            break
        if part.category not in rule.without and (not chosen or not _in_the_way(part, chosen, rule)):
            chosen.append(part)
    return chosen


def worthy(parts: Iterable[Part], rule: DotRule = DOTS) -> list[Part]:
    """The parts that are certain enough, neither tiny nor the whole picture."""
    return [part for part in parts if _score(part) >= rule.score and rule.least <= part.box.area <= rule.most]


def tapped(parts: Iterable[Part], x: float, y: float, rule: DotRule = DOTS) -> Part | None:
    """The worthy part that a point means most, None where none contains it."""
    under = [part for part in worthy(parts, rule) if _contains(part.box, x, y)]
    return max(under, key=lambda part: _meaning(part, x, y), default=None)


def around(x: float, y: float, width: int, height: int) -> Box:
    """A square of pixels around a point, moved to lie inside a picture of `width` × `height` pixels."""
    side = max(AROUND * min(width, height), NARROWEST * max(width, height), 1.0)
    across, down = min(side / width, 1.0), min(side / height, 1.0)
    return Box(_inside(x, across), _inside(y, down), across, down)


def checked_tap(tap: tuple[float, float]) -> tuple[float, float]:
    """A point of the picture; `InputError` for one outside."""
    if len(tap) != 2 or not all(0 <= side <= 1 for side in tap):
        raise InputError(f"a tap is x and y in 0..1 of the picture, found {tuple(tap)}")
    return tap


def parts_of(found: Detections, categories: Sequence[str]) -> list[Part]:
    """What a detector found, as parts; boxes without an area are passed over."""
    whole = np.flatnonzero((found.boxes[:, 2:] > 0).all(axis=1))
    placed = found.select(whole).placed
    return [
        Part(box, None, categories[int(found.labels[row])], float(found.scores[row]))
        for row, box in zip(whole.tolist(), placed, strict=True)
    ]


def _meaning(part: Part, x: float, y: float) -> float:
    """How far a tap inside a part means it."""
    away = ((part.x - x) / part.box.width) ** 2 + ((part.y - y) / part.box.height) ** 2
    return _score(part) * math.exp(-away / (2 * NEAR**2)) / math.sqrt(part.box.area)


def _score(part: Part) -> float:
    return 1.0 if part.score is None else part.score


def _in_the_way(part: Part, chosen: Sequence[Part], rule: DotRule) -> bool:
    boxes = [(one.box.x, one.box.y, one.box.width, one.box.height) for one in (part, *chosen)]
    if iou(boxes[:1], boxes[1:]).max() > rule.overlap:
        return True
    return any((one.x - part.x) ** 2 + (one.y - part.y) ** 2 < rule.apart**2 for one in chosen)


def _contains(box: Box, x: float, y: float) -> bool:
    return box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height


def _inside(middle: float, side: float) -> float:
    return min(max(middle - side / 2, 0.0), 1.0 - side)
