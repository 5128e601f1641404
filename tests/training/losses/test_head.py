"""What holds for every head: masks, parts of a step, zero gradients, float32 under autocast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from saccade.training.batch import Target
from saccade.training.losses.classification import Sigmoid, Softmax
from saccade.training.losses.head import Head, one_label_each
from saccade.training.losses.metric import multi_similarity, triplet
from saccade.training.losses.proxy_softmax import ProxySoftmax
from saccade.training.losses.vectors import Distil, Relations

from .toy import halves, target, unit

DIM, CLASSES = 8, 9
Make = Callable[[], Head]
PER_PICTURE: dict[str, Make] = {
    "proxy": lambda: ProxySoftmax(CLASSES, DIM),
    "proxy sampled": lambda: ProxySoftmax(CLASSES, DIM, sampled=4),
    "softmax": lambda: Softmax(CLASSES, DIM, smoothing=0.1, counts=range(9), adjust=1.0, reweight=0.5),
    "sigmoid": lambda: Sigmoid(CLASSES, DIM, unlisted=0.5),
    "sigmoid sampled": lambda: Sigmoid(CLASSES, DIM, sampled=4),
    "cosine": lambda: Distil(DIM, 5),
}
OVER_PAIRS: dict[str, Make] = {
    "relational": Relations, "multi-similarity": multi_similarity, "triplet": lambda: triplet(0.5, "all"),
}  # fmt: skip
ALL = PER_PICTURE | OVER_PAIRS


def whole(rows: list[int] | None = None) -> Target:
    """Six pictures, two with several labels, in a batch of ten."""
    labels = [[1], [1, 4], [4], [4], [0, 2, 8], [2]]
    weights = [[1.0], [0.5, 0.25], [1.0], [0.9], [0.2, 0.2, 0.6], [1.0]]
    return target(labels, rows or [0, 2, 3, 5, 8, 9], weights, vectors=unit(6, 5, seed=3).detach())


def made(name: str) -> Head:
    torch.manual_seed(0)
    return ALL[name]()


def dense(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad.to_dense()


@pytest.mark.parametrize("name", ALL)
def test_a_batch_without_labels_gives_zero_gradients_that_are_there(name: str) -> None:
    head, x = made(name), unit(10, DIM)
    loss = head(x, target([], vectors=torch.empty(0, 5), present=[3], total=7))
    loss.backward()
    assert loss.dtype == torch.float32 and float(loss.detach()) == 0
    assert x.grad is not None and not x.grad.any()
    for parameter in head.parameters():
        assert not dense(parameter).any()


@pytest.mark.parametrize("name", ALL)
def test_pictures_without_a_label_get_no_gradient(name: str) -> None:
    head, x = made(name), unit(10, DIM)
    loss = head(x, whole())
    loss.backward()
    assert x.grad is not None and loss.shape == () and loss.dtype == torch.float32
    assert float(loss.detach()) > 0
    labelled = [0, 2, 3, 5, 8, 9]
    assert not x.grad[[1, 4, 6, 7]].any()
    assert x.grad[labelled].any()
    for parameter in head.parameters():
        assert dense(parameter).any()


@pytest.mark.parametrize("name", ALL)
def test_other_pictures_of_the_batch_do_not_matter(name: str) -> None:
    head, x = made(name), unit(10, DIM).detach()
    other = x.clone()
    other[[1, 4, 6, 7]] = 100.0
    assert torch.equal(head(x, whole()), head(other, whole()))


@pytest.mark.parametrize("name", PER_PICTURE)
def test_parts_of_a_step_add_up(name: str) -> None:
    head, x = made(name), unit(10, DIM)
    total = head(x, whole())
    total.backward()
    wanted, grads = x.grad, [dense(p) for p in head.parameters()]
    x.grad = None
    head.zero_grad()
    parts = [head(x, part) for part in halves(whole(), 2)]
    sum(parts).backward()  # type: ignore[union-attr]
    assert torch.allclose(total, sum(parts), atol=1e-6)  # type: ignore[arg-type]
    assert torch.allclose(wanted, x.grad, atol=1e-6)  # type: ignore[arg-type]
    for grad, parameter in zip(grads, head.parameters(), strict=True):
        assert torch.allclose(grad, dense(parameter), atol=1e-6)


@pytest.mark.parametrize("name", OVER_PAIRS)
def test_pairs_are_those_inside_a_part(name: str) -> None:
    head, x = made(name), unit(10, DIM)
    parts = [float(head(x, part).detach()) for part in halves(whole(), 2)]
    assert sum(parts) != pytest.approx(float(head(x, whole()).detach()), rel=1e-3)


@pytest.mark.parametrize("name", ALL)
def test_autocast_does_not_touch_the_loss(name: str) -> None:
    head, x = made(name), unit(10, DIM)
    plain = head(x, whole())
    with torch.autocast("cpu", torch.bfloat16):
        under = head(x, whole())
    assert under.dtype == torch.float32
    assert torch.equal(plain, under)
    rounded = head(x.bfloat16(), whole())
    assert rounded.dtype == torch.float32
    assert float(rounded.detach()) == pytest.approx(float(plain.detach()), rel=0.05)


@pytest.mark.parametrize("name", ["proxy", "softmax", "sigmoid", "proxy sampled", "sigmoid sampled"])
def test_scores_are_of_all_pictures_and_classes(name: str) -> None:
    head = made(name)
    scores = head.scores(unit(10, DIM).detach())
    assert scores.shape == (10, CLASSES) and scores.dtype == torch.float32
    assert head.classes == CLASSES


@pytest.mark.parametrize("name", ["cosine", *OVER_PAIRS])
def test_heads_without_classes_have_no_scores(name: str) -> None:
    with pytest.raises(NotImplementedError):
        made(name).scores(unit(2, DIM))


def test_sparse_heads_say_so_and_have_sparse_gradients() -> None:
    for name, maker in ALL.items():
        head, x = maker(), unit(10, DIM)
        head(x, whole()).backward()
        sparse = [p for p in head.parameters() if p.grad is not None and p.grad.is_sparse]
        assert head.sparse == bool(sparse) == ("sampled" in name)
        assert not sparse or len(sparse) == len(list(head.parameters()))


def test_one_label_each_is_a_whole_step() -> None:
    found = one_label_each(torch.tensor([5, 2, 5]), step=4)
    assert (found.first.tolist(), found.total, found.step) == ([5, 2, 5], 3, 4)
    assert found.present.tolist() == [2, 5]
    assert found.dense(6).argmax(1).tolist() == [5, 2, 5]
