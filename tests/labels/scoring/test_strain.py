"""Whether the check of the label model's story tells worlds where it holds from one where it does not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.scoring.evidence import Evidence
from saccade.labels.scoring.label_model import STRAIN, Tables, fit, tempered
from saccade.labels.scoring.strain import strain
from saccade.labels.scoring.unsupervised import (
    _prepared,  # pyright: ignore[reportPrivateUsage]
)
from tests.labels.scoring.worlds import Source, World, world

FOUR = (Source("a", 1.0), Source("b", 1.0), Source("c", 1.0, wrong=0.2), Source("d", 1.0, 0.3, 0.3))


def talked_of(found: World, loud: float = 0.3) -> World:
    """The world, where a share `loud` of the pairs is said as before, and the rest is mostly left out."""
    dice, evidence = np.random.default_rng(1), found.evidence
    pairs = np.where(dice.random(len(evidence)) < loud, 1.0, 0.4)
    kept = dice.random(evidence.said.num_rows) < pairs[evidence.pair_of]
    said = evidence.said.filter(pa.array(kept))
    left = np.unique(evidence.pair_of[kept])
    thin = Evidence(said, evidence.heard, evidence.similarity[left], evidence.sources, ("en",))
    return World(thin, found.phrases, found.true[left])


def measured(found: World) -> float:
    fitting = _prepared(found.evidence, found.phrases)
    counts = fitting.counts(np.ones(found.evidence.subjects))
    return strain(counts, fit(counts, np.ones(len(found.evidence)), 60))


def test_none_where_voices_are_independent() -> None:
    assert abs(measured(world(FOUR, subjects=2500))) < STRAIN / 3


def test_much_where_they_leave_out_the_same() -> None:
    found = world(FOUR, subjects=2500)
    assert measured(talked_of(found)) > abs(measured(found)) + STRAIN / 3


def test_too_little_to_know() -> None:
    assert measured(world(FOUR[:3], subjects=12)) == 0


@pytest.mark.parametrize(("pull", "silence"), [(0.0, 1.0), (-1.0, 1.0), (STRAIN, 0.5), (9.0, 0.5)])
def test_tempering_goes_with_strain(pull: float, silence: float) -> None:
    look = Tables(np.zeros(2), np.full((2, 3, 8), -2.0), np.full(2, 0.1))
    done = tempered(look, pull)
    assert (done.worth[:, :, 0] == -2.0 * silence).all() and (done.worth[:, :, 1:] == -2.0).all()
    assert ((done.prior > 0) == (silence < 1)).all()
