"""The fixed blend: duplicates merged, shares that sum to one, weights that decide."""

from __future__ import annotations

import pytest

from saccade.discovery.lens.blend import BlendSettings, fuse, weights
from saccade.discovery.lens.shapes import Candidate, Found


def answer(source: str, *items: str, image: str | None = "picture") -> Found:
    rows = (Candidate(item, 1.0 / (at + 1), item, image) for at, item in enumerate(items))
    return Found(source, tuple(rows))


RANKS = BlendSettings("rank", 20.0)
WHOLE, WORDS = answer("whole", "a", "b", "c"), answer("words", "c", "d", image=None)


def test_each_item_once_with_all_its_sources() -> None:
    found = {one.candidate.key: one for one in fuse([WHOLE, WORDS], {"whole": 0.5, "words": 0.5})}
    assert sorted(found) == ["a", "b", "c", "d"]
    assert {share.source for share in found["c"].shares} == {"whole", "words"}
    for one in found.values():
        assert sum(share.share for share in one.shares) == pytest.approx(1)
        assert 0 <= one.score <= 1
    assert {share.source: share.rank for share in found["c"].shares} == {"whole": 3, "words": 1}


def test_found_twice_beats_found_once() -> None:
    assert fuse([WHOLE, WORDS], {"whole": 0.5, "words": 0.5}, RANKS)[0].candidate.key == "c"


def test_whoever_is_believed_leads() -> None:
    assert fuse([WHOLE, WORDS], {"whole": 0.9, "words": 0.05})[0].candidate.key == "a"
    order = [one.candidate.key for one in fuse([WHOLE, WORDS], {"whole": 0.02, "words": 0.9}, RANKS)]
    assert order[:2] == ["c", "d"]


def test_only_one_source_keeps_its_order() -> None:
    found = fuse([WHOLE, Found("words")], {"whole": 0.2, "words": 0.0})
    assert [one.candidate.key for one in found] == ["a", "b", "c"]
    assert found[0].score == pytest.approx(1)


def test_the_matching_picture_is_shown() -> None:
    found = {one.candidate.key: one for one in fuse([WORDS, WHOLE], {"whole": 0.5, "words": 0.5})}
    assert found["c"].candidate.image_id == "picture" and found["d"].candidate.image_id is None


def test_weights() -> None:
    assert weights({"a": 0.3, "b": 0.1}) == pytest.approx({"a": 0.75, "b": 0.25})
    assert weights({"a": 0.3, "b": 0.1}, 2.0)["a"] == pytest.approx(0.9)
    assert weights({"a": 0.0, "b": 0.0}) == {"a": 0.0, "b": 0.0}
    assert fuse([WHOLE], {"whole": 0.0})[0].shares[0].share == 1


def test_scores_and_agreement() -> None:
    by_score = fuse([WHOLE, WORDS], {"whole": 0.5, "words": 0.5})
    assert by_score[0].candidate.key in ("a", "c")
    agreed = fuse([WHOLE, WORDS], {"whole": 0.9, "words": 0.3}, BlendSettings("rank", 60.0, 1.0, agree=True))
    assert agreed[0].candidate.key == "c" and agreed[0].score <= 1
