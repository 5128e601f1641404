"""Sampled classes: the same for all who ask, no memory that grows with the classes, and no recall lost."""

from __future__ import annotations

import weakref
from collections.abc import Iterator

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from saccade.training.losses.classification import Sigmoid
from saccade.training.losses.head import Head, one_label_each
from saccade.training.losses.proxy_softmax import ProxySoftmax
from saccade.training.losses.sampled import drawn, participants

from .toy import halves, target, unit


def test_a_sample_follows_seed_and_step_and_nothing_else() -> None:
    first = drawn(1000, 50, 3, 7)
    assert len(set(first.tolist())) == 50 and int(first.max()) < 1000
    assert torch.equal(first, drawn(1000, 50, 3, 7))
    assert not torch.equal(first, drawn(1000, 50, 3, 8)) and not torch.equal(first, drawn(1000, 50, 4, 7))


def test_every_class_is_drawn_as_often() -> None:
    counts = np.bincount(np.concatenate([drawn(40, 10, 0, step).numpy() for step in range(2000)]))
    assert len(counts) == 40 and (np.abs(counts - 500) < 5 * np.sqrt(500 * 0.75)).all()


def test_ranks_agree_on_who_takes_part() -> None:
    whole = target([[3], [900], [17], [3]], step=5)
    left, right = (participants(part, 1000, 20, 1) for part in halves(whole, 2))
    assert torch.equal(left.ids, right.ids) and torch.equal(left.weights, right.weights)
    assert set(left.ids.tolist()) >= {3, 17, 900} and 20 <= len(left.ids) <= 23
    assert left.weights[left.columns(whole.labels)].tolist() == [1, 1, 1, 1]
    assert sorted(set(left.weights.tolist())) == [1, 50]


def test_the_sum_over_sampled_classes_is_right_on_average() -> None:
    torch.manual_seed(0)
    full, some = Sigmoid(30, 6, prior=0.2), Sigmoid(30, 6, prior=0.2, sampled=10)
    x = unit(4, 6).detach()
    with torch.no_grad():
        full.table.vectors.weight.normal_()
        some.table.vectors.weight.copy_(full.table.vectors.weight)
        said = [target([[1], [2, 9], [1], [5]], step=step) for step in range(400)]
        exact = float(full(x, said[0]))
        found = torch.stack([some(x, one) for one in said])
    spread = float(found.std()) / len(found) ** 0.5
    assert float(found.mean()) == pytest.approx(exact, abs=4 * spread) and spread < 0.02 * exact


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Small products are slower on several threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def storages(tree: object) -> list[torch.UntypedStorage]:
    """Of all dense tensors in a nest of arguments."""
    leaves = [one for one in tree_leaves(tree) if isinstance(one, torch.Tensor)]
    return [one.untyped_storage() for one in leaves if one.layout == torch.strided]


class Memory(TorchDispatchMode):
    """Counts the bytes of tensors that are made, and the most that were alive at once."""

    def __init__(self) -> None:
        super().__init__()
        self.live, self.peak = 0, 0
        self.known: set[int] = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        there = {one._cdata for one in storages((args, kwargs))}
        out = func(*args, **(kwargs or {}))
        for one in storages(out):
            if one._cdata not in there:
                self._hold(one)
        return out

    def _hold(self, storage: torch.UntypedStorage) -> None:
        key, size = storage._cdata, storage.nbytes()
        if key in self.known:
            return
        self.known.add(key)
        self.live += size
        self.peak = max(self.peak, self.live)
        weakref.finalize(storage, self._free, key, size)

    def _free(self, key: int, size: int) -> None:
        self.known.discard(key)
        self.live -= size


def peak_of_a_step(head: Head, batch: int, dim: int) -> int:
    """Bytes beside the table and the optimiser's state, forward, backward and update."""
    optimiser = (torch.optim.SparseAdam if head.sparse else torch.optim.Adam)(head.parameters(), lr=0.01)
    x, labels = unit(batch, dim), torch.arange(batch)
    for step in range(2):  # the first one makes the optimiser's state
        optimiser.zero_grad()
        with Memory() as memory:
            head(x, one_label_each(labels, step)).backward()
            optimiser.step()
    return memory.peak


@pytest.mark.parametrize("make", [ProxySoftmax, Sigmoid])
def test_a_step_of_100k_classes_takes_no_more_memory_than_one_of_10k(make: type[ProxySoftmax]) -> None:
    dim, batch, sampled = 16, 32, 512
    few, many = (
        peak_of_a_step(make(classes, dim, sampled=sampled), batch, dim) for classes in (10**4, 10**5)
    )
    stated = 16 * (sampled + batch) * (batch + dim)
    assert many <= 1.1 * few and many <= 2 * stated
    full = peak_of_a_step(make(10**4, dim), batch, dim)
    assert full > 10**4 * (dim + batch) * 4 > 3 * many


def test_the_measure_sees_a_dense_gradient() -> None:
    head = ProxySoftmax(10**4, 16)
    assert peak_of_a_step(head, 4, 16) > head.proxies.numel() * 4


def hit1_after(sampled: int) -> float:
    """Of 400 classes that were not trained on, with a linear map trained on 300 others."""
    rng = torch.Generator().manual_seed(0)
    mix, clutter = torch.randn(6, 24, generator=rng), torch.randn(10, 24, generator=rng)

    def pictures(classes: int) -> tuple[torch.Tensor, torch.Tensor]:
        kind = torch.randn(classes, 1, 6, generator=rng) + 0.1 * torch.randn(classes, 5, 6, generator=rng)
        x = kind @ mix + torch.randn(classes, 5, 10, generator=rng) @ clutter
        return x.flatten(0, 1), torch.arange(classes).repeat_interleave(5)

    (x, labels), (new, wanted) = pictures(300), pictures(400)
    torch.manual_seed(0)
    net, head = torch.nn.Linear(24, 12), ProxySoftmax(300, 12, sampled=sampled)
    tables = (torch.optim.SparseAdam if head.sparse else torch.optim.Adam)(head.parameters(), lr=0.01)
    both = (tables, torch.optim.Adam(net.parameters(), lr=0.01))
    for step in range(900):
        rows = torch.randint(len(x), (32,), generator=rng)
        loss = head(F.normalize(net(x[rows]), dim=-1), one_label_each(labels[rows], step))
        for optimiser in both:
            optimiser.zero_grad()
            optimiser.param_groups[0]["lr"] = 0.01 * (1 - step / 900)
        loss.backward()
        for optimiser in both:
            optimiser.step()
    with torch.no_grad():
        found = F.normalize(net(new), dim=-1)
        return float((wanted[(found @ found.T).fill_diagonal_(-2).argmax(1)] == wanted).float().mean())


def test_recall_is_within_a_point_of_the_full_softmax(one_thread: None) -> None:
    full, sampled = hit1_after(0), hit1_after(150)
    assert full > 0.9
    assert sampled > full - 0.01
