"""What happens when a loss or a gradient is not a number: the step is skipped, and too many end the run.

Decided:
- The norm of the gradient decides, which every process knows alike; a loss that is not finite makes the
  gradient NaN (`run.py`), so nothing slips by.
- Nothing waits for the device: the flag goes into the optimiser as a tensor (`found_inf`), the running
  statistics are put back by a `where`, and counts stay on the device until a log line is due. On a processor,
  where reading costs nothing, every step is looked at. So a GPU notices at its next log line that
  `nan_patience` steps in a row were skipped; until then they cost time, not weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm  # pyright: ignore[reportPrivateUsage]

from saccade.errors import InputError

STREAK, WORST, SKIPPED = range(3)


class Statistics:
    """Running statistics that move at this step, kept so that a bad step can be undone."""

    def __init__(self, network: nn.Module) -> None:
        norms = [m for m in network.modules() if isinstance(m, _BatchNorm) and m.training]
        found = [b for norm in norms for b in (norm.running_mean, norm.running_var) if b is not None]
        self.buffers: list[Tensor] = found
        self._kept = torch.empty(0)

    def keep(self) -> None:
        """Before the forward pass."""
        if self.buffers:
            self._kept = torch.cat([buffer.flatten() for buffer in self.buffers])

    @torch.no_grad()
    def restore_if(self, bad: Tensor) -> None:
        """After the backward pass: as they were, where `bad` is 1."""
        if not self.buffers or (bad.device.type == "cpu" and not bool(bad)):
            return
        now = torch.cat([buffer.flatten() for buffer in self.buffers])
        parts = torch.where(bad > 0, self._kept, now).split([buffer.numel() for buffer in self.buffers])
        for buffer, part in zip(self.buffers, parts, strict=True):
            buffer.copy_(part.view_as(buffer))


@dataclass(frozen=True)
class Counts:
    """worst: skipped steps in a row, at most. skipped: in all."""

    worst: int
    skipped: int


class Guard:
    """Judges gradients.

    Attributes: `counts` float32 [3] on the device (this streak, the longest, all) and `last` float32 [tasks +
    1], the losses of the last skipped step; both belong into a checkpoint.
    """

    def __init__(self, device: torch.device, losses: int) -> None:
        self.counts = torch.zeros(3, device=device)
        self.last = torch.zeros(losses, device=device)

    @torch.no_grad()
    def judge(self, norm: Tensor, losses: Tensor) -> Tensor:
        """float32 scalar: 1 if the step must be skipped, else 0."""
        bad = (~torch.isfinite(norm)).float()
        streak = (self.counts[STREAK] + 1) * bad
        worst = torch.maximum(self.counts[WORST], streak)
        self.counts = torch.stack([streak, worst, self.counts[SKIPPED] + bad])
        self.last = torch.where(bad > 0, losses, self.last)
        return bad

    def read(self) -> Counts:
        """Waits for the device."""
        _, worst, skipped = self.counts.tolist()
        return Counts(int(worst), int(skipped))

    def check(self, patience: int, names: Sequence[str], step: int, rates: Mapping[str, float]) -> None:
        """InputError, in one line, after `patience` skipped steps in a row."""
        if self.read().worst < patience:
            return
        lost = [n for n, loss in zip(names, self.last.tolist()[1:], strict=True) if not _finite(loss)]
        where = f"the loss of {', '.join(lost)} is not finite" if lost else "the losses are finite"
        fastest = max(rates, key=lambda name: rates[name])
        raise InputError(
            f"stopped at step {step}: {patience} steps in a row had no finite gradient and were skipped; "
            f"{where}, at a learning rate of {rates[fastest]:.3g} ({fastest}): lower lr, set clip to 1, "
            "lengthen warmup_steps, or set precision to 'no'"
        )


def _finite(value: float) -> bool:
    return value - value == 0
