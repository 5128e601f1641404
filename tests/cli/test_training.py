"""From labels to a released model by the verbs alone: train, assess, fingerprint, evaluate."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.catalog.catalogue import Catalogue
from saccade.cli.main import main
from saccade.fingerprints.store import kept_models
from saccade.workspace import Workspace
from tests.training.shops import add_weak_labels, shop

SMALL = ["--size", "32", "--dim", "16", "--batch", "8", "--workers", "0", "--trackers", "-q"]


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shop(tmp_path_factory.mktemp("shop"), items=24)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    return said


def test_a_trained_model_is_measured_released_and_compared(
    ws: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "-w", ws.uri, "--model", "test_resnet", "--tasks", "item", "colour", *SMALL]
    said = run(capsys, *words, "--steps", "4", "--held", "split=val", "--no-assess")
    assert "4 steps" in said
    (model_id,) = kept_models(ws)
    assert "saccade assess" in refused(capsys, "fingerprint", "-w", ws.uri, "--model", model_id, "-q")
    said = run(capsys, *words, "--steps", "4", "--held", "split=val")
    assert said.rstrip().endswith(model_id)
    assert "AP@1" in said
    run(capsys, "fingerprint", "-w", ws.uri, "--model", model_id, "-q")
    table = run(capsys, "evaluate", "-w", ws.uri, "--queries", "split=val", "--tasks", "colour", "-q")
    assert model_id in table
    assert run(capsys, "assess", model_id, "-w", ws.uri, "--queries", "split=val", "--waive",
               "out_of_domain: none here", "-q")  # fmt: skip


def test_settings_come_from_a_file_and_the_command_line_wins(
    ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.toml"
    path.write_text('model = "test_resnet"\nsteps = 3\nsize = [32]\ndim = 8\n[tasks.colour]\nweight = 0.5\n')
    words = ["train", "-w", ws.uri, "--config", str(path), "--workers", "0", "--trackers", "--no-assess"]
    assert "3 steps" in run(capsys, *words, "--dry-run")
    assert "5 steps" in run(capsys, *words, "--steps", "5", "-q")
    path.write_text("modle = 'test_resnet'\n")
    assert "did you mean 'model'" in refused(capsys, *words)
    assert "wants a file" in refused(capsys, "train", "-w", ws.uri, "--config")


def test_pretraining_by_the_verb(ws: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    table = Catalogue(ws).labels_of_images("colour").to_pylist()
    add_weak_labels(ws, {row["image_id"]: {row["label"]: 1.0} for row in table})
    said = run(capsys, "pretrain", "-w", ws.uri, "--model", "test_vit", *SMALL, "--steps", "2", "--no-assess")
    assert "2 steps" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "test_resnet", "--tasks", "colour:sinlge"], "did you mean 'single'"),
        (["--model", "test_resnet", "--recipe", "lpft"], "lp-ft"),
        (["--model", "test_resnet", "--batch", "many"], "many"),
        (["--model", "no_such_net"], "no_such_net"),
    ],
)
def test_a_mistake_is_one_line(
    ws: Workspace, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert said in refused(capsys, "train", "-w", ws.uri, "--no-assess", "-q", *words)
