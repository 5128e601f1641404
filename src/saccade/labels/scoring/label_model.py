"""The unsupervised label model: how true each pair is, from who agrees with whom.

The story it tells. Phrase p is true of a share π_p of the subjects. A voice that speaks of a subject in p's
language does one of its outcomes e. Of what it says with outcome e of phrase p, a share w_ep is about
something else (a text of another product, a stuffed keyword, a trim): such a claim falls on a subject no
matter what is true of it. So, with q_ep the observed rate of the outcome,

    P(e | false) = w_ep · q_ep        P(e | true) = q_ep · (1 − (1 − π_p) · w_ep) / π_p

and silence has the rest. In a voice of several sources, what "this one only" says wrongly is measured by all
that this one says: w times the rate of every outcome that holds e. Voices are independent given the truth.
How many subjects nobody says the phrase of is known, so that looking only at pairs that somebody says
(truncation) does not flatter the propensity P(e | true).

Decided, beyond data programming (Ratner et al. 2016, 2019) and Dawid and Skene (1979), whose EM this is:
- Propensity belongs to the phrase, not to the source: a colour is in nine titles of ten, a style hardly ever.
  q_ep comes from counts, shrunk to what the source does with phrases in general (Gamma-Poisson).
- w_ep is learned from phrases that are said often (`HEAVY`), where agreement tells something. Rarer ones, and
  those that only one voice ever says, take what such phrases show.
- Silence counts only as far as the voice is known to say the phrase (`SILENCE`).
- The story holds people to be independent, and they are not: what one leaves out others leave out too. So
  silence of many is taken for an error too often, and recapture finds too few (Chao 1987). How far it fails
  is measured (`strain`). The fit keeps to the story, because with less weight on silence it ends up believing
  everything; scores are tempered afterwards, as far as the story fails: silence then counts by `HALF`, and
  the odds of truth are `HIDDEN` times greater.
- With fewer than three voices agreement says nothing about w: then the prior (`DOUBT`) stays, and the table
  of sources says so.
- Similarity to the subject's other phrases is no voice: as one it believed what it had taught itself (a
  board's phrases go well with each other, also on the wrong product). It comes in afterwards (`hints`).

What no agreement can show: a source whose claims nobody else would make. If only boards name a style, how
many of them are right rests on what they say of common phrases.

Not here: which sources form a voice (`dependence`), the check of the story (`strain`), bounds (`intervals`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from saccade.labels.scoring.counts import Counts
from saccade.labels.scoring.evidence import Doubles, Flags

DOUBT, DOUBT_ROWS = 0.05, 20.0
"""Share of claims that is wrong before anything is known, and how many claims it takes to change our mind."""
HEAVY, HEAVY_SHARE, HEAVY_LEAST = 100.0, 0.4, 20.0
"""Pairs from which a phrase has a say in what sources are worth; in a small sample fewer, so that phrases
with this share of all pairs have one, but never below the last."""
SILENCE = 0.5
"""Claims of a phrase by a voice at which its silence counts half."""
PHRASE_ROWS = 60.0
"""Claims at which a phrase's own share of wrong ones counts as much as that of phrases in general."""
UNSAID = 1.3
"""True of so many subjects for each that is said to be, before anything is known."""
UNSAID_ROWS, UNSAID_ALL = 5.0, 20.0
"""Claims at which a phrase's own number, and that of all phrases, counts half."""
STRAIN, HALF, HIDDEN = 0.15, 0.5, 1.5
"""From this strain on scores are tempered in full: what silence counts, and how many times greater the odds
of truth are than agreement finds. Tuned on marketplaces for calibration; our own choice."""

_LEAST, _MOST = 0.002, 0.98
_FULL = 0.97


@dataclass(frozen=True, eq=False)
class Parameters:
    """wrong: float64 [V, voices, OUTCOMES], w_ep; prevalence: float64 [V], π_p; unsaid: how many subjects a
    phrase is true of for each that is said to be.
    """

    wrong: Doubles
    prevalence: Doubles
    unsaid: float


@dataclass(frozen=True, eq=False)
class Tables:
    """What scoring looks up. prior: float64 [V], log odds of π_p; worth: float64 [V, voices, OUTCOMES], log
    odds that an outcome adds; unsaid: float64 [V], chance that a phrase is true where
    nobody says it.
    """

    prior: Doubles
    worth: Doubles
    unsaid: Doubles


def start(counts: Counts) -> Parameters:
    """What is believed before looking."""
    shape = counts.claims.shape
    return Parameters(np.full(shape, DOUBT), np.minimum(counts.rate * UNSAID, 0.9), UNSAID)


def propensities(counts: Counts, at: Parameters) -> tuple[Doubles, Doubles, Doubles]:
    """π_p float64 [V] as far as it can be; P(e | true) and P(e | false), float64 [V, voices, OUTCOMES]."""
    rate = counts.outcome_rate
    wrong = np.minimum(at.wrong * counts.around(rate) / np.maximum(rate, 1e-12), _MOST)
    least = ((1 - wrong) * rate).sum(axis=2).max(axis=1, initial=0) / _FULL
    share = np.clip(at.prevalence, np.minimum(least, 0.95), _FULL)
    true = rate * (1 - (1 - share)[:, None, None] * wrong) / share[:, None, None]
    true *= np.minimum(1, _FULL / np.maximum(true.sum(axis=2, keepdims=True), 1e-12))
    false = wrong * rate
    true[:, :, 0], false[:, :, 0] = 1 - true.sum(axis=2), 1 - false.sum(axis=2)
    return share, true, false


def tables(counts: Counts, at: Parameters) -> Tables:
    """Log odds of every outcome of every phrase."""
    share, true, false = propensities(counts, at)
    worth = np.log(np.maximum(true, 1e-12)) - np.log(np.maximum(false, 1e-12))
    known = counts.claims.sum(axis=2)
    worth[:, :, 0] *= known / (known + SILENCE)
    prior = np.log(share) - np.log1p(-share)
    quiet = np.log1p(-counts.coverage * (1 - true[:, :, 0])) - np.log1p(
        -counts.coverage * (1 - false[:, :, 0])
    )
    return Tables(prior, worth, expit(prior + quiet.sum(axis=1)))


def tempered(look: Tables, strain: float) -> Tables:
    """The tables for scores: less weight on silence, more on what nobody confirms. strain: as `strain` has
    it.
    """
    part = float(np.clip(strain / STRAIN, 0, 1))
    worth = look.worth.copy()
    worth[:, :, 0] *= HALF**part
    return replace(look, prior=look.prior + part * np.log(HIDDEN), worth=worth)


def odds(look: Tables, row: npt.NDArray[np.integer], code: npt.NDArray[np.int8]) -> Doubles:
    """float64 [pairs]: log odds that a pair is true. row: the pair's phrase in the tables; code: outcomes
    [pairs, voices].
    """
    total = look.prior[row]
    for voice in range(code.shape[1]):
        total += _worth(look, row, code[:, voice], voice)
    return total


def worths(look: Tables, row: npt.NDArray[np.integer], code: npt.NDArray[np.int8]) -> Doubles:
    """float64 [pairs, voices]: log odds that each voice adds."""
    return np.stack([_worth(look, row, code[:, voice], voice) for voice in range(code.shape[1])], axis=1)


def _worth(look: Tables, row: npt.NDArray[np.integer], done: npt.NDArray[np.int8], voice: int) -> Doubles:
    return np.where(done >= 0, look.worth[row, voice, np.maximum(done, 0)], 0)


def step(counts: Counts, at: Parameters, weight: Doubles) -> Parameters:
    """One round of expectation and maximisation. weight: float64 [pairs]."""
    look = tables(counts, at)
    chance = expit(odds(look, counts.row, counts.code))
    wrong = _wrong(counts, at, chance, weight)
    unsaid, prevalence = _prevalence(counts, at, look, chance, weight)
    return replace(at, wrong=wrong, prevalence=prevalence, unsaid=unsaid)


def fit(counts: Counts, weight: Doubles, rounds: int, at: Parameters | None = None) -> Parameters:
    """Parameters after some rounds. weight: float64 [pairs]."""
    at = start(counts) if at is None else at
    for _ in range(rounds):
        at = step(counts, at, weight)
    return at


def _wrong(counts: Counts, at: Parameters, chance: Doubles, weight: Doubles) -> Doubles:
    """w_ep: claims that are thought wrong, of those that fall where the phrase is not true."""
    bad = counts.by_outcome((1 - chance) * weight)
    fair = counts.around(counts.claims) * (1 - at.prevalence)[:, None, None]
    often = heavy(counts)[:, None, None]
    bad, fair = np.where(often, bad, 0), np.where(often, fair, 0)
    usual = (bad.sum(axis=0) + DOUBT * DOUBT_ROWS) / (fair.sum(axis=0) + DOUBT_ROWS)
    return np.clip((bad + PHRASE_ROWS * usual) / (fair + PHRASE_ROWS), _LEAST, _MOST)


def heavy(counts: Counts) -> Flags:
    """bool [V]: phrases that are said often in this sample."""
    most = np.sort(counts.pairs)[::-1]
    if not len(most):
        return np.zeros(0, np.bool_)
    place = np.searchsorted(np.cumsum(most), HEAVY_SHARE * most.sum())
    return counts.pairs >= np.clip(most[min(int(place), len(most) - 1)], HEAVY_LEAST, HEAVY)


def _prevalence(
    counts: Counts, at: Parameters, look: Tables, chance: Doubles, weight: Doubles
) -> tuple[float, Doubles]:
    """π_p, shrunk to the usual number of true subjects for each that is said."""
    said = np.bincount(counts.row, chance * weight, len(counts.rate))
    true = said + np.maximum(counts.universe - counts.pairs, 0) * look.unsaid
    unsaid = float((true.sum() + UNSAID_ALL * UNSAID) / (counts.pairs.sum() + UNSAID_ALL))
    ratio = (true + UNSAID_ROWS * unsaid) / (np.maximum(counts.pairs, 0.5) + UNSAID_ROWS)
    return unsaid, np.clip(ratio * counts.rate, 1e-6, _FULL)
