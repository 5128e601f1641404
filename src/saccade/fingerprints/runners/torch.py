"""Runs a model with torch: the reference for parity, and the runner of GPUs.

Decided: float32, or bfloat16 by autocast (weights stay float32, sensitive layers too). On a GPU the copies
to and from it overlap with its work. `compiled` uses torch.compile, which pays after minutes, so it is an
option and never chosen on its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Literal, TypeVar

import torch
from torch import Tensor, nn

from saccade.errors import InputError
from saccade.fingerprints.runners.base import Pixels, Runner, Vectors
from saccade.vision.preprocess import Preprocess

T = TypeVar("T")
Precision = Literal["f32", "bf16"]


class Normalised(nn.Module):
    """An embedder with the normalisation of pixels in front and of vectors behind.

    uint8 [N, H, W, 3] to float32 [N, dim] of unit length. This is also what OpenVINO converts.
    """

    def __init__(self, embedder: nn.Module, preprocess: Preprocess) -> None:
        super().__init__()
        mean, std = torch.tensor(preprocess.mean), torch.tensor(preprocess.std)
        self.embedder = embedder
        self.scale = nn.Buffer((1 / (255 * std)).view(1, 3, 1, 1), persistent=False)
        self.shift = nn.Buffer((mean / std).view(1, 3, 1, 1), persistent=False)

    def forward(self, pixels_NHW3: Tensor) -> Tensor:
        x_N3HW = pixels_NHW3.permute(0, 3, 1, 2).float() * self.scale - self.shift
        return nn.functional.normalize(self.embedder(x_N3HW).float(), dim=-1)


def best_device() -> str:
    """ "cuda", "mps" or "cpu": the fastest that is there."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


class TorchRunner(Runner):
    """Runs an embedder (float [N, 3, H, W] to [N, dim]) with torch on `device` ("auto": the fastest)."""

    def __init__(
        self, embedder: nn.Module, model_id: str, dim: int, preprocess: Preprocess, batch_size: int = 16, *,
        precision: Precision = "f32", device: str = "auto", compiled: bool = False,
    ) -> None:  # fmt: skip
        name = f"torch-{precision}" + ("-compiled" if compiled else "")
        super().__init__(name, model_id, dim, preprocess, batch_size)
        self.device = torch.device(best_device() if device == "auto" else device)
        self.precision = precision
        module = Normalised(embedder, preprocess).eval()
        try:
            module = module.to(self.device)
        except (RuntimeError, AssertionError) as error:
            raise InputError(f"torch cannot use device {device!r}: {str(error).splitlines()[0]}") from error
        self.module = torch.compile(module, dynamic=False) if compiled else module

    def _forward(self, pixels: Pixels) -> Vectors:
        return self._start(pixels).cpu().numpy()

    @torch.inference_mode()
    def _start(self, pixels: Pixels) -> Tensor:
        batch = torch.from_numpy(pixels)
        if self.device.type == "cuda":
            batch = batch.pin_memory()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16"):
            return self.module(batch.to(self.device, non_blocking=True))

    def stream(self, batches: Iterable[tuple[T, Pixels]]) -> Iterator[tuple[T, Vectors]]:
        """As `Runner.stream`; on a GPU one batch computes while the next is handed over."""
        if self.device.type == "cpu":
            yield from super().stream(batches)
            return
        waiting: deque[tuple[T, Tensor]] = deque()
        for tag, pixels in batches:
            waiting.append((tag, self._start(pixels)))
            if len(waiting) > 1:
                done, vectors = waiting.popleft()
                yield done, vectors.cpu().numpy()
        for done, vectors in waiting:
            yield done, vectors.cpu().numpy()
