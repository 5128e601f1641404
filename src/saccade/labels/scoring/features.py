"""What a learned scorer looks at: one row of named numbers for each pair.

For each source of the scorer, in its order, and for "other" (all sources that it has never seen):
    said       1 where it says the phrase
    texts      log(1 + how many of its texts say it)
    weight     log(1 + the sum of their weights: clicks, saves)
    longest    share of these texts in which the phrase stands by itself, not inside a longer one
    copied     share of these texts that are copies of another source's
    silent     log(1 + its texts in the phrase's language) where it could have said it and did not
For all together:
    sources    how many sources say it with words of their own
    agreement  those, of the sources that have a text in its language
    idf        log((1 + support of the commonest phrase) / (1 + its support))
    similarity cosine of the phrase to the subject's other phrases; 0 where unknown, `alone` is 1 there
    words, npmi, visualness of the phrase; 0 where unknown, `npmi_unknown`, `visualness_unknown` are 1 there

Decided: logarithms, as counts have long tails; no hidden scaling, so that a model's coefficients can be read.
The list is our own, after what is known of annotation systems (source, counts, rarity, similarity).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.labels.scoring.evidence import Dense, Evidence, Floats

PER_SOURCE = ("said", "texts", "weight", "longest", "copied", "silent")
TOGETHER = (
    "sources", "agreement", "idf", "similarity", "alone", "words", "npmi", "npmi_unknown", "visualness",
    "visualness_unknown",
)  # fmt: skip
OTHER = "other"
"""How the column of sources that the scorer has never seen is called."""


def names(sources: Sequence[str]) -> tuple[str, ...]:
    """The name of every column: `title.said`, …, `idf`."""
    return tuple(f"{source}.{name}" for source in (*sources, OTHER) for name in PER_SOURCE) + TOGETHER


def features(evidence: Evidence, view: Dense, phrases: pa.Table) -> Floats:
    """float32 [pairs, len(names(sources))]; all finite."""
    said = view.texts > 0
    each = np.stack(
        [
            said, np.log1p(view.texts), np.log1p(view.weight), view.longest, view.copied,
            np.log1p(np.where(said, 0, view.heard)),
        ],
        axis=2,
    )  # fmt: skip
    together = np.stack(_together(evidence, view, phrases), axis=1)
    flat = each.reshape(len(evidence), -1)
    return np.concatenate([flat, together], axis=1).astype(np.float32)


def independent(view: Dense) -> npt.NDArray[np.bool_]:
    """bool [pairs, columns]: who says it in a text that is no copy."""
    return (view.texts > 0) & (view.copied < 1)


def idf(phrases: pa.Table) -> Floats:
    """float32 [V]: how rare each phrase is, 0 for the commonest."""
    support = phrases.column("support").to_numpy().astype(np.float64)
    return np.log((1 + support.max(initial=0)) / (1 + support)).astype(np.float32)


def _together(evidence: Evidence, view: Dense, phrases: pa.Table) -> list[npt.NDArray[np.generic]]:
    own, heard = independent(view).sum(axis=1), (view.heard > 0).sum(axis=1)
    alone = ~np.isfinite(evidence.similarity)
    row = evidence.phrase
    words = phrases.column("words").to_numpy()[row]
    npmi, no_npmi = _known(phrases, "npmi")
    visual, no_visual = _known(phrases, "visualness")
    return [
        own, own / np.maximum(heard, 1), idf(phrases)[row], np.where(alone, 0, evidence.similarity), alone,
        words, npmi[row], no_npmi[row], visual[row], no_visual[row],
    ]  # fmt: skip


def _known(phrases: pa.Table, name: str) -> tuple[Floats, npt.NDArray[np.bool_]]:
    values = phrases.column(name).to_numpy(zero_copy_only=False).astype(np.float32)
    unknown = ~np.isfinite(values)
    return np.where(unknown, np.float32(0), values), unknown
