"""Small pieces of HTML: escaped text in any script, numbers, tables that scroll on a phone.

Decided: whatever comes from the catalogue goes through `said`, which isolates its direction, so that an
Arabic or Hebrew phrase, or a stray direction mark, cannot turn the rest of a line around.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from saccade.labels.card.given import Rate

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
UNKNOWN = ("", "und")


@dataclass(frozen=True)
class Cell:
    """A cell of a table: HTML, and whether it is a number (aligned right)."""

    html: str
    number: bool = True


def clean(text: str) -> str:
    """Escaped, without control characters; fit for text and for attributes."""
    return escape(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text))


def said(text: str, language: str = "") -> str:
    """A text of the catalogue: escaped, in a direction of its own."""
    known = f' lang="{language}"' if _LANGUAGE.fullmatch(language) and language not in UNKNOWN else ""
    return f'<bdi dir="auto"{known}>{clean(text)}</bdi>'


def words(html: str) -> Cell:
    """A cell that is read, not compared."""
    return Cell(html, number=False)


def count(value: float) -> Cell:
    """A count with thousands parted; fractions to one digit."""
    return Cell(number(value))


def number(value: float) -> str:
    """A count as text."""
    whole = float(value).is_integer() or abs(value) >= 100
    return f"{value:,.0f}" if whole else f"{value:,.1f}"


def percent(share: float) -> str:
    """A share as text; what is above 0 never reads 0%."""
    if 0 < share < 0.001:
        return "<0.1%"
    return f"{100 * share:.1f}%" if 0 < share < 0.1 else f"{100 * share:.0f}%"


def share(value: float) -> Cell:
    """A share with a bar behind it."""
    width = 100 * min(max(value, 0.0), 1.0)
    return Cell(f'<span class="bar" style="--w:{width:.1f}%">{clean(percent(value))}</span>')


def rate(found: Rate | None) -> Cell:
    """An estimate with its interval."""
    if found is None:
        return Cell('<span class="soft">not estimated</span>')
    low, high = f"{found.low:.2f}", f"{found.high:.2f}"
    return Cell(f'{found.value:.2f} <span class="soft interval">[{low}, {high}]</span>')


def plural(value: int, one: str, many: str) -> str:
    """A count with its noun."""
    return f"{value:,} {one if value == 1 else many}"


def table(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, hidden: bool = False
) -> str:
    """A table whose first cells name the rows; it scrolls by itself where it is too wide.

    hidden: the caption is for screen readers only.
    """
    listed = [list(row) for row in rows]
    if not listed:
        return '<p class="soft">Nothing to show.</p>'
    numbers = [cell.number for cell in listed[0]]
    head = "".join(
        f'<th scope="col"{_side(right)}>{clean(name)}</th>'
        for name, right in zip(header, numbers, strict=True)
    )
    body = "\n".join(_row(row) for row in listed)
    style = ' class="unseen"' if hidden else ""
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{clean(caption)}">'
        f"<table><caption{style}>{clean(caption)}</caption><thead><tr>{head}</tr></thead>\n"
        f"<tbody>{body}</tbody></table></div>"
    )


def section(name: str, title: str, lead: str, *parts: str) -> str:
    """A section with an anchor `name`; `lead` is plain text below the title."""
    body = "\n".join(part for part in parts if part)
    return (
        f'<section id="{name}" aria-labelledby="{name}-title"><h2 id="{name}-title">{clean(title)}</h2>\n'
        f'<p class="lead">{clean(lead)}</p>\n{body}\n</section>'
    )


def details(summary: str, body: str) -> str:
    """Something that opens on demand."""
    return f"<details><summary>{clean(summary)}</summary>\n{body}</details>"


def _row(row: Sequence[Cell]) -> str:
    first, *rest = row
    cells = "".join(f"<td{_side(cell.number)}>{cell.html}</td>" for cell in rest)
    return f'<tr><th scope="row"{_side(first.number)}>{first.html}</th>{cells}</tr>'


def _side(right: bool) -> str:
    return ' class="n"' if right else ""
