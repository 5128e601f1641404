"""Losses over pairs: batches without pairs, several labels, and learning."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F

from saccade.training.losses.head import one_label_each
from saccade.training.losses.metric import Pairs, multi_similarity, triplet

from .toy import target, unit

MAKERS = [multi_similarity, triplet]


@pytest.mark.parametrize("make", MAKERS)
def test_no_positive_pairs_is_a_loss_of_zero_and_counted(make: Callable[[], Pairs]) -> None:
    head, x = make(), unit(4, 8)
    loss = head(x, target([[0], [1], [2], [3]]))
    loss.backward()
    assert float(loss.detach()) == 0 and head.barren == 1
    assert x.grad is not None and not x.grad.any()
    head(x, target([]))
    head(x, target([[0], [1], [1], [0]]))
    assert head.barren == 1


def test_triplet_equals_its_formula() -> None:
    x = unit(4, 8).detach()
    loss = triplet(margin=0.5, triplets="all")(x, target([[0], [0], [1], [2]]))
    distance = torch.cdist(x, x)
    broken = [
        float(distance[a, p] - distance[a, n] + 0.5) for a, p in ((0, 1), (1, 0)) for n in (2, 3)
    ]  # fmt: skip
    wanted = [one for one in broken if one > 0]
    assert float(loss) == pytest.approx(sum(wanted) / len(wanted), rel=1e-4)


def test_a_part_is_weighed_by_its_pictures() -> None:
    head, x = multi_similarity(), unit(4, 8).detach()
    labels = [[0], [0], [1], [1]]
    assert float(head(x, target(labels, total=16))) == pytest.approx(float(head(x, target(labels))) / 4)


def test_a_picture_counts_for_its_first_label() -> None:
    head, x = multi_similarity(), unit(3, 8).detach()
    assert torch.equal(head(x, target([[0, 5], [0], [1, 5]])), head(x, target([[0], [0], [1]])))


@pytest.mark.parametrize("make", MAKERS)
def test_a_few_steps_bring_classes_together(make: Callable[[], Pairs]) -> None:
    torch.manual_seed(0)
    head, labels = make(), torch.arange(24) % 6
    free = torch.nn.Parameter(torch.randn(24, 8))
    adam, said = torch.optim.Adam([free], lr=0.05), one_label_each(labels)
    for _ in range(60):
        adam.zero_grad()
        head(F.normalize(free, dim=-1), said).backward()
        adam.step()
    x = F.normalize(free.detach(), dim=-1)
    nearest = (x @ x.T).fill_diagonal_(-2).argmax(1)
    assert (labels[nearest] == labels).float().mean() > 0.95
