"""Trackers: TensorBoard for real, the others through stand-ins; a missing one is one line."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from saccade.errors import InputError
from saccade.training.loop.trackers import open_tracker
from tests.training.loop.toy import network, train


class Recorder(ModuleType):
    """Stands for a package: every call is noted and returns the recorder."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.calls: list[tuple[str, Any, Any]] = []
        self.info = type("Info", (), {"run_id": "run-7"})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def call(*args: Any, **kwargs: Any) -> Recorder:
            self.calls.append((name, args, kwargs))
            return self

        return call

    def named(self, name: str) -> list[tuple[Any, Any]]:
        return [(args, kwargs) for called, args, kwargs in self.calls if called == name]


@pytest.fixture
def package(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    stand_in = Recorder(request.param)
    monkeypatch.setitem(sys.modules, request.param, stand_in)
    return stand_in


def test_tensorboard_gets_what_the_log_gets(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train(tmp_path, network(), steps=3, trackers=("tensorboard",))
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert {"loss", "loss/colour", "lr", "images_per_second", "wait_share", "mfu"} <= set(
        events.Tags()["scalars"]
    )
    assert [event.step for event in events.Scalars("loss")] == [1, 2, 3]


@pytest.mark.parametrize("package", ["wandb"], indirect=True)
def test_wandb_keeps_the_identity_of_a_run(package: Recorder, tmp_path: Path) -> None:
    for step in (0, 5):
        tracker = open_tracker("wandb", tmp_path, step, {"lr": 0.1})
        tracker.log(step + 1, {"loss": 2.0})
        tracker.close()
    first, second = (kwargs for _, kwargs in package.named("init"))
    assert first["id"] == second["id"]
    assert first["config"] == {"lr": 0.1}
    assert package.named("log") == [(({"loss": 2.0},), {"step": 1}), (({"loss": 2.0},), {"step": 6})]
    assert len(package.named("finish")) == 2


@pytest.mark.parametrize("package", ["mlflow"], indirect=True)
def test_mlflow_goes_on_with_its_run(package: Recorder, tmp_path: Path) -> None:
    for step in (0, 5):
        tracker = open_tracker("mlflow", tmp_path, step, {"lr": 0.1})
        tracker.log(step + 1, {"loss": 2.0})
        tracker.close()
    assert [kwargs["run_id"] for _, kwargs in package.named("start_run")] == [None, "run-7"]
    assert len(package.named("log_params")) == 1
    assert len(package.named("log_metrics")) == 2


@pytest.mark.parametrize("name", ["wandb", "mlflow"])
def test_a_missing_package_is_one_line(name: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=f"pip install {name}") as caught:
        open_tracker(name, tmp_path, 0, {})
    assert "\n" not in str(caught.value)
