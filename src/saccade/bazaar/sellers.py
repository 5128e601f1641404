"""Who sells: one seller a brand, with one language and habits of its own.

Decided: habits belong to sellers and not to listings, as on real marketplaces: half of the sellers write
soberly, some shout and stuff all they have. Three languages, unevenly.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from saccade.bazaar.lexicons.base import Lexicon
from saccade.bazaar.lexicons.english import ENGLISH
from saccade.bazaar.lexicons.german import GERMAN
from saccade.bazaar.lexicons.spanish import SPANISH
from saccade.bazaar.random import pick, stream

LEXICONS: dict[str, Lexicon] = {"en": ENGLISH, "de": GERMAN, "es": SPANISH}

SHARES: dict[str, float] = {"en": 0.6, "de": 0.25, "es": 0.15}
"""Share of sellers, and of shoppers, by language: one large language and a tail, as in most European shops.
"""

STANDING = 0.4
"""Share of sellers who put the same sentence under many listings."""

_STARTS = tuple("Al Bel Cor Dun El Fen Gar Hol Il Jun Kes Lor Mar Nor Or Pel".split())
_ENDS = tuple("da bury vik lo mont ska wood ine ora ton essa ley gate quist".split())


@dataclass(frozen=True)
class Seller:
    """A brand that sells. loudness: how much more than the average it shouts, stuffs and decorates, 0..3."""

    name: str
    language: str
    loudness: float
    sentence: str


def brand(design: int) -> str:
    """A made-up brand; colourways of one design share it."""
    return _STARTS[design * 7 % len(_STARTS)] + _ENDS[design * 5 // 3 % len(_ENDS)]


def brands() -> list[str]:
    """Every brand there may be."""
    return [start + end for start in _STARTS for end in _ENDS]


@lru_cache(maxsize=1024)
def seller(seed: int, name: str) -> Seller:
    """The seller of a brand in marketplace `seed`."""
    dice = stream(seed, "seller", zlib.crc32(name.encode()))
    language = draw_language(dice)
    loudness = float(dice.choice([0.3, 1.0, 3.0], p=[0.5, 0.35, 0.15]))
    options = LEXICONS[language].boilerplate
    sentence = options[int(dice.integers(len(options)))] if dice.random() < STANDING else ""
    return Seller(name, language, loudness, sentence)


def draw_language(dice: np.random.Generator) -> str:
    """A language by `SHARES`."""
    return pick(dice, SHARES)
