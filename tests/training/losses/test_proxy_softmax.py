"""Proxy softmax equals its formula and moves embeddings to their proxies."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from saccade.errors import InputError
from saccade.training.losses.head import one_label_each
from saccade.training.losses.proxy_softmax import ProxySoftmax
from saccade.training.losses.sampled import participants

from .toy import target, unit


def test_equals_the_formula() -> None:
    torch.manual_seed(0)
    loss = ProxySoftmax(5, 8)
    x, labels = torch.randn(3, 8), torch.tensor([0, 4, 2])
    total = 0.0
    for row, label in zip(x, labels, strict=True):
        cosines = [float(row @ p / (row.norm() * p.norm())) for p in loss.proxies.detach()]
        exponents = [torch.tensor(c / 0.05).exp() for c in cosines]
        total -= float(torch.log(exponents[int(label)] / sum(exponents)))
    assert float(loss(x, one_label_each(labels)).detach()) == pytest.approx(total / 3, rel=1e-4)


def test_several_labels_share_the_target_by_their_weights() -> None:
    torch.manual_seed(0)
    head, x = ProxySoftmax(5, 8), unit(2, 8)
    said = target([[0, 3], [1]], weights=[[3.0, 1.0], [0.2]])
    shares = torch.tensor([[0.75, 0, 0, 0.25, 0], [0, 1, 0, 0, 0]])
    wanted = F.cross_entropy(head.logits(x), shares)
    assert float(head(x, said).detach()) == pytest.approx(float(wanted.detach()), rel=1e-5)


def test_is_a_share_of_the_mean_over_the_step() -> None:
    head, x = ProxySoftmax(5, 8), unit(2, 8).detach()
    alone, part = head(x, target([[0], [1]])), head(x, target([[0], [1]], total=8))
    assert float(part.detach()) == pytest.approx(float(alone.detach()) / 4)


def test_starts_uniform_and_has_no_bias() -> None:
    loss = ProxySoftmax(1000, 64)
    assert [parameter is loss.proxies for parameter in loss.parameters()] == [True]
    assert float(loss.proxies.detach().abs().max()) <= 64**-0.5
    assert float(loss.proxies.detach().std()) == pytest.approx(64**-0.5 / 3**0.5, rel=0.05)


def test_length_of_embeddings_does_not_matter() -> None:
    loss, x, labels = ProxySoftmax(4, 6), torch.randn(3, 6), torch.tensor([0, 1, 2])
    assert torch.allclose(loss(x, labels), loss(x * 9, labels), atol=1e-5)


def test_labels_alone_are_a_target() -> None:
    loss, x, labels = ProxySoftmax(4, 6), torch.randn(3, 6), torch.tensor([0, 1, 2])
    assert torch.equal(loss(x, labels), loss(x, one_label_each(labels)))


def test_a_step_lowers_it() -> None:
    torch.manual_seed(0)
    loss, labels = ProxySoftmax(4, 6), torch.tensor([0, 1, 2])
    x = torch.randn(3, 6, requires_grad=True)
    before = loss(x, labels)
    before.backward()
    assert x.grad is not None and loss.proxies.grad is not None
    with torch.no_grad():
        x -= 0.01 * x.grad
        assert loss(x, labels) < before


@pytest.mark.parametrize("sampled", [0, 4])
def test_gradients_are_those_of_differences(sampled: int) -> None:
    torch.manual_seed(0)
    head = ProxySoftmax(7, 5, temperature=0.5, sampled=sampled).double()
    said = target([[0], [2, 5], [6]], rows=[0, 1, 3], weights=[[1.0], [0.5, 1.5], [2.0]])
    x = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: head(x, said), (x,), fast_mode=True)
    head.table.vectors.sparse = False  # what gradcheck takes; the numbers are the same

    def of_proxies(proxies: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(head, {"table.vectors.weight": proxies}, (x.detach(), said))

    proxies = head.proxies.detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(of_proxies, (proxies,), fast_mode=True)


def test_sampled_logits_are_corrected_for_what_was_not_drawn() -> None:
    torch.manual_seed(0)
    head, x = ProxySoftmax(50, 8, sampled=10, seed=3), unit(3, 8)
    said = target([[4], [7], [4]], step=12)
    among = participants(said, 50, 10, 3)
    logits = head.logits(x)[:, among.ids]
    others = ~torch.isin(among.ids, torch.tensor([4, 7]))
    logits = logits + others * torch.log(torch.tensor(5.0))
    wanted = F.cross_entropy(logits, torch.searchsorted(among.ids, torch.tensor([4, 7, 4])))
    assert float(head(x, said).detach()) == pytest.approx(float(wanted.detach()), rel=1e-5)


def test_sampling_as_many_as_there_are_is_the_full_softmax() -> None:
    head = ProxySoftmax(5, 8, sampled=5)
    assert head.sampled == 0 and not head.sparse


@pytest.mark.parametrize(("classes", "temperature"), [(1, 0.05), (5, 0.0)])
def test_refuses(classes: int, temperature: float) -> None:
    with pytest.raises(InputError, match="expected 2 or more classes"):
        ProxySoftmax(classes, 8, temperature)
