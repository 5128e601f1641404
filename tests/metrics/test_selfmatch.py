from __future__ import annotations

import pyarrow as pa

from saccade.metrics.ranking import measure
from saccade.metrics.selfmatch import without
from saccade.metrics.trec import Qrels, Run

RUN = Run.of(["a", "a", "a", "b", "b", "c"], ["a", "a2", "x", "b", "y", "c"], [1.0, 0.9, 0.8, 1.0, 0.5, 1.0])
QRELS = Qrels.of(["a", "a", "b", "c"], ["a", "x", "b", "z"])


def pairs(of: Qrels | Run) -> list[tuple[str, str]]:
    return [(row["query_id"], row["item_id"]) for row in of.to_arrow().to_pylist()]


def test_the_query_itself_goes_and_the_rest_moves_up():
    run = without(RUN)
    assert pairs(run) == [("a", "a2"), ("a", "x"), ("b", "y")]
    assert run.rank.tolist() == [1, 2, 1]
    assert run.queries.to_pylist() == ["a", "b", "c"]


def test_other_pictures_of_the_same_thing_go_too():
    also = pa.table({"query_id": ["a", "unknown", "b"], "item_id": ["a2", "a", "unknown"]})
    assert pairs(without(RUN, also=also)) == [("a", "x"), ("b", "y")]
    assert pairs(without(RUN, own=False, also=also)) == [
        ("a", "a"),
        ("a", "x"),
        ("b", "b"),
        ("b", "y"),
        ("c", "c"),
    ]


def test_what_may_not_be_found_is_not_missed():
    assert pairs(without(QRELS)) == [("a", "x"), ("c", "z")]
    assert without(QRELS).relevance.tolist() == [1, 1]


def test_metrics_change_as_they_should():
    flattered = measure(QRELS, RUN, ["hit@1"])["hit@1"]
    honest = measure(without(QRELS), without(RUN), ["hit@1", "RR"])
    assert flattered.tolist() == [1, 1, 0]
    assert honest["hit@1"].tolist() == [0, 0, 0]
    assert honest["RR"].tolist() == [0.5, 0, 0]
    assert honest.without_relevant == 1  # b was relevant to itself only


def test_nothing_to_drop():
    run = Run.of(["q"], ["a"], [1.0])
    assert pairs(without(run)) == [("q", "a")]
    empty = Run.of([], [], [])
    assert pairs(without(empty, also=pa.table({"query_id": ["a"], "item_id": ["b"]}))) == []
