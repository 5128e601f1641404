"""Proxy softmax: classification of identities with a cosine and a temperature.

Idea: every class owns one vector of unit length, its proxy. A picture's embedding should be nearer to its
own proxy than to all others: softmax cross-entropy over cosines divided by a temperature. The classes are
thrown away after training; products that were never seen are searched by the embedding alone.
When: many classes, few pictures each, one label per picture. It needs no mining of pairs.
Relation: NormFace and CosFace without a margin; plain softmax when nothing is normalised.
Source: Zhai and Wu 2018, "Classification is a Strong Baseline for Deep Metric Learning" (arXiv 1811.12649);
Zhai et al. 2019 (arXiv 1908.01707). Temperature 0.05, no bias, proxies start uniform in +-1/sqrt(dim).
Not here: subsampling of proxies, several tasks at once.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saccade.errors import InputError


class ProxySoftmax(nn.Module):
    """`loss = ProxySoftmax(classes, dim)(embeddings, labels)`.

    Args:
        classes: number of identities.
        dim: width of the embeddings.
        temperature: divides the cosines; smaller is sharper.

    Shapes: embeddings [N, dim] (normalised here in any case), labels [N] int64 in 0..classes-1; the loss is
    the mean over N, a scalar.
    """

    def __init__(self, classes: int, dim: int, temperature: float = 0.05) -> None:
        super().__init__()
        if classes < 2 or temperature <= 0:
            raise InputError(
                f"expected 2 or more classes and temperature > 0, found {classes}, {temperature}"
            )
        self.temperature = temperature
        self.proxies = nn.Parameter(torch.empty(classes, dim).uniform_(-(dim**-0.5), dim**-0.5))

    def logits(self, embeddings_ND: Tensor) -> Tensor:
        """Cosines to all proxies over the temperature, [N, classes]."""
        return F.normalize(embeddings_ND, dim=-1) @ F.normalize(self.proxies, dim=-1).T / self.temperature

    def forward(self, embeddings_ND: Tensor, labels_N: Tensor) -> Tensor:
        return F.cross_entropy(self.logits(embeddings_ND), labels_N)
