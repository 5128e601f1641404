"""Learning from a teacher's vectors: point where it points, or find similar what it finds similar.

| head | says | of |
|---|---|---|
| `Distil` | the vector is the teacher's, up to a linear map where widths differ | each picture |
| `Relations` | two pictures are as similar as they are to the teacher | each pair in the batch |

When: a small network should come near a large one, on any pictures; no label is needed. `Distil` with equal
widths lets the student search an index of the teacher. `Relations` leaves the student its own directions,
which helps where the student is too narrow for the teacher's space or shares its embedding with other tasks.
Shapes: embeddings [B, D], vectors of the teacher float [M, W], normalised here.
Relation: both are cosines; `Relations` needs no projection, since similarities have no width.
Reference: Hinton et al. 2015 (arXiv 1503.02531); Romero et al. 2014, FitNets (arXiv 1412.6550), for a
projection to the teacher's width; Tung and Mori 2019, "Similarity-Preserving Knowledge Distillation" (arXiv
1907.09682), and Park et al. 2019, "Relational Knowledge Distillation" (arXiv 1904.05068), for relations. Ours
compares plain cosines of pairs.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saccade.errors import InputError
from saccade.training.batch import Target
from saccade.training.losses.head import PerPicture


class Distil(PerPicture):
    """`loss = Distil(dim, width)(embeddings, target)`: 1 - cosine to the teacher, mean over pictures.

    Args:
        dim: D, of the embeddings.
        width: W, of the teacher's vectors; None is D. Where it differs a linear map without bias goes from D
            to W; it is thrown away with the head.
    """

    def __init__(self, dim: int, width: int | None = None) -> None:
        super().__init__()
        self.width = width or dim
        self.projection = nn.Identity() if self.width == dim else nn.Linear(dim, self.width, bias=False)

    def summed(self, x_MD: Tensor, target: Target) -> Tensor:
        vectors = _vectors(target, x_MD)
        if vectors.shape[1] != self.width:
            raise InputError(
                f"the teacher's vectors have width {vectors.shape[1]}, the head was made for {self.width}"
            )
        return (1 - F.cosine_similarity(self.projection(x_MD), vectors, dim=-1)).sum()


class Relations(PerPicture):
    """`loss = Relations()(embeddings, target)`: squared error of the cosines of pairs, mean over pairs.

    Only pairs inside a part of a step are seen, so that parts do not add up to the whole. One picture alone
    has no pair and the loss 0.
    """

    def summed(self, x_MD: Tensor, target: Target) -> Tensor:
        x, vectors = F.normalize(x_MD, dim=-1), F.normalize(_vectors(target, x_MD), dim=-1)
        error_MM = (x @ x.T - vectors @ vectors.T).square()
        pairs = ~torch.eye(len(x), dtype=torch.bool, device=x.device)
        return (error_MM * pairs).sum() / max(1, len(x) - 1)


def _vectors(target: Target, like: Tensor) -> Tensor:
    if target.vectors is None:
        raise InputError("a distil task needs the teacher's vectors, its target has none")
    return target.vectors.to(like.dtype)
