"""What the words of the marketplace mean: forms of three languages → facts such as `colour:navy`.

Decided:
- A *fact* is one thing that may be true of a product: `category:sofa`, `colour:navy`, `pattern:striped`,
  `material:velvet`, `style:retro`, `hardware:gold`, `look:japandi`, `place:kitchen`, `season:winter`,
  `brand:Corvik`. A *meaning* is a set of facts that all hold. A phrase may have several meanings ("boho" is
  a style and a look); it is true where one of them is.
- A phrase is read as a row of forms and of words that add nothing ("ideas", "in", "style"): the fewest forms
  that cover it, so that "black and white" is the look and not two colours. With any other word in it, it has
  no meaning here: nobody can say from the truth whether a sofa is handmade.
- Forms are known as they are and through the normaliser of the texts, each also without its accents, without
  the small words in front of it ("mit Streifen") and run together as in a hashtag.
- Languages lend words: a phrase that its own language does not know is read in any of the others.

Not here: of which product a fact is true (`marketplace_truth`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import product as combinations

from saccade.bazaar.lexicons.base import Lexicon
from saccade.bazaar.sellers import LEXICONS, brands

Normalise = Callable[[str, str], str]
"""(language, text) → its lemmas, parted by single spaces."""
Meaning = frozenset[str]
Forms = dict[tuple[str, ...], frozenset[str]]

UNKNOWN = "und"
_WORD = re.compile(r"[^\W_]+")
_BARE = str.maketrans("áéíóúüñäöàèç", "aeiouunaoaec")
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_MOST = 16  # meanings of one phrase
_SMALL: dict[str, str] = {
    "en": "a an and by for in of on the with",
    "de": "am auf aus das dem den der des die ein eine für im in mit und vom von zu zum zur",
    "es": "a al con de del el en estilo la las los para por un una y",
}
_EMPTY: dict[str, str] = {
    "en": "style look design decor aesthetic inspired",
    "de": "stil style look design deko dekoration farbe",
    "es": "estilo look diseño decoración color",
}


def plain_words(language: str, text: str) -> str:
    """The normaliser for want of a better one: words in small letters."""
    return " ".join(_WORD.findall(text.lower()))


class Words:
    """What phrases mean, for one normaliser."""

    def __init__(self, normalise: Normalise = plain_words) -> None:
        self.normalise = normalise
        self._forms = {name: _variants(name, _said(lexicon), normalise) for name, lexicon in LEXICONS.items()}
        self._fillers = {name: _fillers(name, lexicon, normalise) for name, lexicon in LEXICONS.items()}
        lent: dict[tuple[str, ...], frozenset[str]] = {}
        for forms in self._forms.values():
            for words, facts in forms.items():
                lent[words] = lent.get(words, frozenset()) | facts
        self._forms[UNKNOWN], self._fillers[UNKNOWN] = lent, frozenset().union(*self._fillers.values())
        self._longest = max(len(words) for words in lent)
        self.meanings = lru_cache(maxsize=None)(self._meanings)

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that some form stands for, in order."""
        return tuple(sorted(frozenset().union(*self._forms[UNKNOWN].values())))

    def _meanings(self, language: str, phrase: str) -> frozenset[Meaning]:
        """What a phrase, as text or as lemmas, may mean; nothing where it says more than the truth knows."""
        readings = dict.fromkeys((phrase.lower(), self.normalise(language, phrase)))
        for known in dict.fromkeys((language if language in self._forms else UNKNOWN, UNKNOWN)):
            for reading in readings:
                if parts := self._read(known, tuple(_WORD.findall(reading))):
                    every = list(combinations(*(sorted(part) for part in parts)))[:_MOST]
                    return frozenset(frozenset(facts) for facts in every)
        return frozenset()

    def _read(self, language: str, words: tuple[str, ...]) -> list[frozenset[str]]:
        """The fewest forms that cover the words with nothing but fillers between; [] where none do."""
        forms, fillers = self._forms[language], self._fillers[language]
        best: list[tuple[int, list[frozenset[str]]] | None] = [(0, [])]
        for end in range(1, len(words) + 1):
            found: list[tuple[int, list[frozenset[str]]]] = []
            for start in range(max(0, end - self._longest), end):
                before, form = best[start], forms.get(words[start:end])
                if before and form:
                    found.append((before[0] + 1, [*before[1], form]))
            if (before := best[end - 1]) and words[end - 1] in fillers:
                found.append((before[0] + 1, before[1]))
            best.append(min(found, key=lambda pair: pair[0]) if found else None)
        done = best[-1]
        return done[1] if done else []


def name_of(meaning: Meaning) -> str:
    """One id for a meaning: a fact, `concept:japandi/kitchen`, or facts joined by "+"."""
    kinds = {fact.partition(":")[0]: fact.partition(":")[2] for fact in meaning}
    concept = [kinds[kind] for kind in ("look", "colour", "place", "season") if kind in kinds]
    if len(kinds) == len(concept) == len(meaning) and (
        ("look" in kinds and "colour" not in kinds and ("place" in kinds or "season" not in kinds))
        or kinds.keys() == {"colour", "place"}
    ):
        return "concept:" + "/".join(concept)
    return "+".join(sorted(meaning))


def broader_colours() -> dict[str, frozenset[str]]:
    """Colours that a colour's own name says it is a kind of: navy is a blue ("midnight blue", "azul marino").

    The end of a word counts in German ("weinrot"), whole words elsewhere; said in one language, it holds in
    all.
    """
    found: dict[str, set[str]] = {}
    for name, lexicon in LEXICONS.items():
        for colour, forms in lexicon.colours.items():
            for other, words in lexicon.colours.items():
                if other != colour and any(_is_a(form, word, name) for form in forms for word in words):
                    found.setdefault(colour, set()).add(other)
    return {colour: frozenset(others) for colour, others in found.items()}


def _is_a(form: str, word: str, language: str) -> bool:
    return form != word and (word in form.split() or (language == "de" and form.endswith(word)))


def _said(lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """(fact, form) for every word of a language."""
    for kind, words in (
        ("colour", lexicon.colours), ("pattern", lexicon.patterns), ("material", lexicon.materials),
        ("style", lexicon.styles), ("hardware", lexicon.hardware), ("place", lexicon.places),
        ("season", lexicon.seasons),
    ):  # fmt: skip
        yield from ((f"{kind}:{key}", form) for key, forms in words.items() for form in forms)
    for key, nouns in lexicon.categories.items():
        yield from ((f"category:{key}", form) for noun in nouns for form in (noun.one, noun.many))
    for key, look in lexicon.looks.items():
        yield from ((f"look:{key}", form) for form in (*look.alone, *look.beside))
    yield from ((f"brand:{name}", name) for name in brands())


def _variants(language: str, said: Iterable[tuple[str, str]], normalise: Normalise) -> Forms:
    """Words of a form → facts, with the variants of the form."""
    small, found = frozenset(_SMALL[language].split()), dict[tuple[str, ...], set[str]]()
    for fact, form in said:
        if fact == "hardware:black":
            continue  # "black" is said of the whole, "details in black" of what nobody asks for
        spelt = {form, form.lower().translate(_BARE), form.lower().translate(_SPELT)}
        for text in {*(normalise(language, one) for one in spelt), *(one.lower() for one in spelt)}:
            words = tuple(_WORD.findall(text))
            bare = words
            while len(bare) > 1 and bare[0] in small:
                bare = bare[1:]
            for variant in {words, bare, ("".join(bare),)} - {()}:
                found.setdefault(variant, set()).add(fact)
    return {words: frozenset(facts) for words, facts in found.items()}


def _fillers(language: str, lexicon: Lexicon, normalise: Normalise) -> frozenset[str]:
    """Words that add nothing: small ones, and those of the ways to name a board or a wish."""
    templates = [*(t for kind in lexicon.compose.values() for t in kind), *lexicon.boards["phrase"]]
    said = " ".join(re.sub(r"\{\w+\}", " ", template) for template in templates)
    words = [*_WORD.findall(said.lower()), *_SMALL[language].split(), *_EMPTY[language].split()]
    return frozenset(words) | frozenset(normalise(language, word) for word in words)
