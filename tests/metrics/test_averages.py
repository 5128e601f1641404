from __future__ import annotations

import numpy as np
import pytest

from saccade.errors import InputError
from saccade.metrics.averages import averaged, averaged_test
from saccade.metrics.compare import randomisation
from saccade.metrics.intervals import bootstrap


def test_one_part_is_the_clustered_bootstrap():
    rng = np.random.default_rng(0)
    values, units = rng.random(200), rng.integers(0, 60, 200)
    ours = averaged([(values, units)], resamples=20_000)
    theirs = bootstrap(values, units, resamples=20_000)
    assert ours.mean == pytest.approx(values.mean())
    assert [ours.low, ours.high] == pytest.approx([theirs.low, theirs.high], abs=0.002)


def test_parts_count_alike_whatever_their_size():
    big, small = np.ones(1000), np.zeros(10)
    found = averaged([(big, np.arange(1000)), (small, np.arange(10))])
    assert (found.mean, found.low, found.high) == (0.5, 0.5, 0.5)


def test_shared_units_widen_the_interval():
    """Five tasks that say the same of the same products are worth one."""
    values, units = np.random.default_rng(1).integers(0, 2, 300), np.arange(300)
    same = averaged([(values, units)] * 5)
    apart = averaged([(values, units + 300 * part) for part in range(5)])
    assert same.high - same.low > 2 * (apart.high - apart.low)


def test_the_paired_test():
    rng = np.random.default_rng(2)
    units = np.arange(300)
    noise = [(rng.choice([-1, 0, 1], 300, p=[0.1, 0.8, 0.1]), units) for _ in range(3)]
    gain = [(rng.choice([-1, 0, 1], 300, p=[0.05, 0.75, 0.2]), units) for _ in range(3)]
    assert averaged_test(noise) > 0.01
    assert averaged_test(gain) < 0.001
    assert averaged_test(gain[:1]) == randomisation(gain[0][0] / 300)


def test_a_part_without_values_is_refused():
    with pytest.raises(InputError, match="at least one task"):
        averaged([])
    with pytest.raises(InputError, match="at least one value"):
        averaged([(np.empty(0), np.empty(0))])
