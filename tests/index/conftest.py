"""Indexes of every backend, and small sets of vectors, for the tests of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from saccade.index.edge import EdgeIndex
from saccade.index.exact import ExactIndex
from saccade.index.payloads import Payload
from saccade.index.protocol import Index
from saccade.index.server import ServerIndex
from saccade.index.settings import Settings

BACKENDS = ("exact", "edge", "server")


def draw_points(count: int, dim: int = 16, seed: int = 0, clusters: int = 10) -> SimpleNamespace:
    """Ids, clustered unit vectors float32 [N, dim], and payloads with a payload of every kind."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(clusters, dim))
    vectors = centres[random.integers(0, clusters, count)] + 0.5 * random.normal(size=(count, dim))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    payloads: list[Payload] = [
        {
            "colour": ("red", "green", "blue")[row % 3],
            "price": float(row % 50) / 2,
            "new": row % 2 == 0,
            "item_id": [f"item{row // 3}", f"item{row // 7}"],
        }
        for row in range(count)
    ]
    for row in range(0, count, 11):
        del payloads[row]["colour"]
    ids = [random.bytes(16).hex() for _ in range(count)]
    return SimpleNamespace(ids=ids, vectors=vectors, payloads=payloads)


@pytest.fixture
def points() -> Callable[..., SimpleNamespace]:
    """The function that draws clustered points."""
    return draw_points


@pytest.fixture
def small_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Edge builds graphs over a few hundred points, which it would else scan."""
    monkeypatch.setattr("saccade.index.edge._INDEX_KB", 50)


@pytest.fixture(params=BACKENDS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[int], Index]]:
    """Makes an empty index of one backend; each call a new one."""
    made: list[Index] = []

    def build(dim: int) -> Index:
        place = tmp_path / f"index{len(made)}"
        if request.param == "exact":
            made.append(ExactIndex(dim))
        elif request.param == "edge":
            made.append(EdgeIndex(place, dim, Settings(backend="edge")))
        else:
            made.append(ServerIndex(":memory:", "points", dim))
        return made[-1]

    yield build
    for index in made:
        index.close()
