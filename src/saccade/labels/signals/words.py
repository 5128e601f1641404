"""Cutting clean texts into words, a bucket at a time.

Decided:
- One pass over the bytes in machine code (`walker`); each distinct word is written down once. A text is then
  a run of numbers, -1 where a phrase may not go on. Breaks stand between words only, never two in a row.
- "mid-century" and "mid century" are the same two words; "women's" is "women"; "3.5" is one word; "&" between
  words is a word of its own (its lemma is the language's "and").
- A hashtag is a run of its own, cut where small letters meet capitals: #MidCenturyModern → mid century
  modern.
- Runs of numbers only are dropped, and words longer than 48 letters, which no language has.

Not here: what characters are (`letters`), markup and links (`cleaning`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.labels.hashing import text_buffers
from saccade.labels.signals.letters import letters
from saccade.labels.signals.walker import unseen, walk


@dataclass(frozen=True)
class Words:
    """N texts over S distinct words.

    tokens: int32 [T], numbers of words, -1 for a break; offsets: int64 [N + 1], where each text starts in it;
    surfaces: large_string [S], lower case; scripts: uint8 [S], of the first letter, place in
    `letters.SCRIPTS`; hashtags: int32 [N].
    """

    tokens: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    surfaces: pa.Array
    scripts: npt.NDArray[np.uint8]
    hashtags: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.offsets) - 1


def cut(texts: pa.Array) -> Words:
    """The words of texts (large_string [N] without nulls, already clean)."""
    data, offsets = text_buffers(texts)
    data, offsets = data[offsets[0] : offsets[-1]], offsets - offsets[0]
    data.flags.writeable = False  # Arrow's buffers are so or not; the machine code is compiled for one kind
    table = letters()
    table.fill(unseen(data, table.kinds))
    tokens, starts, found, ends, scripts, tags = walk(data, offsets, table.kinds, table.lower, table.scripts)
    surfaces = pa.LargeStringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(found))
    return Words(tokens, starts, surfaces, scripts, tags)
