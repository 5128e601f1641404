"""Every metric against ranx and ir-measures (which asks trec_eval), on random judgements and runs."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saccade.metrics.names import parse
from saccade.metrics.ranking import measure
from saccade.metrics.trec import Qrels, Run

os.environ.setdefault("NUMBA_DISABLE_JIT", "1")  # ranx compiles for a minute; its plain Python is the same

METRICS = [
    "hit@1", "hit@3", "hit(rel=2)@3", "P@1", "P@5", "P(rel=2)@5", "mean_p@20", "map@2", "map@20", "AP",
    "AP(rel=2)", "nDCG@1", "nDCG@4", "nDCG", "RR", "RR(rel=2)", "R@3", "R@20", "R(rel=2)@3", "Rprec",
    "Rprec(rel=2)",
]  # fmt: skip
TOLERANCE = 1e-6

QUERIES, ITEMS = ["q1", "q10", "q2", "ü"], ["a", "B", "b", "b2", "ä", "z", "zz", "10", "9"]
pairs = st.tuples(st.sampled_from(QUERIES), st.sampled_from(ITEMS))
judged = st.dictionaries(pairs, st.integers(0, 3), min_size=1, max_size=30)  # trec_eval can hang on -1
tied = st.dictionaries(pairs, st.sampled_from([0.0, 0.25, 0.5, -1.0]), max_size=36)
untied = st.dictionaries(pairs, st.floats(-1, 1, width=16), max_size=36, min_size=1).map(
    lambda run: {pair: (at % 7) + at / 100 for at, pair in enumerate(run)}
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _nested(flat: dict[tuple[str, str], float]) -> dict[str, dict[str, float]]:
    nested: dict[str, dict[str, float]] = {}
    for (query, item), value in flat.items():
        nested.setdefault(query, {})[item] = value
    return nested


def _ours(qrels: dict[tuple[str, str], int], run: dict[tuple[str, str], float]) -> tuple[Qrels, Run]:
    judgements = Qrels.of([q for q, _ in qrels], [i for _, i in qrels], list(qrels.values()))
    return judgements, Run.of([q for q, _ in run], [i for _, i in run], list(run.values()))


@pytest.fixture(scope="module")
def ir():
    return pytest.importorskip("ir_measures")


@pytest.fixture(scope="module")
def ranx():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("ranx")


@quick
@given(qrels=judged, run=tied)
def test_equal_to_ir_measures_with_ties(ir, qrels, run):
    """ir-measures asks trec_eval, so this also holds our rule for ties against trec_eval's."""
    scores = measure(*_ours(qrels, run), METRICS)
    theirs = {parse(name): ir.parse_measure(parse(name).ir_measures) for name in METRICS}
    found = {
        (value.query_id, str(value.measure)): value.value
        for value in ir.pytrec_eval.iter_calc(list(theirs.values()), _nested(qrels), _nested(run))
    }
    assert scores.queries.to_pylist() == sorted(_nested(qrels), key=str.encode)
    for metric, measured in theirs.items():
        expected = [found.get((query, str(measured)), 0.0) for query in scores.queries.to_pylist()]
        np.testing.assert_allclose(scores[metric], expected, atol=TOLERANCE, rtol=0, err_msg=str(metric))


@quick
@given(qrels=judged, run=untied)
def test_equal_to_ranx(ranx, qrels, run):
    """ranx leaves the order of equal scores open, so these runs have none."""
    scores = measure(*_ours(qrels, run), [*METRICS, "nDCG_exp@4"])
    theirs = ranx.Qrels(_nested(qrels)), ranx.Run(_nested(run))
    for metric in scores.metrics:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = ranx.evaluate(*theirs, metric.ranx, return_mean=False, make_comparable=True)
        expected = dict(zip(sorted(_nested(qrels)), values, strict=True))
        ordered = [expected[query] for query in scores.queries.to_pylist()]
        np.testing.assert_allclose(scores[metric], ordered, atol=TOLERANCE, rtol=0, err_msg=metric.ranx)


@quick
@given(qrels=judged, run=tied)
def test_a_mean_over_all_judged_queries_like_ir_measures(ir, qrels, run):
    scores = measure(*_ours(qrels, run), ["nDCG@4", "AP"])
    asked = [ir.parse_measure("nDCG@4"), ir.parse_measure("AP")]
    theirs = ir.pytrec_eval.calc_aggregate(asked, _nested(qrels), _nested(run))
    np.testing.assert_allclose(scores.means, [theirs[one] for one in asked], atol=TOLERANCE)


@quick
@given(qrels=judged, run=tied, rows=st.integers(1, 40))
def test_blocks_change_nothing(qrels, run, rows):
    ours = _ours(qrels, run)
    names = [*METRICS, "mAP@R", "nDCG_exp@4", "RR@2"]
    np.testing.assert_array_equal(measure(*ours, names).values, measure(*ours, names, rows).values)


def test_files_are_read_alike_by_the_peers(ir, ranx, tmp_path):
    """The same bytes give the same numbers in all three."""
    rng = np.random.default_rng(5)
    queries, items = [f"q{at}" for at in range(12)], [f"item-{at}" for at in range(40)]
    qrels = {(q, i): int(rng.integers(0, 4)) for q in queries for i in rng.choice(items, 8, replace=False)}
    score = {(q, i): float(rng.normal()) for q in queries[2:] for i in rng.choice(items, 25, replace=False)}
    ours = _ours(qrels, score)
    ours[0].write(tmp_path / "qrels.txt")
    ours[1].write(tmp_path / "run.txt", tag="ours")
    expected = measure(*ours, ["nDCG@10", "map@20"]).means
    asked = [ir.parse_measure("nDCG@10"), ir.parse_measure("AP@20")]
    theirs = ir.pytrec_eval.calc_aggregate(
        asked, ir.read_trec_qrels(str(tmp_path / "qrels.txt")), ir.read_trec_run(str(tmp_path / "run.txt"))
    )
    np.testing.assert_allclose([theirs[one] for one in asked], expected, atol=TOLERANCE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = ranx.evaluate(
            ranx.Qrels.from_file(str(tmp_path / "qrels.txt"), kind="trec"),
            ranx.Run.from_file(str(tmp_path / "run.txt"), kind="trec"),
            ["ndcg@10", "map@20"], make_comparable=True,
        )  # fmt: skip
    np.testing.assert_allclose(list(theirs.values()), expected, atol=TOLERANCE)
