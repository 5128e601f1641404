"""Which categories of the catalogue mean what a detector calls a thing.

Decided: names are compared word by word, without case and plural; one name may contain the other ("lamp",
"Table lamps"). No dictionary of synonyms: a detector that says "couch" finds no category "sofa", and then
nothing is narrowed.
"""

from __future__ import annotations

from collections.abc import Iterable

from saccade.discovery.answer import Part
from saccade.discovery.looks import Looks
from saccade.index.filters import All, AnyOf, Filter
from saccade.index.payloads import Fields

ANYTHING = "object"  # the category of a detector that knows none
SURE = 0.3  # a detector's score from which its category is believed, that of a dot: our own choice


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two names of categories mean the same, as far as words go."""
    first, second = _words(one), _words(other)
    return bool(first and second) and (first <= second or second <= first)


def named_alike(name: str | None, categories: Iterable[str]) -> tuple[str, ...]:
    """Those of the categories that mean the same as `name`, sorted."""
    return tuple(sorted(one for one in categories if same_name(name, one)))


def categories_of(part: Part, looks: Looks) -> tuple[str, ...]:
    """The catalogue's categories that a thing is of; none where its category is not known or not believed."""
    believed = part.score is None or part.score >= SURE
    if part.category in (None, ANYTHING) or not believed:
        return ()
    return named_alike(part.category, (value for name, value in looks.shares() if name == "category"))


def within(categories: tuple[str, ...], filter: Filter | None, fields: Fields) -> Filter | None:
    """`filter`, and the category one of these, where there are any and the index knows categories."""
    if not categories or "category" not in fields:
        return filter
    narrowed = AnyOf("category", categories)
    return narrowed if filter is None else All((filter, narrowed))


def _words(name: str | None) -> frozenset[str]:
    cleaned = "".join(sign if sign.isalnum() else " " for sign in (name or "").casefold())
    return frozenset(_singular(word) for word in cleaned.split())


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
