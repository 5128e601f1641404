"""Picture pages: queries and what was found for them, in one HTML file that opens without a server.

Decided: pictures are embedded, style is inlined, nothing is fetched and no script runs; light and dark
follow the reader's system. One page shape serves a single search, the demo and the worst queries of an
evaluation: sections of a query card and result cards, each card with an optional mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from saccade.vision.boxes import Box

Mark = Literal["", "right", "wrong", "missed"]
_MARKS = {"right": "✓ relevant", "wrong": "not relevant", "missed": "missed"}


@dataclass(frozen=True)
class Card:
    """One picture with what is known of it. `picture` is a data address; `score` is printed as given."""

    picture: str | None
    title: str
    lines: tuple[str, ...] = ()
    score: str = ""
    mark: Mark = ""
    box: Box | None = None


@dataclass(frozen=True)
class Section:
    """A query and its results."""

    query: Card
    results: tuple[Card, ...]
    note: str = ""


def render(title: str, intro: str, sections: Sequence[Section], facts: Sequence[str] = ()) -> str:
    """The whole page as HTML; every text is escaped."""
    body = "\n".join(_section(section) for section in sections) or '<p class="empty">Nothing to show.</p>'
    listed = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<header>\n"
        f'<h1>{escape(title)}</h1>\n<p>{escape(intro)}</p>\n<ul class="facts">{listed}</ul>\n</header>\n'
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    note = f'<p class="note">{escape(section.note)}</p>' if section.note else ""
    results = "\n".join(f"<li>{_card(card)}</li>" for card in section.results)
    empty = "" if section.results else '<p class="empty">No results.</p>'
    return (
        f'<section>\n<div class="query">{_card(section.query)}{note}</div>\n'
        f'<ol class="results">\n{results}\n</ol>{empty}\n</section>'
    )


def _card(card: Card) -> str:
    mark = f'<span class="mark">{_MARKS[card.mark]}</span>' if card.mark else ""
    score = f'<span class="score">{escape(card.score)}</span>' if card.score else ""
    lines = "".join(f'<span class="line">{escape(line)}</span>' for line in card.lines)
    return (
        f'<figure class="{card.mark or "plain"}"><div class="picture">{_picture(card)}</div>'
        f"<figcaption><strong>{escape(card.title)}</strong>{score}{mark}{lines}</figcaption></figure>"
    )


def _picture(card: Card) -> str:
    if card.picture is None:
        return '<span class="none">no picture</span>'
    image = f'<img src="{escape(card.picture)}" alt="{escape(card.title)}" loading="lazy">'
    if card.box is None:
        return image
    place = {"left": card.box.x, "top": card.box.y, "width": card.box.width, "height": card.box.height}
    style = ";".join(f"{name}:{100 * value:.2f}%" for name, value in place.items())
    return f'<span class="boxed">{image}<i style="{style}"></i></span>'


_STYLE = """
:root{color-scheme:light dark;--back:#faf9f7;--card:#fff;--ink:#1d1c1a;--soft:#6d6a64;--line:#e4e1da;
--right:#1d7a46;--wrong:#b3402e;--accent:#3557d6}
@media(prefers-color-scheme:dark){:root{--back:#161618;--card:#212124;--ink:#ececea;--soft:#a09d98;
--line:#34343a;--right:#5fce8d;--wrong:#ef8a78;--accent:#8fa6ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
header,main{max-width:1280px;margin:0 auto;padding:1.5rem 1.25rem}
h1{font-size:1.6rem;margin:0 0 .25rem;letter-spacing:-.01em}
header p{margin:0;color:var(--soft);max-width:70ch}
.facts{display:flex;flex-wrap:wrap;gap:.4rem .6rem;list-style:none;margin:.9rem 0 0;padding:0}
.facts li{border:1px solid var(--line);border-radius:99px;padding:.1rem .7rem;font-size:.85rem;
color:var(--soft)}
section{display:grid;grid-template-columns:190px 1fr;gap:1.5rem;padding:1.4rem 0;
border-top:1px solid var(--line)}
.query{position:sticky;top:1rem;align-self:start}
.query figure{outline:2px solid var(--accent)}
.note{color:var(--soft);font-size:.85rem}
.results{display:grid;grid-template-columns:repeat(auto-fill,minmax(140px,1fr));gap:1rem;list-style:none;
margin:0;padding:0}
figure{margin:0;background:var(--card);border-radius:10px;overflow:hidden;border:1px solid var(--line);
height:100%}
figure.right{outline:2px solid var(--right)}figure.missed{outline:2px dashed var(--wrong)}
.picture{aspect-ratio:1;display:grid;place-items:center;background:#fff;overflow:hidden}
.picture img{display:block;max-width:100%;max-height:100%;width:100%;height:100%;object-fit:contain}
.boxed{position:relative;display:block;width:100%}.boxed img{height:auto}
.boxed i{position:absolute;border:2px solid var(--accent);border-radius:4px;box-shadow:0 0 0 999px #0006}
.none{color:#888}
figcaption{padding:.55rem .65rem .7rem;font-size:.85rem}
figcaption strong{display:block;font-weight:600;line-height:1.3;overflow-wrap:anywhere}
.score{color:var(--soft);font-variant-numeric:tabular-nums;margin-right:.5rem}
.mark{font-weight:600;color:var(--soft)}.right .mark{color:var(--right)}
.wrong .mark,.missed .mark{color:var(--wrong)}
.line{display:block;color:var(--soft)}
.empty{color:var(--soft)}
@media(max-width:640px){section{grid-template-columns:1fr}.query{position:static;max-width:190px}}
"""
