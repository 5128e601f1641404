"""Words by neighbours: votes, chances, what tells most."""

from __future__ import annotations

import pyarrow as pa
import pytest

from saccade.discovery.lens.shapes import Word
from saccade.discovery.lens.words import Annotations, merged
from saccade.workspace import Workspace

PHRASES = pa.table({"phrase_id": ["1", "2", "3"], "phrase": ["sofa", "navy", "rare"], "language": ["en"] * 3})


def known() -> Annotations:
    """Four pictures: all sofas, two of them navy, one rare."""
    rows = [
        ("a", "1", 1.0),
        ("b", "1", 1.0),
        ("c", "1", 1.0),
        ("d", "1", 1.0),
        ("a", "2", 0.8),
        ("b", "2", 0.8),
    ]
    rows += [("d", "3", 0.9), ("d", "unknown", 0.9)]
    images, phrases, scores = zip(*rows, strict=True)
    said = pa.table({"image_id": images, "phrase_id": phrases, "score": pa.array(scores, pa.float32())})
    return Annotations.of(said, PHRASES)


def test_a_vote_is_the_weighted_mean() -> None:
    words = {word.phrase: word.score for word in known().vote(["a", "d"], [0.9, 0.9])}
    assert words == pytest.approx({"navy": 0.4, "rare": 0.45, "sofa": 1.0})


def test_nearer_pictures_say_more() -> None:
    words = {word.phrase: word.score for word in known().vote(["a", "d"], [0.9, 0.5])}
    assert words["navy"] > 0.75 and words.get("rare", 0) < 0.1


def test_what_everything_is_comes_last() -> None:
    assert known().vote(["a", "d"], [0.9, 0.9])[-1].phrase == "sofa"


def test_pictures_without_annotations_say_nothing() -> None:
    assert known().vote(["z"], [1.0]) == []
    assert known().vote([], []) == []


def test_merged_counts_silence() -> None:
    one, other = [Word("navy", "en", 0.8, "neighbours")], [Word("rare", "en", 0.6, "neighbours")]
    found = {word.phrase: word.score for word in merged(known(), [one, other], [])}
    assert found == pytest.approx({"navy": 0.4, "rare": 0.3})


def test_a_classifier_counts_half() -> None:
    voted, said = [Word("navy", "en", 0.6, "neighbours")], [Word("rare", "en", 0.9, "classifier")]
    found = {word.phrase: word for word in merged(known(), [voted], [said])}
    assert found["navy"].score == pytest.approx(0.4) and found["rare"].score == pytest.approx(0.3)
    assert found["rare"].origin == "classifier" and found["navy"].origin == "neighbours"


def test_shown_is_what_is_sure() -> None:
    import numpy as np

    assert known().shown(np.array([0, 3]), 0.85).tolist() == [[True, False, False], [True, False, True]]


def test_a_workspace_without_labels(shop: Workspace) -> None:
    empty = Annotations.read(shop)
    assert len(empty) == 0 and empty.vote(["a"], [1.0]) == []


def test_a_workspace_with_labels(labelled: Workspace) -> None:
    assert len(Annotations.read(labelled)) == 24
    assert len(Annotations.read(labelled, floor=0.95)) == 0
