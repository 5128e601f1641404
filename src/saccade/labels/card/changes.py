"""The part of the page that says what changed since the last card."""

from __future__ import annotations

from collections.abc import Sequence

from saccade.labels.card.facts import CardFacts, Change, Drift, Turnover
from saccade.labels.card.given import Move
from saccade.labels.card.html import Cell, clean, count, percent, said, section, table, words


def changes(facts: CardFacts) -> str:
    """The section; a first card has nothing to compare with."""
    drift = facts.drift
    if drift is None:
        return section("changes", "Changes", "This is the first card, so there is nothing to compare with.")
    since = f"Compared with the card of {drift.since}." if drift.since else "Compared with the last card."
    rows = (_turnover("Phrases", drift.phrases), _turnover("Labels", drift.labels))
    header = ("vocabulary", "before", "now", "born", "gone")
    return section(
        "changes", "Changes", since, table("Clusters before and now", header, rows, hidden=True),
        _names("New phrases", drift.phrases.born_names), _names("Phrases gone", drift.phrases.gone_names),
        _names("New labels", drift.labels.born_names), _names("Labels gone", drift.labels.gone_names),
        '<div class="side">', _moves(drift), _counts(drift.counts), _precision(drift.precision), "</div>",
    )  # fmt: skip


def _turnover(what: str, one: Turnover) -> tuple[Cell, ...]:
    about = "" if one.exact else "about "
    born, gone = (Cell(f"{about}{value:,}") for value in (one.born, one.gone))
    return words(what), count(one.before), count(one.after), born, gone


def _names(title: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"<p><strong>{clean(title)}:</strong> {', '.join(map(said, names))}</p>"


def _moves(drift: Drift) -> str:
    if not drift.moved:
        return "<p>No phrase moved to another label.</p>"
    title = f"Phrases that moved to another label: {drift.moved:,}"
    return table(title, ("phrase", "from", "to"), map(_move, drift.moves))


def _move(one: Move) -> tuple[Cell, ...]:
    none = '<span class="soft">none</span>'
    return tuple(words(said(text) if text else none) for text in (one.phrase, one.before, one.after))


def _counts(changed: Sequence[Change]) -> str:
    if not changed:
        return "<p>No label changed its size.</p>"
    rows = ((words(said(one.name)), count(one.before), count(one.after), _growth(one)) for one in changed)
    return table("Labels whose size changed most", ("label", "images before", "now", "change"), rows)


def _growth(one: Change) -> Cell:
    if not one.before:
        return Cell("new")
    grown = one.after / one.before - 1
    return Cell(f"{'+' if grown > 0 else '−'}{percent(abs(grown))}")


def _precision(changed: Sequence[Change]) -> str:
    if not changed:
        return ""
    rows = (
        (words(said(one.name)), Cell(f"{one.before:.2f}"), Cell(f"{one.after:.2f}"),
         Cell(f"{one.after - one.before:+.2f}".replace("-", "−")))
        for one in changed
    )  # fmt: skip
    return table("Precision of sources", ("source", "before", "now", "change"), rows)
