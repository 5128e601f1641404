"""Evidence as arrays, and what is read off them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.labels.scoring.evidence import Evidence, dense, join, languages_of
from saccade.labels.scoring.features import features, names
from saccade.labels.scoring.voices import outcomes
from saccade.labels.shapes import HEARD, SAID
from tests.labels.scoring.worlds import vocabulary

SOURCES = ("title", "query")


def evidence(subject: int = 0) -> Evidence:
    rows = [
        (subject, 0, 0, 1, 1.0, 1.0, 0), (subject, 0, 1, 3, 9.0, 0.5, 1), (subject, 2, 1, 1, 2.0, 0.0, 1),
        (subject + 1, 1, 0, 1, 1.0, 0.0, 0),
    ]  # fmt: skip
    said = [dict(zip(SAID.names, row, strict=True)) for row in rows]
    heard = [
        {"subject": subject, "source": 0, "language": 0, "texts": 1},
        {"subject": subject, "source": 1, "language": 0, "texts": 4},
        {"subject": subject + 1, "source": 0, "language": 0, "texts": 2},
        {"subject": subject + 1, "source": 1, "language": 1, "texts": 5},
    ]
    near = np.array([0.5, np.nan, 0.25], np.float32)
    return Evidence(
        pa.Table.from_pylist(said, schema=SAID),
        pa.Table.from_pylist(heard, schema=HEARD),
        near,
        SOURCES,
        ("en", "de"),
    )


def row(pair: int, known: tuple[str, ...] = SOURCES) -> dict[str, float]:
    found, phrases = evidence(), vocabulary(3, np.array([1, 3, 7]))
    view = dense(found, languages_of(phrases, found.languages), known)
    values = features(found, view, phrases)
    assert values.dtype == np.float32 and np.isfinite(values).all()
    return dict(zip(names(known), values[pair].tolist(), strict=True))


def test_what_sources_say() -> None:
    first, second = row(0), row(1)
    assert (first["title.said"], first["query.said"], first["sources"]) == (1, 1, 2)
    assert first["query.texts"] == pytest.approx(np.log(4))
    assert first["query.weight"] == pytest.approx(np.log(10))
    assert first["query.copied"] == pytest.approx(1 / 3)
    assert first["idf"] == pytest.approx(np.log(8 / 2))
    assert (second["query.copied"], second["sources"], second["agreement"]) == (1, 0, 0)
    assert (first["alone"], first["similarity"], second["alone"], second["similarity"]) == (0, 0.5, 1, 0)


def test_could_have_said_it_and_did_not() -> None:
    assert row(1)["title.silent"] == pytest.approx(np.log(2))
    assert row(0)["title.silent"] == 0
    assert row(2)["query.silent"] == 0  # it speaks of the subject in another language only


def test_unknown_sources_are_one_more_column() -> None:
    first = row(0, ("title",))
    assert (first["title.said"], first["other.said"], first["other.texts"]) == (
        1,
        1,
        pytest.approx(np.log(4)),
    )


def test_outcomes() -> None:
    found, phrases = evidence(), vocabulary(3)
    view = dense(found, languages_of(phrases, found.languages), SOURCES)
    assert outcomes(view, ((0,), (1,), (0, 1), (2,))).tolist() == [
        [2, 3, 3, -1],
        [0, 0, 0, -1],
        [1, -1, 1, -1],
    ]


def test_a_phrase_of_a_language_that_nobody_speaks() -> None:
    found, phrases = evidence(), vocabulary(3).set_column(2, "language", pa.array(["en", "en", "fr"]))
    view = dense(found, languages_of(phrases, found.languages), SOURCES)
    assert view.heard[1].tolist() == [0, 1, 0]  # said, so somebody must speak it after all


def test_join_renumbers() -> None:
    both = join([evidence(), evidence(subject=2)])
    assert both.subject.tolist() == [0, 0, 1, 4, 4, 5]
    assert both.subjects == 6
    assert len(join([])) == 0
    other = evidence()
    renamed = Evidence(other.said, other.heard, other.similarity, ("query", "title"), other.languages)
    with pytest.raises(InputError, match="same sources"):
        join([other, renamed])


def test_one_similarity_a_pair() -> None:
    found = evidence()
    with pytest.raises(InputError, match="one similarity"):
        Evidence(found.said, found.heard, found.similarity[:2], found.sources, found.languages)
