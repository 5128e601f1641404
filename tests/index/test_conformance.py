"""What every backend promises, held by one set of tests."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.index.edge import EdgeIndex
from saccade.index.exact import ExactIndex
from saccade.index.filters import All, Any, AnyOf, Equals, Filter, Not, Range
from saccade.index.payloads import Payload
from saccade.index.protocol import Index
from saccade.index.recall import random_filter

Make = Callable[[int], Index]
Draw = Callable[..., SimpleNamespace]  # ids, vectors float32 [N, dim] and payloads

FILTERS: list[Filter] = [
    Equals("colour", "red"),
    Equals("new", True),
    Equals("new", False),
    Equals("price", 3.5),
    AnyOf("colour", ("red", "blue")),
    AnyOf("price", (1.0, 2.0)),
    AnyOf("new", (True,)),
    AnyOf("colour", ()),
    Range("price", at_least=5, below=10),
    Range("price", above=5, at_most=10),
    Not(Equals("colour", "red")),
    Not(Equals("new", True)),
    All((Equals("colour", "green"), Range("price", below=6), Not(Equals("new", False)))),
    Any((Equals("colour", "green"), All((Equals("new", True), Range("price", above=20))))),
    All(()),
    Any(()),
    Equals("item_id", "item1"),
]


def holds(filter: Filter, payload: Payload) -> bool:
    """The meaning of a filter, written a second time in the plainest way."""
    match filter:
        case Not(part):
            return not holds(part, payload)
        case All(parts):
            return all(holds(p, payload) for p in parts)
        case Any(parts):
            return any(holds(p, payload) for p in parts)
    value = payload.get(filter.field, [])
    values = value if isinstance(value, list) else [value]
    match filter:
        case Equals(_, wanted):
            return wanted in values
        case AnyOf(_, wanted):
            return any(v in wanted for v in values)
        case Range(_, at_least, at_most, above, below):
            return any(
                (at_least is None or v >= at_least) and (at_most is None or v <= at_most)
                and (above is None or v > above) and (below is None or v < below)
                for v in values
            )  # fmt: skip


def answers(index: Index, queries: np.ndarray, k: int = 10, **how: object) -> list[list[str]]:
    return [[h.id for h in hits] for hits in index.search(queries, k, **how)]  # pyright: ignore


def test_it_is_an_index(make: Make) -> None:
    index = make(8)
    assert isinstance(index, Index)
    for name in ("upsert", "delete", "search", "vector", "count", "snapshot"):
        assert list(inspect.signature(getattr(index, name)).parameters) == [
            p for p in inspect.signature(getattr(Index, name)).parameters if p != "self"
        ]


def test_nearest_come_first_and_equal_a_plain_product(make: Make, points: Draw) -> None:
    given = points(300)
    index = make(16)
    index.upsert(given.ids, given.vectors, given.payloads)
    scores = given.vectors[:20].astype(float) @ given.vectors.T.astype(float)
    order = np.argsort(-scores, axis=1)[:, :10]
    assert answers(index, given.vectors[:20], exact=True) == [[given.ids[i] for i in row] for row in order]
    hits = index.search(given.vectors[:20], 10, exact=True)
    wanted = np.take_along_axis(scores, order, 1)
    np.testing.assert_allclose([[h.score for h in row] for row in hits], wanted, atol=1e-5)
    assert all(-1.000001 <= h.score <= 1.000001 for row in hits for h in row)


def test_filters_equal_brute_force(make: Make, points: Draw) -> None:
    given = points(120)
    index = make(16)
    index.upsert(given.ids, given.vectors, given.payloads)
    for filter in FILTERS:
        kept = [row for row, payload in enumerate(given.payloads) if holds(filter, payload)]
        assert index.count(filter) == len(kept), filter
        scores = given.vectors[:5].astype(float) @ given.vectors[kept].T.astype(float)
        wanted = [[given.ids[kept[i]] for i in row[:10]] for row in np.argsort(-scores, axis=1)]
        assert answers(index, given.vectors[:5], filter=filter) == wanted, filter


def test_payloads_come_back_as_given(make: Make, points: Draw) -> None:
    given = points(30)
    index = make(16)
    index.upsert(given.ids, given.vectors, given.payloads)
    hits = index.search(given.vectors, 1, with_payload=True)
    assert [row[0].payload for row in hits] == given.payloads
    assert index.search(given.vectors[:1], 1)[0][0].payload is None
    assert dict(index.fields) == {"colour": "text", "price": "number", "new": "flag", "item_id": "text"}


def test_ties_fall_to_the_smaller_id(make: Make, points: Draw) -> None:
    given = points(60)
    given.vectors[10:50] = given.vectors[0]
    index = make(16)
    index.upsert(given.ids, given.vectors, given.payloads)
    equal = sorted([given.ids[0], *given.ids[10:50]])
    assert answers(index, given.vectors[:1], 7) == [equal[:7]]
    assert answers(index, given.vectors[:1], 41) == [equal]


def test_a_deleted_point_is_gone_at_once(make: Make, points: Draw) -> None:
    given = points(100)
    index = make(16)
    index.upsert(given.ids, given.vectors, given.payloads)
    red = Equals("colour", "red")
    before = index.count(red)
    index.delete([given.ids[1], given.ids[3], "f" * 32])
    assert given.ids[3] not in answers(index, given.vectors[3:4], 100)[0]
    assert given.ids[3] not in answers(index, given.vectors[3:4], 100, filter=red)[0]
    assert index.count() == 98
    assert index.count(red) == before - 1
    with pytest.raises(NotFoundError, match=given.ids[3]):
        index.vector([given.ids[0], given.ids[3]])


def test_a_replaced_point_has_its_new_vector_and_payload_only(make: Make, points: Draw) -> None:
    given = points(50)
    index = make(16)
    index.upsert(given.ids, given.vectors, given.payloads)
    index.upsert(given.ids[:1], -given.vectors[:1], [{"colour": "violet"}])
    assert index.count() == 50
    assert answers(index, -given.vectors[:1], 1) == [[given.ids[0]]]
    hit = index.search(-given.vectors[:1], 1, filter=Equals("colour", "violet"), with_payload=True)[0][0]
    assert hit.payload == {"colour": "violet"}
    np.testing.assert_allclose(index.vector(given.ids[:2]), [-given.vectors[0], given.vectors[1]], atol=1e-6)


def test_a_thousand_mixed_operations_equal_a_fresh_build(make: Make, points: Draw) -> None:
    """Upserts, replacements and deletions in any order leave what building from the rest would."""
    given, other = points(400, seed=1), points(400, seed=2)
    index, truth, dice = make(16), {}, random.Random(3)
    for _ in range(1000):
        row = dice.randrange(400)
        if dice.random() < 0.35:
            index.delete([given.ids[row]])
            truth.pop(given.ids[row], None)
        else:
            source = dice.choice([given, other])
            index.upsert([given.ids[row]], source.vectors[row : row + 1], [source.payloads[row]])
            truth[given.ids[row]] = (source.vectors[row], source.payloads[row])
    fresh = make(16)
    fresh.upsert(list(truth), np.array([v for v, _ in truth.values()]), [p for _, p in truth.values()])
    assert index.count() == len(truth)
    for filter in (None, FILTERS[0], FILTERS[12], random_filter(0.3)):
        found = answers(index, other.vectors[:30], filter=filter, exact=True)
        assert found == answers(fresh, other.vectors[:30], filter=filter, exact=True)


def test_a_snapshot_answers_like_its_index(make: Make, points: Draw, tmp_path: Path) -> None:
    given = points(80)
    index = make(16)
    index.upsert(given.ids, given.vectors, given.payloads)
    index.snapshot(tmp_path / "copy")
    before = answers(index, given.vectors[:9], filter=FILTERS[0])
    index.delete(given.ids[:20])
    edge = (tmp_path / "copy" / "shard").exists()
    with EdgeIndex(tmp_path / "copy", read_only=True) if edge else ExactIndex.load(tmp_path / "copy") as copy:
        assert answers(copy, given.vectors[:9], filter=FILTERS[0]) == before
        assert copy.count() == 80
        assert dict(copy.fields) == dict(index.fields)
    with pytest.raises(InputError, match="empty folder"):
        index.snapshot(tmp_path / "copy")


def test_nothing_in_nothing_out(make: Make) -> None:
    index = make(4)
    assert index.count() == 0
    assert index.search(np.eye(4, dtype=np.float32)[:2], 3) == [[], []]
    assert index.search(np.empty((0, 4), np.float32), 3) == []
    index.upsert([], np.empty((0, 4), np.float32))
    index.delete([])
    assert index.vector([]).shape == (0, 4)
    index.upsert(["0" * 32], np.eye(4, dtype=np.float32)[:1])
    assert [len(hits) for hits in index.search(np.eye(4, dtype=np.float32), 3)] == [1, 1, 1, 1]


def test_lengths_do_not_matter(make: Make, points: Draw) -> None:
    given = points(20)
    index = make(16)
    index.upsert(given.ids, given.vectors * 7, given.payloads)
    assert answers(index, given.vectors * 0.1, 1) == [[i] for i in given.ids]
    np.testing.assert_allclose(index.vector(given.ids), given.vectors, atol=1e-6)


MISTAKES: list[tuple[Callable[[Index], object], str]] = [
    (lambda i: i.upsert(["xyz"], np.ones((1, 4))), "32 lower-case hexadecimal"),
    (lambda i: i.upsert(["0" * 32], np.ones((1, 5))), r"\[1, 4\], found \[1, 5\]"),
    (lambda i: i.upsert(["0" * 32], np.ones((2, 4))), r"\[1, 4\], found \[2, 4\]"),
    (lambda i: i.upsert(["0" * 32], np.zeros((1, 4))), "row 0 to be zero"),
    (lambda i: i.upsert(["0" * 32], np.full((1, 4), np.nan)), "not finite"),
    (lambda i: i.upsert(["0" * 32], np.ones((1, 4)), []), "1 payloads"),
    (lambda i: i.upsert(["0" * 32], np.ones((1, 4)), [{"price": "dear"}]), "'price' to hold number"),
    (lambda i: i.upsert(["0" * 32], np.ones((1, 4)), [{"a.b": "x"}]), "'a.b'"),
    (lambda i: i.search(np.ones((1, 5)), 3), r"\[N, 4\], found \[1, 5\]"),
    (lambda i: i.search(np.ones((1, 4)), 0), "k of at least 1"),
    (lambda i: i.search(np.ones((1, 4)), 1, filter=Equals("prize", 1.0)), "did you mean 'price'"),
    (lambda i: i.count(Equals("price", "a")), "expected a number"),
    (lambda i: i.count(Range("colour", below=3)), "expected a text"),
]


def test_mistakes_are_one_line(make: Make) -> None:
    index = make(4)
    index.upsert(["1" * 32], np.ones((1, 4), np.float32), [{"price": 3, "colour": "red"}])
    for wrong, says in MISTAKES:
        with pytest.raises(InputError, match=says) as raised:
            wrong(index)
        assert "\n" not in str(raised.value)
        assert index.count() == 1
