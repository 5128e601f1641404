"""Function words: what a phrase neither starts nor ends with ("chair for", "of the").

Decided: in this order, for each language of the corpus
- our own list of its closed classes, where we have one (`closed_class`);
- else the list of stopwords-iso, without what the corpus shows to name things: a word that ends a run of
  words at least half as often as the average word ("living room") is no function word;
- else, and for undetermined texts, what the corpus shows: a frequent word that hardly ever ends a run and
  hardly ever begins one. An undetermined text has the function words of the other languages too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from saccade.labels.hashing import Hashes, word_hashes
from saccade.labels.mining.closed_class import CLOSED
from saccade.labels.mining.levels import Level
from saccade.labels.shapes import UNKNOWN

Flags = npt.NDArray[np.bool_]
Lemmas = Callable[[str, Sequence[str]], list[list[str]]]
"""(language, texts) → for each the lemmas of its words in order, as in the texts of the corpus."""

_ENDS = 0.5  # share of the average rate from which on a listed word is one that names things
_NEVER = 0.05  # share of the average rate below which a word "hardly ever" begins or ends a run
_FREQUENT = 0.002  # share of all words


def function_words(words: Level, languages: dict[str, int], lemmas: Lemmas) -> Flags:
    """bool [N]: which rows of the level of single words are function words.

    languages: the hash of each language of the corpus; lemmas: how the texts were normalised.
    """
    found = np.zeros(len(words.table), np.bool_)
    language, word = words.column("prefix"), words.column("suffix")
    listed = {name: _listed(name, lemmas) for name in languages if name != UNKNOWN}
    listed[UNKNOWN] = np.unique(np.concatenate([*listed.values(), np.empty(0, np.uint64)]))
    for name, value in languages.items():
        rows = np.flatnonzero(language == np.uint64(value))
        starts, ends, share = (rate[rows] for rate in _rates(words, rows))
        known = np.isin(word[rows], listed[name])
        if not len(listed[name]) or name == UNKNOWN:
            known |= (share > _FREQUENT) & (starts < _NEVER) & (ends < _NEVER)
        elif name not in CLOSED:
            known &= ends < _ENDS
        found[rows] = known
    return found


def _listed(language: str, lemmas: Lemmas) -> Hashes:
    """Hashes of the listed words and of their lemmas; none where there is no list."""
    import stopwordsiso

    named = CLOSED.get(language) or (stopwordsiso.stopwords(language) if _has(language) else frozenset[str]())
    found = lemmas(language, sorted(named))
    return np.unique(word_hashes([*sorted(named), *(lemma[0] for lemma in found if len(lemma) == 1)]))


def _has(language: str) -> bool:
    import stopwordsiso

    return bool(stopwordsiso.has_lang(language))


def _rates(words: Level, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float64], ...]:
    """How often a word starts and ends runs, in units of the mean of `rows`; and its share of occurrences."""
    total = np.maximum(words.column("occurrences").astype(np.float64), 1)
    rates: list[npt.NDArray[np.float64]] = []
    for name in ("starts", "ends"):
        counted = words.column(name).astype(np.float64)
        mean = counted[rows].sum() / max(total[rows].sum(), 1)
        rates.append(counted / total / max(mean, 1e-12))
    return (*rates, total / max(total[rows].sum(), 1))
