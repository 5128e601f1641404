"""Linear heads equal torch's losses, start where they say, and even out rare classes when asked."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from saccade.errors import InputError
from saccade.training.losses.classification import Sigmoid, Softmax

from .toy import target, unit


def test_softmax_is_torchs_on_linear_scores() -> None:
    torch.manual_seed(0)
    head, x = Softmax(4, 8, smoothing=0.1), unit(3, 8).detach()
    wanted = F.cross_entropy(head.scores(x), torch.tensor([0, 3, 1]), label_smoothing=0.1)
    assert float(head(x, target([[0], [3], [1]])).detach()) == pytest.approx(float(wanted.detach()), rel=1e-5)


def test_softmax_starts_at_log_classes() -> None:
    torch.manual_seed(0)
    head = Softmax(100, 64)
    loss = head(unit(50, 64).detach(), target([[n] for n in range(50)]))
    assert float(loss.detach()) == pytest.approx(math.log(100), rel=0.02)


def test_adjustment_adds_log_frequencies_in_training_only() -> None:
    torch.manual_seed(0)
    head, x = Softmax(3, 8, counts=[90, 9, 1], adjust=1.0), unit(2, 8).detach()
    plain = head.linear(x * 8**0.5)
    wanted = F.cross_entropy(plain + torch.tensor([0.9, 0.09, 0.01]).log(), torch.tensor([0, 2]))
    assert torch.allclose(head.scores(x), plain)
    assert float(head(x, target([[0], [2]])).detach()) == pytest.approx(float(wanted.detach()), rel=1e-5)


def test_reweighting_keeps_the_mean_weight_of_pictures_at_one() -> None:
    head = Softmax(3, 8, counts=[90, 9, 1], reweight=1.0)
    assert (head.weight * torch.tensor([0.9, 0.09, 0.01])).tolist() == pytest.approx([1 / 3] * 3)


def test_sigmoid_is_torchs_summed_over_labels() -> None:
    torch.manual_seed(0)
    head, x = Sigmoid(5, 8), unit(3, 8).detach()
    said = target([[0, 2], [4], [1, 3]], weights=[[1.0, 0.5], [1.0], [7.0, 1.0]])
    wanted = (
        F.binary_cross_entropy_with_logits(head.scores(x), said.dense(5).clamp(max=1), reduction="sum") / 3
    )
    assert float(head(x, said).detach()) == pytest.approx(float(wanted.detach()), rel=1e-5)


def test_sigmoid_weighs_absent_labels() -> None:
    torch.manual_seed(0)
    head, x = Sigmoid(5, 8, unlisted=0.25), unit(2, 8).detach()
    said, scores = target([[0, 2], [4]]), head.scores(x)
    present = said.dense(5)
    weight = torch.where(present > 0, 1.0, 0.25)
    wanted = F.binary_cross_entropy_with_logits(scores, present, weight, reduction="sum") / 2
    assert float(head(x, said).detach()) == pytest.approx(float(wanted.detach()), rel=1e-5)


def test_sigmoid_starts_at_its_prior() -> None:
    torch.manual_seed(0)
    head = Sigmoid(3, 8, prior=[0.5, 0.01, 0.0])
    chance = torch.sigmoid(head.table.biases()).tolist()
    assert chance == pytest.approx([0.5, 0.01, 1e-5], rel=1e-3)
    even = Sigmoid(1000, 8)
    loss = float(even(unit(4, 8).detach(), target([[1], [2], [3], [4]])).detach())
    assert loss == pytest.approx(1 + math.log(1000), rel=0.05)


@pytest.mark.parametrize("make", [Softmax, Sigmoid])
def test_a_few_steps_learn_separable_classes(make: type[Softmax]) -> None:
    torch.manual_seed(0)
    centres = torch.eye(6)[:4]
    labels = torch.arange(40) % 4
    x = F.normalize(centres[labels] + 0.1 * torch.randn(40, 6), dim=-1)
    head = make(4, 6)
    adam, said = torch.optim.Adam(head.parameters(), lr=0.1), target([[int(n)] for n in labels])
    for _ in range(40):
        adam.zero_grad()
        head(x, said).backward()
        adam.step()
    assert (head.scores(x).argmax(1) == labels).all()


def test_refuses_in_one_line() -> None:
    with pytest.raises(InputError, match="2 or more classes and smoothing"):
        Softmax(1, 8)
    with pytest.raises(InputError, match="adjust and reweight need counts"):
        Softmax(3, 8, adjust=1.0)
    with pytest.raises(InputError, match="counts are 3 numbers from 0"):
        Softmax(3, 8, counts=[1, 2])
    with pytest.raises(InputError, match="one number or 3, one for each class, found 2"):
        Sigmoid(3, 8, prior=[0.1, 0.2])
    with pytest.raises(InputError, match="a prior is a share of pictures"):
        Sigmoid(3, 8, prior=2.0)
    with pytest.raises(InputError, match="unlisted in 0"):
        Sigmoid(3, 8, unlisted=-1.0)
