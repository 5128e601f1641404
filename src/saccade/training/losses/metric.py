"""Losses over pairs and triplets of a batch, as the alternative to proxies: multi-similarity and triplet.

Idea: pictures of one class in the batch should be nearer to each other than to all others. A miner keeps the
pairs from which there is something to learn; there are no proxies, so nothing grows with the classes.
When: a class table would be too large, or classes change all the time. Needs batches with several pictures
of a class (`sampling.within.Balanced`).
Shapes: embeddings [B, D]; compares all M × M pairs, triplets up to M × M × M of them.

| loss | for an anchor |
|---|---|
| multi-similarity | soft maxima over its hard positives and its hard negatives |
| triplet | a positive nearer than a negative by a margin, for triplets that are semi-hard |

Decided:
- A loss is the mean over anchors (multi-similarity) or over triplets that still violate the margin, of the
  pairs inside a part of a step. Parts are weighed by their labelled pictures and do not add up to the whole:
  with several ranks or micro-steps use batches whose classes divide evenly among them.
- A part without two pictures of one class has the loss 0; `barren` counts them.
- A picture with several labels counts for its first.
Reference: Wang et al. 2019, "Multi-Similarity Loss with General Pair Weighting" (arXiv 1904.06627); Schroff
et al. 2015, "FaceNet" (arXiv 1503.03832). Both are those of pytorch-metric-learning.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from saccade.training.batch import Target
from saccade.training.losses.head import Head, chosen


class Pairs(Head):
    """A loss of pytorch-metric-learning with its miner.

    Args:
        loss: from (embeddings, labels, mined) to a scalar.
        miner: from (embeddings, labels) to index tuples.

    Attributes:
        barren: parts of steps that had labels and no positive pair.
    """

    def __init__(self, loss: Any, miner: Any) -> None:
        super().__init__()
        self.loss, self.miner, self.barren = loss, miner, 0

    def forward(self, embeddings_BD: Tensor, target: Target) -> Tensor:
        if not len(target):
            return self.nothing(embeddings_BD)
        labels = target.first
        if len(torch.unique(labels)) == len(labels):
            self.barren += 1
            return self.nothing(embeddings_BD)
        with torch.autocast(embeddings_BD.device.type, enabled=False):
            x = chosen(embeddings_BD, target)
            with torch.no_grad():
                mined = self.miner(x.detach(), labels)
            return self.loss(x, labels, mined) * (len(target) / target.total)


def multi_similarity(
    alpha: float = 2.0, beta: float = 50.0, base: float = 0.5, epsilon: float = 0.1
) -> Pairs:
    """Multi-similarity loss.

    alpha, beta: sharpness over positives and negatives. base: the cosine that parts them. epsilon: by how
    much a negative may be less similar than the worst positive and still count.
    """
    from pytorch_metric_learning import losses, miners

    make: Any = losses.MultiSimilarityLoss  # its signature infers whole numbers from the defaults
    return Pairs(make(alpha=alpha, beta=beta, base=base), miners.MultiSimilarityMiner(epsilon=epsilon))


def triplet(margin: float = 0.2, triplets: str = "semihard") -> Pairs:
    """Triplet loss.

    margin: of Euclidean distances between vectors of unit length, 0..2. triplets: "semihard" (the negative is
    farther than the positive, within the margin), "hard" (it is nearer) or "all" that violate the margin.
    """
    from pytorch_metric_learning import losses, miners

    miner = miners.TripletMarginMiner(margin=margin, type_of_triplets=triplets)
    return Pairs(losses.TripletMarginLoss(margin=margin), miner)
