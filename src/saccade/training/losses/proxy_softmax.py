"""Proxy softmax: classification of identities with a cosine and a temperature.

Idea: every class owns one vector of unit length, its proxy. A picture's embedding should be nearer to its
own proxy than to all others: softmax cross-entropy over cosines divided by a temperature. The classes are
thrown away after training; products that were never seen are searched by the embedding alone.
When: many classes, few pictures each; it needs no mining of pairs. Also the default of pretraining on weak
labels, where a picture has several labels with weights (`multi_hot`), and of ordinary classification.
Shapes: embeddings [B, D], C classes; logits [M, C], or [M, K] where K of them take part.
Relation: NormFace and CosFace without a margin; `classification.Softmax` when nothing is normalised.
Source: Zhai and Wu 2018, "Classification is a Strong Baseline for Deep Metric Learning" (arXiv 1811.12649);
Zhai et al. 2019 (arXiv 1908.01707). Temperature 0.05, no bias, proxies start uniform in +-1/sqrt(dim).

Decided:
- With `sampled` only the classes of the step and a sample take part (`sampled`), and the gradient of the
  proxies is sparse; `table` says what memory that takes.
- Sampled logits are corrected: a class that was drawn stands for the C / S that it was drawn from. On a toy
  of 3,000 classes with five pictures each, at the same steps, hit@1 of new classes was 0.95 for the full
  softmax; with 300 sampled 0.91 corrected and 0.87 not; with 30 sampled 0.80 and 0.69. With 1,000 sampled
  both are near the full one (0.971 and 0.966 against 0.974). Whether the paper corrects is not known.
- A sample learns more slowly: a third of 1,500 classes was 2 points behind the full softmax after 700 steps
  and level with it after 1,500.
- Adam on sparse gradients moves the rows that took part and no others, so moments of the others stand still.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from saccade.errors import InputError
from saccade.training.batch import Target
from saccade.training.losses.head import PerPicture, one_label_each, precise
from saccade.training.losses.multi_hot import cross_entropy, owners, shares
from saccade.training.losses.sampled import participants
from saccade.training.losses.table import ClassTable


class ProxySoftmax(PerPicture):
    """`loss = ProxySoftmax(classes, dim)(embeddings, target)`.

    Args:
        classes: number of identities.
        dim: width of the embeddings.
        temperature: divides the cosines; smaller is sharper.
        sampled: classes drawn in each step beside those that occur in it; 0, or as many as there are, is all.
        seed: of the sample.
        corrected: whether sampled classes stand for those that were not drawn.

    Embeddings are normalised here in any case. Labels alone, int64 [B], stand for a target with one label on
    each picture.
    """

    def __init__(
        self,
        classes: int,
        dim: int,
        temperature: float = 0.05,
        sampled: int = 0,
        seed: int = 0,
        corrected: bool = True,
    ) -> None:
        super().__init__()
        if classes < 2 or temperature <= 0 or sampled < 0:
            raise InputError(
                "expected 2 or more classes, temperature > 0 and sampled >= 0, "
                f"found {classes}, {temperature} and {sampled}"
            )
        self.classes, self.temperature, self.seed, self.corrected = classes, temperature, seed, corrected
        self.sampled = sampled if sampled < classes else 0
        self.sparse = self.sampled > 0
        self.table = ClassTable(classes, dim, dim**-0.5, sparse=self.sparse)

    @property
    def proxies(self) -> Tensor:
        """float32 [classes, dim], not normalised."""
        return self.table.vectors.weight

    def forward(self, embeddings_BD: Tensor, target: Target | Tensor) -> Tensor:
        if isinstance(target, Tensor):
            target = one_label_each(target)
        return super().forward(embeddings_BD, target)

    def logits(self, embeddings_ND: Tensor, ids_K: Tensor | None = None) -> Tensor:
        """Cosines to the proxies over the temperature, [N, K]; of all classes by default."""
        proxies = F.normalize(precise(self.table.rows(ids_K)), dim=-1)
        x = F.normalize(precise(embeddings_ND), dim=-1)
        return x @ proxies.to(x.dtype).T / self.temperature

    def summed(self, x_MD: Tensor, target: Target) -> Tensor:
        owner_P = owners(target)
        if not self.sampled:
            return cross_entropy(self.logits(x_MD), target.labels, owner_P, shares(target, owner_P))
        among = participants(target, self.classes, self.sampled, self.seed)
        logits_MK = self.logits(x_MD, among.ids)
        if self.corrected:
            logits_MK = logits_MK + among.weights.log()
        return cross_entropy(logits_MK, among.columns(target.labels), owner_P, shares(target, owner_P))

    def scores(self, embeddings_BD: Tensor) -> Tensor:
        """float32 [B, classes], the logits: their softmax is the chance of each class."""
        return self.logits(embeddings_BD).float()
