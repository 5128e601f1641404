"""Linear classifiers on the embedding: softmax over classes, or a yes or no for each label.

| head | a picture has | loss | when |
|---|---|---|---|
| `Softmax` | one label, or several that share 1 | cross-entropy | classes exclude each other |
| `Sigmoid` | any number of labels | binary cross-entropy of each | labels stand for themselves |

Idea: a linear layer with a bias on the embedding. Embeddings have unit length, so that a coordinate is about
1/sqrt(D); they are multiplied by sqrt(D) first, which gives coordinates of variance 1 as linear probes expect
them (own choice). Weights start small, so that a new head does not shake the trunk.
Relation: `ProxySoftmax` is a softmax without bias whose weights and inputs have unit length. The KDD 2019
paper puts nothing but such proxies behind the embedding, for classification as for retrieval; so do we by
default, and these are the alternatives. On a toy (300 handwritten digits, 16 numbers, three seeds) 1-NN was
0.951 with proxies and 0.951 with `Softmax`; of the 16 sign bits 0.88 and 0.94 (0.93 at temperature 0.1). With
few classes and short binary codes `Softmax` is worth a try.
Missing labels: a picture without any label of the task is not in the target and gives nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saccade.errors import InputError
from saccade.training.batch import Target
from saccade.training.losses.head import PerPicture, precise
from saccade.training.losses.multi_hot import cross_entropy, owners, shares
from saccade.training.losses.sampled import participants
from saccade.training.losses.table import ClassTable

_START = 0.01  # of weights: logits of a new head are about this times sqrt(D)


class Softmax(PerPicture):
    """`loss = Softmax(classes, dim, counts=counts, adjust=1.0)(embeddings, target)`.

    Args:
        classes, dim: C and D.
        smoothing: share of each target that goes evenly to all classes, 0..1.
        counts: pictures of each class among those that train; needed by the next two.
        adjust: adds this many times the log of a class's frequency to its logit while training, and not in
            `scores`, which evens out rare and common classes; 1 aims at the mean of the classes' accuracies
            (Menon et al. 2021, "Long-tail learning via logit adjustment", arXiv 2007.07314). 0: none.
        reweight: weighs pictures by the frequency of their class to minus this power; 1 gives all classes the
            same weight, 0 all pictures. The mean weight of pictures is 1.
    """

    offset: Tensor
    weight: Tensor

    def __init__(
        self,
        classes: int,
        dim: int,
        smoothing: float = 0.0,
        counts: Sequence[int] | Tensor | None = None,
        adjust: float = 0.0,
        reweight: float = 0.0,
    ) -> None:
        super().__init__()
        if classes < 2 or not 0 <= smoothing < 1:
            raise InputError(
                f"expected 2 or more classes and smoothing in [0, 1), found {classes}, {smoothing}"
            )
        self.classes, self.smoothing, self.gain = classes, smoothing, math.sqrt(dim)
        self.linear = nn.Linear(dim, classes)
        nn.init.normal_(self.linear.weight, std=_START)
        nn.init.zeros_(self.linear.bias)
        frequency = _frequency(counts, classes, needed=bool(adjust or reweight))
        weight = frequency**-reweight
        self.register_buffer("offset", adjust * frequency.log(), persistent=False)
        self.register_buffer("weight", weight / (frequency * weight).sum(), persistent=False)

    def summed(self, x_MD: Tensor, target: Target) -> Tensor:
        owner_P = owners(target)
        share_P = shares(target, owner_P) * self.weight[target.labels]
        logits_MC = self._logits(x_MD) + self.offset
        return cross_entropy(logits_MC, target.labels, owner_P, share_P, self.smoothing)

    def scores(self, embeddings_BD: Tensor) -> Tensor:
        """float32 [B, classes], the logits: their softmax is the chance of each class."""
        return self._logits(precise(embeddings_BD)).float()

    def _logits(self, x_MD: Tensor) -> Tensor:
        weight, bias = self.linear.weight.to(x_MD.dtype), self.linear.bias.to(x_MD.dtype)
        return F.linear(x_MD * self.gain, weight, bias)


class Sigmoid(PerPicture):
    """`loss = Sigmoid(classes, dim, prior=frequencies)(embeddings, target)`.

    The loss of a picture is the sum over classes. With the bias at its prior a new head starts at the entropy
    of the labels, about 1 + log C for one label in C, near where a softmax starts; so tasks of both kinds mix
    with equal weights.

    Args:
        classes, dim: C and D.
        prior: share of labelled pictures that have each label, one number or one for each class; the bias
            starts at its logit, so that the many negatives do not swamp the first steps (Lin et al. 2017,
            "Focal Loss", arXiv 1708.02002). None: 1 / classes.
        unlisted: weight of a label's absence, 0..1. Below 1 for partial labels, where a label that was not
            given may still be true (Cole et al. 2021, "Multi-Label Learning from Single Positive Labels",
            arXiv 2106.09708, who take 1 / (C - 1)).
        sampled: classes drawn in each step beside those that occur in it, which stand for all that do not
            occur; 0, or as many as there are, is all.
        seed: of the sample.

    The weight of a label, at most 1, is its target: how sure it is that it is true.
    """

    def __init__(
        self,
        classes: int,
        dim: int,
        prior: float | Sequence[float] | Tensor | None = None,
        unlisted: float = 1.0,
        sampled: int = 0,
        seed: int = 0,
    ) -> None:
        super().__init__()
        if classes < 1 or not 0 <= unlisted <= 1 or sampled < 0:
            raise InputError(
                "expected 1 or more labels, unlisted in 0..1 and sampled >= 0, "
                f"found {classes}, {unlisted} and {sampled}"
            )
        self.classes, self.unlisted, self.seed, self.gain = classes, unlisted, seed, math.sqrt(dim)
        self.sampled = sampled if sampled < classes else 0
        self.sparse = self.sampled > 0
        bias = _prior(prior, classes).logit()
        self.table = ClassTable(classes, dim, _START * 3**0.5, bias, self.sparse)

    def summed(self, x_MD: Tensor, target: Target) -> Tensor:
        ids, stands_for, columns = None, None, target.labels
        if self.sampled:
            among = participants(target, self.classes, self.sampled, self.seed)
            ids, stands_for, columns = among.ids, among.weights, among.columns(target.labels)
        logits_MK = self._logits(x_MD, ids)
        absent_MK = self.unlisted * F.softplus(logits_MK)
        said_P = logits_MK[owners(target), columns]
        present = (1 - self.unlisted) * F.softplus(said_P) - target.weights.clamp(max=1) * said_P
        return (absent_MK if stands_for is None else absent_MK * stands_for).sum() + present.sum()

    def scores(self, embeddings_BD: Tensor) -> Tensor:
        """float32 [B, classes], the logits: their sigmoid is the chance of each label."""
        return self._logits(precise(embeddings_BD)).float()

    def _logits(self, x_MD: Tensor, ids_K: Tensor | None = None) -> Tensor:
        weight, bias = self.table.rows(ids_K), self.table.biases(ids_K)
        return F.linear(x_MD * self.gain, weight.to(x_MD.dtype), bias.to(x_MD.dtype))


def _frequency(counts: Sequence[int] | Tensor | None, classes: int, needed: bool) -> Tensor:
    """float32 [C] above 0, of sum 1; even where there are no counts."""
    if counts is None:
        if needed:
            raise InputError("adjust and reweight need counts: the pictures of each class")
        return torch.full((classes,), 1 / classes)
    given = torch.as_tensor(counts, dtype=torch.float32)
    if given.shape != (classes,) or bool((given < 0).any()):
        raise InputError(f"counts are {classes} numbers from 0, one for each class, found {len(given)}")
    given = given.clamp(min=1)
    return given / given.sum()


def _prior(prior: float | Sequence[float] | Tensor | None, classes: int) -> Tensor:
    """float32 [C] in (0, 1)."""
    given = torch.as_tensor(1 / classes if prior is None else prior, dtype=torch.float32)
    if given.ndim and given.shape != (classes,):
        raise InputError(f"a prior is one number or {classes}, one for each class, found {len(given)}")
    if bool((given < 0).any() or (given > 1).any()):
        raise InputError("a prior is a share of pictures, 0..1")
    return given.expand(classes).clamp(1e-5, 1 - 1e-5)
