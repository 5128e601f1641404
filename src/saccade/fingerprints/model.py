"""A model as this package sees it: named at once, its weights read only when there is something to compute.

Decided: the id of a model folder is remembered beside the workspace's other caches with the size and time
of the folder's files, so that a run with nothing to do neither imports torch nor reads weights.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache as once
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.numpy import load_file

from saccade.errors import InputError, NotFoundError, StorageError
from saccade.fingerprints.runners.base import Pixels, Vectors
from saccade.models.config import ModelConfig, read_config
from saccade.models.folder import CONFIG, WEIGHTS, Model, load_model
from saccade.models.identity import model_id
from saccade.vision.preprocess import Preprocess
from saccade.workspace.storage import replace_file

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class ModelRef:
    """What is known of a model without its weights, and `embedder()` to read them.

    `function` is set for a model that is a plain function (uint8 [N, H, W, 3] to float [N, dim]);
    `spec` is the folder that another process can open it from, None when it lives in this process only.
    """

    model_id: str
    dim: int
    preprocess: Preprocess
    load: Callable[[], nn.Module]
    function: Callable[[Pixels], Vectors] | None = None
    spec: str | None = field(default=None)

    def embedder(self) -> nn.Module:
        """The torch module in eval mode, on the CPU."""
        return self.load()


def resolve(model: str | os.PathLike[str] | Model, cache: Path | None = None) -> ModelRef:
    """The model that a model folder, or an opened `Model`, holds.

    Args:
        model: a model folder; an opened model; or what else `models.folder.load_model` opens by name.
        cache: folder where ids are remembered, None to compute them anew.
    """
    if isinstance(model, Model):
        return _of_model(model, None)
    folder = Path(model)
    if not folder.is_dir():
        return _of_model(load_model(str(model)), None)
    config = read_config(folder / CONFIG)
    if config.kind == "handmade":
        return _of_model(load_model(folder), str(folder.absolute()))
    load = once(lambda: load_model(folder).network)
    name = _remembered_id(folder, config, cache)
    return ModelRef(name, config.dim, config.preprocess, load, spec=str(folder.absolute()))


def _of_model(model: Model, spec: str | None) -> ModelRef:
    if model.config.kind != "handmade":
        return ModelRef(model.model_id, model.dim, model.preprocess, lambda: model.network, spec=spec)
    features = model.handmade

    def function(pixels: Pixels) -> Vectors:
        return features(pixels.transpose(0, 3, 1, 2))

    def no_module() -> nn.Module:
        raise InputError(f"{model.model_id} is hand-made: it runs without torch")

    return ModelRef(model.model_id, model.dim, model.preprocess, no_module, function, spec)


def _remembered_id(folder: Path, config: ModelConfig, cache: Path | None) -> str:
    if cache is None:
        return _folder_id(folder, config)
    marks = [str(folder.absolute())]
    try:
        for path in (folder / CONFIG, folder / WEIGHTS):
            found = path.stat()
            marks += [str(found.st_size), str(found.st_mtime_ns), str(found.st_ino)]
    except OSError as error:
        raise NotFoundError(f"{error.filename} is missing: it is no whole model folder") from None
    digest = hashlib.blake2b("|".join(marks).encode(), digest_size=12).hexdigest()
    return _kept(cache / "model-ids" / f"{digest}.json", lambda: _folder_id(folder, config))


def _folder_id(folder: Path, config: ModelConfig) -> str:
    return model_id(config.name, load_file(folder / WEIGHTS), config.identity())


def _kept(path: Path, compute: Callable[[], str]) -> str:
    try:
        return str(json.loads(path.read_text())["model_id"])
    except (OSError, ValueError, KeyError):
        found = compute()
    with suppress(OSError, StorageError):  # no room or no right to write: the next run computes it again
        replace_file(path, json.dumps({"model_id": found}).encode())
    return found
