"""The choice of a runner: measured, within parity, and kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.fingerprints.model import ModelRef, resolve
from saccade.fingerprints.runners import choose
from saccade.fingerprints.runners.base import Pixels, Runner, Vectors
from saccade.fingerprints.runners.choose import Candidate, Choice, choose_runner, remember, remembered
from saccade.models.folder import Model
from saccade.vision.preprocess import Preprocess

PREPROCESS = Preprocess(size=(8, 8))
MODEL = ModelRef("m-0", 3, PREPROCESS, load=lambda: None)  # type: ignore[arg-type,return-value]
SAMPLE: Pixels = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), dtype=np.uint8)


class Fake(Runner):
    """Mean colours, off by `error`."""

    def __init__(self, name: str, error: float) -> None:
        super().__init__(name, "m-0", 3, PREPROCESS, 4)
        self.error = error

    def _forward(self, pixels: Pixels) -> Vectors:
        vectors = pixels.mean(axis=(1, 2)).astype(np.float32)
        vectors[:, 0] += self.error * 255
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


def pretend(monkeypatch: pytest.MonkeyPatch, errors: dict[str, float], rates: dict[str, float]) -> None:
    def opened(name: str, *_: object) -> Runner:
        return Fake(name, errors.get(name, 0.0))

    monkeypatch.setattr(choose, "open_runner", opened)
    monkeypatch.setattr(choose, "_available", lambda group: choose.GROUPS[group])
    monkeypatch.setattr(choose, "_rate", lambda runner, sample: rates[runner.name])


RATES = {"openvino-bf16": 100.0, "openvino-f32": 50.0, "torch-bf16": 70.0, "torch-f32": 30.0}


def test_the_fastest_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend(monkeypatch, {}, RATES)
    choice = choose_runner(MODEL, SAMPLE, tmp_path)
    assert choice.name == "openvino-bf16"
    assert [line.split()[0] for line in choice.table().splitlines()][:2] == ["*", "torch-bf16"]


def test_a_candidate_beyond_parity_is_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend(monkeypatch, {"openvino-bf16": 0.1, "torch-bf16": 0.1}, RATES)
    choice = choose_runner(MODEL, SAMPLE, tmp_path)
    assert choice.name == "openvino-f32"
    assert choice.table().count("too far") == 2


def test_a_group_limits_the_choice_and_may_have_no_winner(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, {}, RATES)
    assert choose_runner(MODEL, SAMPLE, tmp_path, group="torch").name == "torch-bf16"
    pretend(monkeypatch, {"openvino-bf16": 0.1, "openvino-f32": float("nan")}, RATES)
    with pytest.raises(InputError, match="no runner"):
        choose_runner(MODEL, SAMPLE, tmp_path, group="openvino")


def test_choices_are_kept_for_each_model_and_group(tmp_path: Path) -> None:
    choice = Choice("openvino-f32", (Candidate("openvino-f32", 12.5, 1e-9),))
    assert remembered(tmp_path, "m-0") is None
    remember(tmp_path, "m-0", choice)
    assert remembered(tmp_path, "m-0") == choice
    assert remembered(tmp_path, "m-1") is None
    assert remembered(tmp_path, "m-0", "torch") is None
    (path,) = (tmp_path / "runners").iterdir()
    path.write_text(json.dumps({"name": 3}))
    assert remembered(tmp_path, "m-0") is None


def test_a_real_network_is_measured(
    networks: dict[str, Model], model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "_SECONDS", 0.02)
    monkeypatch.setattr(choose, "_ROUNDS", 1)
    model = resolve(networks["test_vit"])
    sample = np.random.default_rng(0).integers(0, 256, (5, *model.preprocess.size, 3), dtype=np.uint8)
    choice = choose_runner(model, sample, model_cache, batch_size=4)
    assert choice.name in choose.NAMES
    assert all(row.rate > 0 and row.good for row in choice.candidates)
    assert {row.name for row in choice.candidates} >= {"torch-f32", "torch-bf16"}


def test_a_plain_function_needs_no_choice(tmp_path: Path) -> None:
    model = ModelRef("m-0", 3, PREPROCESS, MODEL.load, function=lambda pixels: pixels.mean(axis=(1, 2)))
    assert choose_runner(model, SAMPLE, tmp_path) == Choice("plain")
    vectors = choose.open_runner("plain", model, tmp_path, 4)(SAMPLE)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no runner 'tpu'"):
        choose.open_runner("tpu", MODEL, tmp_path)
