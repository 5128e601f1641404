"""The models of a workspace: `models/<model_id>/`, kept beside the fingerprints that they made.

Decided: whoever searches needs the model that filled the index, so the stage keeps a copy of it, whatever it
was opened from; files are written whole and `config.json` last. A workspace on an object store keeps them
there and reads them through a cache on this machine.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from saccade.errors import InputError, NotFoundError
from saccade.fingerprints.model import resolve
from saccade.fingerprints.runners.base import Runner
from saccade.fingerprints.runners.choose import REFERENCE, open_runner, remembered
from saccade.models.card import Card
from saccade.models.folder import CARD, CONFIG, WEIGHTS, Model, save_model
from saccade.workspace.workspace import Workspace

FILES = (WEIGHTS, CARD, CONFIG)


def keep_model(ws: Workspace, model: Model | Path) -> str:
    """Put a model (opened, or its folder) into the workspace; returns its model_id."""
    if isinstance(model, Model):
        with tempfile.TemporaryDirectory() as folder:
            card = Card(model.config.name, model.config.licence, model.config.source)
            save_model(model.embedder, model.preprocess, folder, card=card)
            return _copy(ws, model.model_id, Path(folder))
    return _copy(ws, resolve(model, ws.local_dir("cache")).model_id, model)


def locate(ws: Workspace, spec: str | Path | None) -> str | Path:
    """The folder of a model: of the id that the workspace keeps, the only one for None, or a folder as it is.

    Raises `NotFoundError` for an id that it does not keep.
    """
    text = the_only_model(ws) if spec is None else os.fspath(spec)
    return text if "/" in text or Path(text).is_dir() else kept_model(ws, text)


def kept_models(ws: Workspace) -> list[str]:
    """Ids of the models that the workspace keeps, sorted."""
    try:
        found = ws.fs.ls(ws.path("models"), detail=False)
    except FileNotFoundError:
        return []
    return sorted(str(path).rstrip("/").rsplit("/", 1)[-1] for path in found)


def the_only_model(ws: Workspace) -> str:
    """Id of the only model; `NotFoundError` for none, `InputError` that names them for several."""
    have = kept_models(ws)
    if not have:
        raise NotFoundError(
            f"{ws.uri} keeps no model yet: make one, with `saccade model handmade` for instance"
        )
    if len(have) > 1:
        raise InputError(f"expected --model to name one of {', '.join(have)}")
    return have[0]


def kept_model(ws: Workspace, model_id: str) -> Path:
    """Local folder of a model of the workspace; `NotFoundError` when it is not there."""
    folder = ws.local_dir("models", model_id)
    if not ws.local and not (folder / CONFIG).is_file():
        contents = {name: ws.read_bytes(f"models/{model_id}/{name}") for name in FILES}
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in contents.items():
            (folder / name).write_bytes(data)
    if not (folder / CONFIG).is_file():
        have = ", ".join(kept_models(ws)) or "none"
        raise NotFoundError(
            f"{ws.uri} keeps no model {model_id!r} (it keeps {have}); see `saccade model --help`"
        )
    return folder


def open_kept(ws: Workspace, model_id: str, batch_size: int = 1, threads: int | None = None) -> Runner:
    """A runner for a kept model: the kind that filled its fingerprints, where that was measured.

    `threads`: cores that one call may use, where the runner can be told; all by default.
    """
    cache = ws.local_dir("cache")
    model = resolve(kept_model(ws, model_id), cache)
    choice = remembered(cache, model_id)
    return open_runner(choice.name if choice else REFERENCE, model, cache, batch_size, threads)


def _copy(ws: Workspace, model_id: str, folder: Path) -> str:
    for name in FILES:
        source = folder / name
        if source.is_file():
            ws.write_bytes(f"models/{model_id}/{name}", source.read_bytes())
    return model_id
