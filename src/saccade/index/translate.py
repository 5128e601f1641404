"""Our filters in Qdrant's words, for Edge (in process) and for the server's client.

Decided: one translation over a small kit of constructors, because the two libraries name the same shapes
differently. Numbers are compared as closed ranges, since Qdrant matches only text, integers and flags.
Edge 0.9 takes a flag for the integer 1 or 0, which no flag matches, so there a hidden text stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any as Anything
from typing import Generic, NamedTuple, TypeVar

from saccade.index.filters import All, Any, AnyOf, Equals, Filter, Not, Range, Scalar

F = TypeVar("F")
FLAG = "_flag_"  # prefix of the hidden text field beside a flag


class _Kit(NamedTuple, Generic[F]):
    """How one library spells the few shapes that are needed."""

    filter: Callable[..., F]
    value: Callable[[str, Scalar], Anything]
    some: Callable[[str, list[str]], Anything]
    range: Callable[..., Anything]
    nothing: Callable[[], Anything]


def flag_text(value: object) -> str:
    """How a flag is written in its hidden field."""
    return "true" if value else "false"


def edge_filter(filter: Filter) -> Anything:
    """`qdrant_edge.Filter` of the same meaning."""
    import qdrant_edge as edge

    return _translate(
        filter,
        _Kit(
            filter=edge.Filter,
            value=lambda field, value: (
                edge.FieldCondition(FLAG + field, match=edge.MatchValue(flag_text(value)))
                if isinstance(value, bool)
                else edge.FieldCondition(field, match=edge.MatchValue(str(value)))
            ),
            some=lambda field, values: edge.FieldCondition(field, match=edge.MatchAny(values)),
            range=lambda field, **ends: edge.FieldCondition(field, range=edge.RangeFloat(**ends)),
            nothing=lambda: edge.HasIdCondition(set()),
        ),
    )


def client_filter(filter: Filter) -> Anything:
    """`qdrant_client.models.Filter` of the same meaning."""
    from qdrant_client import models

    return _translate(
        filter,
        _Kit(
            filter=models.Filter,
            value=lambda field, value: models.FieldCondition(
                key=field,
                match=models.MatchValue(value=value),  # pyright: ignore
            ),
            some=lambda field, values: models.FieldCondition(key=field, match=models.MatchAny(any=values)),
            range=lambda field, **ends: models.FieldCondition(key=field, range=models.Range(**ends)),
            nothing=lambda: models.HasIdCondition(has_id=[]),
        ),
    )


def _translate(filter: Filter, kit: _Kit[F]) -> F:
    match filter:
        case Not(part):
            return kit.filter(must_not=[_translate(part, kit)])
        case All(parts):
            return kit.filter(must=[_translate(p, kit) for p in parts])
        case Any(parts):
            return kit.filter(should=[_translate(p, kit) for p in parts] or [kit.nothing()])
        case Range(field, at_least, at_most, above, below):
            return kit.filter(must=[kit.range(field, gte=at_least, lte=at_most, gt=above, lt=below)])
        case Equals(field, value):
            return kit.filter(must=[_equals(field, value, kit)])
        case AnyOf(field, values):
            return kit.filter(should=_any_of(field, values, kit) or [kit.nothing()])


def _equals(field: str, value: Scalar, kit: _Kit[F]) -> Anything:
    if isinstance(value, bool | str):
        return kit.value(field, value)
    return kit.range(field, gte=float(value), lte=float(value))


def _any_of(field: str, values: tuple[Scalar, ...], kit: _Kit[F]) -> list[Anything]:
    texts = [v for v in values if isinstance(v, str)]
    rest = [_equals(field, v, kit) for v in values if not isinstance(v, str)]
    return ([kit.some(field, texts)] if texts else []) + rest
