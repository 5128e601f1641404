"""Constraints in, settings out, and the truth when they cannot be kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.index.choose import Constraints, expected_memory, propose, tune
from saccade.index.edge import EdgeIndex
from saccade.index.exact import ExactIndex
from saccade.index.recall import measure, random_filter, sample_queries
from saccade.index.settings import Settings


def vectors(count: int, dim: int = 32) -> np.ndarray:
    random = np.random.default_rng(0)
    centres = random.normal(size=(count // 50, dim))
    found = centres[random.integers(0, len(centres), count)] + 0.7 * random.normal(size=(count, dim))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def ids(count: int) -> list[str]:
    return [f"{row:032x}" for row in range(count)]


def test_small_sets_are_scanned_and_large_ones_get_a_graph() -> None:
    sample = vectors(500)
    assert propose(sample, 500, Constraints(latency=1000.0)).backend == "exact"
    assert propose(sample, 10**9, Constraints()).backend == "edge"
    assert propose(sample, 10**9, Constraints(), ("exact",)).backend == "exact"


def test_memory_decides_what_is_kept_at_hand() -> None:
    sample, count = vectors(500, 256), 10**8
    kinds = [
        propose(sample, count, Constraints(memory=m)).quantization for m in (10**12, 120 * 10**9, 30 * 10**9)
    ]
    assert kinds == ["int8", "none", "binary"]
    least = propose(sample, count, Constraints(memory=1))
    assert expected_memory(least, count, 256) == min(
        expected_memory(Settings(b, q), count, 256)  # pyright: ignore
        for b, q in (("exact", "none"), ("edge", "int8"), ("edge", "binary"), ("exact", "binary"))
    )


@pytest.mark.usefixtures("small_graphs")
@pytest.mark.parametrize("quantization", ["none", "int8", "binary"])
def test_the_recall_asked_for_is_reached_plain_and_filtered(tmp_path: Path, quantization: str) -> None:
    gallery = vectors(3000)
    with EdgeIndex(tmp_path / "i", 32, Settings("edge", quantization)) as index:  # pyright: ignore
        index.upsert(ids(len(gallery)), gallery)
        index.optimize()
        choice = tune(index, sample_queries(gallery, 100, seed=1), Constraints(0.98))
        assert choice.met, choice.line()
        assert index.settings == choice.best.settings
        others = sample_queries(gallery, 200, seed=2)
        assert measure(index, others).value >= 0.97
        for share in (0.1, 0.01):
            assert measure(index, others, filter=random_filter(share)).value >= 0.98


def test_what_cannot_be_kept_is_said() -> None:
    gallery = vectors(2000)
    index = ExactIndex(32)
    index.upsert(ids(2000), gallery)
    choice = tune(index, gallery[:50], Constraints(memory=1000, latency=1e-6))
    assert not choice.met
    for part in ("no setting meets", "nearest is exact", "memory 256,000 bytes for 1,000", "latency"):
        assert part in choice.line()
    assert tune(index, gallery[:50], Constraints()).met


def test_the_nearest_keeps_recall_before_latency() -> None:
    gallery = vectors(2000)
    index = ExactIndex(32, Settings("exact", "binary"))
    index.upsert(ids(2000), gallery)
    choice = tune(index, sample_queries(gallery, 50), Constraints(0.99, latency=1e-6))
    assert len(choice.tried) > 2
    assert choice.best.recall.value == max(t.recall.value for t in choice.tried)


@pytest.mark.parametrize("wrong", [{"recall": 0.0}, {"recall": 1.5}, {"memory": 0}, {"latency": -1.0}])
def test_constraints_make_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match="expected"):
        Constraints(**wrong)  # pyright: ignore
