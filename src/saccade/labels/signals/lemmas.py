"""The base form of a word: "sofas" → "sofa", "Stühle" → "stuhl", "rojas" → "rojo".

Decided: light is better than wrong. The dictionaries of simplemma are asked, and an answer is taken when it
looks like the same noun or adjective: no longer than the word, the same start, no infinitive that the word
does not end in itself ("gestreift" stays), and in English a plural only ("dining room" is no "dine room").
German nouns are asked with a capital as well, for that is how the dictionary holds them. Where a language has
no dictionary, or no language is known, the word is its own lemma. Misspellings stay as they are.

Not here: spellings without accents (`spelling`).
"""

from __future__ import annotations

from functools import cache

from saccade.labels.shapes import UNKNOWN

_INFINITIVES = {
    "de": ("en", "ern", "eln"), "nl": ("en",), "es": ("ar", "er", "ir", "ír"), "pt": ("ar", "er", "ir"),
    "ca": ("ar", "er", "ir", "re"), "fr": ("er", "ir", "re"), "it": ("are", "ere", "ire"),
}  # fmt: skip
_AND = {
    "en": "and", "de": "und", "es": "y", "fr": "et", "it": "e", "pt": "e", "nl": "en", "sv": "och",
    "da": "og",
    "nb": "og", "pl": "i", "ru": "и", "cs": "a", "fi": "ja", "tr": "ve",
}  # fmt: skip
_IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "feet": "foot", "teeth": "tooth", "mice": "mouse",
    "geese": "goose", "shelves": "shelf", "leaves": "leaf", "knives": "knife", "scarves": "scarf",
    "halves": "half",
    "shorts": "shorts", "glasses": "glasses", "goods": "goods", "arms": "arms", "series": "series",
    "sunglasses": "sunglasses", "skies": "sky", "clothes": "clothes",
}  # fmt: skip
"""English plurals that the dictionary misses, or takes for another word ("shorts" are not short)."""


class Lemmas:
    """Lemmas of this process: each (language, word) is asked for once.

    known: the most words remembered; then all are forgotten, so memory is bounded.
    """

    def __init__(self, known: int = 2_000_000) -> None:
        self._known = known
        self._found: dict[tuple[str, str], str] = {}

    def __call__(self, language: str, word: str) -> str:
        """The lemma of a word in small letters. language: ISO 639-1 or `UNKNOWN`."""
        found = self._found.get((language, word))
        if found is None:
            if len(self._found) >= self._known:
                self._found.clear()
            found = self._found[language, word] = lemma(language, word)
        return found


@cache
def lemmas() -> Lemmas:
    """The memory of this process."""
    return Lemmas()


def lemma(language: str, word: str) -> str:
    """The lemma of a word in small letters, itself where nothing better is sure."""
    if word == "&":
        return _AND.get(language, word)
    if language not in _languages() or not word.isalpha():
        return word
    if language == "en":
        return _english(word)
    if language == "de":
        return min((_asked(word, language), _asked(word.capitalize(), language)), key=len)
    return _asked(word, language)


def _english(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return _asked(word, "en") if word.endswith("s") and not word.endswith("ss") else word


def _asked(word: str, language: str) -> str:
    """What the dictionary says, in small letters, if it is credible."""
    import simplemma

    small, found = word.lower(), simplemma.lemmatize(word, lang=language).lower()
    return found if found.isalpha() and _credible(small, found, language) else small


def _credible(word: str, found: str, language: str) -> bool:
    if len(found) > len(word) or len(found) < 2:
        return False
    ending = next((end for end in _INFINITIVES.get(language, ()) if found.endswith(end)), "")
    if ending and not word.endswith((ending, ending + "es", ending + "s")):
        return False
    plain, base = _bare(word), _bare(found)
    shared = next(
        (i for i, (a, b) in enumerate(zip(plain, base, strict=False)) if a != b), min(len(plain), len(base))
    )
    return shared >= max(2, len(base) - 2)


def _bare(word: str) -> str:
    import unicodedata

    return "".join(
        letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter)
    )


@cache
def _languages() -> frozenset[str]:
    """Languages that the dictionaries hold."""
    from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

    return frozenset(SUPPORTED_LANGUAGES) - {UNKNOWN}
