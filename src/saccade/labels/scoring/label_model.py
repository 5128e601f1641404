"""The unsupervised label model: how true each pair is, from who agrees with whom.

The story it tells. Phrase p is true of a share π_p of the subjects. A voice that speaks of a subject in p's
language does one of its outcomes e. Of what it says with outcome e of phrase p, a share w_ep is about something
else (a text of another product, a stuffed keyword, a trim): such a claim falls on a subject no matter what is
true of it. So, with q_ep the observed rate of the outcome,

    P(e | false) = w_ep · q_ep        P(e | true) = q_ep · (1 − (1 − π_p) · w_ep) / π_p

and silence has the rest. Voices are independent given the truth. Which subjects nobody speaks up for is known
by their number, so that looking only at pairs that somebody says (truncation) does not flatter the propensity.

Decided, beyond data programming (Ratner et al. 2016, 2019) and Dawid and Skene (1979), whose EM this is:
- Propensity belongs to the phrase, not to the source: a colour is in nine titles of ten, a style hardly ever.
  q_ep comes from counts, shrunk to what the source does with phrases in general (Gamma-Poisson).
- w_ep is learned from phrases that are said often (`HEAVY`), where agreement tells something; others take the
  mean of these, each phrase weighing by the root of its claims, so that one odd phrase does not speak for all.
- Silence counts only as far as the voice is known to say the phrase (`SILENCE`): of a phrase said three times
  nobody knows the propensity.
- The similarity of the phrase to the subject's other phrases is one more, weak, voice: its bins have a chance
  given true and false.
- With too few voices agreement says nothing about w: then the prior (`DOUBT`) stays, and the table says so.

Not here: which sources form a voice (`dependence`), intervals (`intervals`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from saccade.labels.scoring.counts import Counts
from saccade.labels.scoring.evidence import Doubles

DOUBT, DOUBT_ROWS = 0.05, 20.0
"""Share of claims that is wrong before anything is known, and how many claims it takes to change our mind."""
HEAVY = 60
"""Pairs from which a phrase has a say in what sources are worth."""
SILENCE = 5.0
"""Claims of a phrase by a voice at which its silence counts half."""
PHRASE_ROWS = 50.0
"""Claims at which a phrase's own share of wrong ones counts as much as that of phrases in general."""
UNSAID = 1.3
"""True of so many subjects for each that is said to be, before anything is known."""
UNSAID_ROWS = 5.0
BINS = 8
LOUD=1e9
POWER=0.5
NEAR=0.0
GROUP=50.0
"""Bins of similarity, of equal size; one more for "unknown"."""

_LEAST, _MOST = 0.002, 0.98
_FULL = 0.97


@dataclass(frozen=True, eq=False)
class Parameters:
    """wrong: float64 [V, voices, OUTCOMES], w_ep; prevalence: float64 [V], π_p; unsaid: how many subjects a
    phrase is true of for each that is said to be; near: float64 [2, BINS + 1], chance of a bin given false, true.
    """

    wrong: Doubles
    prevalence: Doubles
    unsaid: float
    near: Doubles


@dataclass(frozen=True, eq=False)
class Tables:
    """What scoring looks up. prior: float64 [V], log odds of π_p; worth: float64 [V, voices, OUTCOMES], log odds
    that an outcome adds; near: float64 [BINS + 1]; unsaid: float64 [V], chance that a phrase is true where
    nobody says it.
    """

    prior: Doubles
    worth: Doubles
    near: Doubles
    unsaid: Doubles


def start(counts: Counts) -> Parameters:
    """What is believed before looking."""
    shape = counts.claims.shape
    near = np.full((2, BINS + 1), 1 / (BINS + 1))
    return Parameters(np.full(shape, DOUBT), np.minimum(counts.rate * UNSAID, 0.9), UNSAID, near)


def tables(counts: Counts, at: Parameters) -> Tables:
    """Log odds of every outcome of every phrase."""
    rate = counts.outcome_rate
    wrong = np.minimum(at.wrong * (counts.within @ rate[..., None])[..., 0] / np.maximum(rate, 1e-12), _MOST)
    least = ((1 - wrong) * rate).sum(axis=2).max(axis=1, initial=0) / _FULL
    share = np.clip(at.prevalence, np.minimum(least, 0.95), _FULL)
    true = rate * (1 - (1 - share)[:, None, None] * wrong) / share[:, None, None]
    true *= np.minimum(1, _FULL / np.maximum(true.sum(axis=2, keepdims=True), 1e-12))
    false = wrong * rate
    true[:, :, 0], false[:, :, 0] = 1 - true.sum(axis=2), 1 - false.sum(axis=2)
    worth = np.log(np.maximum(true, 1e-12)) - np.log(np.maximum(false, 1e-12))
    known = counts.claims.sum(axis=2)
    worth[:, :, 0] *= known / (known + SILENCE)
    prior = np.log(share) - np.log1p(-share)
    quiet = np.log1p(-counts.coverage * (1 - true[:, :, 0])) - np.log1p(-counts.coverage * (1 - false[:, :, 0]))
    near = NEAR * (np.log(at.near[1]) - np.log(at.near[0]))
    return Tables(prior, worth, near, expit(prior + quiet.sum(axis=1)))


def odds(
    look: Tables, row: npt.NDArray[np.integer], code: npt.NDArray[np.int8], near: npt.NDArray[np.int8],
) -> Doubles:  # fmt: skip
    """float64 [pairs]: log odds that a pair is true. row: the pair's phrase in the tables; code: outcomes
    [pairs, voices]; near: bin of similarity [pairs].
    """
    total = look.prior[row] + look.near[near]
    for voice in range(code.shape[1]):
        heard = code[:, voice] >= 0
        total += np.where(heard, look.worth[row, voice, np.maximum(code[:, voice], 0)], 0)
    return total


def step(counts: Counts, at: Parameters, weight: Doubles) -> tuple[Parameters, Doubles]:
    """One round of expectation and maximisation, and the chances it used. weight: float64 [pairs]."""
    look = tables(counts, at)
    chance = expit(odds(look, counts.row, counts.code, counts.near))
    wrong = _wrong(counts, at, chance, weight)
    unsaid, prevalence = _prevalence(counts, at, look, chance, weight)
    near = np.stack([_bins(counts, (1 - chance) * weight), _bins(counts, chance * weight)])
    return replace(at, wrong=wrong, prevalence=prevalence, unsaid=unsaid, near=near), chance


def fit(counts: Counts, weight: Doubles, rounds: int, at: Parameters | None = None) -> tuple[Parameters, Doubles]:
    """Parameters and chances, float64 [pairs], after some rounds."""
    at = start(counts) if at is None else at
    chance = np.zeros(len(counts.row))
    for _ in range(rounds):
        at, chance = step(counts, at, weight)
    return at, chance


def _wrong(counts: Counts, at: Parameters, chance: Doubles, weight: Doubles) -> Doubles:
    """w_ep: claims that are thought wrong, of those that fall where the phrase is not true."""
    bad = counts.by_outcome((1 - chance) * weight)
    fair = (counts.within @ counts.claims[..., None])[..., 0] * (1 - at.prevalence)[:, None, None]
    heavy = (counts.pairs >= HEAVY)[:, None, None]
    own = (bad + 5 * DOUBT) / (fair + 5)
    say = np.where(heavy, fair**POWER, 0)
    usual = ((say * own).sum(axis=0) + 3 * DOUBT) / (say.sum(axis=0) + 3)
    group = (counts.claims.sum(axis=2) / np.maximum(counts.heard, 1)).argmax(axis=1)
    top, below = np.zeros((own.shape[1], *usual.shape)), np.zeros((own.shape[1], *usual.shape))
    np.add.at(top, group, say * own)
    np.add.at(below, group, say)
    general = ((top + GROUP * usual) / (below + GROUP))[group]
    found = (np.where(heavy, bad, 0) + PHRASE_ROWS * general) / (np.where(heavy, fair, 0) + PHRASE_ROWS)
    return np.clip(found, _LEAST, _MOST)


def _prevalence(
    counts: Counts, at: Parameters, look: Tables, chance: Doubles, weight: Doubles
) -> tuple[float, Doubles]:
    """π_p, shrunk to the usual number of true subjects for each that is said."""
    said = np.bincount(counts.row, chance * weight, len(counts.rate))
    true = said + np.maximum(counts.universe - counts.pairs, 0) * look.unsaid
    unsaid = float((true.sum() + 20 * UNSAID) / (counts.pairs.sum() + 20))
    ratio = (true + UNSAID_ROWS * unsaid) / (np.maximum(counts.pairs, 0.5) + UNSAID_ROWS)
    return unsaid, np.clip(ratio * counts.rate, 1e-6, _FULL)


def _bins(counts: Counts, weight: Doubles) -> Doubles:
    rows = np.bincount(counts.near, weight, BINS + 1) + 1
    return rows / rows.sum()

