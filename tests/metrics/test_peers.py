"""Every metric against ranx and ir-measures (which asks trec_eval), on random judgements and runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saccade.metrics.names import parse
from saccade.metrics.ranking import measure
from saccade.metrics.trec import Qrels, Run

METRICS = [
    "hit@1", "hit@3", "hit(rel=2)@3", "P@1", "P@5", "P(rel=2)@5", "mean_p@20", "map@2", "map@20", "AP",
    "AP(rel=2)", "nDCG@1", "nDCG@4", "nDCG", "RR", "RR(rel=2)", "R@3", "R@20", "R(rel=2)@3", "Rprec",
    "Rprec(rel=2)",
]  # fmt: skip
TOLERANCE = 1e-6

RANX = """
import json, sys
import ranx
answers = []
for case in json.load(sys.stdin):
    if isinstance(case["qrels"], str):
        qrels = ranx.Qrels.from_file(case["qrels"], kind="trec")
        run = ranx.Run.from_file(case["run"], kind="trec")
    else:
        qrels, run = ranx.Qrels(case["qrels"]), ranx.Run(case["run"])
    queries = sorted(qrels.keys())
    answer = {}
    for name in case["names"]:
        values = ranx.evaluate(qrels, run, name, return_mean=False, make_comparable=True)
        answer[name] = dict(zip(queries, map(float, values)))
    answers.append(answer)
json.dump(answers, sys.stdout)
"""

QUERIES, ITEMS = ["q1", "q10", "q2", "ü"], ["a", "B", "b", "b2", "ä", "z", "zz", "10", "9"]
pairs = st.tuples(st.sampled_from(QUERIES), st.sampled_from(ITEMS))
judged = st.dictionaries(pairs, st.integers(0, 3), min_size=1, max_size=30)  # trec_eval can hang on -1
tied = st.dictionaries(pairs, st.sampled_from([0.0, 0.25, 0.5, -1.0]), max_size=36)
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


def _by_ranx(cases: list[dict[str, object]]) -> list[dict[str, dict[str, float]]]:
    """For each case of qrels, run and names: by name, by query, what ranx finds.

    In a process of its own without its compiler: that would take a minute, and its plain Python is the same.
    """
    pytest.importorskip("ranx")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RANX], input=json.dumps(cases), text=True, check=True,
        capture_output=True, env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    return json.loads(done.stdout)


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


def _random_case(rng: np.random.Generator) -> tuple[dict, dict]:
    """Judgements and a run without equal scores: ranx leaves their order open."""
    cells = [(query, item) for query in QUERIES for item in ITEMS]
    judged = [cells[at] for at in rng.choice(len(cells), int(rng.integers(1, 30)), replace=False)]
    found = [cells[at] for at in rng.choice(len(cells), int(rng.integers(1, 36)), replace=False)]
    scores = rng.permutation(len(found)) / 8 - 1
    return (
        {pair: int(rng.integers(0, 4)) for pair in judged},
        {pair: float(score) for pair, score in zip(found, scores, strict=True)},
    )


def test_equal_to_ranx():
    rng = np.random.default_rng(3)
    cases = [_random_case(rng) for _ in range(60)]
    names = {str(metric): metric.ranx for metric in map(parse, [*METRICS, "nDCG_exp@4"])}
    asked = [{"qrels": _nested(q), "run": _nested(r), "names": list(names.values())} for q, r in cases]
    for (qrels, run), theirs in zip(cases, _by_ranx(asked), strict=True):
        scores = measure(*_ours(qrels, run), list(names))
        queries = scores.queries.to_pylist()
        for metric in scores.metrics:
            expected = [theirs[metric.ranx][query] for query in queries]
            np.testing.assert_allclose(
                scores[metric], expected, atol=TOLERANCE, rtol=0, err_msg=f"{metric} of {qrels} and {run}"
            )


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


def test_files_are_read_alike_by_the_peers(ir, tmp_path):
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
    files = {"qrels": str(tmp_path / "qrels.txt"), "run": str(tmp_path / "run.txt")}
    (values,) = _by_ranx([{**files, "names": ["ndcg@10", "map@20"]}])
    means = [np.mean(list(values[name].values())) for name in ("ndcg@10", "map@20")]
    np.testing.assert_allclose(means, expected, atol=TOLERANCE)
