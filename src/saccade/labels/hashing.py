"""Hashes of words and phrases: the same number for the same text on every machine and in every rebuild.

Decided: 64-bit FNV-1a over UTF-8 with the finaliser of MurmurHash3 (both in the public domain) for a word;
a phrase folds its words, in order, into the hash of its language. Half a million phrases meet by chance
once in 10^8 vocabularies; `Vocabulary` refuses one in which two did. 0 is never a word: it is the break.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

Hashes = npt.NDArray[np.uint64]

BREAK = np.uint64(0)
_START, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_MIX_A, _MIX_B = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(33)


@njit(cache=True, nogil=True, inline="always")
def mixed(value: np.uint64) -> np.uint64:
    """The finaliser of MurmurHash3: every bit of `value` reaches every bit of the result."""
    value = (value ^ (value >> _SHIFT)) * _MIX_A
    value = (value ^ (value >> _SHIFT)) * _MIX_B
    return value ^ (value >> _SHIFT)


@njit(cache=True, nogil=True, inline="always")
def fold(phrase: np.uint64, word: np.uint64) -> np.uint64:
    """The hash of a phrase with one more word; starts from the hash of the language."""
    return mixed((phrase ^ word) * _STEP + np.uint64(1))


@njit(cache=True, nogil=True)
def bytes_hash(data: npt.NDArray[np.uint8], start: int, end: int) -> np.uint64:
    """The hash of data[start:end]; never 0."""
    value = _START
    for place in range(start, end):
        value = (value ^ np.uint64(data[place])) * _PRIME
    value = mixed(value)
    return value if value != BREAK else np.uint64(1)


@njit(cache=True, nogil=True)
def _all(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Hashes:
    found = np.empty(len(offsets) - 1, np.uint64)
    for row in range(len(found)):
        found[row] = bytes_hash(data, offsets[row], offsets[row + 1])
    return found


def word_hashes(words: pa.Array | Iterable[str]) -> Hashes:
    """uint64 [N]: the hash of every word (Arrow strings without nulls, or any texts)."""
    array = words if isinstance(words, pa.Array) else pa.array(list(words), pa.large_string())
    data, offsets = text_buffers(array)
    return _all(data, offsets)


def word_hash(word: str) -> int:
    """The hash of one word."""
    return int(word_hashes([word])[0])


def phrase_hashes(languages: pa.Array, keys: pa.Array) -> Hashes:
    """uint64 [N]: the hash of each phrase. languages, keys: Arrow strings; keys are lemmas parted by single
    spaces.
    """
    split = pc.split_pattern(keys.cast(pa.large_string()), " ")
    offsets = split.offsets.to_numpy().astype(np.int64)
    named = languages.dictionary_encode()
    roots = word_hashes(named.dictionary)[named.indices.to_numpy()]
    return _folded(roots, word_hashes(split.values), offsets)


def key_hash(language: str, key: str) -> int:
    """The hash of one phrase: its language and its lemmas, parted by single spaces."""
    return int(phrase_hashes(pa.array([language]), pa.array([key]))[0])


@njit(cache=True, nogil=True)
def _folded(roots: Hashes, words: Hashes, offsets: npt.NDArray[np.int64]) -> Hashes:
    found = roots.copy()
    for row in range(len(roots)):
        for place in range(offsets[row], offsets[row + 1]):
            found[row] = fold(found[row], words[place])
    return found


def phrase_id(value: int) -> str:
    """The id of a phrase: its hash as 16 hexadecimal digits."""
    return f"{value:016x}"


def text_buffers(array: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """UTF-8 bytes and int64 [N + 1] offsets of an Arrow array of strings without nulls."""
    array = array.cast(pa.large_string())
    _, offsets, data = array.buffers()
    places = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(data if data is not None else b"", np.uint8), places
