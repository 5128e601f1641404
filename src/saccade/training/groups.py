"""Pictures grouped by product, in memory and a little larger than a model sees. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from saccade.errors import InputError
from saccade.training.augment import mask_of
from saccade.vision.preprocess import Preprocess

Pixels = NDArray[np.uint8]
Groups = Sequence[tuple[object, Sequence[Pixels | Path | str]]]
MARGIN = 1.25  # a random camera zooms in: keep more pixels than the model sees


@dataclass(frozen=True)
class Grouped:
    """Pictures of product p are `pictures[starts[p] : starts[p + 1]]`; `masks` are from `mask_of`."""

    pictures: list[Pixels]
    masks: list[Pixels | None]
    starts: list[int]

    @property
    def products(self) -> int:
        """How many products."""
        return len(self.starts) - 1

    @property
    def labels(self) -> NDArray[np.int64]:
        """The product's number for each picture."""
        return np.repeat(np.arange(self.products), np.diff(self.starts))


def read_groups(groups: Groups, side: int) -> Grouped:
    """Read all pictures, centre-cropped to squares of 1.25 x `side` pixels.

    Args:
        groups: (product, its pictures as uint8 HWC RGB or as paths).
        side: pixels that the model will see.

    Raises InputError for fewer than two products, a product without pictures, or an unreadable file.
    """
    if len(groups) < 2 or any(len(pictures) == 0 for _, pictures in groups):
        raise InputError(
            f"training takes two or more products with pictures each, found {len(groups)} groups"
        )
    larger = round(side * MARGIN)
    fit = Preprocess(size=(larger, larger), crop_pct=1.0)
    read = [fit.prepare_uint8(_pixels(picture)) for _, pictures in groups for picture in pictures]
    starts = [0, *np.cumsum([len(pictures) for _, pictures in groups]).tolist()]
    return Grouped(read, [mask_of(picture) for picture in read], starts)


def _pixels(picture: Pixels | Path | str) -> Pixels:
    if isinstance(picture, np.ndarray):
        return picture
    try:
        with Image.open(picture) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, UnidentifiedImageError) as error:
        raise InputError(f"cannot read {picture} for training: {error}") from error
