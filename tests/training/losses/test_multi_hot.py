"""Cross-entropy to several labels equals the dense one."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.training.losses.multi_hot import cross_entropy, owners, shares

from .toy import target

PICTURES = st.lists(
    st.dictionaries(st.integers(0, 6), st.floats(0.01, 5), min_size=1, max_size=4), min_size=1, max_size=6
)


@settings(deadline=None)
@given(PICTURES, st.sampled_from([0.0, 0.1, 0.5]), st.integers(0, 99))
def test_equals_the_dense_one(pictures: list[dict[int, float]], smoothing: float, seed: int) -> None:
    kept = [sorted(one.items()) for one in pictures]
    said = target([[n for n, _ in one] for one in kept], weights=[[w for _, w in one] for one in kept])
    owner = owners(said)
    logits = 3 * torch.randn(len(said), 7, generator=torch.Generator().manual_seed(seed))
    found = cross_entropy(logits, said.labels, owner, shares(said, owner), smoothing)
    dense = said.dense(7)
    wanted = F.cross_entropy(
        logits, dense / dense.sum(1, keepdim=True), label_smoothing=smoothing, reduction="sum"
    )
    assert float(found) == pytest.approx(float(wanted), rel=1e-4, abs=1e-4)


def test_owners_and_shares() -> None:
    said = target([[0], [1, 2, 3], [4, 5]], weights=[[0.3], [1, 1, 2], [3, 1]])
    owner = owners(said)
    assert owner.tolist() == [0, 1, 1, 1, 2, 2]
    assert shares(said, owner).tolist() == pytest.approx([1, 0.25, 0.25, 0.5, 0.75, 0.25])
