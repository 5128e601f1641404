from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.metrics.classification import accuracy, confusion


def drawn(seed: int, classes: int = 7, count: int = 400):
    """Labels with rare classes, some never predicted and some never true."""
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.full(classes, 0.4))
    truth = rng.choice(classes, count, p=share)
    said = np.where(rng.random(count) < 0.6, truth, rng.choice(classes, count, p=share[::-1]))
    return truth, said


@pytest.mark.parametrize("seed", range(6))
def test_equals_scikit_learn(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    truth, said = drawn(seed)
    ours, names = confusion(truth, said, 7), np.arange(7)
    np.testing.assert_array_equal(ours.counts, metrics.confusion_matrix(truth, said, labels=names))
    precision, recall, _, support = metrics.precision_recall_fscore_support(
        truth, said, labels=names, zero_division=0
    )
    np.testing.assert_allclose(ours.precision, precision, atol=1e-12)
    np.testing.assert_allclose(ours.recall, recall, atol=1e-12)
    np.testing.assert_array_equal(ours.support, support)
    assert ours.accuracy == pytest.approx(metrics.accuracy_score(truth, said), abs=1e-12)
    assert accuracy(truth, said) == pytest.approx(ours.accuracy, abs=1e-12)
    options = {"average": "macro", "zero_division": 0}
    assert ours.macro_precision == pytest.approx(metrics.precision_score(truth, said, **options), abs=1e-12)
    assert ours.macro_recall == pytest.approx(metrics.recall_score(truth, said, **options), abs=1e-12)
    known = np.isin(said, truth)  # scikit-learn warns of predictions that are never true
    expected = metrics.balanced_accuracy_score(truth[known], said[known])
    assert confusion(truth[known], said[known]).macro_accuracy == pytest.approx(expected, abs=1e-12)


def test_by_hand():
    table = confusion([0, 0, 1, 2], [0, 1, 1, 1], 4)
    np.testing.assert_allclose(table.precision, [1, 1 / 3, 0, 0])
    np.testing.assert_allclose(table.recall, [0.5, 1, 0, 0])
    assert table.macro_accuracy == pytest.approx(0.5)
    assert table.macro_precision == pytest.approx(4 / 9)


@pytest.mark.parametrize(
    ("truth", "said", "classes", "says"),
    [
        ([], [], None, "one true and one predicted"),
        ([0, 1], [0], None, "one true and one predicted"),
        ([0.5], [0], None, "whole numbers"),
        ([0, 3], [0, 1], 3, "from 0 to 2"),
        ([-1, 0], [0, 1], None, "from 0"),
    ],
)
def test_what_is_refused(truth, said, classes, says):
    with pytest.raises(InputError, match=says):
        confusion(np.asarray(truth), np.asarray(said), classes)
