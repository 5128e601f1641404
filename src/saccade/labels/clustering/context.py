"""What else is said of the subjects of a phrase: how well it fits there, and where it is usually met.

Decided: a phrase that contains it, or lies in it, is no other phrase: "sofa" says nothing for "blue sofa".
What contains what is seen in the words of the phrases' keys, in order and without gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from saccade.labels.hashing import word_hashes

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Keys:
    """The words of phrases. words: uint64 hashes of all keys' words with their language, one after the
    other; ends: int64 [V + 1], where each key ends.
    """

    words: Words
    ends: Rows


def key_words(phrases: pa.Table) -> Keys:
    """Columns `language` and `key` of the vocabulary; make it once for all buckets."""
    languages, keys = phrases.column("language").to_pylist(), phrases.column("key").to_pylist()
    lists = [
        [f"{language} {word}" for word in key.split(" ")]
        for language, key in zip(languages, keys, strict=True)
    ]
    ends = np.cumsum([0, *(len(words) for words in lists)]).astype(np.int64)
    return Keys(word_hashes([word for words in lists for word in words]), ends)


def similarity(said: pa.Table, vectors: Floats, phrases: pa.Table | Keys) -> Floats:
    """float32, one for each distinct (subject, phrase) of `said`, in order: the cosine of the phrase to the
    mean of the subject's other phrases; NaN where there is no other.

    said: rows of `SAID`, sorted by subject and phrase; vectors: float32 [V, dim], rows of length 1 or 0;
    phrases: the V rows of the vocabulary, or its `key_words`.
    """
    starts, phrase = _pairs(said)
    keys = phrases if isinstance(phrases, Keys) else key_words(phrases)
    return _similarity(starts, phrase, np.ascontiguousarray(vectors, np.float32), keys.words, keys.ends)


@dataclass(frozen=True, eq=False)
class Company:
    """Where phrases are met: adds up over buckets. total: float64 [V, dim], sums of the directions of the
    subjects' other phrases; subjects: int64 [V], how many subjects had any.
    """

    total: npt.NDArray[np.float64]
    subjects: Rows

    def __add__(self, other: Company) -> Company:
        return Company(self.total + other.total, self.subjects + other.subjects)


def company(said: pa.Table, vectors: Floats, phrases: pa.Table | Keys) -> Company:
    """Where the phrases of one bucket are met; arguments as of `similarity`."""
    starts, phrase = _pairs(said)
    keys = phrases if isinstance(phrases, Keys) else key_words(phrases)
    total, subjects = np.zeros(vectors.shape, np.float64), np.zeros(len(vectors), np.int64)
    _company(
        starts, phrase, np.ascontiguousarray(vectors, np.float32), keys.words, keys.ends, total, subjects
    )
    return Company(total, subjects)


def together(parts: list[Company]) -> Company:
    """Several buckets as one."""
    return reduce(Company.__add__, parts)


def _pairs(said: pa.Table) -> tuple[Rows, Codes]:
    """Where each subject starts among the distinct (subject, phrase), and their phrases."""
    subject = said.column("subject").to_numpy().astype(np.int32)
    phrase = said.column("phrase").to_numpy().astype(np.int32)
    new = np.ones(len(subject), np.bool_)
    new[1:] = (subject[1:] != subject[:-1]) | (phrase[1:] != phrase[:-1])
    subject, phrase = subject[new], phrase[new]
    first = np.ones(len(subject), np.bool_)
    first[1:] = subject[1:] != subject[:-1]
    return np.append(np.flatnonzero(first), len(subject)).astype(np.int64), phrase


@njit(cache=True, nogil=True)
def _similarity(starts: Rows, phrase: Codes, vectors: Floats, words: Words, ends: Rows) -> Floats:
    found = np.full(len(phrase), np.nan, np.float32)
    all_of, other = np.zeros(vectors.shape[1], np.float64), np.zeros(vectors.shape[1], np.float64)
    for group in range(len(starts) - 1):
        first, last = starts[group], starts[group + 1]
        _add_up(first, last, phrase, vectors, all_of)
        for row in range(first, last):
            if _others(row, first, last, phrase, vectors, words, ends, all_of, other):
                found[row] = (other * vectors[phrase[row]]).sum()
    return found


@njit(cache=True, nogil=True)
def _company(
    starts: Rows, phrase: Codes, vectors: Floats, words: Words, ends: Rows,
    total: npt.NDArray[np.float64], subjects: Rows,
) -> None:  # fmt: skip
    all_of, other = np.zeros(vectors.shape[1], np.float64), np.zeros(vectors.shape[1], np.float64)
    for group in range(len(starts) - 1):
        first, last = starts[group], starts[group + 1]
        _add_up(first, last, phrase, vectors, all_of)
        for row in range(first, last):
            if _others(row, first, last, phrase, vectors, words, ends, all_of, other):
                total[phrase[row]] += other
                subjects[phrase[row]] += 1


@njit(cache=True, nogil=True, inline="always")
def _add_up(first: int, last: int, phrase: Codes, vectors: Floats, all_of: npt.NDArray[np.float64]) -> None:
    all_of[:] = 0
    for row in range(first, last):
        all_of += vectors[phrase[row]]


@njit(cache=True, nogil=True, inline="always")
def _others(
    row: int, first: int, last: int, phrase: Codes, vectors: Floats, words: Words, ends: Rows,
    all_of: npt.NDArray[np.float64], other: npt.NDArray[np.float64],
) -> bool:  # fmt: skip
    """Leave in `other` the direction of the subject's other phrases; False where there are none."""
    other[:] = all_of
    count = last - first
    for at in range(first, last):
        if at == row or _nested(words, ends, phrase[row], phrase[at]):
            other -= vectors[phrase[at]]
            count -= 1
    length = np.sqrt((other * other).sum())
    if count == 0 or length < 1e-6:
        return False
    other /= length
    return True


@njit(cache=True, nogil=True, inline="always")
def _nested(words: Words, ends: Rows, one: int, two: int) -> bool:
    """Whether the shorter phrase lies in the longer one."""
    a, b = ends[one + 1] - ends[one], ends[two + 1] - ends[two]
    if a > b:
        one, two, a, b = two, one, b, a
    for shift in range(b - a + 1):
        same = True
        for at in range(a):
            if words[ends[one] + at] != words[ends[two] + shift + at]:
                same = False
                break
        if same:
            return True
    return False
