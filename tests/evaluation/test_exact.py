from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.errors import InputError
from saccade.evaluation import exact
from saccade.evaluation.exact import BitScorer, FloatScorer, Targets, top_k


def by_hand(scores: np.ndarray, k: int) -> tuple[list[list[int]], list[list[float]]]:
    """Falling scores, of equal ones the later place first."""
    places = [sorted(range(len(row)), key=lambda at: (row[at], at), reverse=True)[:k] for row in scores]
    return places, [[float(row[at]) for at in found] for row, found in zip(scores, places, strict=True)]


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000), queries=st.integers(1, 9), gallery=st.integers(1, 30),
    k=st.integers(1, 12), block=st.integers(1, 60), step=st.integers(1, 4),
)  # fmt: skip
def test_floats_equal_a_full_sort_with_many_ties(seed, queries, gallery, k, block, step):
    rng = np.random.default_rng(seed)
    q, g = (rng.integers(-2, 3, (rows, 4)).astype(float) for rows in (queries, gallery))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "BLOCK", block)
        patch.setattr(exact, "QUERIES", step)
        places, scores = top_k(FloatScorer(q, g), queries, Targets.rows_alone(gallery), k)
    expected, values = by_hand(q @ g.T, k)
    real = min(k, gallery)
    assert places[:, :real].tolist() == expected
    assert scores[:, :real].tolist() == values
    assert (places[:, real:] == -1).all()
    assert np.isneginf(scores[:, real:]).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), dim=st.integers(1, 140))
def test_bits_equal_signs_counted_one_by_one(seed, dim):
    rng = np.random.default_rng(seed)
    q, g = rng.normal(size=(5, dim)), rng.normal(size=(20, dim))
    differing = ((q[:, None] > 0) != (g[None] > 0)).sum(axis=2)
    scorer = BitScorer(np.packbits(q > 0, axis=1), np.packbits(g > 0, axis=1), dim)
    places, scores = top_k(scorer, 5, Targets.rows_alone(20), 20)
    assert places.tolist() == by_hand(-differing, 20)[0]
    np.testing.assert_allclose(scores, 1 - 2 * np.take_along_axis(differing, places, 1) / dim, atol=1e-6)


def test_a_target_scores_as_its_best_picture_and_a_picture_may_belong_to_two():
    g = np.array([[1.0], [5.0], [3.0], [-9.0]])
    targets = Targets(np.array([0, 1, 1, 2, 3]), np.array([0, 2, 4, 5]))  # {0, 1}, {1, 2}, {3}
    places, scores = top_k(FloatScorer(np.array([[1.0]]), g), 1, targets, 5)
    assert places.tolist() == [[1, 0, 2, -1, -1]]
    assert scores[0, :3].tolist() == [5.0, 5.0, -9.0]
    banned = (np.array([0]), np.array([1]))
    places, scores = top_k(FloatScorer(np.array([[1.0]]), g), 1, targets, 2, banned)
    assert (places.tolist(), scores.tolist()) == ([[1, 0]], [[3.0, 1.0]])


def test_what_is_banned_is_not_found_whatever_the_blocks(monkeypatch):
    monkeypatch.setattr(exact, "BLOCK", 6)
    monkeypatch.setattr(exact, "QUERIES", 2)
    vectors = np.random.default_rng(0).normal(size=(11, 5))
    own = (np.arange(11), np.arange(11))
    places, _ = top_k(FloatScorer(vectors, vectors), 11, Targets.rows_alone(11), 11, own)
    for query, row in enumerate(places.tolist()):
        assert query not in row
        assert sorted(row[:10]) == [at for at in range(11) if at != query]
        assert row[10] == -1


def test_bad_shapes():
    with pytest.raises(InputError, match="of one D"):
        FloatScorer(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(InputError, match="k must be at least 1"):
        top_k(FloatScorer(np.zeros((1, 1)), np.zeros((1, 1))), 1, Targets.rows_alone(1), 0)
