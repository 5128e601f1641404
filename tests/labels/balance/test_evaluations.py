"""Which pictures evaluation asks with: from reports that were written and from judgements."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from saccade.labels.balance.evaluations import evaluation_images
from saccade.workspace import Workspace


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    ws = Workspace(tmp_path / "ws", create=True)
    names = ["q1", "q2", "a1", "a2", "other"]
    ws.table("images").append(pa.table({"image_id": names, "status": ["ok"] * 5}))
    ws.table("item_images").append(pa.table({"item_id": ["i1", "i1"], "image_id": ["a1", "a2"]}))
    return ws


def listed(ws: Workspace, answers: bool = False) -> set[tuple[str, str, str]]:
    rows = evaluation_images(ws, answers).to_pylist()
    return {(row["evaluation"], row["part"], row["image_id"]) for row in rows}


def test_no_evaluation(ws: Workspace) -> None:
    assert listed(ws) == set()


def test_reports_name_their_queries_and_answers_by_picture_or_item(ws: Workspace) -> None:
    ws.write_bytes("reports/evaluation/main/qrels.trec", b"q1 0 i1 1\nq1 0 other 1\n")
    ws.write_bytes("reports/evaluation/night/qrels.trec", b"q2 0 a2 1\nforgotten 0 a2 1\n")
    ws.write_bytes("reports/evaluation/killed/table.md", b"")
    ws.write_bytes("reports/evaluation/README.md", b"")
    assert listed(ws) == {("main", "query", "q1"), ("night", "query", "q2")}
    found = {("main", "answer", image) for image in ("a1", "a2", "other")} | {("night", "answer", "a2")}
    assert listed(ws, answers=True) - listed(ws) == found


def test_judgements_name_pictures_items_and_words(ws: Workspace) -> None:
    judged = {"query_id": ["q1", "i1", "red shoes"], "item_id": ["other", "q2", "a1"], "rater": ["r"] * 3}
    ws.table("judgements").append(pa.table(judged))
    assert listed(ws) == {("judgements", "query", image) for image in ("q1", "a1", "a2")}
    assert ("judgements", "answer", "other") in listed(ws, answers=True)


def test_a_real_evaluation_is_found(tmp_path: Path) -> None:
    """What `saccade evaluate` writes is what is read."""
    import numpy as np

    from saccade.evaluation.stage import Evaluate

    ws = Workspace(tmp_path / "real", create=True)
    ids = [f"{at:032x}" for at in range(12)]
    roles = ["review" if at % 3 == 2 else "seller" for at in range(12)]
    ws.table("images").append(pa.table({"image_id": ids, "status": ["ok"] * 12}))
    ws.table("sources").append(pa.table({"uri": ids, "image_id": ids, "status": ["ok"] * 12}))
    ws.table("items").append(pa.table({"item_id": [f"p{at}" for at in range(4)]}))
    owner = [f"p{at // 3}" for at in range(12)]
    ws.table("item_images").append(pa.table({"item_id": owner, "image_id": ids, "role": roles}))
    vectors = np.random.default_rng(0).normal(size=(12, 8)).astype(np.float16)
    bits = pa.array([row.tobytes() for row in np.packbits(vectors > 0, axis=1)], pa.binary(1))
    columns = {"id": ids, "image_id": ids, "bits": bits, "status": ["ok"] * 12,
               "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), 8)}  # fmt: skip
    ws.fingerprints("some-1", 8).upsert(pa.table(columns))
    Evaluate("asked", queries="role=review", gallery="role=seller", worst=0).run(ws)
    assert listed(ws) == {("asked", "query", ids[at]) for at in range(2, 12, 3)}
    assert len(listed(ws, answers=True)) == 12


def test_a_report_on_labels_names_what_it_asked_with(ws: Workspace) -> None:
    ws.write_bytes("reports/evaluation/tasks/queries.txt", b"q1\nq2\ngone\n")
    ws.write_bytes("reports/evaluation/tasks/qrels.trec", b"q1 0 a1 1\n")
    assert listed(ws) == {("tasks", "query", "q1"), ("tasks", "query", "q2")}
    assert listed(ws, answers=True) - listed(ws) == {("tasks", "answer", "a1")}
