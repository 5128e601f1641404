"""The one interface of whatever computes vectors, and the padding that makes results repeatable.

Decided:
- A runner takes uint8 pictures of the model's size and normalises them itself, in the graph: a quarter
  of the memory traffic of float32, and preprocessing cannot be forgotten.
- Every forward pass has exactly `batch_size` pictures, the last one padded with black. A picture's vector
  then does not depend on how many others came with it.
- Vectors leave as float32 of unit length; storage precision is the stage's business.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from saccade.errors import InputError
from saccade.vision.preprocess import Preprocess

T = TypeVar("T")
Pixels = NDArray[np.uint8]  # [N, H, W, 3]
Vectors = NDArray[np.float32]  # [N, dim]


class Runner(ABC):
    """Computes the vectors of one model.

    Attributes: `name` says which library and precision ("openvino-bf16"); `model_id`, `dim` and
    `preprocess` are the model's; `batch_size` is the number of pictures of one forward pass.
    """

    def __init__(self, name: str, model_id: str, dim: int, preprocess: Preprocess, batch_size: int) -> None:
        if batch_size < 1:
            raise InputError(f"batch_size is a positive number, found {batch_size}")
        self.name, self.model_id, self.dim = name, model_id, dim
        self.preprocess, self.batch_size = preprocess, batch_size

    @abstractmethod
    def _forward(self, pixels: Pixels) -> Vectors:
        """Exactly `batch_size` pictures to their vectors."""

    def __call__(self, pixels: Pixels) -> Vectors:
        """uint8 [N, H, W, 3] of the model's size, any N, to float32 [N, dim] of unit length."""
        self._check(pixels)
        out = np.empty((len(pixels), self.dim), np.float32)
        for start in range(0, len(pixels), self.batch_size):
            part = pixels[start : start + self.batch_size]
            out[start : start + len(part)] = self._forward(padded(part, self.batch_size))[: len(part)]
        return out

    def embed(self, pictures: Sequence[NDArray[np.uint8]]) -> Vectors:
        """Upright pictures (uint8 HWC of any size) to float32 [N, dim]: preprocessing included."""
        height, width = self.preprocess.size
        pixels = np.empty((len(pictures), height, width, 3), np.uint8)
        for slot, rgb in enumerate(pictures):
            pixels[slot] = self.preprocess.prepare_uint8(rgb)
        return self(pixels)

    def stream(self, batches: Iterable[tuple[T, Pixels]]) -> Iterator[tuple[T, Vectors]]:
        """Tagged batches of exactly `batch_size` pictures to tagged vectors, in order.

        A runner that computes in the background overlaps this with the making of the next batches.
        """
        for tag, pixels in batches:
            yield tag, self._forward(pixels)

    def _check(self, pixels: Pixels) -> None:
        wanted = (*self.preprocess.size, 3)
        if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[1:] != wanted:
            raise InputError(
                f"{self.name} takes uint8 pictures [N, {', '.join(map(str, wanted))}], found {pixels.dtype} "
                f"{list(pixels.shape)}: use preprocess.prepare_uint8, or embed()"
            )


def padded(pixels: Pixels, count: int) -> Pixels:
    """The batch with black pictures behind it, so that it has `count`."""
    if len(pixels) == count:
        return np.ascontiguousarray(pixels)
    out = np.zeros((count, *pixels.shape[1:]), np.uint8)
    out[: len(pixels)] = pixels
    return out
