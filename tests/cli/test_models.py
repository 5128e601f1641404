"""A kept model goes elsewhere: another runtime, a hub, another workspace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saccade.cli.main import main
from saccade.fingerprints.store import keep_model, kept_models
from saccade.models.folder import load_model
from saccade.workspace import Workspace
from tests.models.hub_server import serve
from tests.training.shops import shop


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    ws = shop(tmp_path_factory.mktemp("shop"))
    keep_model(ws, load_model("test_resnet", pretrained=False))
    return ws


@pytest.mark.parametrize(("format", "precision"), [("onnx", "fp32"), ("openvino", "int8")])
def test_convert_says_what_it_costs(
    ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], format: str, precision: str
) -> None:
    words = ["convert", str(tmp_path / "out"), "-w", ws.uri, "--format", format, "--precision", precision]
    assert main(words) == 0, capsys.readouterr().err
    assert "mean cosine" in capsys.readouterr().out
    report = json.loads((tmp_path / "out" / "export.json").read_text())
    assert (report["format"], report["precision"], report["pictures"]) == (format, precision, 24)
    assert report["mean_cosine"] > 0.9


def test_convert_refuses_in_one_line(
    ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", str(tmp_path), "-w", ws.uri, "--format", "onnx", "--precision", "int8"]) == 2
    assert "onnx is exported in fp32" in capsys.readouterr().err


def test_push_and_pull(
    ws: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "write-token")
    monkeypatch.setenv("SACCADE_CACHE", str(tmp_path / "cache"))
    other = tmp_path / "other"
    with serve() as hub:
        words = ["somebody/little", "--endpoint", hub.url, "-w"]
        assert main(["push", *words, ws.uri]) == 0, capsys.readouterr().err
        assert main(["pull", *words, str(other)]) == 0, capsys.readouterr().err
        assert main(["pull", "somebody/else", "--endpoint", hub.url, "-w", str(other)]) == 2
    assert kept_models(Workspace(other)) == kept_models(ws)
    assert "somebody/else" in capsys.readouterr().err
