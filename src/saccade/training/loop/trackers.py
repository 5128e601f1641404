"""Where log lines go beside the file: TensorBoard, Weights & Biases, MLflow.

Decided: each is imported when it is asked for, and a missing package is one line that names it. A run that is
resumed goes on under its old identity, and TensorBoard hides what lies beyond the checkpoint.
Not here: what a line says (`log.py`).
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from saccade.errors import InputError
from saccade.training.loop.settings import TrackerName


class Tracker(Protocol):
    """Takes numbers by name."""

    def log(self, step: int, values: Mapping[str, float]) -> None: ...

    def close(self) -> None: ...


def open_tracker(name: TrackerName, folder: Path, step: int, config: Mapping[str, object]) -> Tracker:
    """A tracker for the run in `folder` that goes on after `step`. InputError if its package is missing."""
    made = {"tensorboard": TensorBoard, "wandb": Wandb, "mlflow": MLflow}[name]
    return made(folder, step, config)


class TensorBoard:
    """Scalars under `folder/tensorboard`: `tensorboard --logdir folder`."""

    def __init__(self, folder: Path, step: int, config: Mapping[str, object]) -> None:
        del config
        module = _package("torch.utils.tensorboard", "tensorboard", "tensorboard")
        self.writer = module.SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def log(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self.writer.add_scalar(name, value, step)

    def close(self) -> None:
        self.writer.close()


class Wandb:
    """A run in the project `saccade`, named as the folder; offline where `WANDB_MODE` says so."""

    def __init__(self, folder: Path, step: int, config: Mapping[str, object]) -> None:
        del step
        module = _package("wandb", "wandb", "wandb")
        self.run = module.init(
            project="saccade", name=folder.name, id=_identity(folder), dir=str(folder), resume="allow",
            config=dict(config),
        )  # fmt: skip

    def log(self, step: int, values: Mapping[str, float]) -> None:
        self.run.log(dict(values), step=step)

    def close(self) -> None:
        self.run.finish()


class MLflow:
    """A run in the experiment `saccade`, where `MLFLOW_TRACKING_URI` says, else in `folder/mlflow.db`."""

    def __init__(self, folder: Path, step: int, config: Mapping[str, object]) -> None:
        del step
        self.module = _package("mlflow", "mlflow", "mlflow")
        if "MLFLOW_TRACKING_URI" not in os.environ:
            self.module.set_tracking_uri(f"sqlite:///{folder.absolute() / 'mlflow.db'}")
        self.module.set_experiment("saccade")
        known = folder / "mlflow-run.txt"
        run_id = known.read_text() if known.is_file() else None
        run = self.module.start_run(run_id=run_id, run_name=folder.name)
        if run_id is None:
            known.write_text(str(run.info.run_id))
            self.module.log_params(dict(config))

    def log(self, step: int, values: Mapping[str, float]) -> None:
        self.module.log_metrics(dict(values), step=step)

    def close(self) -> None:
        self.module.end_run()


def _identity(folder: Path) -> str:
    return hashlib.blake2b(str(folder.absolute()).encode(), digest_size=8).hexdigest()


def _package(module: str, package: str, tracker: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise InputError(
            f"the tracker {tracker} needs the package {package}, which is not installed: "
            f"pip install {package}, or leave it out of trackers"
        ) from error
