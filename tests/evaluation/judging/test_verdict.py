"""From simulated raters, rates, preferences and agreement come back, with intervals that hold the truth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.evaluation.judging import plan as plans
from saccade.evaluation.judging.grades import GRADES
from saccade.evaluation.judging.making import Wanted, pooled
from saccade.evaluation.judging.plan import Asked, JudgingPlan
from saccade.evaluation.judging.raters import Rater, judge
from saccade.evaluation.judging.ratings import Ratings, qrels, read, rows
from saccade.evaluation.judging.report import markdown, write
from saccade.evaluation.judging.verdict import Verdict, extremely_similar, mean_grades, verdict
from saccade.metrics.agreement import alpha
from saccade.workspace import Workspace
from tests.evaluation.judging.toy import plan, results, true_es, truth

HONEST = [Rater(name, noise=0.35) for name in ("ann", "bob", "eve")]
ONE = Wanted(("a",), by="image")


def rated(made: JudgingPlan, raters: Sequence[Rater], seed: int = 0) -> Ratings:
    """What they say, as a table of ratings."""
    place = {one.question_id: at for at, one in enumerate(made.questions)}
    names = sorted(one.name for one in raters)
    grades = np.full((len(names), len(made.questions)), np.nan)
    for question, rater, grade in judge(made, raters, truth, seed):
        grades[names.index(rater), place[question]] = grade
    return Ratings(made, tuple(names), grades)


def es_of(found: Verdict, run: str = "a") -> tuple[float, float, float]:
    assert found.found is not None
    (one,) = [one for one in found.found.measures if (one.run, one.metric) == (run, "ES@1")]
    return one.interval.mean, one.interval.low, one.interval.high


def test_the_scale_is_named_from_nothing_to_everything() -> None:
    assert [one.value for one in GRADES] == [0, 1, 2, 3, 4]
    assert (GRADES[0].name, GRADES[-1].name) == ("unrelated", "extremely similar")


def test_sure_raters_give_the_rate_itself() -> None:
    made = plan(ONE)
    found = verdict(rated(made, [Rater("ann"), Rater("bob"), Rater("eve")]))
    assert es_of(found)[0] == pytest.approx(true_es(made, 0))
    assert (found.done, found.wanted) == (360, 360)
    assert found.found is not None
    assert found.found.agreement.value == pytest.approx(1)
    assert found.trusted is None


def test_the_interval_holds_the_rate_of_all_queries() -> None:
    """Many plans over draws of the same queries: 95% of the intervals hold the true rate, 0.3."""
    inside = 0
    for seed in range(60):
        made = _drawn(seed)
        _, low, high = es_of(verdict(rated(made, [Rater("ann", noise=0.1)], seed)))
        inside += low <= 0.3 <= high
    assert 52 <= inside <= 60


def _drawn(seed: int) -> JudgingPlan:
    asked = [Asked(f"q{n:04}") for n in range(80)]
    wanted = Wanted(("a",), by="image", raters=1)
    return pooled("toy", wanted, ("a",), asked, [results(80, 1, 0.3, 1000 + seed)], {})


def test_agreement_is_that_of_many_more_questions() -> None:
    many = rated(plan(ONE, queries=3000), HONEST)
    expected = alpha(many.grades, resamples=0).value
    found = verdict(rated(plan(ONE), HONEST, seed=4)).found
    assert expected is not None
    assert found is not None
    assert found.agreement.low is not None
    assert found.agreement.high is not None
    assert found.agreement.low < expected < found.agreement.high
    noisy = verdict(rated(plan(ONE), [Rater(one.name, noise=1.5) for one in HONEST])).found
    assert noisy is not None
    assert noisy.agreement.value is not None
    assert noisy.agreement.value < found.agreement.low


def test_a_lazy_rater_is_named_and_taken_out() -> None:
    lazy = Rater("zoe", lazy=1.0, habit=4)
    found = verdict(rated(plan(ONE), [*HONEST[:2], lazy]))
    assert found.flat == ("zoe",)
    assert found.found is not None
    assert found.trusted is not None
    assert found.found.agreement.value is not None
    assert found.trusted.agreement.value is not None
    assert found.found.agreement.value < found.trusted.agreement.value - 0.2
    alone = verdict(rated(plan(ONE), [lazy]))
    assert alone.flat == ("zoe",)
    assert alone.trusted is None
    assert "Flat raters" in markdown(alone)


def test_a_bias_shows_in_the_raters_distance() -> None:
    found = verdict(rated(plan(ONE), [*HONEST[:2], Rater("zoe", bias=-1.0)]))
    by_name = {one.name: one for one in found.raters}
    assert by_name["zoe"].mean < by_name["ann"].mean - 0.4
    distances = [one.distance for one in (by_name["zoe"], by_name["ann"])]
    assert distances[0] is not None
    assert distances[1] is not None
    assert distances[0] > distances[1]


def test_the_better_run_is_found() -> None:
    made = plan(Wanted(("a", "b"), depth=3, by="image"), queries=150, good=(0.2, 0.5))
    found = verdict(rated(made, HONEST)).found
    assert found is not None
    for compared in found.compared:
        assert compared.test.difference.low > 0
        assert compared.test.p_randomisation < 0.01
    assert {one.metric for one in found.measures} == {"ES@1", "mean grade@3"}
    assert set(found.groups) == {"a", "b"}
    assert sum(one.count for one in found.groups["a"].scores) == 150


def test_the_better_list_wins_side_by_side() -> None:
    made = plan(Wanted(("a", "b"), kind="sides", depth=4, by="image"), queries=100, good=(0.2, 0.6))
    won = verdict(rated(made, HONEST)).found
    assert won is not None
    assert won.wins is not None
    assert won.wins.rate.low > 0.5
    assert won.wins.p < 0.01
    assert won.wins.wins + won.wins.losses + won.wins.ties == 100


def test_turned_round_the_other_list_wins() -> None:
    made = plan(Wanted(("a", "b"), kind="sides", depth=2, by="image"), queries=40, good=(0.2, 0.6))
    turned = [replace(one, shown=one.shown[::-1]) for one in made.questions]
    back = replace(made, questions=tuple(turned), runs=made.runs[::-1])
    rates = []
    for one in (made, back):
        found = verdict(rated(one, [Rater("ann")])).found
        assert found is not None
        assert found.wins is not None
        rates.append(found.wins.rate.mean)
    assert rates[0] > 0.5
    assert sum(rates) == pytest.approx(1)


def test_only_a_majority_makes_a_result_extremely_similar() -> None:
    made = plan(ONE, queries=3)
    grades = np.array([[4, 4, 4], [4, 3, np.nan], [0, 3, np.nan]], float)
    found = extremely_similar(Ratings(made, ("a", "b", "c"), grades))
    assert found[:, 0].tolist() == [1, 0, 1]
    halves = extremely_similar(Ratings(made, ("a", "b"), np.array([[4, 4, 4], [0, 4, np.nan]])))
    assert halves[:, 0].tolist() == [0, 1, 1]


def test_what_is_missing_counts_as_nothing_and_what_is_unjudged_not_at_all() -> None:
    asked = [Asked("q1"), Asked("q2"), Asked("q3")]
    found = [{"q1": ("x", "y"), "q2": ("z",), "q3": ()}]
    made = pooled("toy", Wanted(("a",), depth=2, by="image"), ("a",), asked, found, {})
    ratings = Ratings(made, ("ann",), np.array([[4, np.nan, 2]]))
    assert extremely_similar(ratings)[:, 0].tolist() == [1, 0, 0]
    means = mean_grades(ratings)[:, 0]
    assert np.isnan(means[0])
    assert means[1:].tolist() == [1, 0]


def test_ratings_are_kept_in_the_table_and_replaced(tmp_path: Path) -> None:
    ws, made = Workspace(tmp_path / "ws", create=True), plan(ONE, queries=10)
    ids = [one.question_id for one in made.questions]
    for grade in (1, 3):
        ws.table("judgements").upsert(rows(made, [(ids[0], "ann", grade), (ids[1], "bob", 4)]))
    ws.table("judgements").upsert(rows(made, [(ids[2], "bob", 0)]))
    stray = rows(made, [(ids[3], "ann", 2)]).to_pylist()[0]
    schema = ws.table("judgements").schema
    odd = [{**stray, "grade": 9}, {**stray, "query_id": "elsewhere"}]
    ws.table("judgements").upsert(pa.Table.from_pylist(odd, schema=schema))
    found = read(ws, made)
    assert found.given == {ids[0]: {"ann": 3}, ids[1]: {"bob": 4}, ids[2]: {"bob": 0}}
    assert found.outside == 1
    assert ws.table("judgements").count() == 5


def test_sides_are_kept_apart_from_grades(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    made = plan(Wanted(("a", "b"), kind="sides", depth=2, by="image"), queries=10, good=(0.1, 0.9))
    graded = plan(Wanted(("a", "b"), depth=2, by="image"), queries=10, good=(0.1, 0.9))
    one = made.questions[0]
    ws.table("judgements").upsert(rows(made, [(one.question_id, "ann", -1)]))
    (row,) = ws.table("judgements").read().to_pylist()
    assert (row["query_id"], row["item_id"], row["grade"]) == (one.query_id, "sides:toy:b", -1)
    assert read(ws, graded).raters == ()
    assert read(ws, made).given == {one.question_id: {"ann": -1}}


@pytest.mark.parametrize(("rater", "grade"), [("", 1), ("a" * 61, 1), ("a\nb", 1), ("ann", 5), ("ann", -1)])
def test_what_is_no_rating_is_refused(rater: str, grade: int) -> None:
    made = plan(ONE, queries=3)
    with pytest.raises(InputError):
        rows(made, [(made.questions[0].question_id, rater, grade)])
    with pytest.raises(InputError, match="no question"):
        rows(made, [("nothing", "ann", 1)])


def test_grades_become_qrels() -> None:
    made = plan(ONE, queries=3)
    grades = np.array([[4, 3, np.nan], [4, 4, np.nan], [0, np.nan, np.nan]])
    found = qrels(Ratings(made, ("a", "b", "c"), grades))
    assert found.relevance.tolist() == [4, 3]
    strict = qrels(Ratings(made, ("a", "b", "c"), grades), least=4)
    assert strict.relevance.tolist() == [1, 0]
    with pytest.raises(InputError, match="nobody"):
        qrels(Ratings(made, ("a",), np.full((1, 3), np.nan)))
    sides = plan(Wanted(("a", "b"), kind="sides", by="image"), queries=3, good=(0.0, 1.0))
    with pytest.raises(InputError, match="compares lists"):
        qrels(Ratings(sides, ("a",), np.zeros((1, 3))))


def test_the_report_says_it_in_words_and_numbers(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    made = plan(Wanted(("a", "b"), by="image"), good=(0.2, 0.5))
    plans.save(ws, made)
    lazy = Rater("zoe | lazy", lazy=1.0)
    found = verdict(rated(made, [*HONEST[:2], lazy]))
    text = markdown(found)
    for words in ("ES@1", "Krippendorff", "Without the flat raters", "by group", "zoe \\| lazy"):
        assert words in text
    kept = json.loads(Path(write(ws, found)).read_text())
    assert kept["flat_raters"] == ["zoe | lazy"]
    nothing = verdict(Ratings(made, (), np.zeros((0, len(made.questions)))))
    assert nothing.found is None
    assert "Nobody has judged" in markdown(nothing)
