"""The pictures that a detector got most wrong, with the boxes of people and its own drawn on them.

Decided: worst is the lowest F1 of boxes at one score and overlap, then the most errors; a picture without any
box to find or found is not wrong. Boxes are SVG over an embedded thumbnail, so the page opens without a
server. People's boxes are drawn with dashes where they were missed, the detector's in red where they were
wrong; every mark has its name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from saccade.evaluation.detection_measure import THRESHOLDS, Line, Looked, flat, match_names
from saccade.evaluation.detection_set import LabelledSet
from saccade.metrics.detection import HIDDEN, MISSED, match
from saccade.vision.thumbnails import data_uri

_SIDE = 480  # pixels of the longer side of a picture in the page
_COLOURS = ("#3557d6", "#c2571a", "#1d7a46", "#8a3ab9", "#b3402e", "#3b7f8c")


@dataclass(frozen=True)
class Mark:
    """One drawn box: left, top, width, height in pixels of the truth, its text, and what it is.

    `kind`: "hit" and "missed" are people's boxes, "right" and "wrong" the detector's.
    """

    box: tuple[float, float, float, float]
    text: str
    kind: str


@dataclass(frozen=True)
class WorstPicture:
    """A picture by its place in the set, with F1 0..1 and its boxes."""

    at: int
    f1: float
    marks: tuple[Mark, ...]


def worst_pictures(
    labelled: LabelledSet, looked: Looked, score: float, overlap: float = 0.5, count: int = 24
) -> list[WorstPicture]:
    """The `count` worst pictures, worst first."""
    names = match_names(looked.categories, labelled.categories)
    found = flat(labelled, looked.found, names, named_only=True).above(score)
    truth = labelled.truth
    matched = match(truth, found, overlap, agnostic=looked.agnostic)
    pages = len(labelled)
    right = np.bincount(found.picture[matched >= 0], minlength=pages)
    wrong = np.bincount(found.picture[matched == MISSED], minlength=pages)
    wanted = np.bincount(truth.picture[~truth.crowd], minlength=pages)
    total = wanted + right + wrong
    f1 = np.divide(2 * right, total, out=np.ones(pages), where=total > 0)
    order = np.lexsort((-(total - 2 * right), f1))[:count]
    hit = set(matched[matched >= 0].tolist())

    def marks(at: int) -> tuple[Mark, ...]:
        drawn: list[Mark] = []
        for row in np.flatnonzero((truth.picture == at) & ~truth.crowd).tolist():
            name = labelled.categories[truth.category[row]]
            drawn.append(Mark(_four(truth.boxes[row]), name, "hit" if row in hit else "missed"))
        for row in np.flatnonzero((found.picture == at) & (matched != HIDDEN)).tolist():
            name = "object" if looked.agnostic else labelled.categories[found.category[row]]
            kind = "right" if matched[row] >= 0 else "wrong"
            drawn.append(Mark(_four(found.boxes[row]), f"{name} {found.scores[row]:.2f}", kind))
        return tuple(drawn)

    return [WorstPicture(at, float(f1[at]), marks(at)) for at in order.tolist() if f1[at] < 1]


def _four(box: np.ndarray) -> tuple[float, float, float, float]:
    x, y, width, height = (round(float(side), 2) for side in box)
    return x, y, width, height


def worst_page(labelled: LabelledSet, bad: Sequence[WorstPicture], title: str, facts: Sequence[str]) -> str:
    """The page as HTML; every text is escaped, a picture that cannot be read is left blank."""
    figures = "\n".join(_figure(labelled, one) for one in bad) or "<p>No picture has a wrong box.</p>"
    listed = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    return _document(
        title,
        f'<p>The {len(bad)} pictures with the lowest F1, worst first.</p><ul class="facts">{listed}</ul>'
        '<p class="key"><i class="hit"></i>a box of people, found <i class="missed"></i>missed '
        '<i class="right"></i>found by the detector, right <i class="wrong"></i>wrong</p>'
        f'<div class="grid">{figures}</div>',
    )


def _figure(labelled: LabelledSet, one: WorstPicture) -> str:
    rgb = labelled.read(one.at)
    width, height = labelled.sizes[one.at]
    image = (
        f'<img src="{data_uri(rgb, _SIDE)}" alt="">' if rgb is not None else '<p class="none">no picture</p>'
    )
    boxes = "".join(_box(mark, max(width, height)) for mark in one.marks)
    counted = {kind: sum(mark.kind == kind for mark in one.marks) for kind in ("right", "wrong", "missed")}
    said = ", ".join(f"{count} {kind}" for kind, count in counted.items())
    return (
        f'<figure><div class="picture">{image}<svg viewBox="0 0 {width:.0f} {height:.0f}">{boxes}</svg></div>'
        f"<figcaption><strong>{escape(labelled.names[one.at])}</strong> F1 {one.f1:.2f}: {said}</figcaption>"
        "</figure>"
    )


def _box(mark: Mark, longer: float) -> str:
    x, y, width, height = mark.box
    size = longer / 34
    below = mark.kind in ("hit", "missed")  # people's names stand at the foot of their boxes
    at = y + height - size * 0.25 if below else y + size
    return (
        f'<rect class="{mark.kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>'
        f'<text class="{mark.kind}" x="{x + size * 0.2:.1f}" y="{at:.1f}" font-size="{size:.1f}">'
        f"{escape(mark.text)}</text>"
    )


def curve_svg(lines: Sequence[Line]) -> str:
    """AP against the threshold of suppression, a line for each detector, as one SVG picture."""
    drawn = [line for line in lines if line.curve]
    top = max((value for line in drawn for value in line.curve if value == value), default=1.0)
    full = max(math.ceil(top * 10) / 10, 0.1)

    parts = [_axes(full)]
    for number, line in enumerate(drawn):
        colour = _COLOURS[number % len(_COLOURS)]
        points = [_place(t, v, full) for t, v in zip(THRESHOLDS, line.curve, strict=True) if v == v]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
        y = 366 + 20 * number
        parts.append(f'<rect x="60" y="{y - 10}" width="14" height="10" fill="{colour}"/>')
        parts.append(f'<text x="82" y="{y}">{escape(line.detector)}</text>')
    height = 366 + 20 * len(drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 580 {height}" width="580" '
        f'font-family="system-ui,sans-serif" font-size="13" fill="#444">{"".join(parts)}</svg>\n'
    )


def _place(threshold: float, value: float, full: float) -> tuple[float, float]:
    """Where a point of the curve lies in the drawing."""
    return 60 + 480 * (threshold - THRESHOLDS[0]) / (1 - THRESHOLDS[0]), 300 - 260 * value / full


def _axes(full: float) -> str:
    parts: list[str] = []
    for step in range(6):
        value = full * step / 5
        _, y = _place(THRESHOLDS[0], value, full)
        parts.append(f'<line x1="60" x2="540" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="52" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>')
    for threshold in THRESHOLDS:
        x, _ = _place(threshold, 0.0, full)
        parts.append(f'<text x="{x:.1f}" y="320" text-anchor="middle">{threshold:.1f}</text>')
    parts.append('<text x="300" y="342" text-anchor="middle">overlap above which a box is suppressed</text>')
    parts.append('<text x="60" y="24">AP</text>')
    return "".join(parts)


def _document(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


_STYLE = """
:root{color-scheme:light dark;--back:#faf9f7;--card:#fff;--ink:#1d1c1a;--soft:#6d6a64;--line:#e4e1da}
@media(prefers-color-scheme:dark){:root{--back:#161618;--card:#212124;--ink:#ececea;--soft:#a09d98;
--line:#34343a}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
main{max-width:1280px;margin:0 auto;padding:1.5rem 1.25rem}
h1{font-size:1.6rem;margin:0 0 .25rem}p{color:var(--soft);margin:.3rem 0}
.facts{display:flex;flex-wrap:wrap;gap:.4rem .6rem;list-style:none;margin:.9rem 0;padding:0}
.facts li{border:1px solid var(--line);border-radius:99px;padding:.1rem .7rem;font-size:.85rem}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));gap:1.2rem;margin-top:1rem}
.grid{align-items:start}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.picture{position:relative}.picture img{display:block;width:100%}
.picture svg{position:absolute;inset:0;width:100%;height:100%}
rect{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}
text{font-family:system-ui,sans-serif;font-weight:600;paint-order:stroke;stroke:#000c;stroke-width:3px;
vector-effect:non-scaling-stroke}
rect.hit{stroke:#58d68d}text.hit{fill:#8ff0b8}
rect.missed{stroke:#ffd23f;stroke-dasharray:6 4}text.missed{fill:#ffe07a}
rect.right{stroke:#6ea8ff}text.right{fill:#a9caff}
rect.wrong{stroke:#ff6b5e}text.wrong{fill:#ff9c92}
.key i{display:inline-block;width:1.1rem;height:.8rem;border:2px solid;margin:0 .3rem 0 .9rem;
vertical-align:-1px}
.key i.hit{border-color:#58d68d}.key i.missed{border:2px dashed #d9a400}
.key i.right{border-color:#6ea8ff}.key i.wrong{border-color:#ff6b5e}
figcaption{padding:.55rem .65rem .7rem;font-size:.85rem;color:var(--soft)}
figcaption strong{display:block;color:var(--ink);overflow-wrap:anywhere}
.none{padding:3rem;text-align:center}
"""
