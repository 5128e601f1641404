"""Learning a corpus's languages from a sample of its rows: `fit_languages`.

Decided:
- A library (py3langid, its model inside) is asked about some of the longer texts. Taken one by one, it finds
  a dozen languages in English titles full of names. So the shares of languages are estimated for the corpus
  as a whole, by expectation-maximisation over what it holds likely for each text, and few remain.
- lingua was measured as well. With all its models it takes 900 MB and a thirtieth of the speed; in the mode
  that needs little memory its shares kept four or five languages in two catalogues of English titles. Between
  three given languages it is better on the shortest texts, which the corpus's own words settle here.
- From these texts, and from what is told, expectation-maximisation (Dempster, Laird and Rubin 1977; for texts
  Nigam et al. 2000) teaches words, runs of letters, sources and the reliability of what is told. Short texts
  join in as soon as they share words with longer ones.
- A corpus of one language has nothing to tell apart: empty tables, every text is of it.
- All picks are by hash and all sums in order: the same sample gives the same model.

Not here: applying the tables (`languages`), which needs no library.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from saccade.labels.hashing import text_buffers, word_hashes
from saccade.labels.signals.bucket import Bucket, SignalSettings, bucket
from saccade.labels.signals.languages import (
    GRAMS,
    Floats,
    LanguageModel,
    gram,
    gram_scores,
    levelled,
    text_scores,
    writable,
)  # fmt: skip
from saccade.labels.signals.spelling import spellings

Doubles = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]

_ROUNDS = 6
_TRUST = 0.9
"""How often a told language is taken to be right before anything was learned."""
_LEAST_WORDS = 4
"""Words of a text that the library is asked about."""
_PULL = 1.0
"""How many sightings of a word its letters are worth."""
_DOUBT, _STEPS = 1e-4, 100
"""Probability of any language for any text, whatever the library says; steps of the estimate of shares."""
_TEMPER = 3.0
"""The library's confidence counts as so many nats at most on each text that it judged."""


def fit_languages(sample_rows: pa.Table, settings: SignalSettings) -> LanguageModel:
    """The languages of a corpus. sample_rows: GATHERED, one bucket or a few; 50,000 rows are plenty.

    Raises `InputError` for rows of another shape.
    """
    return taught(bucket(sample_rows, settings), settings)


def taught(read: Bucket, settings: SignalSettings) -> LanguageModel:
    """The languages of a bucket that was read already."""
    sources = tuple(sorted(set(read.sources.dictionary.to_pylist())))
    if len(settings.languages) == 1:  # nothing to tell apart, so the library is not even loaded
        return _learned(read, settings.languages, sources, np.zeros((len(read.words), 1), np.float32))
    asked = _asked(read, settings.library_texts)
    names, likely = _library(read.clean.texts.take(pa.array(asked)).to_pylist())
    languages = settings.languages or _found(names, likely, settings.least_share)
    judged = np.zeros((len(read.words), len(languages)), np.float32)
    if len(languages) > 1 and len(asked):
        judged[asked] = _judged(names, likely, languages)
    return _learned(read, languages, sources, judged)


def _asked(read: Bucket, most: int) -> npt.NDArray[np.int64]:
    """Distinct texts for the library: those with several words, picked by hash."""
    long = np.flatnonzero(np.diff(read.words.offsets) >= _LEAST_WORDS)
    if not len(long):
        long = np.flatnonzero(np.diff(read.words.offsets) > 0)
    order = np.argsort(word_hashes(read.clean.texts.take(pa.array(long))), kind="stable")
    return np.sort(long[order[:most]])


def _library(texts: list[str]) -> tuple[list[str], Doubles]:
    """Languages (ISO 639-1) that the library knows, and float64 [texts, languages], its probabilities."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    library = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    ranked = [dict(library.rank(text)) for text in texts]
    names = sorted({name for row in ranked for name in row if len(name) == 2})
    return names, np.array([[row.get(name, 0.0) for name in names] for row in ranked], np.float64)


def _found(names: list[str], likely: Doubles, least_share: float) -> tuple[str, ...]:
    """Languages with at least this share of the texts, sorted; English where there is no text."""
    if not len(likely):
        return ("en",)
    likely = likely + _DOUBT
    shares = np.full(len(names), 1 / len(names))
    for _ in range(_STEPS):
        each = likely * shares
        shares = (each / each.sum(axis=1, keepdims=True)).mean(axis=0)
    return tuple(
        name for name, share in zip(names, shares, strict=True) if share >= min(least_share, shares.max())
    )


def _judged(names: list[str], likely: Doubles, languages: tuple[str, ...]) -> Floats:
    """float32 [texts, L]: log probabilities of these languages, the best 0, cut at -`_TEMPER`."""
    place = {name: at for at, name in enumerate(names)}
    found = np.full((len(likely), len(languages)), 1e-9)
    for at, language in enumerate(languages):
        if language in place:
            found[:, at] = np.maximum(likely[:, place[language]], 1e-9)
    found = np.log(found)
    return np.maximum(found - found.max(axis=1, keepdims=True), -_TEMPER).astype(np.float32)


def _learned(
    read: Bucket, languages: tuple[str, ...], sources: tuple[str, ...], judged: Floats
) -> LanguageModel:
    size = len(languages)
    model = _start(languages, sources)
    if size > 1:
        for _ in range(_ROUNDS):
            model = _round(read, model, judged)
    language = model.chosen(read.words, read.text, read.sources, read.told)
    found = spellings(read.words, read.text, language, languages)
    return replace(model, spellings=found)


def _start(languages: tuple[str, ...], sources: tuple[str, ...]) -> LanguageModel:
    """A model that knows nothing but that what is told is mostly right."""
    size = len(languages)
    told = np.full((size + 1, size), np.log((1 - _TRUST) / max(size - 1, 1)), np.float32)
    told[np.arange(size), np.arange(size)] = np.log(_TRUST)
    told[size] = 0
    return LanguageModel(
        languages, sources, np.zeros(0, np.uint64), np.zeros((0, size), np.float32),
        np.zeros((GRAMS, size), np.float32), np.zeros((len(sources) + 1, size), np.float32), told,
    )  # fmt: skip


def _round(read: Bucket, model: LanguageModel, judged: Floats) -> LanguageModel:
    """Expectation: what each row is; maximisation: the tables again."""
    from saccade.labels.signals.languages import places

    size = len(model.languages)
    written = writable(model.languages, read.words.scripts)
    scores = np.where(written, model.surface_scores(read.words), np.float32(-6))
    source, told = places(read.sources, model.sources), places(read.told, model.languages)
    total = text_scores(read.words.tokens, read.words.offsets, scores)[read.text] + judged[read.text]
    total = total + model.source_scores[source] + model.told_scores[told]
    share = np.exp(total - total.max(axis=1, keepdims=True)).astype(np.float64)
    share /= share.sum(axis=1, keepdims=True)
    by_source, by_told = np.ones((len(model.sources) + 1, size)), np.full((size + 1, size), 0.5)
    np.add.at(by_source, source, share)
    by_source[-1] = by_source.sum(axis=0)
    np.add.at(by_told, told, share)
    by_told[np.arange(size), np.arange(size)] += 5
    given = by_told[:size] / by_told[:size].sum(axis=0, keepdims=True)
    told_scores = np.vstack([np.log(given), np.zeros((1, size))])
    counts = _word_counts(
        read.words.tokens, read.words.offsets, _by_text(read.text, share, len(read.words)), len(scores)
    )
    words, grams = _tables(read.words.surfaces, counts)
    hashes = word_hashes(read.words.surfaces)
    order = np.argsort(hashes, kind="stable")
    return LanguageModel(
        model.languages, model.sources, hashes[order], words[order], grams,
        np.log(by_source / by_source.sum(axis=1, keepdims=True)).astype(np.float32),
        told_scores.astype(np.float32),
    )  # fmt: skip


def _by_text(text: Places, share: Doubles, texts: int) -> Doubles:
    """float64 [texts, L]: the mean share of the rows of each distinct text: said often, counted once."""
    found, counts = np.zeros((texts, share.shape[1])), np.bincount(text, minlength=texts)
    np.add.at(found, text, share)
    return found / np.maximum(counts, 1)[:, None]


def _tables(surfaces: pa.Array, counts: Doubles) -> tuple[Floats, Floats]:
    """Scores of words [S, L] and of runs of letters [GRAMS, L] from how often words occur in each
    language.
    """
    total = counts.sum(axis=0) + 1.0
    data, offsets = text_buffers(surfaces)
    runs = _gram_counts(data, offsets, np.log1p(counts))
    rates = (runs + 0.1) / (runs + 0.1).sum(axis=0)
    grams = np.log(rates) - np.log(rates).mean(axis=1, keepdims=True)
    letters = gram_scores(surfaces, grams.astype(np.float32)) + np.log(total)
    pull = np.exp(letters - letters.max(axis=1, keepdims=True))
    pull *= _PULL / pull.sum(axis=1, keepdims=True)
    return levelled(np.log((counts + pull) / total).astype(np.float32)), grams.astype(np.float32)


@njit(cache=True, nogil=True)
def _word_counts(tokens: Places, offsets: npt.NDArray[np.int64], share: Doubles, surfaces: int) -> Doubles:
    found = np.zeros((surfaces, share.shape[1]))
    for row in range(len(offsets) - 1):
        for token in tokens[offsets[row] : offsets[row + 1]]:
            if token >= 0:
                found[token] += share[row]
    return found


@njit(cache=True, nogil=True)
def _gram_counts(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], counts: Doubles) -> Doubles:
    found = np.zeros((GRAMS, counts.shape[1]))
    for row in range(len(offsets) - 1):
        start, end = offsets[row], offsets[row + 1]
        for size in (3, 4):
            for place in range(start - 1, end + 2 - size):
                found[gram(data, start, end, place, size)] += counts[row]
    return found
