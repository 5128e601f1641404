from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.clustering.context import company, key_words, similarity, together
from saccade.labels.clustering.vectors import unit_length
from tests.labels.clustering.conftest import said_rows

KEYS = ["sofa", "blue sofa", "velvet", "big blue sofa", "lamp", "blue lamp"]
PHRASES = pa.table({"language": ["en"] * 6, "key": KEYS})


def inside(one: str, two: str) -> bool:
    return f" {one} " in f" {two} " or f" {two} " in f" {one} "


def slowly(said: pa.Table, vectors: np.ndarray) -> list[float]:
    pairs = sorted({(row["subject"], row["phrase"]) for row in said.to_pylist()})
    found = []
    for subject, phrase in pairs:
        others = [p for s, p in pairs if s == subject and not inside(KEYS[p], KEYS[phrase])]
        mean = vectors[others].sum(axis=0) if others else None
        found.append(float("nan") if mean is None else float(vectors[phrase] @ mean / np.linalg.norm(mean)))
    return found


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return unit_length(np.random.default_rng(0).standard_normal((6, 7)))


@pytest.fixture(scope="module")
def said() -> pa.Table:
    dice = np.random.default_rng(1)
    rows = {(int(dice.integers(40)), int(dice.integers(6)), int(dice.integers(3))) for _ in range(200)}
    return said_rows(sorted(rows))


def test_equals_the_definition(said: pa.Table, vectors: np.ndarray) -> None:
    found = similarity(said, vectors, PHRASES)
    assert found.dtype == np.float32
    assert found == pytest.approx(slowly(said, vectors), abs=1e-5, nan_ok=True)
    assert np.array_equal(found, similarity(said, vectors, key_words(PHRASES)), equal_nan=True)


def test_alone_or_only_with_its_own_parts(vectors: np.ndarray) -> None:
    found = similarity(said_rows([(0, 0, 0), (0, 1, 0), (1, 2, 0), (2, 0, 0), (2, 2, 1)]), vectors, PHRASES)
    assert np.isnan(found).tolist() == [True, True, True, False, False]
    assert found[3] == pytest.approx(found[4])


def test_no_rows(said: pa.Table, vectors: np.ndarray) -> None:
    assert len(similarity(said.slice(0, 0), vectors, PHRASES)) == 0


def test_company_adds_up_over_buckets(said: pa.Table, vectors: np.ndarray) -> None:
    subject = said.column("subject").to_numpy()
    cut = int(np.searchsorted(subject, 20))
    parts = [company(part, vectors, PHRASES) for part in (said.slice(0, cut), said.slice(cut))]
    whole = company(said, vectors, PHRASES)
    assert together(parts).total == pytest.approx(whole.total)
    assert together(parts).subjects.tolist() == whole.subjects.tolist()
    mean = np.einsum("nd,nd->n", whole.total, vectors).sum()
    assert mean == pytest.approx(np.nansum(slowly(said, vectors)), abs=1e-3)
