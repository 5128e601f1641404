"""Pictures of coloured shapes, and a small ViT-FRCNN that has learnt twenty of them by heart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from saccade.models.detector import Detector, DetectorConfig, make_detector

SIZE, STEPS, BATCH, RATE = 96, 120, 4, 1.5e-3
SHAPES = ("square", "disc", "triangle")
COLOURS = ((200, 30, 30), (30, 160, 40), (40, 60, 200))
SMALL_VIT = {"patch_size": 8, "embed_dim": 96, "depth": 4, "num_heads": 3}
Picture = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int64]]


@dataclass(frozen=True)
class Shapes:
    """images float [N, 3, 96, 96]; boxes and labels of each picture."""

    images: Tensor
    boxes: list[Tensor]
    labels: list[Tensor]


def draw(rng: np.random.Generator) -> Picture:
    """One to three shapes that do not overlap on a noisy light ground."""
    image = np.clip(rng.integers(180, 255, 3) + rng.integers(-8, 8, (SIZE, SIZE, 3)), 0, 255).astype(np.uint8)
    boxes: list[list[int]] = []
    labels: list[int] = []
    for _ in range(int(rng.integers(1, 4))):
        side = int(rng.integers(SIZE // 5, SIZE // 2))
        x, y = (int(value) for value in rng.integers(0, SIZE - side, 2))
        if any(x < b[2] and b[0] < x + side and y < b[3] and b[1] < y + side for b in boxes):
            continue
        label = int(rng.integers(0, 3))
        image[_mask(label, x, y, side)] = COLOURS[label]
        boxes.append([x, y, x + side, y + side])
        labels.append(label)
    return image, np.array(boxes, np.float32), np.array(labels, np.int64)


def _mask(label: int, x: int, y: int, side: int) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:SIZE, :SIZE]
    inside = (columns >= x) & (columns < x + side) & (rows >= y) & (rows < y + side)
    across, down = columns + 0.5 - x - side / 2, rows + 0.5 - y
    if label == 1:
        return inside & (across**2 + (down - side / 2) ** 2 <= (side / 2) ** 2)
    return inside & (np.abs(across) <= down / 2) if label == 2 else inside


@pytest.fixture(scope="session")
def shapes() -> Shapes:
    rng = np.random.default_rng(0)
    images, boxes, labels = zip(*(draw(rng) for _ in range(20)), strict=True)
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return Shapes(pixels, [torch.from_numpy(b) for b in boxes], [torch.from_numpy(n) for n in labels])


@pytest.fixture(scope="session")
def taught(shapes: Shapes) -> Detector:
    options = {"neck_width": 64, "box_width": 128, "sampled": 32}
    config = DetectorConfig(
        "vit-frcnn", SHAPES, size=SIZE, backbone="vit_tiny_patch16_224", kwargs=SMALL_VIT, options=options,
        vectors=True, pool="mean",
    )  # fmt: skip
    detector, before = make_detector(config).train(), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        _teach(detector, shapes)
    finally:
        torch.set_num_threads(before)
    return detector.eval()


def _teach(detector: Detector, shapes: Shapes) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        optimiser = torch.optim.AdamW(detector.parameters(), RATE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS, pct_start=0.1)
        for _ in range(STEPS):
            rows = torch.randperm(len(shapes.images))[:BATCH].tolist()
            boxes, labels = [shapes.boxes[r] for r in rows], [shapes.labels[r] for r in rows]
            loss = torch.stack(list(detector.losses(shapes.images[rows], boxes, labels).values())).sum()
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(detector.parameters(), 5.0)
            optimiser.step()
            schedule.step()
