"""The scale on which a result is graded against its query, and what a side-by-side verdict is.

Decided: five grades, named, from 0 to 4. The top one is the "extremely similar" of the visual-search papers:
somebody who wants the query would take the result for it. `ES@1` counts nothing below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["grades", "sides"]
Side = Literal["left", "right", "tie"]


@dataclass(frozen=True)
class Grade:
    """A step of the scale, as raters read it."""

    value: int
    name: str
    meaning: str


GRADES = (
    Grade(0, "unrelated", "another kind of thing"),
    Grade(1, "somewhat similar", "the same kind of thing, but it looks different"),
    Grade(2, "similar", "shares some of colour, shape, pattern or style"),
    Grade(3, "very similar", "shares most of them; differences show at a glance"),
    Grade(4, "extremely similar", "the same product, or you would take it for the same"),
)
TOP = GRADES[-1].value
FIRST, TIE, SECOND = -1, 0, 1
"""What `judgements.grade` holds for a side-by-side verdict: which of the plan's two runs was better."""
