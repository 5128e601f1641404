"""Targets and batches for the tests of heads."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from saccade.training.batch import Target


def target(
    labels: Sequence[Sequence[int]],
    rows: Sequence[int] | None = None,
    weights: Sequence[Sequence[float]] | None = None,
    total: int | None = None,
    present: Sequence[int] | None = None,
    vectors: Tensor | None = None,
    step: int = 0,
) -> Target:
    """A target from lists of labels, one list for each picture."""
    flat = [label for some in labels for label in some]
    heavy = [1.0] * len(flat) if weights is None else [weight for some in weights for weight in some]
    offsets = torch.tensor([0, *torch.tensor([len(some) for some in labels]).cumsum(0).tolist()])
    return Target(
        torch.tensor(range(len(labels)) if rows is None else rows, dtype=torch.int64),
        offsets.long(),
        torch.tensor(flat, dtype=torch.int64),
        torch.tensor(heavy, dtype=torch.float32),
        len(labels) if total is None else total,
        torch.tensor(sorted(set(flat if present is None else present)), dtype=torch.int64),
        step,
        vectors,
    )


def halves(whole: Target, at: int) -> tuple[Target, Target]:
    """Two parts of a step: the first `at` pictures, and the others."""
    return _part(whole, 0, at), _part(whole, at, len(whole))


def _part(whole: Target, low: int, high: int) -> Target:
    start, end = int(whole.offsets[low]), int(whole.offsets[high])
    return Target(
        whole.rows[low:high], whole.offsets[low : high + 1] - start, whole.labels[start:end],
        whole.weights[start:end], whole.total, whole.present, whole.step,
        None if whole.vectors is None else whole.vectors[low:high],
    )  # fmt: skip


def unit(rows: int, dim: int, seed: int = 0) -> Tensor:
    """float32 [rows, dim] of unit length, a leaf that wants gradients."""
    made = torch.randn(rows, dim, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(made, dim=-1).requires_grad_()
