"""`saccade model`: open a backbone by name, file or folder, and keep it in the workspace under its id."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from saccade.cli.common import FLAT, Common, parse
from saccade.errors import InputError
from saccade.fingerprints.store import keep_model
from saccade.models.folder import Model, load_model, with_head
from saccade.pipeline.models import fit_to_catalogue
from saccade.vision.preprocess import Preprocess
from saccade.workspace import Workspace

HANDMADE = "handmade"
PLAIN = tyro.conf.FlagCreatePairsOff


@dataclass(frozen=True)
class Backbone:
    """Put a model into the workspace and print its id, for `saccade fingerprint`."""

    spec: str
    """A timm name (also hf_hub:org/name), a file or address of weights, a model folder, or `handmade`:
    features fitted to the pictures of the workspace, without torch or a download."""
    architecture: str | None = None
    """The timm name that a file of weights fits."""
    kwargs: str = "{}"
    """Settings of the architecture, as JSON."""
    pretrained: Annotated[bool, PLAIN] = False
    """Download the weights that timm names; without it a timm name stays untrained."""
    head: Annotated[bool, PLAIN] = False
    """Add the affine-free LayerNorm of the unified embedding: its signs are good binary codes."""
    name: str | None = None
    """Readable part of the id; the architecture's name by default."""
    licence: str | None = None
    """Of the weights, for the card."""
    size: int | None = None
    """Side in pixels of what the model sees; the architecture's own by default."""
    crop_pct: float | None = None
    """Share of the resized picture that is kept."""
    interpolation: str | None = None
    """bilinear, bicubic, lanczos, box, hamming or nearest."""
    mean: tuple[float, float, float] | None = None
    """Per channel, of pixels in 0..1."""
    std: tuple[float, float, float] | None = None
    """Per channel, of pixels in 0..1."""

    def load(self) -> Model:
        """The opened model, with the preprocessing and the head that the options state."""
        model = self._open(None)
        if changes := self._changes():
            model = self._open(Preprocess.from_dict({**model.preprocess.to_dict(), **changes}))
        return with_head(model) if self.head else model

    def _open(self, preprocess: Preprocess | None) -> Model:
        return load_model(
            self.spec, architecture=self.architecture, kwargs=self._settings(), pretrained=self._pretrained(),
            preprocess=preprocess, name=self.name, licence=self.licence,
        )  # fmt: skip

    def _pretrained(self) -> bool | None:
        return self.pretrained if self.architecture is None else None

    def _settings(self) -> dict[str, object]:
        try:
            found = json.loads(self.kwargs)
        except ValueError as error:
            raise InputError(f'kwargs must be JSON such as \'{{"pad_type": "same"}}\': {error}') from error
        if not isinstance(found, dict):
            raise InputError(f"kwargs must be a JSON object, found {self.kwargs}")
        return found

    def _changes(self) -> dict[str, object]:
        stated = {
            "size": None if self.size is None else [self.size, self.size], "crop_pct": self.crop_pct,
            "interpolation": self.interpolation, "mean": self.mean, "std": self.std,
        }  # fmt: skip
        return {name: list(v) if isinstance(v, tuple) else v for name, v in stated.items() if v is not None}


def main(argv: list[str]) -> None:
    backbone, common = parse(_options, "model", argv, Backbone.__doc__ or "")
    ws = Workspace(common.workspace, create=True)
    if backbone.spec != HANDMADE:
        print(keep_model(ws, backbone.load()))
        return
    with tempfile.TemporaryDirectory() as folder:
        fit_to_catalogue(ws, Path(folder), progress=common.progress())
        print(keep_model(ws, Path(folder)))


def _options(backbone: Annotated[Backbone, FLAT], common: Annotated[Common, FLAT]) -> tuple[Backbone, Common]:
    return backbone, common
