"""The stage that learns what goes together from boards, scenes and objects in pictures.

    FitComplete(epochs=12).run(ws)

Decided: it is learned whole or not at all, since a new board changes every pair; where tables, settings and
code are those of the last fit, nothing is done. The state is kept after every epoch, and a fit that was
killed goes on from there to the same numbers.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np

from saccade.discovery.complete.bilinear import Bilinear, FitSettings, State, begin, epochs
from saccade.discovery.complete.looks import MOST, Looks, gather_looks
from saccade.discovery.complete.model import FOLDER, Compatibility, read_info
from saccade.discovery.complete.prior import count_categories
from saccade.errors import InputError, NotFoundError
from saccade.progress import Progress
from saccade.workspace import Clock, Plan, Stage, Workspace
from saccade.workspace.lineage import Value

FEWEST = 10  # looks
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TABLES = ("boards", "board_items", "item_images", "items", "objects")
_CODE = 1  # changes when the same tables and settings would teach something else


@dataclass(frozen=True)
class FitComplete(Stage):
    """Learn what goes together, across categories, from boards and scenes."""

    name: ClassVar[str] = "fit-complete"
    model: str | None = None
    """A model with fingerprints; may be left out when there is one only."""
    label: str = "main"
    """Name of what is learned, under complete/."""
    boards: bool = True
    """Learn from boards."""
    scenes: bool = True
    """Learn from pictures that show several items."""
    objects: bool = True
    """Learn from objects of one picture that have categories and fingerprints."""
    epochs: int = 12
    """How often triplets are drawn anew; the best epoch is kept."""
    rank: int = 32
    """Width in which two things are compared."""
    most: int = MOST
    """Members of looks held in memory."""
    seed: int = 0
    """Of the triplets."""

    def plan(self, ws: Workspace) -> Plan:
        """Counts the links to read; raises `InputError` for settings that cannot be used."""
        self._check()
        if self._fresh(ws):
            return Plan(self.name, 0, "links")
        links = ws.table("board_items").count() * self.boards + ws.table("objects").count() * self.objects
        return Plan(self.name, links + ws.table("item_images").count() * self.scenes, "links")

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        self._check()
        model_id = self._model(ws)
        if self._fresh(ws):
            return {"looks": 0, "note": f"nothing changed since {FOLDER}/{self.label}/info.json"}
        with clock.reading():
            looks = gather_looks(ws, model_id, self.boards, self.scenes, self.objects, self.most)
        if len(looks) < FEWEST:
            raise InputError(
                f"expected {FEWEST} looks of two categories or more, found {len(looks)}: import boards "
                "(board_items), or scenes with objects, and fingerprint them"
            )
        state = self._learned(ws, looks, clock, progress)
        with clock.writing():
            about = {"signature": self._signature(ws), "right": state.right, "settings": asdict(self)}
            prior = count_categories(looks)
            Compatibility.of(model_id, looks, state.best, prior, about).save(ws, self.label)
            _forget(ws, self._state)
        return {"looks": len(looks), "members": len(looks.keys), "categories": len(looks.categories),
                "triplets_right": state.right}  # fmt: skip

    def _learned(self, ws: Workspace, looks: Looks, clock: Clock, progress: Progress) -> State:
        settings = FitSettings(epochs=self.epochs, rank=self.rank, seed=self.seed)
        signature = self._signature(ws)
        state = self._kept(ws, signature, begin(looks, settings))
        progress.start("learn what goes together", self.epochs)
        progress.advance(state.epoch)
        found = epochs(looks, settings, state)
        while True:
            with clock.computing():
                after = next(found, None)
            if after is None:
                break
            state = after
            with clock.writing():
                ws.write_bytes(self._state, _packed(state, signature))
            progress.advance()
        progress.stop()
        return state

    @property
    def _state(self) -> str:
        return f"{FOLDER}/{self.label}/state.npz"

    def _kept(self, ws: Workspace, signature: str, fresh: State) -> State:
        """The state of a fit that was interrupted, `fresh` where there is none of this kind."""
        try:
            return _unpacked(ws.read_bytes(self._state), signature, fresh)
        except (NotFoundError, ValueError, KeyError, OSError):
            return fresh

    def _check(self) -> None:
        if not _LABEL.fullmatch(self.label):
            raise InputError(f"a label has letters, digits, '.', '_', '-', found {self.label!r}")
        if self.epochs < 0 or self.rank < 1 or self.most < 1:
            raise InputError(
                f"expected epochs from 0, rank and most from 1, found {self.epochs}, {self.rank}, {self.most}"
            )
        if not (self.boards or self.scenes or self.objects):
            raise InputError("expected something to learn from: boards, scenes or objects")

    def _model(self, ws: Workspace) -> str:
        have = ws.models_with_fingerprints()
        if self.model is not None:
            return ws.fingerprints(self.model).name.removeprefix("fingerprints/")
        if len(have) != 1:
            raise InputError(
                f"expected the model to be named, found fingerprints of {', '.join(have) or 'none'}"
            )
        return have[0]

    def _fresh(self, ws: Workspace) -> bool:
        found = read_info(ws, self.label)
        return found is not None and found.get("signature") == self._signature(ws)

    def _signature(self, ws: Workspace) -> str:
        """Changes with settings, code and every table that is read."""
        state: dict[str, object] = {name: ws.table(name).version for name in _TABLES}
        model_id = self._model(ws)
        state |= {"model": model_id, "vectors": ws.fingerprints(model_id).version, "code": _CODE}
        state |= {"settings": asdict(self)}
        return hashlib.blake2b(json.dumps(state, sort_keys=True).encode(), digest_size=16).hexdigest()


def _packed(state: State, signature: str) -> bytes:
    sink = io.BytesIO()
    forms = {
        f"{name}_{part}": getattr(form, part)
        for name, form in (("now", state.now), ("best", state.best))
        for part in ("shared", "own")
    }
    moments = {f"moment_{at}": part for at, part in enumerate(state.moments)}
    numbers = {"epoch": state.epoch, "steps": state.steps, "right": state.right, "signature": signature}
    arrays: dict[str, Any] = {**forms, **moments, **{n: np.array(value) for n, value in numbers.items()}}
    np.savez(sink, **arrays)
    return sink.getvalue()


def _unpacked(data: bytes, signature: str, fresh: State) -> State:
    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        if str(kept["signature"]) != signature:
            return fresh

        def form(name: str) -> Bilinear:
            return replace(fresh.now, shared=kept[f"{name}_shared"], own=kept[f"{name}_own"])

        moments = [kept[f"moment_{at}"] for at in range(len(fresh.moments))]
        return State(int(kept["epoch"]), form("now"), form("best"), float(kept["right"]), moments,
                     int(kept["steps"]))  # fmt: skip


def _forget(ws: Workspace, name: str) -> None:
    """Remove the state of a fit that is over."""
    if ws.fs.exists(ws.path(name)):
        ws.fs.rm(ws.path(name))
