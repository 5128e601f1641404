"""`Evaluate` with tasks, groups and a second domain, through stored fingerprints."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saccade.errors import InputError
from saccade.evaluation.stage import Evaluate, table

TASKS = Evaluate(
    label="tasks", models=("good-1", "poor-1"), queries="role=review", gallery="role=seller",
    tasks=("colour", "category"),
)  # fmt: skip


def report(ws, label: str = "tasks"):
    return json.loads(ws.read_bytes(f"reports/evaluation/{label}/metrics.json"))


def test_one_command(ws, ids):
    counts = TASKS.run(ws).counts
    assert counts["queries"] == 12 and counts["AP@1 1-NN"] == 1.0
    assert "hit@1" not in counts  # nothing said what is relevant
    text = table(ws, "tasks")
    assert "| task | classes | pictures | majority | 1-NN (float) | 20-NN (float) | probe (float) |" in text
    assert "| colour | 2 | 12 | 0.500 | 1.000 ± " in text
    assert "| **average of 2** |  |  | 0.500 | 1.000 ± " in text
    assert "poor-1 (float) against good-1 (float) | in domain | 1-NN |" in text
    scores = {
        (one["model"], one["vectors"], one["method"], one["task"]): one
        for one in report(ws)["classification"]
    }
    assert len(scores) == 2 * 2 * 3 * 3
    assert scores["poor-1", "float", "1-NN", "average"]["ap1"]["mean"] < 1.0
    again = pq.read_table(ws.local_dir("reports", "evaluation", "tasks") / "predictions.parquet")
    assert again.column_names == ["model", "vectors", "task", "image_id", "truth", "1-NN", "20-NN", "probe"]
    assert again.num_rows == 2 * 2 * 2 * 12
    wanted = ("poor-1", "float", "colour")
    rows = [row for row in again.to_pylist() if (row["model"], row["vectors"], row["task"]) == wanted]
    right = [row["1-NN"] == row["truth"] for row in rows]
    assert scores["poor-1", "float", "1-NN", "colour"]["ap1"]["mean"] == pytest.approx(np.mean(right))


def test_retrieval_and_tasks_in_two_domains(ws, ids):
    stage = Evaluate(
        label="both", models=("good-1",), queries="folder=cam,category=shoe", gallery="role=seller",
        same="item", tasks=("colour",), out_of_domain="folder=cam,category=bag", groups="category",
    )  # fmt: skip
    assert stage.run(ws).counts["hit@1"] == 1.0
    text = table(ws, "both")
    assert "| model | vectors | domain | hit@1 |" in text
    assert text.index("| good-1 | float | in domain |") < text.index("| good-1 | float | out of domain |")
    assert "| colour | out of domain |" in text
    assert "same item by category, out of domain, hit@1" in text
    found = report(ws, "both")
    assert [line["domain"] for line in found["lines"]] == ["in", "out", "in", "out"]
    assert ws.read_bytes("reports/evaluation/both/out/qrels.trec")
    asked = ws.read_bytes("reports/evaluation/both/queries.txt").decode().split()
    assert sorted(asked) == sorted(one for name, one in ids.items() if name.startswith("cam"))


def test_no_test_picture_teaches(ws, ids):
    """All pictures ask and answer: then none is left to teach."""
    with pytest.raises(InputError, match="queries and gallery must be different"):
        Evaluate(models=("good-1",), tasks=("colour",)).run(ws)
    half = Evaluate(models=("good-1",), tasks=("colour",), queries="folder=cam")
    half.run(ws)
    facts = report(ws, "main")["classification_facts"][0]["counts"]
    assert (facts["train"], facts["test"]) == (6, 12)
    half = Evaluate(
        models=("good-1",), tasks=("colour",), queries="folder=cam,category=bag", leave_out=("self", "item")
    )
    half.run(ws)
    facts = report(ws, "main")["classification_facts"][0]["counts"]
    assert (facts["train"], facts["test"]) == (9, 6)  # the bags' own catalogue pictures do not teach either


def test_nothing_changed_nothing_done(ws, ids):
    TASKS.run(ws)
    assert TASKS.plan(ws).work == 0
    ws.table("tasks").append(pa.table({"task": ["t"], "image_id": ["i"], "label": ["l"]}))
    assert TASKS.plan(ws).work > 0


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"tasks": ("size",)}, "has a label 'size'"),
        ({"tasks": ("colour", "colour")}, "each task is named once"),
        ({"tasks": ("colour",), "groups": "size"}, "no query picture has a label 'size'"),
        ({"same": "item", "out_of_domain": "role=scene"}, "no picture has role=scene"),
        (
            {"same": "item", "gallery": "role=seller,category=bag", "queries": "category=bag",
             "out_of_domain": "category=shoe,role=review"},
            "out of domain: no query has anything relevant",
        ),
    ],
)  # fmt: skip
def test_what_is_refused(ws, ids, settings, says):
    with pytest.raises(InputError, match=says):
        Evaluate(**{"queries": "role=review", "gallery": "role=seller", **settings}).run(ws)
