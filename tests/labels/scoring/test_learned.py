"""Scorers that learn from judged pairs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.labels.scoring import fit_learned, fit_unsupervised, scorer_from_json
from saccade.labels.scoring.judged import JUDGED
from saccade.labels.scoring.learned import FEWEST, Kind, Learned
from saccade.metrics.calibration import expected_calibration_error, roc_auc
from tests.labels.scoring.worlds import Source, World, world

SOURCES = (Source("title", wrong=0.1), Source("alt", wrong=0.3), Source("board", says=0.3, wrong=0.5))


@pytest.fixture(scope="module")
def shop() -> World:
    return world(SOURCES, subjects=700)


def judged(found: World, rows: int, seed: int = 0) -> pa.Table:
    pair = np.random.default_rng(seed).choice(len(found.true), rows, replace=False)
    return pa.table({"pair": pair, "good": found.true[pair]}, schema=JUDGED)


@pytest.fixture(scope="module", params=["logistic", "lightgbm"])
def learned(request: pytest.FixtureRequest, shop: World) -> Learned:
    kind: Kind = request.param
    return fit_learned(shop.evidence, shop.phrases, judged(shop, 400), kind)


def test_better_than_without_judgements(shop: World, learned: Learned) -> None:
    rest = np.ones(len(shop.true), np.bool_)
    rest[judged(shop, 400)["pair"].to_numpy()] = False
    score = learned.confidence(shop.evidence, shop.phrases)[rest]
    plain = fit_unsupervised(shop.evidence, shop.phrases).confidence(shop.evidence, shop.phrases)[rest]
    assert roc_auc(shop.true[rest], score) > roc_auc(shop.true[rest], plain)
    assert expected_calibration_error(shop.true[rest], score) < 0.06


def test_sources_are_measured(shop: World, learned: Learned) -> None:
    for row in learned.source_table().to_pylist():
        assert row["fitted"] == "judged"
        assert row["precision_low"] - 0.02 <= shop.precision(row["source"]) <= row["precision_high"] + 0.02


def test_json_scores_to_the_same_bits(shop: World, learned: Learned) -> None:
    again = scorer_from_json(learned.to_json())
    assert (
        again.confidence(shop.evidence, shop.phrases).tobytes()
        == learned.confidence(shop.evidence, shop.phrases).tobytes()
    )


def test_same_rows_same_model(shop: World) -> None:
    first, second = (fit_learned(shop.evidence, shop.phrases, judged(shop, 60), "lightgbm") for _ in range(2))
    assert first.to_json() == second.to_json()


def test_an_unknown_source_and_nothing(learned: Learned) -> None:
    new = world((Source("hashtag"),), subjects=30)
    assert np.isfinite(learned.confidence(new.evidence, new.phrases)).all()


def test_many_judgements_are_calibrated_by_steps(shop: World) -> None:
    assert fit_learned(shop.evidence, shop.phrases, judged(shop, 1000)).curve.kind == "isotonic"
    assert fit_learned(shop.evidence, shop.phrases, judged(shop, 50)).curve.kind == "platt"


def test_one_bad_pair_among_good_ones(shop: World) -> None:
    good = np.flatnonzero(shop.true)[:40]
    table = pa.table({
        "pair": np.append(good, np.flatnonzero(~shop.true)[:1]), "good": [True] * 40 + [False]
    }, schema=JUDGED)  # fmt: skip
    score = fit_learned(shop.evidence, shop.phrases, table).confidence(shop.evidence, shop.phrases)
    assert np.isfinite(score).all()


@pytest.mark.parametrize(
    ("pair", "good", "said"),
    [
        (range(FEWEST - 1), [True] * (FEWEST - 1), f"at least {FEWEST} judged pairs"),
        (range(30), [True] * 30, "all good"),
        (range(30), [False] * 30, "all bad"),
        ([10**9, *range(29)], [True, False] * 15, "judged pairs are numbers"),
    ],
)
def test_refuses(shop: World, pair: list[int], good: list[bool], said: str) -> None:
    with pytest.raises(InputError, match=said):
        fit_learned(shop.evidence, shop.phrases, pa.table({"pair": list(pair), "good": good}, schema=JUDGED))


def test_refuses_another_kind(shop: World) -> None:
    with pytest.raises(InputError, match="logistic or lightgbm"):
        fit_learned(shop.evidence, shop.phrases, judged(shop, 30), "forest")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("text", ["", "{}", '{"kind": "oracle"}', "[]", '{"kind": "learned"}'])
def test_refuses_other_json(text: str) -> None:
    with pytest.raises(InputError, match="scorer's JSON"):
        scorer_from_json(text)
