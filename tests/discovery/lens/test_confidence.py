"""Confidences: calibrated, and lower where the looks at a photo are in doubt."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.discovery.lens.blend import weights
from saccade.discovery.lens.confidence import confidences, fit, signs
from saccade.discovery.lens.shapes import Candidate, Found, Quality, Seen, Understanding, Word
from saccade.vision.boxes import Box

ITEMS = [f"i{n}" for n in range(40)]
SURE = (Word("navy", "en", 0.95, "neighbours"), Word("sofa", "en", 0.95, "neighbours"))


def known(quality: float = 1.0, words: tuple[Word, ...] = SURE, main: float = 0.9) -> Understanding:
    seen = Seen(Box(0.2, 0.2, 0.5, 0.5), "sofa", main, "detector")
    return Understanding((seen,), seen, words, (), Quality(500, 0.5, 0.5, 0.2, 200, quality))


def found(source: str, items: list[str], first: float = 0.9, step: float = 0.02) -> Found:
    rows = (Candidate(item, first - step * at, item, None) for at, item in enumerate(items))
    return Found(source, tuple(rows))


def test_nothing_found_is_not_believed() -> None:
    told = confidences([Found("whole"), found("words", ITEMS[:20])], {}, known())
    assert told["whole"] == 0 < told["words"] < 1


def test_low_confidence_visual_queries_shift_weight_to_annotations() -> None:
    """The same words; what looks alike is clear and of one kind, or vague, mixed, and backed by nobody."""
    one = dict.fromkeys(ITEMS, "sofa")
    clear = [found("whole", ITEMS[:20], 0.95, 0.03), found("words", ITEMS[:20])]
    vague = [found("whole", ITEMS[20:], 0.3, 0.001), found("words", ITEMS[:20])]
    mixed = {item: f"kind {at}" if at >= 20 else "sofa" for at, item in enumerate(ITEMS)}
    before = weights(confidences(clear, one, known()), 2.0)
    after = weights(confidences(vague, mixed, known()), 2.0)
    assert after["words"] > before["words"] + 0.15
    assert after["words"] > after["whole"] and before["whole"] > before["words"]


def test_a_bad_photo_is_believed_less() -> None:
    answers = [found("whole", ITEMS[:20])]
    good, bad = (confidences(answers, {}, known(quality))["whole"] for quality in (1.0, 0.1))
    assert bad < good


def test_a_doubtful_object_takes_its_sources_along() -> None:
    answers = [found("whole", ITEMS[:20]), found("crop", ITEMS[:20])]
    sure, unsure = (confidences(answers, {}, known(main=score)) for score in (0.9, 0.25))
    assert unsure["crop"] < sure["crop"] / 2 and unsure["whole"] == sure["whole"]


def test_signs_are_shares() -> None:
    rows = signs(
        [found("whole", ITEMS[:20]), found("words", ITEMS[5:25])], dict.fromkeys(ITEMS, "sofa"), known()
    )
    assert rows.shape == (2, 4) and (rows >= 0).all() and (rows <= 1).all()
    assert rows[0, 2] == 0.5 and rows[0, 1] == 1


def test_fit_finds_the_model_again() -> None:
    dice = np.random.default_rng(0)
    rows = dice.random((4000, 4))
    truth = 1 / (1 + np.exp(-(-1 + rows @ np.array([2.0, 0.0, 1.0, -1.0]))))
    model = fit(rows, (dice.random(4000) < truth).astype(float), ridge=1e-5)
    assert np.mean([abs(model(row) - p) for row, p in zip(rows[:300], truth[:300], strict=True)]) < 0.03


def test_your_own_source_is_taken() -> None:
    assert 0 < confidences([found("mine", ITEMS[:5])], {}, known())["mine"] < 1


def test_scores_may_be_negative() -> None:
    rows = signs([found("whole", ITEMS[:5], -0.2, 0.1)], {}, known())
    assert rows[0, 0] == pytest.approx(0.4 / 1.6)
