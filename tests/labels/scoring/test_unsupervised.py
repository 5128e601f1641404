"""The label model in worlds whose truth is known."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.scoring import Evidence, fit_unsupervised, join, scorer_from_json
from saccade.labels.scoring.unsupervised import LabelModel, ids_of
from saccade.labels.shapes import HEARD, SAID
from saccade.metrics.calibration import expected_calibration_error, roc_auc
from tests.labels.scoring.worlds import Source, World, vocabulary, world

FIVE = (
    Source("title", says=0.9, wrong=0.02), Source("alt", wrong=0.2), Source("query", says=0.3, wrong=0.1),
    Source("board", coverage=0.5, wrong=0.35), Source("link", says=0.2),
)  # fmt: skip


@pytest.fixture(scope="module")
def five() -> tuple[World, LabelModel]:
    found = world(FIVE)
    return found, fit_unsupervised(found.evidence, found.phrases)


def votes(found: World) -> np.ndarray:
    return np.bincount(found.evidence.pair_of).astype(np.float64)


def precisions(model: LabelModel) -> dict[str, float]:
    return {row["source"]: row["precision"] for row in model.source_table().to_pylist()}


def test_precision_without_truth(five: tuple[World, LabelModel]) -> None:
    found, model = five
    for source, precision in precisions(model).items():
        assert precision == pytest.approx(found.precision(source), abs=0.03)
    assert set(model.source_table()["fitted"].to_pylist()) == {"agreement"}


def test_beats_every_source_and_votes(five: tuple[World, LabelModel]) -> None:
    model = five[1]
    other = world(FIVE, seed=0, subjects=1500)
    score = model.confidence(other.evidence, other.phrases)
    said = [other.evidence.pair_of[other.evidence.column("source") == place] for place in range(len(FIVE))]
    singles = [np.bincount(rows, minlength=len(other.true)) for rows in said]
    area = roc_auc(other.true, score)
    assert area > roc_auc(other.true, votes(other) / 5) + 0.05
    assert area > max(roc_auc(other.true, single) for single in singles) + 0.05
    assert expected_calibration_error(other.true, score) < 0.05


def test_recall_and_coverage(five: tuple[World, LabelModel]) -> None:
    model = five[1]
    for row, source in zip(model.source_table().to_pylist(), FIVE, strict=True):
        assert row["coverage"] == pytest.approx(source.coverage, abs=0.04)
        for name in ("coverage", "precision", "recall"):
            assert 0 <= row[f"{name}_low"] <= row[name] <= row[f"{name}_high"] <= 1
    recall = {row["source"]: row["recall"] for row in model.source_table().to_pylist()}
    assert recall["title"] > recall["alt"] > recall["query"] > recall["link"]


def test_a_source_of_pure_noise() -> None:
    found = world((Source("a"), Source("b"), Source("c"), Source("noise", wrong=1.0)))
    found_precision = precisions(fit_unsupervised(found.evidence, found.phrases))
    assert found_precision["noise"] == pytest.approx(found.precision("noise"), abs=0.06)
    assert min(found_precision[name] for name in "abc") > 0.9


def test_a_source_that_repeats_another_is_one_voice() -> None:
    sources = (
        Source("a", wrong=0.15),
        Source("b", copies="a"),
        Source("c"),
        Source("d", wrong=0.1),
        Source("e"),
    )
    found = world(sources)
    model = fit_unsupervised(found.evidence, found.phrases)
    assert model.voices[0] == (0, 1)
    assert len(model.voices) == 5  # four and that of unknown sources
    assert precisions(model)["a"] == pytest.approx(found.precision("a"), abs=0.04)


def test_independent_sources_stay_apart(five: tuple[World, LabelModel]) -> None:
    assert five[1].voices == tuple((place,) for place in range(6))


@pytest.mark.parametrize("sources", [(Source("a"),), (Source("a"), Source("b", wrong=0.2))])
def test_too_few_sources_say_so(sources: tuple[Source, ...]) -> None:
    found = world(sources, subjects=400)
    model = fit_unsupervised(found.evidence, found.phrases)
    assert set(model.source_table()["fitted"].to_pylist()) == {"assumed"}
    score = model.confidence(found.evidence, found.phrases)
    assert np.isfinite(score).all() and score.min() > 0.5
    if len(sources) == 2:
        both = votes(found) == 2
        assert score[both].min() > np.median(score[~both])


def test_one_source_is_ranked_by_hints() -> None:
    found = world((Source("a", wrong=0.2),), subjects=600)
    model = fit_unsupervised(found.evidence, found.phrases)
    assert roc_auc(found.true, model.confidence(found.evidence, found.phrases)) > 0.6
    row = model.source_table().to_pylist()[0]
    assert row["precision_low"] < found.precision("a") < row["precision_high"]


def test_all_agree() -> None:
    found = world(tuple(Source(name, coverage=1, says=2, wrong=0) for name in "abc"), subjects=300)
    score = fit_unsupervised(found.evidence, found.phrases).confidence(found.evidence, found.phrases)
    assert score.mean() > 0.95


def test_json_scores_to_the_same_bits(five: tuple[World, LabelModel]) -> None:
    found, model = five
    again = scorer_from_json(model.to_json())
    assert (
        again.confidence(found.evidence, found.phrases).tobytes()
        == model.confidence(found.evidence, found.phrases).tobytes()
    )
    assert again.source_table().equals(model.source_table())


def test_same_seed_same_model() -> None:
    found = world(FIVE[:3], subjects=300)
    first, second = (fit_unsupervised(found.evidence, found.phrases, seed=3).to_json() for _ in range(2))
    assert first == second


def test_a_bucket_alone_and_among_others(five: tuple[World, LabelModel]) -> None:
    found, model = five
    alone = model.confidence(found.evidence, found.phrases)
    together = model.confidence(join([found.evidence, found.evidence]), found.phrases)
    assert together.tobytes() == alone.tobytes() * 2


def test_the_vocabulary_may_be_in_another_order(five: tuple[World, LabelModel]) -> None:
    found, model = five
    more = pa.concat_tables([vocabulary(200).slice(150), found.phrases])
    said = found.evidence.said
    moved = said.set_column(1, "phrase", pa.array(said["phrase"].to_numpy() + np.int32(50), pa.int32()))
    shifted = Evidence(
        moved, found.evidence.heard, found.evidence.similarity, found.evidence.sources, ("en",)
    )
    assert (model.confidence(shifted, more) == model.confidence(found.evidence, found.phrases)).all()


def test_a_source_and_a_phrase_never_seen(five: tuple[World, LabelModel]) -> None:
    model = five[1]
    new = world((Source("hashtag"), Source("title")), subjects=60, seed=4)
    phrases = pa.concat_tables([vocabulary(300).slice(200), new.phrases])
    score = model.confidence(
        new.evidence, phrases
    )  # phrase numbers now mean phrases that the sample never had
    assert len(score) == len(new.evidence)
    assert np.isfinite(score).all() and score.min() >= 0 and score.max() <= 1


def test_nothing_at_all() -> None:
    empty = Evidence(SAID.empty_table(), HEARD.empty_table(), np.empty(0, np.float32), ("title",), ("en",))
    model = fit_unsupervised(empty, vocabulary(0))
    assert len(model.confidence(empty, vocabulary(3))) == 0
    found = world((Source("title"),), subjects=20)
    assert np.isfinite(model.confidence(found.evidence, found.phrases)).all()


def test_ids() -> None:
    phrases = vocabulary(5)
    assert ids_of(phrases).tolist() == [int(name, 16) for name in phrases["phrase_id"].to_pylist()]
