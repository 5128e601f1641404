"""Proxy softmax equals its formula and moves embeddings to their proxies."""

from __future__ import annotations

import pytest
import torch

from saccade.errors import InputError
from saccade.training.losses.proxy_softmax import ProxySoftmax


def test_equals_the_formula() -> None:
    torch.manual_seed(0)
    loss = ProxySoftmax(5, 8)
    x, labels = torch.randn(3, 8), torch.tensor([0, 4, 2])
    total = 0.0
    for row, label in zip(x, labels, strict=True):
        cosines = [float(row @ p / (row.norm() * p.norm())) for p in loss.proxies.detach()]
        exponents = [torch.tensor(c / 0.05).exp() for c in cosines]
        total -= float(torch.log(exponents[int(label)] / sum(exponents)))
    assert float(loss(x, labels).detach()) == pytest.approx(total / 3, rel=1e-4)


def test_starts_uniform_and_has_no_bias() -> None:
    loss = ProxySoftmax(1000, 64)
    assert [name for name, _ in loss.named_parameters()] == ["proxies"]
    assert float(loss.proxies.detach().abs().max()) <= 64**-0.5
    assert float(loss.proxies.detach().std()) == pytest.approx(64**-0.5 / 3**0.5, rel=0.05)


def test_length_of_embeddings_does_not_matter() -> None:
    loss, x, labels = ProxySoftmax(4, 6), torch.randn(3, 6), torch.tensor([0, 1, 2])
    assert torch.allclose(loss(x, labels), loss(x * 9, labels), atol=1e-5)


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


@pytest.mark.parametrize(("classes", "temperature"), [(1, 0.05), (5, 0.0)])
def test_refuses(classes: int, temperature: float) -> None:
    with pytest.raises(InputError, match="expected 2 or more classes"):
        ProxySoftmax(classes, 8, temperature)
