"""Visualness of planted phrases, and against the plain mean over pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from saccade.labels.mining.visualness import SURE, PictureSums
from saccade.labels.shapes import SAID

Floats = npt.NDArray[np.float32]
WIDTH = 16


def said(pairs: list[tuple[int, int]]) -> pa.Table:
    """(subject, phrase) as rows of SAID."""
    rows = [
        {"subject": s, "phrase": p, "source": 0, "texts": 1, "weight": 1.0, "longest": 1.0, "copied": 0}
        for s, p in sorted(pairs)
    ]
    return pa.Table.from_pylist(rows, SAID)


@pytest.fixture
def pictures() -> Floats:
    """A thousand vectors in a cone: no two are orthogonal, as those of networks are."""
    vectors = np.random.default_rng(3).normal(0, 1, (1000, WIDTH)) + 1.0
    vectors[:40] += 3 * np.eye(WIDTH)[0]
    return vectors.astype(np.float32)


PAIRS = [(i, 0) for i in range(40)] + [(i, 1) for i in range(0, 1000, 7)] + [(500, 2), (600, 2)]
PAIRS += [(i, 3) for i in range(3)] + [(i, 4) for i in range(1000)]


def test_planted_phrases(pictures: Floats) -> None:
    values = PictureSums.of(said(PAIRS), pictures, 6).visualness()
    assert values.dtype == np.float32
    assert values[0] > 0.2, "its pictures are alike"
    assert values[1] < 0.02, "picked at random"
    assert np.isnan(values[2]) and np.isnan(values[5]), "two pictures, none"
    assert values[3] < values[0], "three alike are less sure than forty"
    assert values[4] == 0, "every picture there is"


def test_the_same_picture_every_time_is_wholly_visual(pictures: Floats) -> None:
    pictures[:200] = pictures[0] * np.arange(1, 201)[:, None]
    assert PictureSums.of(said([(i, 0) for i in range(200)]), pictures, 1).visualness()[0] > 0.85


def test_it_is_the_mean_over_pairs_less_chance(pictures: Floats) -> None:
    units = pictures / np.linalg.norm(pictures, axis=1, keepdims=True)
    cosines = units[:40] @ units[:40].T
    inside = cosines[~np.eye(40, dtype=np.bool_)].mean()
    every = units @ units.T
    chance = every[~np.eye(1000, dtype=np.bool_)].mean()
    dice = np.random.default_rng(0)
    drawn = [units[dice.choice(1000, 40, replace=False)] for _ in range(4000)]
    means = [(float(np.square(some.sum(axis=0)).sum()) - 40) / (40 * 39) for some in drawn]
    value = PictureSums.of(said(PAIRS), pictures, 6).visualness()[0]
    expected = (inside - chance - SURE * np.std(means)) / (1 - chance)
    assert value == pytest.approx(expected, abs=0.01)


def test_random_phrases_seldom_seem_visual() -> None:
    dice = np.random.default_rng(8)
    vectors = (dice.normal(0, 1, (3000, WIDTH)) + 0.5).astype(np.float32)
    pairs = [(int(s), p) for p in range(400) for s in dice.choice(3000, 12, replace=False)]
    values = PictureSums.of(said(pairs), vectors, 400).visualness()
    assert (values > 0).mean() < 0.12


def test_buckets_add_up(pictures: Floats) -> None:
    whole = PictureSums.of(said(PAIRS), pictures, 6).visualness()
    parts = PictureSums.empty(6, WIDTH)
    for start in (600, 0, 300):
        stop = {600: 1000, 0: 300, 300: 600}[start]
        some = said([(s - start, p) for s, p in PAIRS if start <= s < stop])
        parts = parts.merge(PictureSums.of(some, pictures[start:stop], 6))
    assert np.allclose(parts.visualness(), whole, atol=1e-5, equal_nan=True)


def test_subjects_without_a_vector_are_passed_over(pictures: Floats) -> None:
    broken = np.concatenate([pictures, np.full((2, WIDTH), np.nan), np.zeros((1, WIDTH))]).astype(np.float32)
    more = said([*PAIRS, (1000, 0), (1001, 2), (1002, 2)])
    found, whole = PictureSums.of(more, broken, 6), PictureSums.of(said(PAIRS), pictures, 6)
    assert np.allclose(found.visualness(), whole.visualness(), equal_nan=True)


def test_one_subject_speaks_for_a_family(pictures: Floats) -> None:
    families = np.arange(1000) // 10
    found = PictureSums.of(said(PAIRS), pictures, 6, families)
    assert found.families.tolist() == [4, 100, 2, 1, 100]
    assert found.total == 100


def test_the_same_subject_in_two_sources_counts_once(pictures: Floats) -> None:
    twice = pa.concat_tables([said(PAIRS), said(PAIRS)])
    assert PictureSums.of(twice, pictures, 6).families.tolist() == [40, 143, 2, 3, 1000]


def test_nothing_seen_is_nan() -> None:
    assert np.isnan(PictureSums.empty(4, WIDTH).visualness()).all()
    none = np.full((3, WIDTH), np.nan, np.float32)
    assert np.isnan(PictureSums.of(said([(0, 1), (1, 1), (2, 1)]), none, 4).visualness()).all()
