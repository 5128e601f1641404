"""Checkpoints: written whole or not at all, and read only by the run that they belong to.

A checkpoint is a folder `checkpoints/step-00000100` with `state.pt` (weights, optimisers by name of
parameter, running mean, counts; read with `weights_only`) and `about.json` (what made it). It is written
beside its place, flushed to the disk and renamed, so that a kill leaves the one before; parts that a kill
left are removed.

Decided: tensors are whole whatever the number of processes, gathered where FSDP2 has split them, so that a
run may be resumed by another number of processes, or with DDP instead of FSDP2. With the same number on the
same machine it goes on to the bit; with another the same within rounding (dropout draws by process). All
processes must see the folder.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, cast

import torch
from torch import Tensor

from saccade.errors import InputError
from saccade.models.backbones import key_report
from saccade.workspace.storage import storage_errors

FORMAT = 1
SHOWN = 4  # settings in an error


class Checkpoints:
    """The checkpoints of one run.

    Args:
        folder: of the run. identity: JSON values that a checkpoint must share. keep: newest ones that stay.
    """

    def __init__(self, folder: Path, identity: Mapping[str, object], keep: int) -> None:
        self.folder, self.keep = folder / "checkpoints", keep
        self.identity = cast("dict[str, object]", json.loads(json.dumps(identity)))

    def steps(self) -> list[int]:
        """Those that are there, ascending."""
        found = (path.name.removeprefix("step-") for path in self.folder.glob("step-*"))
        return sorted(int(number) for number in found if number.isdigit())

    def write(self, step: int, state: Mapping[str, Any]) -> None:
        """Add one, then remove the old. StorageError when the disk is full."""
        place = self._path(step)
        partial = place.with_suffix(".part")
        if place.is_dir():
            return
        with storage_errors(str(place)):
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            _flushed(partial / "state.pt", dict(state))
            about = {"format": FORMAT, "step": step, "bytes": (partial / "state.pt").stat().st_size}
            about |= {"identity": self.identity, "torch": torch.__version__}
            _flushed(partial / "about.json", json.dumps(about, indent=2))
            partial.rename(place)
            _flush_folder(self.folder)
        self.tidy()

    def tidy(self) -> None:
        """Remove what is older than the newest `keep`, and what a kill left."""
        for step in self.steps()[: -self.keep]:
            shutil.rmtree(self._path(step))
        for partial in self.folder.glob("*.part"):
            shutil.rmtree(partial)

    def newest(self, network: Mapping[str, Tensor]) -> dict[str, Any] | None:
        """The state that was written last, on the CPU; None where there is none.

        `network`: names and shapes that its weights must have. InputError in one line for a checkpoint that
        is torn, of another architecture or of other settings.
        """
        if not (steps := self.steps()):
            return None
        path = self._path(steps[-1])
        about, state = self._about(path), _read(path)
        if report := key_report(dict(network), state["network"]):
            raise InputError(f"{path} is of another architecture: {report}; {_anew(self.folder)}")
        if changed := _changes(about["identity"], self.identity):
            raise InputError(f"{path} was made with other settings: {changed}; {_anew(self.folder)}")
        return {**state, "step": steps[-1]}

    def _about(self, path: Path) -> dict[str, Any]:
        try:
            about = json.loads((path / "about.json").read_text())
            if about["format"] != FORMAT:
                raise InputError(
                    f"{path} has format {about['format']}, expected {FORMAT}: {_anew(self.folder)}"
                )
            if about["bytes"] != (path / "state.pt").stat().st_size:
                raise _torn(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise error if isinstance(error, InputError) else _torn(path) from error
        return about

    def _path(self, step: int) -> Path:
        return self.folder / f"step-{step:08d}"


def _read(path: Path) -> dict[str, Any]:
    try:
        return torch.load(path / "state.pt", map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, EOFError, UnpicklingError) as error:
        raise _torn(path) from error


def _flushed(path: Path, content: Mapping[str, Any] | str) -> None:
    with path.open("wb") as file:
        if isinstance(content, str):
            file.write(content.encode())
        else:
            torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _changes(then: Mapping[str, object], now: Mapping[str, object]) -> str:
    names = [name for name in {**then, **now} if then.get(name) != now.get(name)]
    said = [f"{name} was {then.get(name)}, is {now.get(name)}" for name in names[:SHOWN]]
    return ", ".join(said) + (", ..." if len(names) > SHOWN else "")


def _anew(folder: Path) -> str:
    return f"go back to what it was, or remove {folder} to begin anew"


def _torn(path: Path) -> InputError:
    return InputError(f"{path} is torn or no checkpoint: remove it, and the run goes on from the one before")
