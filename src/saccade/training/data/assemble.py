"""One work item to one micro-batch of pixels: what a worker process does.

Decided: place p of step t draws from `default_rng([seed, t, p])`, and the backdrop of a product comes from
another place of the whole step. So pixels do not depend on how ranks, micro-steps and workers share the
step. The batch is written straight into shared memory. Bytes of a few pictures at a time are held.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from saccade.training.batch import Ints
from saccade.training.data.geometry import Pixels
from saccade.training.data.pictures import Encoded, PictureSource
from saccade.training.data.transforms import Behind

_TOGETHER = 32  # pictures whose bytes are held at once


class Augments(Protocol):
    """Makes pixels of a picture: `transforms.Augment`, or one that also moves boxes."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of what comes out."""
        ...

    def view(self, height: int, width: int, rng: np.random.Generator) -> Any:
        """What is decided before decoding, with `draft`, the shortest side that is decoded."""
        ...

    def finish(
        self, rgb: Pixels, view: Any, rng: np.random.Generator, behind: Behind | None = None
    ) -> Pixels:
        """uint8 of `shape`."""
        ...


@dataclass(frozen=True, eq=False)
class Item:
    """The part `places` (int64 [b]) of step `step`, whose draw is `rows` (int64 [B])."""

    step: int
    places: Ints
    rows: Ints


@dataclass(frozen=True, eq=False)
class Made:
    """pixels: uint8 [b, H, W, 3]; bad: slot → reason of those that could not be read: black."""

    pixels: Tensor
    bad: dict[int, str]


@dataclass(frozen=True)
class Assembler:
    """Makes micro-batches; picklable. shared: put them into shared memory, for another process."""

    pictures: PictureSource
    augment: Augments
    seed: int
    shared: bool

    def __call__(self, item: Item) -> Made:
        """Never raises for a picture; `StorageError` when a store fails as a whole."""
        pixels = torch.zeros(len(item.places), *self.augment.shape, 3, dtype=torch.uint8)
        if self.shared:
            pixels.share_memory_()
        out, bad = pixels.numpy(), dict[int, str]()
        for start in range(0, len(out), _TOGETHER):
            places = item.places[start : start + _TOGETHER]
            rows = np.unique(item.rows[places])
            held = dict(zip(rows.tolist(), self.pictures.read(rows), strict=True))
            for slot, place in enumerate(places.tolist(), start):
                seen = self._seen(item, place, held)
                if isinstance(seen, str):
                    bad[slot] = seen
                else:
                    out[slot] = seen
        return Made(pixels, bad)

    def _seen(self, item: Item, place: int, held: dict[int, Encoded]) -> Pixels | str:
        """The augmented picture of one place, or the reason why there is none."""
        encoded = held[int(item.rows[place])]
        size = encoded.size()
        if isinstance(size, str):
            return size
        rng = np.random.default_rng([self.seed, item.step, place])
        view = self.augment.view(*size, rng)
        rgb = encoded.decode(view.draft)
        if isinstance(rgb, str):
            return rgb
        return self.augment.finish(rgb, view, rng, lambda share: self._backdrop(item, share, held))

    def _backdrop(self, item: Item, share: float, held: dict[int, Encoded]) -> Pixels | None:
        """Another picture of the step, coarse: it is out of focus as a rule."""
        row = int(item.rows[int(share * len(item.rows))])
        encoded = held[row] if row in held else self.pictures.read(np.array([row]))[0]
        rgb = encoded.decode(max(1, min(self.augment.shape) // 2))
        return None if isinstance(rgb, str) else rgb
