"""Cutting out what is pasted under everything: shop policies, thanks, advertisement.

Decided: a run of words between breaks is boilerplate when
- many families say it. How many is many falls with the length: three words meet by chance in a large
  catalogue, ten do not;
- the longer texts of that source are normally unique (at most `NATURE` of them are said by another family:
  titles, descriptions). Board names and queries repeat by nature, and nothing is cut from them;
- it says nothing of what it stands under: seldom does another text of the subject share a word with it
  (`ECHO`), common words aside. "Meet our classic hats" stands beside a hat; "free shipping worldwide" beside
  anything. Where there are no other texts this cannot be known, and length is no sign: captions repeat
  honestly;
- nobody types it: a run that queries or board names have is a phrase, however often shops write it.
The words go, a break stays; a text of which nothing is left is dropped.

Not here: counting (`repeats`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit

from saccade.labels.hashing import Hashes, word_hash, word_hashes
from saccade.labels.shapes import TEXTS
from saccade.labels.signals.repeats import BESIDE, ECHOED, FEWEST, Repeats
from saccade.labels.signals.runs import Codes, Counts, Flags, Runs, lists, run_keys, runs, source_codes

__all__ = ["Repeats", "without_boilerplate"]

NATURE = 0.45
"""Share of a source's long texts that are said elsewhere too, above which repetition is its nature."""
MANY = 0.002
"""Share of a source's families that makes a run of `FEWEST` words boilerplate; half of it for each word
more.
"""
ALONE = 5.0
"""How many times as many where no other text stands beside the run."""
LEAST = 64
"""Families that a run of `FEWEST` words needs in any case; half as many for each word more, but `FEW`."""
FEW = 8
ECHO = 0.2
"""Share of families in which another text may share a word with boilerplate."""
TYPED = 3
"""Families to which people say a run in a source whose nature is repetition. All are own choices, measured on
the marketplace.
"""


def without_boilerplate(texts: pa.Table, repeats: Repeats) -> tuple[pa.Table, dict[str, int]]:
    """TEXTS without the runs that `repeats`, counted over all buckets, shows to be boilerplate.

    Also counts: runs, how many were cut; cut, texts that lost one; emptied, texts dropped since nothing was
    left.
    """
    words, offsets = lists(texts["words"])
    source, names = source_codes(texts)
    found = runs(words, offsets, word_hashes(names)[source], FEWEST)
    pasted = _pasted(words, found, source[found.text], names, repeats)
    cut = np.zeros(len(words), np.bool_)
    _mark(found.start[pasted], found.end[pasted], cut)
    kept, bounds = _without(words, offsets, cut)
    lost = np.zeros(len(texts), np.bool_)
    lost[found.text[pasted]] = True
    emptied = lost & (np.diff(bounds) == 0)
    column = pa.LargeListArray.from_arrays(pa.array(bounds), pa.array(kept))
    rest = texts.set_column(TEXTS.get_field_index("words"), TEXTS.field("words"), column)
    counts = {"runs": int(pasted.sum()), "cut": int(lost.sum()), "emptied": int(emptied.sum())}
    return rest.filter(pa.array(~emptied)), counts


def _pasted(words: Hashes, found: Runs, source: Codes, names: list[str], repeats: Repeats) -> Flags:
    """bool [R]: runs that are boilerplate. source: int32 [R], place in `names`."""
    unique = {name for name in repeats.families if repeats.repeated(name) <= NATURE}
    which = np.flatnonzero(np.isin(source, [at for at, name in enumerate(names) if name in unique]))
    pasted, typed = np.zeros(len(which), np.bool_), np.zeros(len(which), np.bool_)
    for name in sorted(repeats.families):
        keys = run_keys(words, found, which, np.uint64(word_hash(name)))
        if name in unique:
            pasted |= _in_source(keys, found.end[which] - found.start[which], name, repeats)
        else:
            typed |= repeats.estimate(keys) >= TYPED
    every = np.zeros(len(source), np.bool_)
    every[which] = pasted & ~typed
    return every


def _in_source(keys: Hashes, sizes: Counts, name: str, repeats: Repeats) -> Flags:
    """bool [R]: runs that many families say in a source, under things that they do not speak of."""
    said, beside = repeats.estimate(keys), repeats.estimate(keys, BESIDE)
    told = 2 * beside >= np.minimum(said, 2 * FEW)
    half = 0.5 ** (sizes - FEWEST)
    many = MANY * repeats.families[name] * np.where(told, half, ALONE)
    needed = np.maximum(np.maximum(many, LEAST * half), FEW)
    echoed = repeats.estimate(keys, ECHOED) > ECHO * beside
    return (said >= needed) & ~(told & echoed)


@njit(cache=True, nogil=True)
def _mark(start: Counts, end: Counts, cut: npt.NDArray[np.bool_]) -> None:
    for run in range(len(start)):
        cut[start[run] : end[run]] = True


@njit(cache=True, nogil=True)
def _without(words: Hashes, offsets: Counts, cut: npt.NDArray[np.bool_]) -> tuple[Hashes, Counts]:
    """The words that are not cut, with single breaks between them and none at the ends; offsets."""
    found, bounds = np.empty(len(words), np.uint64), np.zeros(len(offsets), np.int64)
    used = 0
    for row in range(len(offsets) - 1):
        first, due = used, False
        for place in range(offsets[row], offsets[row + 1]):
            if words[place] == 0 or cut[place]:
                due = True
                continue
            if due and used > first:
                found[used] = 0
                used += 1
            due = False
            found[used] = words[place]
            used += 1
        bounds[row + 1] = used
    return found[:used].copy(), bounds
