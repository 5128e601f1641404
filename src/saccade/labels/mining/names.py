"""How phrases are written: their lemmas, and each word as people write it most often."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from saccade.errors import InputError
from saccade.labels.hashing import Hashes, fold, word_hash, word_hashes
from saccade.labels.mining.levels import Level

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
_COLUMNS = ("lemma", "surface", "language")
_LETTER = r"[\p{Han}\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_UNSPACED = rf"({_LETTER}) ({_LETTER})"


@dataclass(frozen=True, eq=False)
class Names:
    """Of the words of a level, in its order. lemmas, surfaces, tongues (languages): strings [N]; languages:
    name → hash.
    """

    lemmas: pa.Array
    surfaces: pa.Array
    tongues: pa.Array
    languages: dict[str, int]

    @classmethod
    def of(cls, forms: pa.Table, words: Level) -> Names:
        """From rows of `FORMS`; of surfaces that are as usual, the first in the alphabet.

        Raises `InputError` where a word of the level has no form.
        """
        order = [("count", "descending"), ("surface", "ascending"), ("lemma", "ascending")]
        usual = forms.sort_by(order)
        tongues = usual.column("language").combine_chunks().dictionary_encode()
        languages = tongues.dictionary.to_pylist()
        roots = word_hashes(tongues.dictionary)[tongues.indices.to_numpy()]
        hashes, first = np.unique(_folded(roots, usual.column("word").to_numpy()), return_index=True)
        found = np.searchsorted(hashes, words.hashes)
        if not np.isin(words.hashes, hashes).all():
            missing = int((~np.isin(words.hashes, hashes)).sum())
            raise InputError(f"expected forms of all {len(words.table)} words, found none of {missing}")
        rows = usual.take(pa.array(first[found]))
        lemmas, surfaces, found_in = (rows.column(name).combine_chunks() for name in _COLUMNS)
        return cls(lemmas, surfaces, found_in, {name: word_hash(name) for name in sorted(languages)})

    def phrases(self, singles: Ints) -> pa.Array:
        """Each row of words (int64 [N, n]) as it is written; without spaces where the script has none."""
        joined = _joined(self.surfaces, singles)
        for _ in range(2):  # overlapping pairs
            joined = pc.replace_substring_regex(joined, _UNSPACED, r"\1\2")
        return joined

    def keys(self, singles: Ints) -> pa.Array:
        """The lemmas of each row of words (int64 [N, n]), parted by single spaces."""
        return _joined(self.lemmas, singles)

    def language(self, rows: Ints) -> pa.Array:
        """The language of each word."""
        return self.tongues.take(pa.array(rows))

    def nameless(self, singles: Ints) -> Flags:
        """bool [N]: no word has a letter, or the only one is a single letter from a to z."""
        lettered = pc.match_substring_regex(self.lemmas, r"\p{L}").to_numpy(zero_copy_only=False)
        lone = pc.match_substring_regex(self.lemmas, r"^[a-z]$").to_numpy(zero_copy_only=False)
        return ~lettered[singles].any(axis=1) | (lone[singles].all(axis=1) & (singles.shape[1] == 1))


def _joined(words: pa.Array, singles: Ints) -> pa.Array:
    columns = [words.take(pa.array(np.ascontiguousarray(column))) for column in singles.T]
    return pc.binary_join_element_wise(*columns, " ")


@njit(cache=True, nogil=True)
def _folded(roots: Hashes, words: Hashes) -> Hashes:
    found = np.empty(len(words), np.uint64)
    for row in range(len(words)):
        found[row] = fold(roots[row], words[row])
    return found
