"""Weak labels of the marketplace against its truth: confidences, sources, clusters.

Decided: the labelling is run twice. The first run judges itself from agreement between sources; from its
pairs, judges (the truth) are asked about `ASKED` pairs of one half of the families, and the second run
learns from them. Both are measured on the other half, whose pairs no judge of the second run has seen.
A family is a design in a category: its colourways share pictures and words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from marketplace_truth import CANNOT_SAY, Truth, number, statements
from marketplace_words import plain_words
from weak_measures import (
    bcubed,
    best_source,
    calibration_error,
    source_precisions,
    vote,
)
from weak_workspaces import Floats, Judged, Labelled, Pairs, Text, fill, label

from saccade.bazaar import Bazaar
from saccade.labels.signals.lemmas import lemma
from saccade.metrics.calibration import roc_auc

ASKED = 400
"""Pairs that judges are asked about: some hours of one person's work."""
Figures = dict[str, float]


@dataclass(frozen=True, eq=False)
class Market:
    """A marketplace, its truth, and its texts labelled without and with judges."""

    bazaar: Bazaar
    truth: Truth
    alone: Labelled
    learned: Labelled


def normalise(language: str, text: str) -> str:
    """Lemmas as the labelling makes them, parted by single spaces."""
    return " ".join(lemma(language, word) for word in plain_words(language, text).split())


def labelled(bazaar: Bazaar, folder: Path, seed: int, **options: Any) -> Market:
    """Label the texts of a marketplace twice, under `folder`."""
    truth = Truth(bazaar, normalise)
    texts = [Text(s.item_id, s.source, s.text, s.language, s.weight) for s in statements(bazaar)]
    ws = fill(folder, texts)
    alone = label(ws, **options)
    return Market(bazaar, truth, alone, label(ws, judges(alone.pairs, truth, seed), **options))


def judges(pairs: Pairs, truth: Truth, seed: int) -> list[Judged]:
    """What judges say of pairs of the first half, drawn evenly."""
    said = truth.judge_many(pairs.images, pairs.languages, pairs.keys)
    usable = np.flatnonzero((said != CANNOT_SAY) & first_half(pairs.images, truth.market))
    chosen = np.sort(np.random.default_rng(seed).permutation(usable)[:ASKED])
    images, keys, languages = pairs.images, pairs.keys, pairs.languages
    return [Judged(images[i], keys[i], languages[i], bool(said[i])) for i in chosen.tolist()]


def first_half(items: list[str], market: Bazaar) -> np.ndarray:
    """bool [N]: whether an item's family is one that judges are asked about."""
    sides = {}
    for item in dict.fromkeys(items):
        product = market.product(number(item))
        sides[item] = hash_of(f"{product.category} {product.design}") % 2 == 0
    return np.array([sides[item] for item in items], bool)


def hash_of(text: str) -> int:
    """The same number for the same text on every machine."""
    from saccade.labels.hashing import word_hash

    return word_hash(text) >> 7


def measure(market: Market) -> Figures:
    """The figures of one marketplace, on the half that no judge was asked about."""
    alone, learned = (_judged(one.pairs, market.truth) for one in (market.alone, market.learned))
    sources = market.alone.pairs.sources
    estimated = source_precisions(alone.score, alone.said, alone.good, sources)
    corrected = source_precisions(learned.score, learned.said, learned.good, sources)
    return {
        "auc_unsupervised": roc_auc(alone.good, alone.score),
        "auc_learned": roc_auc(learned.good, learned.score),
        "auc_best_source": best_source(alone.said, alone.good),
        "auc_vote": vote(alone.said, alone.good),
        "ece_unsupervised": calibration_error(alone.score, alone.good),
        "ece": calibration_error(learned.score, learned.good),
        "source_precision_error": max(abs(guess - true) for guess, true in estimated.values()),
        "source_precision_error_learned": max(abs(guess - true) for guess, true in corrected.values()),
        "judged_share": alone.share,
        "true_share": float(alone.good.mean()),
        "pairs": float(len(alone.good)),
        **{f"precision_{name}": true for name, (_, true) in estimated.items()},
        **{f"estimated_{name}": guess for name, (guess, _) in estimated.items()},
        **tail_clusters(market),
    }


@dataclass(frozen=True, eq=False)
class _Judgement:
    """Pairs of the second half that the truth can judge; share: of all of its pairs."""

    score: Floats
    said: Floats
    good: np.ndarray
    share: float


def _judged(pairs: Pairs, truth: Truth) -> _Judgement:
    said = truth.judge_many(pairs.images, pairs.languages, pairs.keys)
    asked = ~first_half(pairs.images, truth.market)
    kept = asked & (said != CANNOT_SAY)
    return _Judgement(pairs.score[kept], pairs.said[kept], said[kept] == 1, float(kept.sum() / asked.sum()))


def tail_clusters(market: Market) -> Figures:
    """BCubed of the tail: phrases of the truth's kind of meaning that were put together with others."""
    phrases = market.learned.pairs.phrases
    rows = {row["phrase_id"]: row for row in phrases.select(["phrase_id", "key", "language"]).to_pylist()}
    clusters: list[int] = []
    meanings: list[frozenset[str]] = []
    for place, row in enumerate(market.learned.labels.select(["kind", "phrases"]).to_pylist()):
        if row["kind"] != "tail":
            continue
        for phrase in row["phrases"]:
            meaning = market.truth.concepts_of(rows[phrase]["language"], rows[phrase]["key"])
            if meaning:
                clusters.append(place)
                meanings.append(meaning)
    if not clusters:
        return {"tail_bcubed_f1": float("nan"), "tail_phrases": 0.0}
    precision, recall, f1 = bcubed(clusters, meanings)
    return {
        "tail_bcubed_f1": f1, "tail_bcubed_precision": precision, "tail_bcubed_recall": recall,
        "tail_phrases": float(len(clusters)), "tail_clusters": float(len(set(clusters))),
    }  # fmt: skip


def strict(market: Market) -> Market:
    """The same, judged by what could be said alone."""
    return replace(market, truth=Truth(market.bazaar, normalise, strict=True))
