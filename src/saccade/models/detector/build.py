"""A detector from a config and what it starts from: nothing, an embedder, or another detector.

Decided: the trunk is rebuilt at the detector's size, so the positions of a transformer are resized in the
plane (`models/resolution.py`); at its native size they stay as they are. The given model is not changed.
From a detector of other categories everything is taken that fits: trunk, neck, proposals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from saccade.errors import InputError, NotFoundError
from saccade.models.backbones import Backbone, create_backbone
from saccade.models.detector.config import DetectorConfig, is_detector_folder
from saccade.models.detector.detector import Detector
from saccade.models.detector.faster_rcnn import FasterRcnn
from saccade.models.detector.ssd import SingleShot
from saccade.models.detector.vit_frcnn import VitFrcnn
from saccade.models.embedder import Embedder, Pool
from saccade.models.folder import Model, load_model, recommended
from saccade.models.head import EmbeddingHead
from saccade.models.resolution import fit_resolution, patch_grid
from saccade.vision.preprocess import Preprocess

Base = Model | Embedder | Detector | str | Path
_BRANCHES: dict[str, Callable[[Backbone, DetectorConfig], nn.Module]] = {
    "vit-frcnn": VitFrcnn,
    "faster-rcnn": FasterRcnn,
    "ssd": SingleShot,
}


def make_detector(config: DetectorConfig, base: Base | None = None, *, seed: int = 0) -> Detector:
    """Build a detector.

    Args:
        config: backbone, kwargs, pool, head_dim and preprocess are taken from `base` where one is given.
        base: an opened model or its embedder, a detector, or the folder of either; None for an untrained
            trunk of `config.backbone`.
        seed: of parameters that start at random.

    Returns:
        The detector in eval mode on the CPU; its config is complete. InputError or NotFoundError in one line.
    """
    base = _opened(base)
    if isinstance(base, Detector):
        config = _with_trunk(config, base.embedder, base.config.preprocess)
        return _inherited(build(config, seed), base)
    if base is None:
        return build(_with_mean(config), seed)
    embedder = base.network if isinstance(base, Model) else base
    known = base.preprocess if isinstance(base, Model) else recommended(embedder.backbone)
    detector = build(_with_trunk(config, embedder, known), seed)
    _take_embedder(detector.embedder, embedder)
    return detector


def build(config: DetectorConfig, seed: int = 0) -> Detector:
    """The detector of a config, untrained, in eval mode. InputError or NotFoundError in one line."""
    if not config.backbone:
        raise InputError("a detector needs a trunk: name its backbone, or a model to start from")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        backbone = create_backbone(config.backbone, **cast("dict[str, Any]", dict(config.kwargs)))
        config = _sized(config, backbone)
        if config.kwargs != backbone.kwargs:
            backbone = create_backbone(config.backbone, **cast("dict[str, Any]", dict(config.kwargs)))
        width = backbone.width if config.pool == "default" else backbone.token_width
        head = EmbeddingHead(width, config.head_dim) if config.head_dim else None
        embedder = Embedder(backbone, head, cast(Pool, config.pool))
        return Detector(embedder, _BRANCHES[config.architecture](backbone, config), config).eval()


def _opened(base: Base | None) -> Model | Embedder | Detector | None:
    if not isinstance(base, str | Path):
        return base
    if is_detector_folder(base):
        from saccade.models.detector.folder import load_detector

        return load_detector(base)
    if not Path(base).is_dir():
        raise NotFoundError(f"no folder of a model or a detector at {base}")
    return load_model(base)


def _with_trunk(config: DetectorConfig, embedder: Embedder, known: Preprocess) -> DetectorConfig:
    """The config with what the embedder says of itself."""
    backbone = embedder.backbone
    if config.backbone and config.backbone != backbone.name:
        raise InputError(
            f"the config names {config.backbone}, the model has {backbone.name}: leave backbone empty"
        )
    kwargs = {**backbone.kwargs, **config.kwargs}
    return replace(
        config,
        backbone=backbone.name,
        kwargs={key: value for key, value in kwargs.items() if key != "img_size"},
        pool=embedder.pool,
        head_dim=embedder.head.dim if embedder.head is not None else None,
        preprocess=_square(known, config.size),
    )


def _with_mean(config: DetectorConfig) -> DetectorConfig:
    return replace(config, preprocess=_square(config.preprocess, config.size))


def _square(known: Preprocess, size: int) -> Preprocess:
    """The mean and std that the trunk knows, for whole pictures in a square."""
    return Preprocess(size=(size, size), crop_pct=1.0, crop_mode="border", mean=known.mean, std=known.std)


def _sized(config: DetectorConfig, backbone: Backbone) -> DetectorConfig:
    """The config with the picture size that networks of patches want to know; InputError for half patches."""
    patch = getattr(getattr(backbone.network, "patch_embed", None), "patch_size", None)
    if patch_grid(backbone.network) is None or patch is None:
        return config
    step = int(patch[0] if isinstance(patch, tuple) else patch)
    if config.size % step:
        raise InputError(
            f"{config.backbone} has patches of {step} pixels: size is a multiple of it, found {config.size}"
        )
    return replace(config, kwargs={**config.kwargs, "img_size": config.size})


def _take_embedder(embedder: Embedder, source: Embedder) -> None:
    """Copy the weights, with tables of positions resized where the grids differ."""
    network, before = embedder.backbone.network, source.backbone.network
    trunk = fit_resolution(before.state_dict(), network, grid=patch_grid(before))
    network.load_state_dict(trunk)
    if embedder.head is not None and source.head is not None:
        embedder.head.load_state_dict(source.head.state_dict())


def _inherited(detector: Detector, source: Detector) -> Detector:
    """Everything of another detector that has the same name and shape."""
    _take_embedder(detector.embedder, source.embedder)
    mine = detector.branch.state_dict()
    found = source.branch.state_dict().items()
    fits = {name: value for name, value in found if name in mine and mine[name].shape == value.shape}
    detector.branch.load_state_dict(fits, strict=False)
    return detector
