from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.metrics.classification import confusion
from saccade.metrics.groups import by_class, by_group
from saccade.metrics.intervals import wilson


def test_groups_and_the_largest_gap():
    right = np.concatenate((np.ones(30), np.repeat([1, 0], 20), np.zeros(5)))
    names = ["a"] * 30 + ["b"] * 40 + ["tiny"] * 5
    found = by_group(right, names, least=20)
    assert [(one.group, one.count, one.accuracy.mean) for one in found.scores] == [
        ("a", 30, 1.0), ("b", 40, 0.5), ("tiny", 5, 0.0),
    ]  # fmt: skip
    (gap,) = found.gaps
    assert (gap.metric, gap.gap, gap.worst, gap.best) == ("accuracy", 0.5, "b", "a")
    assert found.small == ("tiny",)
    assert found.scores[1].accuracy == wilson(20, 40)


@pytest.mark.parametrize("seed", range(4))
def test_precision_and_recall_equal_scikit_learn(seed):
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    truth, names = rng.integers(0, 5, 300), rng.choice(["dark", "light", "medium"], 300)
    said = np.where(rng.random(300) < 0.7, truth, rng.integers(0, 5, 300))
    found = by_group(truth == said, names.tolist(), (truth, said))
    options = {"average": "macro", "zero_division": 0}
    for one in found.scores:
        rows = names == one.group
        pairs = truth[rows], said[rows]
        assert one.accuracy.mean == pytest.approx(metrics.accuracy_score(*pairs), abs=1e-12)
        assert one.precision == pytest.approx(metrics.precision_score(*pairs, **options), abs=1e-12)
        assert one.recall == pytest.approx(metrics.recall_score(*pairs, **options), abs=1e-12)
    values = [one.recall for one in found.scores]
    gaps = {gap.metric: gap.gap for gap in found.gaps}
    assert gaps["recall"] == pytest.approx(max(values) - min(values))
    assert set(gaps) == {"accuracy", "precision", "recall"}


def test_classes_as_groups():
    """A model that is right nearly always can still miss a whole class."""
    truth = np.repeat([0, 1, 2], [900, 60, 3])
    said = np.where(truth == 1, 0, truth)
    found = by_class(confusion(truth, said), ["light", "dark", "rare"], truth == said, truth)
    assert [(one.group, one.count, one.recall) for one in found.scores] == [
        ("light", 900, 1.0), ("dark", 60, 0.0), ("rare", 3, 1.0),
    ]  # fmt: skip
    assert found.small == ("rare",)
    gap = next(one for one in found.gaps if one.metric == "recall")
    assert (gap.gap, gap.worst, gap.best) == (1.0, "dark", "light")


def test_queries_that_hang_together_take_the_bootstrap():
    right, names = np.tile([1, 0, 1], 20), ["a"] * 30 + ["b"] * 30
    apart = by_group(right, names, clusters=np.arange(60)).scores[0].accuracy
    together = by_group(right, names, clusters=np.arange(60) // 3).scores[0].accuracy
    assert (apart.method, together.method) == ("wilson", "percentile")


def test_one_group_has_no_gap():
    assert by_group([1, 0], ["a", "a"], least=1).gaps == ()
    with pytest.raises(InputError, match="one group for each"):
        by_group([1, 0], ["a"])
