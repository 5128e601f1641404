"""What a run starts from: a trunk with its preprocessing, and the embedding head on it.

Decided: a model with an embedding head of the wanted width keeps it (its training goes on); any other trunk
gets a new head (LayerNorm without affine, projection, unit length), whose signs are the binary code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from saccade.errors import InputError
from saccade.fingerprints.store import kept_model, kept_models
from saccade.models.config import read_config
from saccade.models.embedder import Embedder
from saccade.models.folder import CONFIG, Model, load_model
from saccade.models.head import EmbeddingHead
from saccade.vision.preprocess import Preprocess
from saccade.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Start:
    """embedder: what learns. preprocess: of the model in the end. base: what it was opened from."""

    embedder: Embedder
    preprocess: Preprocess
    base: Model


def open_base(ws: Workspace, spec: str, sizes: Sequence[int] = (), pretrained: bool = False) -> Model:
    """A kept model, a model folder or a timm network (untrained unless `pretrained`).

    sizes: sides of the pictures to come, one after the other; a transformer is built for the last one, and
    for all of them where there are several. Raises NotFoundError or InputError in one line; a hand-made model
    has nothing to train.
    """
    if spec in kept_models(ws):
        spec = str(kept_model(ws, spec))
    known = Path(spec).is_dir()
    name = read_config(Path(spec) / CONFIG).architecture if known else spec
    kwargs = _for_sizes(sizes) if sizes and _takes_size(name) else None
    model = load_model(spec, kwargs=kwargs, pretrained=None if known else pretrained)
    if model.config.kind != "timm":
        raise InputError(f"{spec} is made by hand and cannot be trained: start from a network")
    return model


def _for_sizes(sizes: Sequence[int]) -> dict[str, object]:
    several: dict[str, object] = {"dynamic_img_size": True} if len(set(sizes)) > 1 else {}
    return {"img_size": sizes[-1], **several}


def _takes_size(name: str) -> bool:
    """Transformers are built for one size of picture; CNNs take any."""
    return any(part in name for part in ("vit", "deit", "beit", "eva", "swin"))


def start(model: Model, dim: int, size: int | None = None, seed: int = 0) -> Start:
    """The model with a head of `dim` numbers (0: the trunk's width), for pictures of `size` pixels."""
    network = model.network
    preprocess = (
        model.preprocess if size is None else replace(model.preprocess, size=(size, size), resize=None)
    )
    wanted = dim or network.dim
    if network.head is not None and network.head.dim == wanted:
        return Start(network, preprocess, model)
    backbone = network.backbone
    width = backbone.width if network.pool == "default" else backbone.token_width
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        head = EmbeddingHead(width, dim or None)
    return Start(Embedder(backbone, head, network.pool), preprocess, model)
