"""How often a picture is seen in an epoch, so that rare labels are seen and common ones do not drown them.

Three known schemes give every label a rate from the number n of its pictures, and a picture the greatest rate
of its labels, so that what shows something rare is not thinned out for what is common on it:

| scheme | rate of a label | source |
|---|---|---|
| `cap` | min(1, t / n) | MetaCLIP (Xu et al. 2024): at most t pictures of an entry |
| `power` | (t / n)^α, α = 0.5 | square-root sampling (Mahajan et al. 2018) |
| `repeat` | max(1, sqrt(t / n)) | repeat-factor sampling of LVIS (Gupta et al. 2019), t as a count |

None of them promises anything about an epoch, since a picture has several labels. `ratio` does (own work,
`bound`): the expected draws of a picture are changed as little as possible, in relative entropy, until the
most seen label is seen at most `ratio` times as often as the least seen one.

Decided:
- t is the median of the counts unless it is set. A picture is drawn 0 to `repeats` times.
- The bound is about epochs as they are drawn, in whole draws. The first `_TRIED` epochs are counted, and the
  expected draws are bounded more tightly, in larger epochs, until all of them are within.
- What cannot be reached is said: `Reached` has the ratio that was met and the labels that stand in the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from saccade.errors import InputError
from saccade.labels.balance.bound import Floats, Ints, Labelled, bounded
from saccade.labels.balance.epoch import Epochs, rarest_first

_TRIED = 8  # epochs
_TIGHTER = 5  # times
_EDGE = 1 - 1e-9  # of `repeats`: rounding must not add a draw


@dataclass(frozen=True)
class Balance:
    """How an epoch is balanced."""

    scheme: Literal["none", "cap", "power", "repeat"] = "none"
    """The rates that `ratio` starts from."""
    t: float = 0
    """Pictures of a label at which its rate is 1; 0: the median of the counts."""
    alpha: float = 0.5
    """Of `power`: 0 keeps the counts, 1 evens them out."""
    ratio: float = 0
    """Most draws of a label for one draw of the least drawn label in an epoch; 0: no bound."""
    repeats: int = 8
    """Most draws of one picture in an epoch."""
    least: int = 1
    """Labels with fewer pictures are left out of the bound."""
    size: int = 0
    """Draws of an epoch; 0: as many as the rates add up to."""

    def __post_init__(self) -> None:
        if self.ratio and self.ratio < 1:
            raise InputError(f"the ratio of label counts is at least 1 (0: no bound), found {self.ratio}")
        if self.repeats < 1 or self.least < 1 or self.size < 0 or self.t < 0 or self.alpha < 0:
            raise InputError("repeats and least are at least 1; size, t and alpha at least 0")


@dataclass(frozen=True)
class Reached:
    """What balancing came to.

    Attributes:
        ratio: draws of the most over those of the least drawn label, in the worst of the epochs that were
            tried; 1 where there is no label.
        before: the same where every picture is drawn once.
        labels: how many labels that is about.
        met: whether `ratio` is within the bound; true where none was asked for.
        over, under: labels that are drawn too often, or too rarely, for the bound.
        size: draws of an epoch. drawn: pictures with any chance to be drawn.
    """

    ratio: float
    before: float
    labels: int
    met: bool
    over: tuple[int, ...]
    under: tuple[int, ...]
    size: int
    drawn: int

    def notes(self, names: list[str], asked: float) -> tuple[str, ...]:
        """A line where the bound was not met, with some of the labels that stand in the way."""
        if self.met:
            return ()
        said = [
            f"{word} {', '.join(names[at] for at in some[:5])}"
            for word, some in (("too often", self.over), ("too rarely", self.under)) if some
        ]  # fmt: skip
        return (f"label ratio {asked:g} cannot be reached, {self.ratio:.4g} was ({'; '.join(said)}):"
                " allow more repeats, leave out rarer labels (least), or a greater ratio",)  # fmt: skip


def rates(data: Labelled, balance: Balance) -> Floats:
    """float64 [N]: draws of each picture by the scheme alone, 0..repeats; pictures without a label get 0."""
    counts = np.maximum(data.counts, 1).astype(np.float64)
    some = counts[data.counts > 0]
    t = balance.t or (float(np.median(some)) if len(some) else 1.0)
    by_label = {
        "none": lambda: np.ones(len(counts)),
        "cap": lambda: np.minimum(1, t / counts),
        "power": lambda: (t / counts) ** balance.alpha,
        "repeat": lambda: np.maximum(1, np.sqrt(t / counts)),
    }[balance.scheme]()
    return np.minimum(data.greatest(by_label), balance.repeats * _EDGE)


def draws(data: Labelled, balance: Balance, seed: int = 0) -> tuple[Epochs, Reached]:
    """The epochs of N pictures under a balance, and what it came to."""
    start, judged = rates(data, balance), data.counts >= balance.least
    order, aim = rarest_first(data), balance.ratio
    best = _tried(data, _sized(start, balance), order, judged, seed)
    if balance.ratio and judged.any() and best[1] > balance.ratio:
        for turn in range(_TIGHTER):
            found = bounded(data, start, aim, balance.repeats * _EDGE, judged, 2.0**turn)
            made = _tried(data, _sized(found, balance), order, judged, seed)
            best = min(best, made, key=lambda one: one[1])
            if made[1] <= balance.ratio or aim <= 1 or not np.isfinite(made[1]):
                break
            aim = max(1.0, aim * 0.98 * balance.ratio / made[1])
    return best[0], _reached(data, best, balance, judged)


def _tried(
    data: Labelled, found: Floats, order: Ints, judged: npt.NDArray[np.bool_], seed: int
) -> tuple[Epochs, float]:
    """The epochs of expected draws, and the worst ratio of the first of them."""
    epochs = Epochs.of(found, order, seed)
    seen = [data.sums(epochs.counts(number).astype(np.float64))[judged] for number in range(_TRIED)]
    return epochs, max(map(ratio_of, seen))


def _sized(found: Floats, balance: Balance) -> Floats:
    """Scaled down to the size that was asked for."""
    total = float(found.sum())
    if balance.size > total:
        raise InputError(
            f"an epoch of {balance.size:,} draws was asked for, and at most {int(total):,} keep the balance"
            f" with {balance.repeats} repeats: ask for fewer, or allow more repeats"
        )
    return found * (balance.size / total) if balance.size else found


def _reached(
    data: Labelled, made: tuple[Epochs, float], balance: Balance, judged: npt.NDArray[np.bool_]
) -> Reached:
    epochs, after = made
    expected = np.empty(len(data))
    expected[epochs.order] = np.diff(epochs.line)
    seen, before = data.sums(expected), ratio_of(data.counts[judged].astype(np.float64))
    met = not balance.ratio or after <= balance.ratio
    over, under = (), ()
    if not met:
        middle = float(np.sqrt(seen[judged].max() * max(seen[judged].min(), 1e-12)))
        half = np.sqrt(balance.ratio)
        over = _sorted(np.flatnonzero(judged & (seen > middle * half)), -seen)
        under = _sorted(np.flatnonzero(judged & (seen < middle / half)), seen)
    drawn = int((expected > 0).sum())
    return Reached(after, before, int(judged.sum()), met, over, under, epochs.size, drawn)


def _sorted(labels: Ints, by: Floats) -> tuple[int, ...]:
    return tuple(labels[np.argsort(by[labels], kind="stable")].tolist())


def ratio_of(counts: Floats) -> float:
    """Greatest over smallest; infinite where one is 0, 1 for nothing."""
    if not len(counts):
        return 1.0
    return float(counts.max() / counts.min()) if counts.min() > 0 else float("inf")
