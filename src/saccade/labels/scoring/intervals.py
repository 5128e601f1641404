"""Coverage, precision and recall of every source, each with a 95 % interval.

Decided: precision is the mean chance of what a source says; recall is over pairs, so over what anybody says:
of the true pairs for which the source has a text in the phrase's language, the share that it says. Subjects are
drawn, not pairs (a clustered bootstrap), as the pairs of a subject share their texts.

Not here: the doubt of the model itself, which no resampling shows; `fitted` says what an estimate rests on.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from saccade.labels.scoring.evidence import Dense, Doubles, Evidence, Ints
from saccade.labels.scoring.scorer import SOURCE_TABLE

DRAWS = 200


def source_table(
    sample: Evidence, view: Dense, chance: Doubles, voices: int, seed: int, fitted: str = ""
) -> pa.Table:
    """Rows of `SOURCE_TABLE`. chance: float64 [pairs]; voices: how many there are to compare."""
    fitted = fitted or ("agreement" if voices >= 3 else "assumed")
    columns: dict[str, list[object]] = {name: [] for name in SOURCE_TABLE.names}
    for place, source in enumerate(sample.sources):
        said, heard = view.texts[:, place] > 0, view.heard[:, place] > 0
        shares = {
            "coverage": _coverage(sample, place),
            "precision": (_sums(sample, chance * said), _sums(sample, said)),
            "recall": (_sums(sample, chance * said), _sums(sample, chance * heard)),
        }
        for name, (top, below) in shares.items():
            for end, value in zip(("", "_low", "_high"), _share(top, below, seed + place), strict=True):
                columns[name + end].append(value)
        columns["source"].append(source)
        columns["pairs"].append(int(said.sum()))
        columns["fitted"].append(fitted)
    return pa.table(columns, schema=SOURCE_TABLE)


def corrected(
    sample: Evidence, view: Dense, chance: Doubles, judged: Ints, slip: Doubles, seed: int
) -> pa.Table:
    """As `source_table`, with precision set right by judged pairs. judged: int64 [J] pairs; slip: float64 [J],
    truth less the chance given by a model that did not see it. Recall stays the model's.
    """
    table = source_table(sample, view, chance, 0, seed, "judged")
    rows = table.to_pylist()
    for place, row in enumerate(rows):
        said = view.texts[:, place] > 0
        mine = slip[said[judged]]
        if row["precision"] is None or len(mine) < 2:
            continue
        spread = (row["precision_high"] - row["precision_low"]) / 2
        half = float(np.hypot(spread, 1.96 * mine.std(ddof=1) / np.sqrt(len(mine))))
        share = float(np.clip(row["precision"] + mine.mean(), 0, 1))
        row.update(precision=share, precision_low=max(share - half, 0.0), precision_high=min(share + half, 1.0))
    return pa.Table.from_pylist(rows, schema=SOURCE_TABLE)


def _coverage(sample: Evidence, place: int) -> tuple[Doubles, Doubles]:
    mine = sample.heard.column("source").to_numpy() == place
    speaks = np.zeros(sample.subjects)
    speaks[sample.heard.column("subject").to_numpy()[mine]] = 1
    return speaks, np.ones(sample.subjects)


def _sums(sample: Evidence, values: Doubles) -> Doubles:
    return np.bincount(sample.subject, values, sample.subjects)


def _share(top: Doubles, below: Doubles, seed: int) -> tuple[float | None, float | None, float | None]:
    """The ratio of two sums over subjects, and its interval; None where there is nothing."""
    total = below.sum()
    if total <= 0:
        return None, None, None
    share = top.sum() / total
    dice, size = np.random.default_rng(seed), len(top)
    drawn = np.empty(DRAWS)
    for draw in range(DRAWS):
        times = np.bincount(dice.integers(0, size, size), minlength=size)
        drawn[draw] = (times @ top) / max(times @ below, 1e-9)
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(share), float(min(low, share)), float(min(max(high, share), 1))
