"""Which sources hang together: they agree on a phrase more often than its truth explains.

Decided: take pairs that a third source says, so that they are mostly true and none is missing for being
unsaid by the two. Within one phrase, two independent sources then agree by chance only: the odds ratio of
Mantel and Haenszel (1959), pooled over phrases, is near 1. False claims of the third raise it a little, for
every two sources alike, so what counts is the ratio to the usual two (their median). Sources with `TIMES`
the usual odds, surely (`SURE` standard errors, after Robins, Breslow and Greenland 1986), are one voice.
With fewer than three sources nothing can be said.

Not here: what a voice is (`voices`).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from saccade.labels.scoring.evidence import Dense, Ints
from saccade.labels.scoring.voices import Voices

TIMES = 4.0
SURE = 3.0


def dependent(view: Dense, row: Ints, columns: int) -> Voices:
    """The voices of the first `columns` sources. row: int64 [pairs], phrase of each pair."""
    says = (view.texts[:, :columns] > 0) & (view.copied[:, :columns] < 1)
    heard = view.heard[:, :columns] > 0
    pairs = [(a, b, *_log_odds(says, heard, row, a, b)) for a, b in combinations(range(columns), 2)]
    known = [found for found in pairs if np.isfinite(found[2])]
    if columns < 3 or not known:
        return tuple((column,) for column in range(columns))
    usual = max(float(np.median([odds for _, _, odds, _ in known])), 0.0)
    linked = [(a, b) for a, b, odds, error in known if odds - usual > max(np.log(TIMES), SURE * error)]
    return _joined(columns, linked)


def _log_odds(
    says: npt.NDArray[np.bool_], heard: npt.NDArray[np.bool_], row: Ints, a: int, b: int
) -> tuple[float, float]:
    """Pooled log odds ratio of a and b, and its standard error; NaN where nothing can be compared."""
    others = np.ones(says.shape[1], np.bool_)
    others[[a, b]] = False
    chosen = says[:, others].any(axis=1) & heard[:, a] & heard[:, b]
    _, phrase = np.unique(row[chosen], return_inverse=True)
    cell = phrase * 4 + says[chosen, a] * 2 + says[chosen, b]
    none, only_b, only_a, both = (
        np.bincount(cell, minlength=4 * (phrase.max(initial=-1) + 1)).reshape(-1, 4).T
    )
    total = np.maximum(none + only_b + only_a + both, 1)
    right, wrong = both * none / total, only_a * only_b / total
    r, s = right.sum(), wrong.sum()
    if r + s == 0:
        return float("nan"), float("nan")
    r, s = max(r, 0.5), max(s, 0.5)
    p, q = (both + none) / total, (only_a + only_b) / total
    variance = (p * right).sum() / (2 * r * r) + (p * wrong + q * right).sum() / (2 * r * s)
    return float(np.log(r / s)), float(np.sqrt(variance + (q * wrong).sum() / (2 * s * s)))


def _joined(columns: int, linked: list[tuple[int, int]]) -> Voices:
    """Connected groups of columns."""
    group = list(range(columns))
    for a, b in linked:
        old, new = max(group[a], group[b]), min(group[a], group[b])
        group = [new if member == old else member for member in group]
    return tuple(tuple(c for c in range(columns) if group[c] == name) for name in sorted(set(group)))
