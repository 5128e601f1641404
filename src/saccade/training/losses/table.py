"""A vector for each class, of which a step may touch a few: the table behind heads with many classes.

Idea: with a million classes the table fits in memory, but scores of all of them for each picture, and a
gradient as large as the table, do not have to. Where classes are sampled, a step reads K rows of the table
and its gradient is a sparse tensor with these K rows.
Shapes: C classes, width D, K rows in a step, M pictures.

Memory for C = 1,000,000 in float32; the table is C × D × 4 bytes:

| D | table | SparseAdam (two moments) | SGD | checkpoint, SparseAdam |
|---|---|---|---|---|
| 128 | 0.51 GB | 1.02 GB | 0 | 1.54 GB |
| 256 | 1.02 GB | 2.05 GB | 0 | 3.07 GB |
| 512 | 2.05 GB | 4.10 GB | 0 | 6.14 GB |

and for a step about 16 × K × (M + D) bytes, whatever C is: with K = 8,192, M = 256, D = 128 and a million
classes 52 MB by this formula and as measured. A dense gradient would be one more table, and scores of all
classes 1 GB.
Decided: classes are sampled and not sharded, so every rank has the whole table and its moments. The tensor
is the weight of an `nn.Embedding(sparse=True)`, which is how recipes and DDP know its gradients.
Not here: which classes take part (`sampled`).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ClassTable(nn.Module):
    """Vectors [C, D] uniform in ±scale and, where `bias` is given, a number for each class.

    Args:
        classes: C.
        dim: D.
        scale: of the uniform start.
        bias: float [C], the start of the numbers; None for a table without them.
        sparse: gradients are sparse tensors.
    """

    def __init__(
        self, classes: int, dim: int, scale: float, bias: Tensor | None = None, sparse: bool = False
    ) -> None:
        super().__init__()
        start = torch.empty(classes, dim).uniform_(-scale, scale)
        self.vectors = nn.Embedding.from_pretrained(start, freeze=False, sparse=sparse)
        self.bias = None if bias is None else _numbers(bias, sparse)

    def rows(self, ids_K: Tensor | None = None) -> Tensor:
        """float32 [K, D], or the whole table."""
        return self.vectors.weight if ids_K is None else self.vectors(ids_K)

    def biases(self, ids_K: Tensor | None = None) -> Tensor:
        """float32 [K], or [C]."""
        if isinstance(self.bias, nn.Embedding):
            return self.bias.weight[:, 0] if ids_K is None else self.bias(ids_K)[:, 0]
        assert self.bias is not None
        return self.bias if ids_K is None else self.bias[ids_K]


def _numbers(start: Tensor, sparse: bool) -> nn.Parameter | nn.Embedding:
    """A number for each class; a table of width 1 where gradients are sparse."""
    if not sparse:
        return nn.Parameter(start.clone())
    return nn.Embedding.from_pretrained(start.clone()[:, None], freeze=False, sparse=True)
