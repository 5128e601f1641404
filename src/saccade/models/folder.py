"""Model folders (`config.json`, `model.safetensors`, `card.json`, `README.md`) and how to open any model.

Decided: preprocessing travels with the weights; `config.json` is written last, so a folder that has one is
whole. torch is imported only when a network is opened; a hand-made model needs NumPy and OpenCV alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import save_file

from saccade.errors import InputError, NotFoundError, StorageError
from saccade.models.card import Card, read_card, write_card
from saccade.models.config import ModelConfig, read_config
from saccade.models.identity import model_id
from saccade.models.readme import render
from saccade.vision.preprocess import Preprocess

if TYPE_CHECKING:
    from torch import Tensor

    from saccade.models.backbones import Backbone
    from saccade.models.embedder import Embedder, Pool
    from saccade.models.handmade import Handmade

TRUNK = "backbone.network."  # before the names of timm's parameters in the file of weights
WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"
WEIGHT_FILES = (".safetensors", ".pth", ".pt", ".bin")


class Embeds(Protocol):
    """What a model folder can hold: `embedder.Embedder` (torch) or `handmade.Handmade` (NumPy)."""

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        ...

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """The weights as float32, by name."""
        ...

    def describe(self, preprocess: Preprocess, name: str | None, licence: str, source: str) -> ModelConfig:
        """The config that goes with the weights; without a name, that of the architecture."""
        ...


@dataclass(frozen=True)
class Model:
    """An opened model.

    `config.kind` says what `embedder` is: "timm" an `Embedder` in eval mode, "handmade" a `Handmade`.
    `card` is what its folder says of it, or what was stated when it was opened.
    """

    model_id: str
    config: ModelConfig
    embedder: Embeds
    card: Card = field(default_factory=Card)

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.embedder.dim

    @property
    def preprocess(self) -> Preprocess:
        """What turns a decoded picture into the embedder's input."""
        return self.config.preprocess

    @property
    def network(self) -> Embedder:
        """The torch module; InputError for a hand-made model, which has none."""
        if self.config.kind != "timm":
            raise InputError(f"{self.model_id} is hand-made and has no network: call its embedder on a batch")
        return cast("Embedder", self.embedder)

    @property
    def handmade(self) -> Handmade:
        """The hand-made features; InputError for a network."""
        if self.config.kind != "handmade":
            raise InputError(f"{self.model_id} is a network: use Model.network")
        return cast("Handmade", self.embedder)


def make_model(embedder: Embeds, config: ModelConfig, card: Card | None = None) -> Model:
    """Join weights, config and card, and name the model; the config's name, licence and source hold."""
    card = replace(card or Card(), name=config.name, licence=config.licence, source=config.source)
    return Model(model_id(config.name, embedder.arrays(), config.identity()), config, embedder, card)


def save_model(
    embedder: Embeds, preprocess: Preprocess, folder: str | Path, *, card: Card | None = None
) -> Path:
    """Write a model folder over whatever model was there.

    Args:
        embedder: a network or hand-made features.
        preprocess: what turns a picture into its input.
        folder: created with its parents.
        card: name, licence, source and what else the README says.

    Returns:
        The folder. InputError for settings without a JSON form, StorageError when it cannot be written.
    """
    folder, card, arrays = Path(folder), card or Card(), embedder.arrays()
    config = embedder.describe(preprocess, card.name, card.licence, card.source)
    config.to_json()  # a setting without a JSON form is refused before anything is touched
    identity = model_id(config.name, arrays, config.identity())
    text = render(config, card, identity, sum(array.size for array in arrays.values()))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CONFIG).unlink(missing_ok=True)
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / WEIGHTS)
        (folder / CARD).write_text(text)
        write_card(folder, card, identity)
        config.write(folder / CONFIG)
    except (OSError, SafetensorError) as error:
        raise StorageError(f"cannot write the model folder {folder}: {error}") from error
    return folder


def load_model(
    spec: str | Path,
    *,
    architecture: str | None = None,
    kwargs: Mapping[str, Any] | None = None,
    preprocess: Preprocess | None = None,
    pretrained: bool | None = None,
    pool: Pool = "default",
    name: str | None = None,
    licence: str | None = None,
    source: str | None = None,
) -> Model:
    """Open a model.

    Args:
        spec: a model folder; or a file or http(s) URL of weights, with `architecture`; or a timm name.
        architecture: the timm name, for a file.
        kwargs: settings of the architecture; for a folder they replace its own, so that `img_size=160` opens
            the same weights at another resolution.
        preprocess: replaces what the folder says, or what timm recommends for the architecture.
        pretrained: for a timm name: True downloads its weights, False leaves it untrained (seed 0).
        pool: see `embedder.Pool`; not for a folder, which has its own.
        name, licence, source: for the config; sensible defaults.

    Returns:
        The model, its network in eval mode on the CPU. Errors are one line: NotFoundError for what is
        not there, InputError for wrong names of weights, a wrong config, or a missing argument.
    """
    stated = {k: v for k, v in (("name", name), ("licence", licence), ("source", source)) if v is not None}
    if Path(spec).is_dir():
        return _from_folder(Path(spec), kwargs, preprocess, stated)
    if str(spec).startswith(("http://", "https://")) or str(spec).endswith(WEIGHT_FILES):
        if architecture is None:
            raise InputError(f"{spec} is a file of weights: name its architecture, a timm name")
        return _from_timm(architecture, str(spec), None, kwargs, preprocess, pool, stated)
    if architecture is not None or "\\" in str(spec) or str(spec).startswith((".", "/", "~")):
        raise NotFoundError(f"no model folder or file of weights at {spec}")
    if pretrained is None:
        raise InputError(
            f"{spec} names an architecture: say pretrained=True to download its weights, False for none"
        )
    return _from_timm(str(spec), None, pretrained, kwargs, preprocess, pool, stated)


def _from_folder(
    folder: Path, kwargs: Mapping[str, Any] | None, preprocess: Preprocess | None, stated: Mapping[str, str]
) -> Model:
    saved = read_config(folder / CONFIG)
    if not (folder / WEIGHTS).is_file():
        raise NotFoundError(f"no {WEIGHTS} in {folder}")
    if kwargs and saved.kind == "handmade":
        raise InputError(
            f"{folder} holds hand-made features, which take no settings: found {', '.join(kwargs)}"
        )
    config = replace(saved, kwargs={**saved.kwargs, **(kwargs or {})}, **stated)  # type: ignore[arg-type]
    config = replace(config, preprocess=preprocess or _resized(config.preprocess, kwargs or {}))
    embedder = _handmade(config, folder) if config.kind == "handmade" else _network(config, saved, folder)
    if embedder.dim != config.dim:
        raise InputError(f"{folder / CONFIG} says dim {config.dim}, the weights give {embedder.dim}")
    return make_model(embedder, config, read_card(folder))


def _resized(preprocess: Preprocess, kwargs: Mapping[str, Any]) -> Preprocess:
    """The same geometry for the `img_size` of the settings, if they have one."""
    if (size := kwargs.get("img_size")) is None:
        return preprocess
    height, width = (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))
    scale = max(height / preprocess.size[0], width / preprocess.size[1])
    resize = None if preprocess.resize is None else round(preprocess.resize * scale)
    return replace(preprocess, size=(height, width), resize=resize)


def _handmade(config: ModelConfig, folder: Path) -> Embeds:
    from saccade.models.handmade import read_handmade

    return read_handmade(config, folder / WEIGHTS)


def _network(config: ModelConfig, saved: ModelConfig, folder: Path) -> Embeds:
    """The network of `config` with the folder's weights, resized where it differs from the `saved` one."""
    from saccade.models.backbones import create_backbone, key_report, read_state
    from saccade.models.embedder import Embedder
    from saccade.models.head import EmbeddingHead

    backbone = create_backbone(config.architecture, **cast("dict[str, Any]", config.kwargs))
    pool = cast("Pool", config.pool)
    width = backbone.width if pool == "default" else backbone.token_width
    head = EmbeddingHead(width, config.head_dim) if config.head_dim else None
    embedder = Embedder(backbone, head, pool).eval()
    state = read_state(folder / WEIGHTS)
    if config.kwargs != saved.kwargs:
        changed = config.kwargs.get("patch_size") != saved.kwargs.get("patch_size")
        state = _fitted(state, backbone, saved, patches=changed)
    if report := key_report(embedder.state_dict(), state):
        raise InputError(f"{folder / WEIGHTS} does not fit {config.architecture}: {report}")
    embedder.load_state_dict(state, strict=False)
    return embedder


def _fitted(
    state: Mapping[str, Tensor], backbone: Backbone, saved: ModelConfig, *, patches: bool
) -> dict[str, Tensor]:
    """Tensors of the folder for a network of other settings: those of the trunk resized, the head's as is."""
    import torch

    from saccade.models.backbones import create_backbone
    from saccade.models.resolution import fit_resolution, patch_grid

    with torch.device("meta"):
        before = create_backbone(saved.architecture, **cast("dict[str, Any]", saved.kwargs))
    trunk = {n.removeprefix(TRUNK): tensor for n, tensor in state.items() if n.startswith(TRUNK)}
    trunk = fit_resolution(trunk, backbone.network, grid=patch_grid(before.network), patches=patches)
    return {**state, **{TRUNK + name: tensor for name, tensor in trunk.items()}}


def _from_timm(
    architecture: str,
    weights: str | None,
    pretrained: bool | None,
    kwargs: Mapping[str, Any] | None,
    preprocess: Preprocess | None,
    pool: Pool,
    stated: Mapping[str, str],
) -> Model:
    import torch

    from saccade.models.backbones import create_backbone
    from saccade.models.embedder import Embedder

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        backbone = create_backbone(
            architecture, weights=weights, pretrained=bool(pretrained), **dict(kwargs or {})
        )
    embedder = Embedder(backbone, None, pool).eval()
    origin = weights or (f"timm {architecture}" if pretrained else "untrained")
    rest = {"name": None, "source": origin, "licence": _licence(backbone, pretrained), **stated}
    return make_model(embedder, embedder.describe(preprocess or recommended(backbone), **rest))  # type: ignore[arg-type]


def recommended(backbone: Backbone) -> Preprocess:
    """The preprocessing that timm recommends for this network."""
    from timm.data.config import resolve_model_data_config

    preprocess = Preprocess.from_timm(resolve_model_data_config(backbone.network))
    return _resized(preprocess, backbone.kwargs)


def _licence(backbone: Backbone, pretrained: bool | None) -> str:
    found = getattr(backbone.network, "pretrained_cfg", {}).get("license")
    return str(found) if pretrained and found else "unknown"


def with_head(model: Model) -> Model:
    """The same network behind the embedding head at its own width: LayerNorm without affine, then L2.

    Nothing is learnt and no projection is added; it centres the features, so that their signs become a
    useful binary code. InputError for hand-made features and for a model that has a head.
    """
    from saccade.models.embedder import Embedder
    from saccade.models.head import EmbeddingHead

    network = model.network
    if network.head is not None:
        raise InputError(f"{model.model_id} has a head already")
    headed = Embedder(network.backbone, EmbeddingHead(network.dim), network.pool).eval()
    config = model.config
    named = headed.describe(config.preprocess, config.name, config.licence, config.source)
    return make_model(headed, named, model.card)
