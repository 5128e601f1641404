"""Plans from models, an index and TREC files over a small catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.catalog.catalogue import Catalogue
from saccade.errors import InputError, NotFoundError
from saccade.evaluation.judging import plan as plans
from saccade.evaluation.judging.making import Wanted, effort, make_plan
from saccade.index.stage import BuildIndex
from saccade.metrics.trec import Run
from saccade.workspace import Workspace

pytestmark = pytest.mark.usefixtures("ids")


def test_a_model_never_finds_the_query_or_its_item(ws: Workspace) -> None:
    catalogue = Catalogue(ws)
    owner = {row["image_id"]: row["item_id"] for row in catalogue.item_images.to_pylist()}
    for by in ("image", "item"):
        made = make_plan(catalogue, "one", Wanted(("good-1",), depth=3, by=by, count=99))
        assert len(made.queries) == 18
        for one in made.questions:
            (result,) = one.shown[0]
            assert (owner[result] if by == "image" else result) != owner[one.query_id]
            assert made.picture(result) in owner
        assert set(made.answered.values()) == {(3,)}


def test_two_runs_are_pooled_and_each_pair_is_asked_once(ws: Workspace) -> None:
    made = make_plan(Catalogue(ws), "two", Wanted(("good-1", "poor-1"), depth=2, count=99))
    keys = [made.key(one) for one in made.questions]
    assert len(keys) == len(set(keys))
    assert len(keys) < 18 * 4
    assert {rank for one in made.questions for rank in one.ranks} == {0, 1, 2}
    for run in range(2):
        firsts = [one.query_id for one in made.questions if one.ranks[run] == 1]
        assert sorted(firsts) == sorted(one.query_id for one in made.queries)


def test_a_plan_comes_back_as_it_was(ws: Workspace) -> None:
    wanted = Wanted(("good-1", "poor-1"), kind="sides", depth=2, groups="category", count=9, seed=3)
    made = make_plan(Catalogue(ws), "kept", wanted)
    plans.save(ws, made)
    assert plans.load(ws, "kept") == made
    assert plans.names(ws) == ["kept"]
    assert {one.group for one in made.queries} == {"shoe", "bag"}
    assert make_plan(Catalogue(ws), "kept", wanted).questions == made.questions
    assert f"{made.wanted} answers" in effort(made)


def test_equal_lists_are_ties_without_asking(ws: Workspace, tmp_path: Path) -> None:
    catalogue = Catalogue(ws)
    queries = catalogue.images.to_pylist()[:2]
    for name, second in (("x", "p1"), ("y", "p2")):
        lines = [(queries[0], "p3", 2.0), (queries[1], second, 1.0)]
        Run.of(*zip(*lines, strict=True)).write(tmp_path / f"{name}.trec")
    runs = (str(tmp_path / "x.trec"), str(tmp_path / "y.trec"))
    made = make_plan(catalogue, "files", Wanted(runs, kind="sides", count=99))
    assert made.runs == ("x", "y")
    assert made.same == (queries[0],)
    assert [one.shown for one in made.questions] == [(("p1",), ("p2",))]


def test_an_index_answers_as_its_model_does(ws: Workspace) -> None:
    BuildIndex("good-1").run(ws)
    catalogue = Catalogue(ws)
    asked = Wanted(("good-1", "index:main"), depth=2)
    made = make_plan(catalogue, "index", asked)
    assert all(one.ranks[0] == one.ranks[1] for one in made.questions)
    assert make_plan(catalogue, "i", Wanted(("index:main",), depth=2)).queries == made.queries


def test_overlap_saves_answers(ws: Workspace) -> None:
    whole = make_plan(Catalogue(ws), "a", Wanted(("good-1",), count=99, raters=3))
    part = make_plan(Catalogue(ws), "a", Wanted(("good-1",), count=99, raters=3, overlap=0.3))
    none = make_plan(Catalogue(ws), "a", Wanted(("good-1",), count=99, raters=3, overlap=0.0))
    assert none.wanted == 18 < part.wanted < whole.wanted == 54
    assert {one.raters for one in part.questions} == {1, 3}


def test_the_ids_of_questions_tell_nothing(ws: Workspace) -> None:
    made = make_plan(Catalogue(ws), "blind", Wanted(("good-1", "poor-1"), depth=2))
    for one in made.questions:
        assert len(one.question_id) == 16
        assert not any(name in one.question_id for name in ("good", "poor"))


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(()), "one or two"),
        (Wanted(("good-1", "good-1")), "one or two"),
        (Wanted(("good-1",), kind="sides"), "two runs"),
        (Wanted(("good-1",), depth=0), "depth"),
        (Wanted(("good-1",), overlap=2), "overlap"),
        (Wanted(("no-such-model",)), "TREC file, index:NAME or a model"),
        (Wanted(("good-1",), queries="role=nobody"), "role"),
        (Wanted(("good-1",), groups="taste"), "taste"),
    ],
)
def test_what_makes_no_plan_is_said(ws: Workspace, wanted: Wanted, words: str) -> None:
    with pytest.raises(InputError, match=words):
        make_plan(Catalogue(ws), "bad", wanted)


def test_plans_that_are_not_there_or_not_plans(ws: Workspace) -> None:
    with pytest.raises(NotFoundError, match="make one with"):
        plans.load(ws, "nothing")
    ws.write_bytes("judging/broken/plan.json", b"{}")
    with pytest.raises(InputError, match="no judging plan"):
        plans.load(ws, "broken")
    with pytest.raises(InputError, match="name"):
        plans.load(ws, "../models")
