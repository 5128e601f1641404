"""The language of each text, from what a corpus taught (`teaching`): words, letters, sources, what is told.

Decided:
- Naive Bayes. A text's evidence is the sum of its words'; a word that was not seen speaks through its runs
  of letters (3 and 4 bytes). The source has a prior, and what is told counts as much as it proved reliable.
- A language is chosen for every text in a script that one of the corpus's languages is written in: an
  ambiguous "boho" goes to the likeliest language of its source, so that phrases do not fall apart. Only texts
  in other scripts are `shapes.UNKNOWN`.

Not here: how the tables are learned, and the library that teaches them (`teaching`).
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from saccade.errors import InputError
from saccade.labels.hashing import Hashes, text_buffers, word_hashes
from saccade.labels.signals.letters import SCRIPTS
from saccade.labels.signals.words import Words

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int32]

GRAMS = 1 << 15
"""Places of the table of runs of letters."""
_STRENGTH = 0.5
"""Weight of the letters of a word against a word that was seen: runs overlap. Own choice."""
_FAR = 6.0
"""The most that one word may say against a language, in nats: one slip decides nothing."""
_WRITTEN = {
    "ru": "CYRILLIC", "uk": "CYRILLIC", "bg": "CYRILLIC", "sr": "CYRILLIC", "mk": "CYRILLIC",
    "be": "CYRILLIC",
    "kk": "CYRILLIC", "mn": "CYRILLIC", "el": "GREEK", "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC",
    "he": "HEBREW",
    "zh": "CJK", "ja": "CJK HIRAGANA KATAKANA", "ko": "HANGUL CJK", "th": "THAI", "hi": "DEVANAGARI",
    "mr": "DEVANAGARI", "hy": "ARMENIAN", "ka": "GEORGIAN", "bn": "BENGALI", "ta": "TAMIL", "te": "TELUGU",
    "gu": "GUJARATI", "pa": "GURMUKHI",
}  # fmt: skip


@dataclass(frozen=True)
class LanguageModel:
    """What is known of a corpus's L languages.

    languages: ISO 639-1; sources: names; words: uint64 [W], sorted hashes of surfaces; word_scores: float32
    [W, L], log probabilities up to a constant; gram_scores: float32 [GRAMS, L]; source_scores: float32
    [number of sources + 1, L], the last for any other; told_scores: float32 [L + 1, L], row: the language
    told, the last for none or another. spellings: language → word without accents → how the corpus mostly
    writes it.
    """

    languages: tuple[str, ...]
    sources: tuple[str, ...]
    words: Hashes
    word_scores: Floats
    gram_scores: Floats
    source_scores: Floats
    told_scores: Floats
    spellings: dict[str, dict[str, str]] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The model as JSON."""
        return json.dumps(
            {name: _packed(value) for name, value in vars(self).items()}, sort_keys=True
        ).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> LanguageModel:
        """The model that `to_bytes` wrote. Raises `InputError` for anything else."""
        try:
            return cls(**{name: _unpacked(value) for name, value in json.loads(data).items()})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(
                f"expected a language model, found {error}: fit it again with fit_languages"
            ) from error

    def chosen(
        self, words: Words, text: Places, sources: pa.DictionaryArray, told: pa.DictionaryArray
    ) -> Places:
        """int32 [rows]: place of the language in `languages`, their number for `shapes.UNKNOWN`.

        text: int32 [rows], place in `words`; sources and told: names by row, nulls where none is told.
        """
        written = writable(self.languages, words.scripts)
        said = np.where(written, self.surface_scores(words), np.float32(-_FAR))
        scores = text_scores(words.tokens, words.offsets, said)
        total = scores[text] + self.source_scores[places(sources, self.sources)]
        total += self.told_scores[places(told, self.languages)]
        strange = in_other_scripts(words.tokens, words.offsets, np.logical_not(written.any(axis=1)))
        return np.where(strange[text], len(self.languages), total.argmax(axis=1)).astype(np.int32)

    def surface_scores(self, words: Words) -> Floats:
        """float32 [S, L]: what each distinct word says of the languages, the best 0."""
        hashes = word_hashes(words.surfaces)
        scores = gram_scores(words.surfaces, self.gram_scores)
        if len(self.words):
            at = np.minimum(np.searchsorted(self.words, hashes), len(self.words) - 1)
            known = self.words[at] == hashes
            scores[known] = self.word_scores[at[known]]
        return levelled(scores)


def writable(languages: tuple[str, ...], scripts: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """bool [S, L]: whether a word in this script (place in `letters.SCRIPTS`) can be of the language."""
    table = np.zeros((len(SCRIPTS), len(languages)), np.bool_)
    for place, language in enumerate(languages):
        for name in _WRITTEN.get(language, "LATIN").split():
            table[SCRIPTS.index(name), place] = True
    table[-1] = True
    return table[scripts]


def levelled(scores: Floats) -> Floats:
    """Scores with 0 for the best language and no less than -`_FAR` for any."""
    return (
        np.maximum(scores - scores.max(axis=1, keepdims=True), np.float32(-_FAR)) if len(scores) else scores
    )


@njit(cache=True, nogil=True)
def text_scores(tokens: Places, offsets: npt.NDArray[np.int64], scores: Floats) -> Floats:
    """float32 [N, L]: the sums over the words of each text."""
    found = np.zeros((len(offsets) - 1, scores.shape[1]), np.float32)
    for row in range(len(found)):
        for token in tokens[offsets[row] : offsets[row + 1]]:
            if token >= 0:
                for language in range(scores.shape[1]):
                    found[row, language] += scores[token, language]
    return found


@njit(cache=True, nogil=True)
def in_other_scripts(
    tokens: Places, offsets: npt.NDArray[np.int64], strange: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """bool [N]: texts most of whose words are `strange` (bool [S])."""
    found = np.zeros(len(offsets) - 1, np.bool_)
    for row in range(len(found)):
        count, size = 0, 0
        for token in tokens[offsets[row] : offsets[row + 1]]:
            if token >= 0:
                count, size = count + strange[token], size + 1
        found[row] = 2 * count > size
    return found


def gram_scores(surfaces: pa.Array, table: Floats) -> Floats:
    """float32 [S, L]: the sum over a word's runs of letters, weighed by `_STRENGTH`."""
    data, offsets = text_buffers(surfaces)
    return _gram_scores(data, offsets, table) * np.float32(_STRENGTH)


@njit(cache=True, nogil=True, inline="always")
def gram(data: npt.NDArray[np.uint8], start: int, end: int, place: int, size: int) -> Any:
    """The place in the table of the run of `size` bytes from `place` (start - 1 is the edge of the word)."""
    value = np.uint64(0xCBF29CE484222325) + np.uint64(size)
    for at in range(place, place + size):
        letter = np.uint64(data[at]) if start <= at < end else np.uint64(1)
        value = (value ^ letter) * np.uint64(0x100000001B3)
    return np.int64((value >> np.uint64(20)) & np.uint64(GRAMS - 1))


@njit(cache=True, nogil=True)
def _gram_scores(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], table: Floats) -> Floats:
    found = np.zeros((len(offsets) - 1, table.shape[1]), np.float32)
    for row in range(len(found)):
        start, end = offsets[row], offsets[row + 1]
        for size in (3, 4):
            for place in range(start - 1, end + 2 - size):
                at = gram(data, start, end, place, size)
                for language in range(table.shape[1]):
                    found[row, language] += table[at, language]
    return found


def places(names: pa.DictionaryArray, known: tuple[str, ...]) -> Places:
    """int32 [rows]: place of each name in `known`, their number for others and nulls."""
    place = {name: at for at, name in enumerate(known)}
    table = np.array(
        [place.get(name, len(known)) for name in names.dictionary.to_pylist()] + [len(known)], np.int32
    )
    return table[names.indices.fill_null(len(names.dictionary)).to_numpy()]


def _packed(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    return {
        "dtype": str(value.dtype),
        "shape": value.shape,
        "data": base64.b64encode(value.tobytes()).decode(),
    }


def _unpacked(value: Any) -> Any:
    if isinstance(value, dict) and "dtype" in value:
        return np.frombuffer(base64.b64decode(value["data"]), value["dtype"]).reshape(value["shape"])
    return tuple(value) if isinstance(value, list) else value
