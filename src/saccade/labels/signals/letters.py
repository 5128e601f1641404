"""What a character does to a word: ends it, joins it, belongs to it, is a word of its own, or vanishes.

Decided:
- Hyphens and apostrophes between letters part words without a break; `_` is a space. All other punctuation,
  emoji and line ends are breaks.
- Zero-width, control and bidirectional marks vanish, the soft hyphen too.
- Han, hiragana, Thai, Lao, Khmer and Burmese are written without spaces: each letter, with its marks, is a
  word. A phrase of them is a run of such words. Katakana, mostly loan words, stays together.
- Small letters by `str.lower` and not by case folding: "weiß" must stay a German word for its lemma.
  Final sigma is kept as it is written.

Not here: composing accents and compatibility forms (`cleaning`), which needs more than one character.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import numpy.typing as npt

BREAK, SPACE, LETTER, CAPITAL, DIGIT, MARK, ALONE, HYPHEN, APOSTROPHE, NOTHING, HASH, AND, POINT = range(13)
UNSEEN = 255

SCRIPTS: tuple[str, ...] = (
    "LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI",
    "DEVANAGARI", "ARMENIAN", "GEORGIAN", "BENGALI", "TAMIL", "TELUGU", "GUJARATI", "GURMUKHI", "OTHER",
)  # fmt: skip
"""Scripts that tell languages apart; anything else is OTHER."""

_SPECIAL = {
    **dict.fromkeys("-\u2010\u2011\u2012\u2013\u00ad", HYPHEN), **dict.fromkeys("'\u2019\u02bc\u2018`\u00b4",
    APOSTROPHE),
    **dict.fromkeys(".,", POINT), "#": HASH, "\uff03": HASH, "&": AND, "_": SPACE, "\t": SPACE,
    "\u00ad": NOTHING,
    **dict.fromkeys("\n\r\v\f\x85\u2028\u2029", BREAK),
}  # fmt: skip
_UNSPACED = ("CJK UNIFIED", "CJK COMPAT", "HIRAGANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
_SIZE = 0x110000


class Letters:
    """Tables by code point, filled for those that occur.

    kinds: uint8 [0x110000], what the character does, `UNSEEN` where not filled; lower: int32, its small
    letter; scripts: uint8, its place in `SCRIPTS`.
    """

    def __init__(self) -> None:
        self.kinds = np.full(_SIZE, UNSEEN, np.uint8)
        self.lower = np.arange(_SIZE, dtype=np.int32)
        self.scripts = np.full(_SIZE, len(SCRIPTS) - 1, np.uint8)
        self.fill(np.arange(0x250))

    def fill(self, points: npt.NDArray[np.integer]) -> None:
        """Look up the code points that are not known yet. Filling twice changes nothing."""
        for point in points[self.kinds[points] == UNSEEN].tolist():
            letter = chr(point)
            self.lower[point] = ord(letter.lower()[0])
            self.scripts[point] = _script(letter)
            self.kinds[point] = _kind(letter)


@cache
def letters() -> Letters:
    """The tables of this process."""
    return Letters()


def _kind(letter: str) -> int:
    if letter in _SPECIAL:
        return _SPECIAL[letter]
    group = unicodedata.category(letter)
    if group[0] == "L":
        if unicodedata.name(letter, "").startswith(_UNSPACED):
            return ALONE
        return CAPITAL if group in ("Lu", "Lt") else LETTER
    if group == "Nd":
        return DIGIT
    if group in ("Mn", "Mc"):
        return MARK
    return {"Zs": SPACE, "Cc": NOTHING, "Cf": NOTHING, "Me": NOTHING}.get(group, BREAK)


def _script(letter: str) -> int:
    name = unicodedata.name(letter, "").split(" ")[0]
    return SCRIPTS.index(name) if name in SCRIPTS else len(SCRIPTS) - 1
