"""Which classes take part in a step, where there are too many for all of them to.

Idea: the classes that occur anywhere in the step, and a uniform sample of all C, drawn anew at each step.
When: more than some 20,000 classes; below that the full softmax is as fast.
Decided:
- The sample is a pure function of (seed, step): the first S places of a keyed shuffle of 0..C-1. All ranks
  and all parts of a step draw the same, and a resumed run draws what it would have drawn.
- Classes of the whole step take part on every rank, so that parts of a step add up to the whole.
- A class of the step takes part with certainty, another with chance S / C. `weights` has the inverse, the
  number of classes that each one stands for. A sum over classes with these weights has the full sum as its
  mean: exactly right for the sigmoid; for the softmax it is the correction of the logits by the log of the
  expected count (Bengio and Senécal 2008; Jean et al. 2015, arXiv 1412.2007).
Relation: Partial FC (An et al. 2021, arXiv 2010.05222) samples uniformly beside the present classes too,
without a correction. The paper that this head follows samples proxies; how many is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from saccade.labels.balance.permute import permuted
from saccade.labels.hashing import word_hash
from saccade.training.batch import Target

_KEY = 0x7FFFFFFFFFFFFFFF


@dataclass(frozen=True, eq=False)
class Participants:
    """ids: int64 [K], ascending. weights: float32 [K], how many classes each stands for, 1 or C / S."""

    ids: Tensor
    weights: Tensor

    def columns(self, labels_P: Tensor) -> Tensor:
        """int64 [P]: the place of each label among the ids."""
        return torch.searchsorted(self.ids, labels_P)


def drawn(classes: int, sampled: int, seed: int, step: int) -> Tensor:
    """int64 [sampled]: different classes, the same for the same seed and step; in no order."""
    key = word_hash(f"{seed} {step}") & _KEY
    return torch.from_numpy(permuted(np.arange(sampled), classes, key))


def participants(target: Target, classes: int, sampled: int, seed: int) -> Participants:
    """The classes of the step of a target, on its device."""
    extra = drawn(classes, sampled, seed, target.step).to(target.present.device)
    ids = torch.unique(torch.cat((target.present, extra)))
    certain = torch.isin(ids, target.present)
    return Participants(ids, torch.where(certain, 1.0, classes / sampled))
