"""What kind of thing the photo shows, by what its results agree on; those of that kind rise.

Decided: after blending, the best `voters` candidates vote for their categories, each with its score, so a
source that is believed votes louder. A candidate's score is multiplied by the share of the votes that its
category got, to the power `strength`; 0 leaves the order as it was. Neighbours of a bad photo are often right
about the category and wrong about the item, and words that were predicted know categories best of all. The
rule is our own, a soft form of the category predictor that eBay runs before its visual search (Yang et al.
2017, arXiv 1706.03154). Items without a category are a kind of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from saccade.discovery.lens.shapes import Blended

VOTERS = 40


def agreed(
    blended: Sequence[Blended], categories: Mapping[str, str | None], strength: float = 1.0,
    voters: int = VOTERS,
) -> list[Blended]:  # fmt: skip
    """The same candidates, best first, ties by key; scores stay in 0..1. categories: of items by id."""
    votes: Counter[str | None] = Counter()
    for one in blended[:voters]:
        votes[categories.get(one.candidate.item_id or "")] += one.score  # type: ignore[assignment]
    total = sum(votes.values())
    if strength == 0 or total <= 0:
        return list(blended)
    made = [
        replace(
            one, score=one.score * (votes[categories.get(one.candidate.item_id or "")] / total) ** strength
        )
        for one in blended
    ]
    return sorted(made, key=lambda one: (-one.score, one.candidate.key))
