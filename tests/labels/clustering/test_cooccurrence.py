from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from saccade.labels.clustering import cooccurrence
from saccade.labels.clustering.cooccurrence import Counted, added_up, count_together, counted
from saccade.labels.clustering.units import units

SOURCES = ("title", "query", "board")


@pytest.fixture(scope="module")
def known(corpus) -> Counted:
    return counted(units(corpus.phrases), corpus.phrases.column("support").to_numpy())


def slowly(said: pa.Table, known: Counted, sources: set[int]) -> dict[tuple[int, int], int]:
    """Pairs of units counted with sets."""
    units_of = [known.phrases[[at]].nonzero()[1].tolist() for at in range(known.phrases.shape[0])]
    held: dict[int, set[int]] = {}
    for row in said.to_pylist():
        if row["source"] in sources:
            held.setdefault(row["subject"], set()).update(units_of[row["phrase"]])
    found: dict[tuple[int, int], int] = {}
    for values in held.values():
        for pair in [*combinations(sorted(values), 2), *((at, at) for at in values)]:
            found[pair] = found.get(pair, 0) + 1
    return found


def as_pairs(table: pa.Table, name: str) -> dict[tuple[int, int], int]:
    rows = table.to_pylist()
    return {(row["a"], row["b"]): row[name] for row in rows if row[name]}


def test_counts_subjects_once(corpus, known: Counted) -> None:
    found = count_together(corpus.said, known, SOURCES, ("query",))
    assert as_pairs(found, "all") == slowly(corpus.said, known, {0, 1, 2})
    assert as_pairs(found, "near") == slowly(corpus.said, known, {0, 2})


def test_buckets_add_up_in_any_order(corpus, known: Counted) -> None:
    whole = added_up([count_together(corpus.said, known, SOURCES)])
    subject = corpus.said.column("subject")
    parts = [
        count_together(corpus.said.filter(pc.equal(pc.bit_wise_and(subject, 1), bit)), known, SOURCES)
        for bit in (1, 0)
    ]
    assert added_up(parts).equals(added_up(parts[::-1]))
    assert added_up(parts).equals(whole)
    assert len(added_up([])) == 0
    assert len(count_together(corpus.said.slice(0, 0), known, SOURCES)) == 0


def test_a_subject_gives_its_rarest_units(corpus, known: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooccurrence, "PER_SUBJECT", 2)
    found = count_together(corpus.said, known, SOURCES)
    most = pc.sum(found.column("all")).as_py()
    assert most <= 2500 * 3


def test_the_most_supported_units_are_counted(corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cooccurrence, "UNITS", 4)
    made = units(corpus.phrases)
    support = np.arange(len(corpus.phrases), dtype=np.int64)
    few = counted(made, support)
    assert len(few.which) == 4 and few.phrases.shape == (len(corpus.phrases), 4)
    assert made.phrases[[len(support) - 1]].nonzero()[1][0] in few.which
