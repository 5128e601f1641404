from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.evaluation.stage import METRICS, Evaluate
from saccade.metrics.ranking import measure
from saccade.metrics.trec import Qrels, Run

CAMERA = Evaluate(label="camera", queries="role=review", gallery="role=seller")


def folder(ws, label: str = "camera") -> Path:
    return ws.local_dir("reports", "evaluation", label)


def test_the_report(ws, ids):
    report = CAMERA.run(ws)
    assert (report.counts["queries"], report.counts["gallery"], report.counts["models"]) == (12, 6, 2)
    assert report.counts["hit@1"] == 1.0
    found = json.loads((folder(ws) / "metrics.json").read_text())
    lines = {(line["model"], line["vectors"]): line["metrics"] for line in found["lines"]}
    assert set(lines) == {(model, form) for model in ("good-1", "poor-1") for form in ("float", "binary")}
    assert list(lines["good-1", "float"]) == list(METRICS)
    assert lines["good-1", "float"]["hit@1"]["mean"] == 1.0
    assert lines["poor-1", "float"]["hit@1"]["mean"] < 1.0
    assert found["comparisons"][1]["test"]["difference"]["mean"] < 0
    assert found["facts"]["intervals"] == "95%, 6 groups of queries"


def test_written_runs_score_the_same_when_read_again(ws, ids):
    CAMERA.run(ws)
    qrels = Qrels.read(folder(ws) / "qrels.trec")
    found = json.loads((folder(ws) / "metrics.json").read_text())
    for line in found["lines"]:
        run = Run.read(folder(ws) / "runs" / f"{line['model']}-{line['vectors']}.trec")
        expected = [one["mean"] for one in line["metrics"].values()]
        np.testing.assert_allclose(measure(qrels, run, METRICS).means, expected, atol=1e-6)


def test_numbers_equal_a_plain_computation(ws, ids):
    CAMERA.run(ws)
    vectors = {
        row["id"]: row["vector"] for row in ws.fingerprints("poor-1").read(["id", "vector"]).to_pylist()
    }
    shop = {name: np.array(vectors[one], float) for name, one in ids.items() if name.startswith("shop")}
    hits = []
    for name, one in ids.items():
        if name.startswith("cam"):
            query = np.array(vectors[one], float)
            best = max(shop, key=lambda other: shop[other] @ query / np.linalg.norm(shop[other]))
            hits.append(best == f"shop/{name.split('/')[1][0]}.png")
    line = json.loads((folder(ws) / "metrics.json").read_text())["lines"][2]
    assert (line["model"], line["vectors"]) == ("poor-1", "float")
    assert line["metrics"]["hit@1"]["mean"] == pytest.approx(np.mean(hits))


def test_per_query_table_and_markdown(ws, ids):
    CAMERA.run(ws)
    table = pq.read_table(folder(ws) / "per_query.parquet")
    assert table.column_names == ["model", "vectors", "query_id", "answered", *METRICS]
    assert table.num_rows == 12 * 4
    text = (folder(ws) / "table.md").read_text()
    assert "| model | vectors | hit@1 | P@1 | mean_p@20 | map@20 | nDCG@10 | RR |" in text
    assert "| good-1 | float | 1.000 [1.000, 1.000] |" in text
    assert "poor-1 (float) against good-1 (float)" in text


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pictures, self.links = 0, []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.pictures += tag == "img"
        self.links += [values[name] for name in ("src", "href") if name in values]


def test_the_page_of_the_worst_queries(ws, ids):
    Evaluate(label="worst", models=("poor-1",), queries="role=review", gallery="role=seller", worst=3).run(ws)
    text = (folder(ws, "worst") / "worst.html").read_text()
    page = Page()
    page.feed(text)
    assert page.pictures >= 3
    assert all(link.startswith("data:image/") for link in page.links)
    assert text.count("<section>") == 3
    assert "Product &lt;0&gt; &amp; co" in text or "Product &lt;1&gt; &amp; co" in text
    assert "Product <" not in text
    assert "wrong" in text


def test_nothing_changed_nothing_done(ws, ids):
    CAMERA.run(ws)
    before = (folder(ws) / "metrics.json").stat().st_mtime_ns
    assert CAMERA.plan(ws).work == 0
    assert CAMERA.run(ws).counts["queries"] == 0
    assert (folder(ws) / "metrics.json").stat().st_mtime_ns == before
    ws.fingerprints("poor-1").delete(f"id = '{ids['cam/0.png']}'")
    assert CAMERA.plan(ws).work > 0
    assert CAMERA.run(ws).counts["queries"] == 11


def test_an_interrupted_report_is_made_again(ws, ids):
    CAMERA.run(ws)
    (folder(ws) / "metrics.json").unlink()
    assert CAMERA.run(ws).counts["queries"] == 12


def test_the_plan_writes_nothing(ws, ids):
    plan = CAMERA.plan(ws)
    assert (plan.work, plan.unit) == (2 * 2 * 12 * 6, "scores")
    assert not folder(ws).exists()


def test_judgements_and_items(ws, ids, tmp_path):
    (tmp_path / "q.txt").write_text("cam/0.png 0 p0 3\ncam/1.png 0 p1 1\n")
    report = Evaluate(label="q", models=("good-1",), qrels=str(tmp_path / "q.txt"), by="item").run(ws)
    assert report.counts["queries"] == 2
    assert report.counts["nDCG@10"] == 1.0


@pytest.mark.parametrize(
    ("stage", "kind", "says"),
    [
        (
            Evaluate(models=("none-1",)),
            NotFoundError,
            "no fingerprints of 'none-1'; there are good-1, poor-1",
        ),
        (Evaluate(label="../up"), InputError, "a label has"),
        (Evaluate(metrics=("AP@20",)), InputError, "two things in papers"),
        (Evaluate(metrics=("map@200",)), InputError, "needs a depth of at least 200"),
        (Evaluate(metrics=()), InputError, "at least one metric"),
        (Evaluate(same="size"), InputError, "labels are item, category, colour"),
        (Evaluate(qrels="nowhere.txt"), InputError, "no file nowhere.txt"),
    ],
)
def test_what_is_refused(ws, ids, stage, kind, says):
    with pytest.raises(kind, match=says):
        stage.run(ws)


def test_an_empty_workspace(ws):
    with pytest.raises(NotFoundError, match="run `saccade fingerprint` first"):
        Evaluate().run(ws)
