"""A version with a layer over it answers like one index with the same points."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.index.edge import EdgeIndex
from saccade.index.exact import ExactIndex
from saccade.index.filters import All, Any, AnyOf, Equals, Filter, Not, Range
from saccade.index.layered import Delta, Layered
from saccade.index.payloads import Payload
from saccade.index.protocol import Index
from saccade.index.recall import random_filter

Draw = Callable[..., SimpleNamespace]
Base = Callable[..., Layered]
DIM = 16
FILTERS: list[Filter | None] = [
    None,
    Equals("colour", "red"),
    Equals("new", False),
    AnyOf("price", (1.0, 2.0)),
    Range("price", at_least=5, below=10),
    Not(Equals("colour", "red")),
    Not(Equals("season", "spring")),
    Equals("season", "spring"),
    All((Equals("colour", "green"), Not(Equals("new", False)))),
    Any((Equals("season", "spring"), Equals("item_id", "item1"))),
    All(()),
    Any(()),
    random_filter(0.3),
]


@pytest.fixture(params=["exact", "edge"])
def base(request: pytest.FixtureRequest, tmp_path: Path, points: Draw) -> Iterator[Base]:
    """Makes a layered index over a read-only version of some points."""
    made: list[Layered] = []

    def build(given: SimpleNamespace) -> Layered:
        place = tmp_path / f"base{len(made)}"
        if request.param == "exact":
            below: Index = ExactIndex(DIM)
            below.upsert(given.ids, given.vectors, given.payloads)
        else:
            with EdgeIndex(place, DIM) as writable:
                writable.upsert(given.ids, given.vectors, given.payloads)
            below = EdgeIndex(place, read_only=True)
        made.append(Layered(below))
        return made[-1]

    yield build
    for index in made:
        index.close()


def plain(ids: list[str], vectors: np.ndarray, payloads: list[Payload]) -> ExactIndex:
    index = ExactIndex(DIM)
    index.upsert(ids, vectors, payloads)
    return index


def answers(index: Index, queries: np.ndarray, k: int, **how: object) -> list[list[str]]:
    return [[hit.id for hit in hits] for hits in index.search(queries, k, **how)]  # pyright: ignore


def same(layered: Layered, truth: ExactIndex, queries: np.ndarray) -> None:
    """Every filter and several k give the same ids, scores and counts."""
    fields = {**truth.fields, "season": "text"}
    for filter in FILTERS:
        if filter is not None and "season" not in layered.fields and "season" in repr(filter):
            continue
        truth._fields = fields  # type: ignore[assignment]  # the union of fields, seen or deleted
        assert layered.count(filter) == truth.count(filter), filter
        for k in (1, 10, 500):
            found = answers(layered, queries, k, filter=filter, exact=True)
            assert found == answers(truth, queries, k, filter=filter), (filter, k)
    scores = [[hit.score for hit in hits] for hits in layered.search(queries, 7, exact=True)]
    np.testing.assert_allclose(
        scores, [[hit.score for hit in hits] for hits in truth.search(queries, 7)], atol=1e-6
    )


def test_it_is_an_index(base: Base, points: Draw) -> None:
    assert isinstance(base(points(5)), Index)


def test_mixed_writes_equal_one_index(base: Base, points: Draw) -> None:
    """Upserts, replacements and deletions, of the base's points and of new ones, in any order."""
    given, other = points(150, seed=1), points(200, seed=2)
    index, dice = base(given), random.Random(4)
    truth = {i: (v, p) for i, v, p in zip(given.ids, given.vectors, given.payloads, strict=True)}
    names = [*given.ids, *other.ids]
    for _ in range(300):
        name, row = dice.choice(names), dice.randrange(200)
        if dice.random() < 0.4:
            index.delete([name])
            truth.pop(name, None)
        else:
            payload = {**other.payloads[row], **({"season": "spring"} if row % 3 else {})}
            index.upsert([name], other.vectors[row : row + 1], [payload])
            truth[name] = (other.vectors[row], payload)
    alone = plain(list(truth), np.array([v for v, _ in truth.values()]), [p for _, p in truth.values()])
    same(index, alone, other.vectors[:12])
    np.testing.assert_allclose(index.vector(list(truth)), alone.vector(list(truth)), atol=1e-6)
    assert index.size > 100


def test_ties_fall_to_the_smaller_id_across_the_layers(points: Draw) -> None:
    given = points(60)
    given.vectors[10:50] = given.vectors[0]
    equal = sorted([given.ids[0], *given.ids[10:50]])
    even = [row for row in range(60) if row % 2]
    odd = [row for row in range(60) if not row % 2]
    below = plain([given.ids[r] for r in even], given.vectors[even], [given.payloads[r] for r in even])
    index = Layered(below)
    index.upsert([given.ids[r] for r in odd], given.vectors[odd], [given.payloads[r] for r in odd])
    for k in (1, 7, 40, 41):
        assert answers(index, given.vectors[:1], k) == [equal[:k]]


def test_the_nearest_of_the_base_may_all_be_hidden(base: Base, points: Draw) -> None:
    given = points(300)
    index = base(given)
    query = given.vectors[:1]
    order = answers(index, query, 300, exact=True)[0]
    index.delete(order[:120])
    assert answers(index, query, 10, exact=True)[0] == order[120:130]
    assert answers(index, query, 300, exact=True)[0] == order[120:]
    assert index.count() == 180


def test_payloads_and_fields_are_those_of_both(base: Base, points: Draw) -> None:
    given = points(20)
    index = base(given)
    index.upsert(["0" * 32], -given.vectors[:1], [{"season": "spring", "price": 3}])
    assert dict(index.fields) == {
        "colour": "text", "price": "number", "new": "flag", "item_id": "text", "season": "text",
    }  # fmt: skip
    hit = index.search(-given.vectors[:1], 1, with_payload=True)[0][0]
    assert (hit.id, hit.payload) == ("0" * 32, {"season": "spring", "price": 3.0})
    assert index.search(given.vectors[:1], 1, with_payload=True)[0][0].payload == given.payloads[0]


def test_a_point_that_comes_back_is_the_new_one(base: Base, points: Draw) -> None:
    given = points(30)
    index = base(given)
    index.delete(given.ids[:1])
    with pytest.raises(NotFoundError, match=given.ids[0]):
        index.vector([given.ids[1], given.ids[0]])
    index.upsert(given.ids[:1], -given.vectors[:1], [{"colour": "violet"}])
    assert answers(index, -given.vectors[:1], 1) == [[given.ids[0]]]
    assert index.count() == 30
    assert index.count(Equals("colour", "violet")) == 1


def test_a_change_is_one_step_or_none(points: Draw) -> None:
    given = points(10)
    index = Layered(plain(given.ids, given.vectors, given.payloads))
    with pytest.raises(InputError, match="'price' to hold number"):
        index.apply(Delta(["0" * 32], given.vectors[:1], [{"price": "dear"}], given.ids[:5]))
    assert (index.size, index.count()) == (0, 10)
    index.apply(Delta(given.ids[:2], given.vectors[2:4], given.payloads[2:4], given.ids[4:6]))
    assert (index.size, index.count()) == (6, 8)


MISTAKES: list[tuple[Callable[[Layered], object], str]] = [
    (lambda i: i.upsert(["xyz"], np.ones((1, DIM))), "32 lower-case hexadecimal"),
    (lambda i: i.upsert(["1" * 32], np.ones((1, 5))), r"found \[1, 5\]"),
    (lambda i: i.upsert(["1" * 32], np.zeros((1, DIM))), "row 0 to be zero"),
    (lambda i: i.upsert(["1" * 32], np.ones((1, DIM)), []), "1 payloads"),
    (lambda i: i.delete(["xyz"]), "32 lower-case hexadecimal"),
    (lambda i: i.search(np.ones((1, 5)), 3), r"found \[1, 5\]"),
    (lambda i: i.search(np.ones((1, DIM)), 0), "k of at least 1"),
    (lambda i: i.search(np.ones((1, DIM)), 1, filter=Equals("prize", 1.0)), "did you mean 'price'"),
    (lambda i: i.count(Equals("price", "a")), "expected a number"),
]


def test_mistakes_are_one_line(base: Base, points: Draw) -> None:
    for fresh in (False, True):
        index = base(points(10))
        if fresh:
            index.upsert(["0" * 32], np.ones((1, DIM), np.float32), [{"price": 1}])
        before = index.count()
        for wrong, says in MISTAKES:
            with pytest.raises(InputError, match=says):
                wrong(index)
        assert index.count() == before


def test_an_empty_layer_passes_everything_on(points: Draw) -> None:
    given = points(10)
    index = Layered(plain(given.ids, given.vectors, given.payloads), Delta.none(DIM))
    asked: list[int] = []
    real = index.base.search
    index.base.search = lambda vectors, k, **how: asked.append(k) or real(vectors, k, **how)  # type: ignore
    index.search(given.vectors, 3)
    index.upsert([], np.empty((0, DIM)))
    index.delete([])
    index.search(given.vectors, 4)
    assert (asked, index.size) == ([3, 4], 0)


def test_a_snapshot_holds_both(base: Base, points: Draw, tmp_path: Path) -> None:
    given, other = points(80), points(20, seed=5)
    index = base(given)
    for name in ("same", "more"):
        if name == "more":
            index.upsert([*other.ids, given.ids[0]], np.vstack([other.vectors, -given.vectors[:1]]), None)
            index.delete(given.ids[1:30])
        index.snapshot(tmp_path / name)
        edge = (tmp_path / name / "shard").exists()
        with EdgeIndex(tmp_path / name, read_only=True) if edge else ExactIndex.load(tmp_path / name) as copy:
            assert copy.count() == index.count()
            found = answers(copy, other.vectors, 10, exact=True)
            assert found == answers(index, other.vectors, 10, exact=True)


def test_searches_go_on_while_it_is_written(base: Base, points: Draw) -> None:
    """Every answer is that of some moment: a pair written together is found together or not at all."""
    given = points(200)
    index, stop, wrong = base(given), threading.Event(), list[object]()
    query = np.zeros((1, DIM), np.float32)
    query[0, 0] = 1.0

    def search() -> None:
        try:
            while not stop.is_set():
                found = {hit.id[0] for hit in index.search(query, 2)[0] if hit.score > 0.999}
                if found not in ({"a", "b"}, set()):
                    wrong.append(found)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    pair = ["a" * 32, "b" * 32]
    for number in range(150):
        if number % 2:
            index.delete(pair)
        else:
            index.upsert(pair, np.repeat(query, 2, axis=0), [{"price": number}] * 2)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
