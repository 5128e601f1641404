"""The models of a workspace: `models/<model_id>/`, kept beside the fingerprints that they made.

A model that saccade trained is a candidate until its card is complete (`saccade.models.card.missing`);
`released` is the gate, and whoever would fill a table with its vectors asks there first.

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
from saccade.models.card import CARD_DATA, Card, missing, parse_card, read_card
from saccade.models.folder import CARD, CONFIG, WEIGHTS, Model, save_model
from saccade.models.readme import update_card
from saccade.workspace.workspace import Workspace

CARDS = (CARD, CARD_DATA)
FILES = (WEIGHTS, *CARDS, CONFIG)


def keep_model(ws: Workspace, model: Model | Path) -> str:
    """Put a model (opened, or its folder) into the workspace; returns its model_id.

    A model that is kept already keeps its card where that was measured and the new one was not.
    """
    if isinstance(model, Model):
        with tempfile.TemporaryDirectory() as folder:
            save_model(model.embedder, model.preprocess, folder, card=model.card)
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
    if not ws.local:
        _fetch(ws, model_id, folder)
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


def released(folder: Path, model_id: str) -> None:
    """InputError for a candidate: it names what the card in its folder lacks, and how to fill it."""
    lacks = missing(read_card(folder), model_id)
    if lacks:
        raise InputError(
            f"{model_id} is not released, its card lacks {', '.join(lacks)}: run `saccade assess {model_id} "
            "--queries HELD_OUT_PICTURES` (see its --help)"
        )


def put_card(ws: Workspace, model_id: str, card: Card) -> None:
    """Give a kept model another card."""
    folder = kept_model(ws, model_id)
    update_card(folder, card, model_id)
    if not ws.local:
        for name in (*CARDS, CONFIG):
            ws.write_bytes(f"models/{model_id}/{name}", (folder / name).read_bytes())


def _copy(ws: Workspace, model_id: str, folder: Path) -> str:
    kept = _kept_card(ws, model_id).assessment is not None and read_card(folder).assessment is None
    for name in FILES:
        source = folder / name
        if source.is_file() and not (kept and name in (*CARDS, CONFIG)):
            ws.write_bytes(f"models/{model_id}/{name}", source.read_bytes())
    return model_id


def _kept_card(ws: Workspace, model_id: str) -> Card:
    place = f"models/{model_id}/{CARD_DATA}"
    try:
        return parse_card(ws.read_bytes(place), ws.path(place))
    except NotFoundError:
        return Card()


def _fetch(ws: Workspace, model_id: str, folder: Path) -> None:
    """Bring a model of an object store here: weights once, cards each time, since they change."""
    here = (folder / CONFIG).is_file()
    for name in CARDS if here else FILES:
        try:
            data = ws.read_bytes(f"models/{model_id}/{name}")
        except NotFoundError:
            if name in CARDS:  # an older folder has no card.json
                continue
            return
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
