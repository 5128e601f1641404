"""A search as a picture page: the query, its neighbours, their scores."""

from __future__ import annotations

from collections.abc import Sequence

from saccade.discovery.answer import Answer, Result
from saccade.discovery.engine import Engine
from saccade.discovery.page import Card, Section, render
from saccade.discovery.pictures import shown, thumbnails
from saccade.discovery.query import Query

SHOWN_ATTRIBUTES = 3


def answer_page(engine: Engine, query: Query, answer: Answer) -> str:
    """The page of one search."""
    return answers_page(engine, [(query, answer)], "saccade search", "The query, and what looks like it.")


def answers_page(engine: Engine, pairs: Sequence[tuple[Query, Answer]], title: str, intro: str) -> str:
    """The page of several searches over one engine."""
    sections = [_section(engine, query, answer) for query, answer in pairs]
    info = engine.info
    facts = [f"{info.count:,} vectors", f"model {info.model_id}", f"index {info.name} ({info.backend})"]
    return render(title, intro, sections, facts)


def _section(engine: Engine, query: Query, answer: Answer) -> Section:
    wanted = [row.image_id for row in answer.results if row.image_id is not None]
    pictures = thumbnails(engine.ws, wanted)
    cards = tuple(result_card(row, pictures.get(row.image_id or "")) for row in answer.results)
    steps = " · ".join(f"{step} {1000 * seconds:.1f} ms" for step, seconds in answer.seconds.items())
    return Section(_query_card(engine, query, answer), cards, steps)


def result_card(row: Result, picture: str | None) -> Card:
    """The card of one result: title, category, price and a few attributes."""
    price = "" if row.price is None else f"{row.price:,.2f}"
    first = " · ".join(part for part in (row.category, price) if part)
    attributes = " · ".join(list(row.attributes.values())[:SHOWN_ATTRIBUTES])
    lines = tuple(line for line in (first, attributes) if line)
    return Card(picture, row.title or row.item_id or row.image_id or "", lines, f"{row.score:.3f}")


def _query_card(engine: Engine, query: Query, answer: Answer) -> Card:
    title = (
        query.item_id or query.url or query.text or ("a vector" if query.vector is not None else "a picture")
    )
    if query.image is not None:
        picture = shown(query.image)
    elif answer.image_id is not None:
        picture = thumbnails(engine.ws, [answer.image_id]).get(answer.image_id)
    else:
        picture = None
    return Card(picture, title, box=query.box)
