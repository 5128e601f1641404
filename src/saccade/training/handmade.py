"""Fit hand-made features on product pictures: what the demo can do without torch.

Decided: each picture is photographed by random cameras (`augment.py`), and the closed-form projection
of `models/handmade.py` forgets what these cameras change. Pictures alone are used: no photo of a shopper.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from saccade.models.card import Card
from saccade.models.folder import save_model
from saccade.models.handmade import PREPROCESS, HandmadeSettings, fit_handmade, raw_features
from saccade.progress import SILENT, Progress
from saccade.training.augment import Camera
from saccade.training.groups import Grouped, Groups, read_groups


def handmade_model(
    image_groups: Groups,
    out_folder: str | Path,
    *,
    cameras: int = 3,
    dim: int = 128,
    shrink: float = 0.1,
    seed: int = 0,
    settings: HandmadeSettings | None = None,
    progress: Progress = SILENT,
) -> Path:
    """Fit and write a model folder; the same arguments give the same model.

    Args:
        image_groups: (product, its pictures as uint8 HWC RGB or as paths); two products at least.
        out_folder: where `config.json`, `model.safetensors` and the card go.
        cameras: photos taken of each picture beside the picture itself.
        dim: width of the vectors, at most the number of products less one.
        shrink: see `fit_handmade`.
        seed: of the cameras.

    Returns:
        The folder; open it with `load_model`. InputError for bad groups.
    """
    settings = settings or HandmadeSettings()
    grouped = read_groups(image_groups, PREPROCESS.size[0])
    features = _features(grouped, cameras, settings, np.random.default_rng(seed), progress)
    labels = np.tile(grouped.labels, cameras + 1).tolist()
    model = fit_handmade(features, labels, dim=dim, shrink=shrink, settings=settings)
    count = len(grouped.pictures)
    card = Card(
        licence="Apache-2.0",
        source="fitted by saccade.training.handmade",
        intended_use="Demonstrations on pictures like those it was fitted on; not a general model.",
        training=f"Closed form on {grouped.products} products, {count} pictures, {cameras} simulated photos "
        f"of each, seed {seed}.",
    )
    return save_model(model, PREPROCESS, out_folder, card=card)


def _features(
    grouped: Grouped, cameras: int, settings: HandmadeSettings, rng: np.random.Generator, progress: Progress
) -> np.ndarray:
    """Raw features of all pictures, then of all their photos by the first camera, the second, ..."""
    camera, side, count = Camera(), PREPROCESS.size[0], len(grouped.pictures)
    progress.start("fit hand-made features", count * (cameras + 1))
    rows: list[np.ndarray] = []
    for turn in range(cameras + 1):
        for picture, mask in zip(grouped.pictures, grouped.masks, strict=True):
            seen = PREPROCESS.prepare_uint8(picture)
            if turn > 0:
                seen = camera(picture, side, rng, mask, grouped.pictures[int(rng.integers(count))])
            rows.append(raw_features(seen[None], settings))
            progress.advance()
    progress.stop()
    return np.concatenate(rows)
