from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.evaluation.probe import PENALTIES, fit_probe


def mixture(seed: int, count: int, dim: int = 16, classes: int = 5, noise: float = 1.0):
    """Rows far from the origin in a few informative directions among noise."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(7).normal(size=(classes, dim))
    labels = rng.integers(0, classes, count)
    return (centres[labels] + noise * rng.normal(size=(count, dim)) + 3).astype(np.float32), labels


@pytest.mark.parametrize("penalty", [1.0, 0.01])
def test_equals_scikit_learn(penalty):
    linear = pytest.importorskip("sklearn.linear_model")
    x, labels = mixture(0, 400)
    probe = fit_probe(x, labels, penalties=(penalty,), steps=500)
    standard = (x - probe.mean) / probe.scale
    theirs = linear.LogisticRegression(C=1 / (len(x) * penalty), max_iter=2000, tol=1e-8).fit(
        standard, labels
    )
    ours = probe.logits(x) - probe.logits(x).mean(axis=1, keepdims=True)
    np.testing.assert_allclose(ours, theirs.decision_function(standard), atol=1e-2)
    np.testing.assert_array_equal(probe.predict(x), theirs.predict(standard))


def test_the_penalty_suits_the_data():
    """Labels that nothing explains want the strongest penalty; clear classes a weak one."""
    x, labels = mixture(1, 300)
    shuffled = np.random.default_rng(0).permutation(labels)
    assert fit_probe(x, shuffled).penalty == max(PENALTIES)
    assert fit_probe(*mixture(2, 3000, noise=0.6)).penalty < 0.01


def test_it_beats_a_penalty_that_is_far_off():
    x, labels = mixture(3, 300, dim=200, noise=6.0)
    test, truth = mixture(4, 1000, dim=200, noise=6.0)
    chosen = (fit_probe(x, labels).predict(test) == truth).mean()
    weak = (fit_probe(x, labels, penalties=(1e-8,)).predict(test) == truth).mean()
    assert chosen > weak + 0.02


def test_a_product_stays_on_one_side():
    """Ten photos a product and labels that only the product explains: a split by photo would overfit."""
    rng = np.random.default_rng(5)
    product = np.repeat(np.arange(60), 10)
    x = rng.normal(size=(60, 40))[product] + 0.01 * rng.normal(size=(600, 40))
    labels = rng.integers(0, 2, 60)[product]
    whole, apart = fit_probe(x, labels, product), fit_probe(x, labels)
    assert whole.penalty > apart.penalty


def test_labels_keep_their_numbers_and_scale_does_not_matter():
    x, labels = mixture(6, 300)
    codes = np.array([3, 8, 11, 40, 41])[labels]
    first, second = fit_probe(x, codes), fit_probe(1000 * x, codes)
    assert set(first.predict(x)) <= set(codes)
    assert first.penalty == second.penalty
    assert (first.predict(x) == second.predict(1000 * x)).mean() > 0.99


def test_same_numbers_twice():
    x, labels = mixture(8, 200)
    np.testing.assert_array_equal(fit_probe(x, labels).weights, fit_probe(x, labels).weights)


def test_what_is_refused():
    with pytest.raises(InputError, match="at least two classes"):
        fit_probe(np.ones((4, 2)), np.zeros(4, np.int64))
    with pytest.raises(InputError, match="N labels"):
        fit_probe(np.ones((4, 2)), np.zeros(3, np.int64))
