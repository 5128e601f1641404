"""Softmax cross-entropy where a picture has one label or several with weights, without a dense target.

Idea: the weights of a picture's labels are divided by their sum, and the loss is the cross-entropy to that
distribution. With one label it is ordinary cross-entropy. When: weak labels of pretraining, where a picture
carries a handful of hashtags or clusters of phrases.
Shapes: logits [M, K]; P labels of M pictures in all. Costs M × K for the logits and nothing for the target.
Relation: sigmoid cross-entropy (`classification.Sigmoid`) judges each label alone.
Reference: Mahajan et al. 2018, "Exploring the Limits of Weakly Supervised Pretraining" (arXiv 1805.00932),
where each of k hashtags has the target 1/k.
"""

from __future__ import annotations

import torch
from torch import Tensor

from saccade.training.batch import Target


def owners(target: Target) -> Tensor:
    """int64 [P]: the picture, 0..M-1, of each label."""
    lengths = target.offsets[1:] - target.offsets[:-1]
    return torch.repeat_interleave(lengths, output_size=len(target.labels))


def shares(target: Target, owner_P: Tensor) -> Tensor:
    """float32 [P]: weights of the labels that sum to 1 on each picture."""
    sums = torch.segment_reduce(target.weights, "sum", offsets=target.offsets)
    return target.weights / sums[owner_P]


def cross_entropy(
    logits_MK: Tensor, columns_P: Tensor, owner_P: Tensor, share_P: Tensor, smoothing: float = 0.0
) -> Tensor:
    """A scalar, the sum over pictures.

    Args:
        logits_MK: at least float32.
        columns_P: int64, the column of each label.
        owner_P: int64, its row.
        share_P: its weight.
        smoothing: this share of each target goes evenly to all K classes, 0..1 (Szegedy et al. 2016, arXiv
            1512.00567).
    """
    norm_M = torch.logsumexp(logits_MK, dim=1)
    loss = (share_P * (norm_M[owner_P] - logits_MK[owner_P, columns_P])).sum()
    if not smoothing:
        return loss
    return (1 - smoothing) * loss + smoothing * (norm_M - logits_MK.mean(1)).sum()
