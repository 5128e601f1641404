"""`saccade judge` as a person uses it: a plan, its verdict, and judgements for `evaluate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saccade.cli.verbs import judge
from saccade.errors import InputError, NotFoundError
from saccade.evaluation.judging import plan as plans
from saccade.evaluation.judging import ratings
from saccade.evaluation.stage import Evaluate
from saccade.metrics.trec import Qrels
from saccade.workspace import Workspace
from tests.evaluation.conftest import add_model, fill


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "ws", create=True)
    found = fill(made, tmp_path / "photos")
    add_model(made, "good-1", found, 0.05)
    add_model(made, "poor-1", found, 1.5)
    return made


def run(capsys: pytest.CaptureFixture[str], ws: Workspace, line: str) -> str:
    judge.main([*line.split(), "-w", ws.uri])
    return capsys.readouterr().out


def test_from_plan_to_qrels(ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, ws, "plan first good-1 poor-1 --count 12 --groups category --raters 2")
    assert "12 queries" in said
    assert "/rate?plan=first" in said
    made = plans.load(ws, "first")
    answers = [(one.question_id, name, 4) for one in made.questions for name in ("ann", "bob")]
    assert "Nobody has judged" in run(capsys, ws, "verdict first")
    ws.table("judgements").upsert(ratings.rows(made, answers))
    told = run(capsys, ws, "verdict first")
    assert "| good-1 | ES@1 | 1.000" in told
    assert "**Flat raters** (always the same answer): ann, bob" in told
    kept = json.loads(ws.read_bytes("judging/first/verdict.json"))
    assert kept["done"] == kept["wanted"] == 2 * len(made.questions)
    assert "pairs" in run(capsys, ws, f"qrels first {tmp_path / 'judged.trec'}")
    found = Qrels.read(tmp_path / "judged.trec")
    assert len(found) == len(made.questions)
    assert set(found.relevance.tolist()) == {4}
    report = Evaluate(qrels=str(tmp_path / "judged.trec"), by="item", metrics=("hit@1",)).run(ws)
    assert report.counts["queries"] == 12


def test_a_plan_is_not_written_over_by_chance(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, ws, "plan first good-1")
    with pytest.raises(InputError, match="--replace"):
        run(capsys, ws, "plan first poor-1")
    run(capsys, ws, "plan first poor-1 --replace")
    assert plans.load(ws, "first").runs == ("poor-1",)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("paln first", "expected one of plan, verdict, qrels"),
        ("plan first nothing", "TREC file"),
        ("plan a/b good-1", "name"),
        ("plan first good-1 --half-width 0.9", "half-width"),
    ],
)
def test_mistakes_are_one_line(ws: Workspace, line: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as raised:
        judge.main([*line.split(), "-w", ws.uri])
    assert "\n" not in str(raised.value)


def test_a_plan_that_is_not_there(ws: Workspace) -> None:
    with pytest.raises(NotFoundError, match="saccade judge plan"):
        judge.main(["verdict", "none", "-w", ws.uri])


def test_help_names_the_actions(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        judge.main(["--help"])
    said = capsys.readouterr().out
    for action in ("plan", "verdict", "qrels"):
        assert action in said
    with pytest.raises(SystemExit):
        judge.main(["plan", "--help"])
    assert "--half-width" in capsys.readouterr().out
