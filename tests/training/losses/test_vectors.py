"""Distillation equals its formulas; relations need no width in common."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from saccade.errors import InputError
from saccade.training.losses.vectors import Distil, Relations

from .toy import target, unit


def test_cosine_is_one_minus_the_cosine() -> None:
    x, taught = unit(4, 8).detach(), 3 * torch.randn(2, 8, generator=torch.Generator().manual_seed(1))
    loss = Distil(8)(x, target([[], []], rows=[1, 3], vectors=taught))
    wanted = 1 - F.cosine_similarity(x[[1, 3]], taught).mean()
    assert float(loss) == pytest.approx(float(wanted), rel=1e-5)
    assert not list(Distil(8).parameters())


def test_other_widths_are_projected_to() -> None:
    torch.manual_seed(0)
    head = Distil(8, 5)
    assert [tuple(one.shape) for one in head.parameters()] == [(5, 8)]
    loss = head(unit(2, 8), target([[], []], vectors=torch.randn(2, 5)))
    loss.backward()
    assert all(one.grad is not None and one.grad.any() for one in head.parameters())


def test_relations_compare_cosines_of_pairs() -> None:
    x, taught = unit(3, 8).detach(), unit(3, 20, seed=4).detach()
    loss = Relations()(x, target([[], [], []], vectors=2 * taught))
    pairs = [(0, 1), (0, 2), (1, 2)]
    wanted = sum(float(x[a] @ x[b] - taught[a] @ taught[b]) ** 2 for a, b in pairs) / 3
    assert float(loss) == pytest.approx(wanted, rel=1e-4)


def test_relations_do_not_mind_a_rotation() -> None:
    taught = unit(5, 8).detach()
    turned = taught @ torch.linalg.qr(torch.randn(8, 8, generator=torch.Generator().manual_seed(2)))[0]
    said = target([[]] * 5, vectors=taught)
    assert float(Relations()(turned, said)) < 1e-10 < float(Distil(8)(turned, said))


def test_one_picture_alone_has_no_relation() -> None:
    loss = Relations()(unit(1, 8), target([[]], vectors=torch.ones(1, 4)))
    assert float(loss.detach()) == 0


def test_refuses_in_one_line() -> None:
    with pytest.raises(InputError, match="vectors have width 4, the head was made for 8"):
        Distil(8)(unit(1, 8), target([[]], vectors=torch.ones(1, 4)))
    with pytest.raises(InputError, match="needs the teacher's vectors"):
        Distil(8)(unit(1, 8), target([[0]]))
