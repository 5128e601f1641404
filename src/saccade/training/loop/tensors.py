"""Whole tensors and each process's part of them, so that the rest of the loop need not know of FSDP2."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor, distribute_tensor


def local(tensor: Tensor) -> Tensor:
    """This process's part, sharing memory; the tensor itself where it is whole."""
    tensor = tensor.detach()
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


def whole(tensor: Tensor) -> Tensor:
    """All of it. With FSDP2 every process must call this, in the same order."""
    tensor = tensor.detach()
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def part_for(like: Tensor, full: Tensor) -> Tensor:
    """The part of `full` that a process with `like` holds, on the device of `like`; no communication."""
    full = full.to(like.device)
    if not isinstance(like, DTensor):
        return full
    return distribute_tensor(full, like.device_mesh, like.placements, src_data_rank=None)


@torch.no_grad()
def fill(target: Tensor, full: Tensor) -> None:
    """Overwrite `target`, whole or a part, with the values of `full`."""
    local(target).copy_(local(part_for(target, full)))


def norm(gradients: Iterable[Tensor]) -> Tensor:
    """float32 scalar: the 2-norm over all of them; NaN or inf if any element is, or if it overflows.

    Dense, sparse (coalesced) or sharded; a collective when sharded.
    """
    found = list(gradients)
    dense = [g for g in found if not g.is_sparse and not isinstance(g, DTensor)]
    sparse = [g.values() for g in found if g.is_sparse]
    sharded = [g for g in found if isinstance(g, DTensor)]
    norms = [torch.nn.utils.get_total_norm(part) for part in (dense, sparse) if part]
    if sharded:
        norms.append(whole(torch.nn.utils.get_total_norm(sharded)))
    return norms[0] if len(norms) == 1 else torch.linalg.vector_norm(torch.stack(norms))
