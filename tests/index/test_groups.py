"""Neighbours by item."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np

from saccade.index.exact import ExactIndex
from saccade.index.filters import Equals
from saccade.index.groups import group_by, search_groups
from saccade.index.protocol import Hit


def test_groups_come_in_the_order_of_their_best_hit() -> None:
    hits = [
        Hit("a", 0.9, {"item_id": "x"}),
        Hit("b", 0.8, {"item_id": ["y", "x"]}),
        Hit("c", 0.7, {}),
        Hit("d", 0.6, {"item_id": "z"}),
    ]
    groups = group_by(hits, "item_id", 2)
    assert [(key, hit.id, hit.score) for key, hit in groups] == [("x", "a", 0.9), ("y", "b", 0.8)]


def test_the_search_goes_on_until_there_are_enough_groups(points: Callable[..., SimpleNamespace]) -> None:
    """Forty photographs of one item stand before all others."""
    drawn = points(100)
    drawn.vectors[:40] = drawn.vectors[0]
    index = ExactIndex(16)
    payloads = [{"item_id": "crowd" if r < 40 else f"i{r // 2}"} for r in range(100)]
    index.upsert(drawn.ids, drawn.vectors, payloads)  # pyright: ignore
    (found,) = search_groups(index, drawn.vectors[:1], 5)
    assert found[0][0] == "crowd"
    assert len({key for key, _ in found}) == 5
    scores = drawn.vectors[0] @ drawn.vectors.T
    order = [payloads[r]["item_id"] for r in np.argsort(-scores, kind="stable")]
    assert [key for key, _ in found] == list(dict.fromkeys(order))[:5]


def test_fewer_groups_only_where_there_are_no_more(points: Callable[..., SimpleNamespace]) -> None:
    drawn = points(30)
    index = ExactIndex(16)
    index.upsert(drawn.ids, drawn.vectors, [{"item_id": f"i{r % 3}", "odd": r % 2 == 1} for r in range(30)])
    assert [len(g) for g in search_groups(index, drawn.vectors[:2], 5)] == [3, 3]
    assert search_groups(index, drawn.vectors[:1], 5, filter=Equals("item_id", "none")) == [[]]
