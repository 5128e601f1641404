"""Coverage, precision and recall of every source, each with a 95 % interval.

Decided: precision is the mean chance of what a source says; recall is over pairs, so over what anybody says:
of the true pairs for which the source has a text in the phrase's language, the share that it says. Subjects
are drawn, not pairs (a clustered bootstrap), as the pairs of a subject share their texts. The model is
fitted again to every draw (`DRAWS` of them, so the bounds come from their spread and Student's
distribution), and its doubt about who is right shows, not only the luck of the sample. That a model's story
may be wrong is shown by no resampling: the bounds also hold what precision and recall would be if the odds of
every pair were `slip` times smaller or greater (our own choice; the two half-widths are added as squares).

Not here: how large the slip is (`unsupervised`); what an estimate rests on is said by `fitted`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy import stats

from saccade.labels.scoring.evidence import Dense, Doubles, Evidence, Ints
from saccade.labels.scoring.scorer import SOURCE_TABLE

DRAWS = 12

Share = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, eq=False)
class Draw:
    """weight: float64 [subjects], how often each was drawn; chance: float64 [pairs]."""

    weight: Doubles
    chance: Doubles


def refitted(subjects: int, fit: Callable[[Doubles], Doubles], seed: int) -> list[Draw]:
    """Draws of subjects, each with the chances that `fit` gives for its weights."""
    dice = np.random.default_rng(seed)
    weights = [
        dice.multinomial(subjects, np.full(subjects, 1 / subjects)) for _ in range(DRAWS if subjects else 0)
    ]
    return [Draw(weight.astype(np.float64), fit(weight.astype(np.float64))) for weight in weights]


def reweighted(subjects: int, chance: Doubles, seed: int) -> list[Draw]:
    """Draws of subjects, with the same chances for all."""
    return refitted(subjects, lambda _: chance, seed)


def source_table(
    sample: Evidence, view: Dense, whole: Draw, draws: Sequence[Draw], fitted: str, slip: float = 1.0
) -> pa.Table:
    """Rows of `SOURCE_TABLE`. whole: weights 1 and the chances of the model itself; slip: at least 1, times
    by which the odds of all pairs may be wrong together.
    """
    moved = [replace(whole, chance=_moved(whole.chance, times)) for times in (1 / slip, slip)]
    rows: list[dict[str, object]] = []
    for place, source in enumerate(sample.sources):
        row: dict[str, object] = {
            "source": source,
            "fitted": fitted,
            "pairs": int((view.texts[:, place] > 0).sum()),
        }
        for name, share in (("coverage", _coverage), ("precision", _precision), ("recall", _recall)):
            told, *drawn = (share(sample, view, place, one) for one in (whole, *draws))
            ends = [share(sample, view, place, one) for one in moved]
            found = _interval(told, drawn, ends)
            row.update(zip((name, f"{name}_low", f"{name}_high"), found, strict=True))
        rows.append(row)
    return pa.Table.from_pylist(rows, schema=SOURCE_TABLE)


def corrected(table: pa.Table, view: Dense, judged: Ints, slip: Doubles) -> pa.Table:
    """The table with precision set right by judged pairs. judged: int64 [J] pairs; slip: float64 [J], truth
    less the chance given by a model that did not see it. Recall stays the model's.
    """
    rows = table.to_pylist()
    for place, row in enumerate(rows):
        mine = slip[view.texts[judged, place] > 0]
        if row["precision"] is None or len(mine) < 2:
            continue
        spread = (row["precision_high"] - row["precision_low"]) / 2
        half = float(np.hypot(spread, 1.96 * mine.std(ddof=1) / np.sqrt(len(mine))))
        share = float(np.clip(row["precision"] + mine.mean(), 0, 1))
        row.update(
            precision=share, precision_low=max(share - half, 0.0), precision_high=min(share + half, 1.0)
        )
    return pa.Table.from_pylist(rows, schema=SOURCE_TABLE)


def _coverage(sample: Evidence, view: Dense, place: int, draw: Draw) -> float:
    mine = sample.heard.column("source").to_numpy() == place
    speaks = np.zeros(sample.subjects)
    speaks[sample.heard.column("subject").to_numpy()[mine]] = 1
    return _ratio(speaks, np.ones(sample.subjects), draw.weight)


def _precision(sample: Evidence, view: Dense, place: int, draw: Draw) -> float:
    said = view.texts[:, place] > 0
    return _ratio(draw.chance * said, said, draw.weight[sample.subject])


def _recall(sample: Evidence, view: Dense, place: int, draw: Draw) -> float:
    said, heard = view.texts[:, place] > 0, view.heard[:, place] > 0
    return _ratio(draw.chance * said, draw.chance * heard, draw.weight[sample.subject])


def _ratio(top: npt.NDArray[Any], below: npt.NDArray[Any], weight: Doubles) -> float:
    """The ratio of two weighted sums; NaN where there is nothing."""
    total = float(weight @ below)
    return float(weight @ top) / total if total > 0 else float("nan")


def _moved(chance: Doubles, times: float) -> Doubles:
    """Chances whose odds are so many times greater."""
    return chance * times / (1 - chance + chance * times)


def _interval(share: float, drawn: Sequence[float], ends: Sequence[float]) -> Share:
    if share != share:
        return None, None, None
    known = [value for value in drawn if value == value]
    if len(known) < 2:
        return share, 0.0, 1.0
    half = float(stats.t.ppf(0.975, len(known) - 1) * np.std(known, ddof=1))
    low, high = (float(np.hypot(half, end - share)) for end in ends)
    return share, max(share - low, 0.0), min(share + high, 1.0)
