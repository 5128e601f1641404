from __future__ import annotations

import numpy as np
import pytest

from saccade.labels.clustering import alignment
from saccade.labels.clustering.alignment import AlignSettings, Scores, aligned
from saccade.labels.clustering.association import associations
from saccade.labels.clustering.cooccurrence import added_up, count_together, counted
from saccade.labels.clustering.spelling import pieces
from saccade.labels.clustering.units import units
from tests.labels.clustering.conftest import SOURCES, WORDS


@pytest.fixture(scope="module")
def scores(corpus) -> Scores:
    made = units(corpus.phrases)
    few = counted(made, corpus.phrases.column("support").to_numpy())
    together = added_up([count_together(corpus.said, few, SOURCES)])
    language = made.language[few.which]
    names = [made.names[at][1] for at in few.which]
    return Scores(
        associations(together, language),
        pieces(names),
        few.phrases.T @ few.phrases,
        language,
        AlignSettings(),
    )


def groups(corpus, found: np.ndarray) -> set[frozenset[str]]:
    names = units(corpus.phrases).names
    return {frozenset(names[at][1] for at in np.flatnonzero(found == group)) for group in np.unique(found)}


def test_translations_meet(corpus, scores: Scores) -> None:
    """Two or three of 24 may be wrong: chance makes things that are met together by accident."""
    wanted = {frozenset(pair) for kind in WORDS.values() for pair in zip(kind["en"], kind["de"], strict=True)}
    assert len(wanted & groups(corpus, aligned(scores))) >= 0.8 * len(wanted)


def test_words_of_one_phrase_never_join(corpus, scores: Scores) -> None:
    eager = Scores(scores.found, scores.pieces, scores.apart, scores.language, AlignSettings(join=-3))
    for group in groups(corpus, aligned(eager)):
        looks = {word for word in group if any(word in kind for kind in WORDS["look"].values())}
        places = {word for word in group if any(word in kind for kind in WORDS["place"].values())}
        assert not (looks and places)


def test_large_parts_are_cut(corpus, scores: Scores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "PART", 4)
    assert len(groups(corpus, aligned(scores))) >= 20


def test_nothing_to_align(scores: Scores) -> None:
    none = Scores(
        associations_of_nothing(), pieces([]), scores.apart[:0][:, :0], np.empty(0, np.int32), AlignSettings()
    )
    assert len(aligned(none)) == 0


def associations_of_nothing():
    from saccade.labels.clustering.cooccurrence import TOGETHER

    return associations(TOGETHER.empty_table(), np.empty(0, np.int32))
