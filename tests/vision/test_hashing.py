"""Perceptual hashes: alike for copies, unlike for others, none for flat pictures."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.catalog.duplicates_distance import THRESHOLD, distance
from saccade.vision.decode import decode
from saccade.vision.hashing import HASH_BYTES, hamming, perceptual_hash

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
from fuzz import photograph


def apart(one: np.ndarray, other: np.ndarray) -> int:
    rows = [np.frombuffer(perceptual_hash(rgb), np.uint8)[None] for rgb in (one, other)]
    return int(distance(*rows)[0])


@pytest.mark.parametrize("seed", range(5))
def test_copies_are_near_and_others_far(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rgb = photograph(rng, 240, 320)
    small = np.asarray(Image.fromarray(rgb).resize((160, 120)))
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG", quality=40)
    assert apart(rgb, rgb) == 0
    assert apart(rgb, small) <= THRESHOLD
    assert apart(rgb, decode(stream.getvalue()).rgb) <= THRESHOLD
    assert apart(rgb, rgb[12:-12, 16:-16]) <= THRESHOLD
    assert apart(rgb[6:-6, 8:-8], rgb) <= THRESHOLD
    assert apart(rgb, photograph(rng, 240, 320)) > 4 * THRESHOLD


def test_a_colour_variant_is_no_copy() -> None:
    rng = np.random.default_rng(3)
    grey = photograph(rng, 100, 100)[..., :1] // 2
    red, blue = np.concatenate([grey + 60, grey, grey], 2), np.concatenate([grey, grey, grey + 60], 2)
    assert apart(red.astype(np.uint8), blue.astype(np.uint8)) > THRESHOLD


@pytest.mark.parametrize("level", [0, 127, 255])
def test_a_flat_picture_has_no_hash(level: int) -> None:
    flat = np.full((50, 70, 3), level, np.uint8)
    assert perceptual_hash(flat) == bytes(HASH_BYTES)
    noisy = (flat.astype(int) + np.random.default_rng(0).integers(-2, 3, flat.shape)).clip(0, 255)
    assert perceptual_hash(noisy.astype(np.uint8)) == bytes(HASH_BYTES)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 3), (96, 96), (97, 95), (3000, 20)])
def test_any_size_has_a_hash(shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert len(perceptual_hash(rgb)) == HASH_BYTES


def test_hamming_counts_bits() -> None:
    one, other = np.array([[0, 255]], np.uint8), np.array([[1, 0], [0, 255]], np.uint8)
    assert hamming(other, one).tolist() == [9, 0]
