"""The fitted hand-made model: repeats itself, finds unseen products in photos, needs no torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from saccade.errors import InputError
from saccade.models.folder import load_model
from saccade.models.handmade import PREPROCESS, HandmadeSettings, as_pixels, raw_features, unit
from saccade.training.augment import Camera, mask_of
from saccade.training.handmade import handmade_model

SMALL = HandmadeSettings(grid=3, light=4, colour=6, cells=5, angles=6)


def products(first: int, count: int) -> list[tuple[int, list[np.ndarray]]]:
    """Coloured shapes on white paper, two views each."""
    made = []
    for number in range(first, first + count):
        rng = np.random.default_rng(number)
        colours, size = rng.integers(0, 220, (2, 3)).tolist(), rng.integers(18, 34, 2).tolist()
        views = []
        for angle in (0, 20):
            picture = np.full((96, 96, 3), 246, np.uint8)
            (cv2.ellipse if number % 2 else _box)(picture, (48, 48), size, angle, 0, 360, colours[0], -1)
            cv2.circle(picture, (48, 48), 8, colours[1], -1)
            views.append(picture)
        made.append((number, views))
    return made


def _box(picture: np.ndarray, centre: object, size: list[int], angle: float, *rest: object) -> None:
    corners = cv2.boxPoints(((48.0, 48.0), (2.0 * size[0], 2.0 * size[1]), angle))
    cv2.fillPoly(picture, [corners.astype(np.int32)], rest[2])  # type: ignore[arg-type]


def test_finds_unseen_products_in_photos(tmp_path: Path) -> None:
    model = load_model(handmade_model(products(0, 60), tmp_path, dim=40, settings=SMALL)).handmade
    rng, unseen = np.random.default_rng(5), products(100, 40)
    catalogue = np.stack([views[0] for _, views in unseen])
    photos = np.stack(
        [
            Camera()(v[1], 96, rng, mask_of(v[1]), unseen[(i + 7) % 40][1][0])
            for i, (_, v) in enumerate(unseen)
        ]
    )
    fitted = [model(x.transpose(0, 3, 1, 2)) for x in (photos, catalogue)]
    raw = [
        unit(raw_features(as_pixels(x.transpose(0, 3, 1, 2)), model.settings)) for x in (photos, catalogue)
    ]
    hits = [float(((q @ g.T).argmax(1) == np.arange(40)).mean()) for q, g in (fitted, raw)]
    assert hits[0] > hits[1] + 0.1 and hits[0] > 0.3


def test_same_arguments_same_model(tmp_path: Path) -> None:
    ids = [
        load_model(handmade_model(products(0, 6), tmp_path / str(n), seed=seed, settings=SMALL)).model_id
        for n, seed in enumerate((0, 0, 1))
    ]
    assert ids[0] == ids[1] != ids[2]
    assert load_model(tmp_path / "0").preprocess == PREPROCESS and load_model(tmp_path / "0").dim <= 128


def test_needs_no_torch() -> None:
    code = "import sys, saccade.training.handmade; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_refuses(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two or more products"):
        handmade_model(products(0, 1), tmp_path)
