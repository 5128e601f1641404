from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.labels.clustering.cooccurrence import added_up, count_together, counted
from saccade.labels.clustering.linking import linked
from saccade.labels.clustering.units import units
from saccade.labels.clustering.vectors import combined, composed, meanings, unit_length
from saccade.metrics.clusters import bcubed
from tests.labels.clustering.conftest import SOURCES


def vectors_of(corpus, seed: int = 0, align: bool = True) -> np.ndarray:
    made = units(corpus.phrases)
    few = counted(made, corpus.phrases.column("support").to_numpy())
    together = added_up([count_together(corpus.said, few, SOURCES)])
    options = {} if align else {"align": None}
    return composed(made, meanings(made, few, together, seed=seed, **options))


@pytest.fixture(scope="module")
def found(corpus) -> np.ndarray:
    return vectors_of(corpus)


def test_phrases_of_one_meaning_meet_and_others_do_not(corpus, found: np.ndarray) -> None:
    assert bcubed(linked(found, 0.9), corpus.truth).f1 > 0.85


def test_without_alignment_translations_stay_apart(corpus) -> None:
    apart = bcubed(linked(vectors_of(corpus, align=False), 0.9), corpus.truth)
    assert apart.precision > 0.99 and apart.recall < 0.6


def test_form_and_seed(corpus, found: np.ndarray) -> None:
    assert found.dtype == np.float32 and found.shape == (len(corpus.phrases), 128)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(found, vectors_of(corpus))
    assert not np.allclose(found, vectors_of(corpus, seed=1))


def test_combined_cosine_is_the_weighted_mean() -> None:
    dice = np.random.default_rng(0)
    a, b = (unit_length(dice.standard_normal((6, dim))) for dim in (5, 9))
    both = combined([(a, 0.75), (b, 0.25)])
    assert both @ both.T == pytest.approx(0.75 * a @ a.T + 0.25 * b @ b.T, abs=1e-5)


def test_a_missing_part_is_like_everybody() -> None:
    a = unit_length(np.ones((3, 2)))
    b = np.array([[1, 0], [1, 0], [0, 0]], np.float32)
    both = combined([(a, 0.5), (b, 0.5)])
    assert both @ both.T == pytest.approx(1, abs=1e-5)


def test_what_cannot_be_combined() -> None:
    with pytest.raises(InputError, match="same phrases"):
        combined([(np.ones((2, 2), np.float32), 1), (np.ones((3, 2), np.float32), 1)])
    with pytest.raises(InputError, match="weights"):
        combined([(np.ones((2, 2), np.float32), 0)])
