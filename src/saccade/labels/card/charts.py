"""The three charts of the card as inline SVG: head and tail, scores, reliability.

Decided: drawn by us, 440 by 300 units, so that they are legible on a phone; colours are those of the style
sheet; lines differ in dashes as well as in colour; a table with the same numbers stands below each.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from saccade.labels.card.facts import Curve, Reliability
from saccade.labels.card.html import clean

WIDTH, HEIGHT = 440, 300
LEFT, RIGHT, TOP, BOTTOM = 58, 18, 14, 48


@dataclass(frozen=True)
class Axis:
    """One axis. span: lowest and highest value; ticks: (value, text)."""

    title: str
    span: tuple[float, float]
    ticks: tuple[tuple[float, str], ...]
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """Place of a value, 0..1."""
        low, high = self.span
        if self.logarithmic:
            low, high, value = math.log10(low), math.log10(high), math.log10(max(value, low))
        return min(max((value - low) / (high - low), 0.0), 1.0)


def head_and_tail(curves: Sequence[Curve]) -> str:
    """Occurrences by rank, both logarithmic, one line a curve."""
    drawn = [one for one in curves if one.points]
    if not drawn:
        return ""
    values = [value for one in drawn for _, value in one.points]
    x = _decades("rank of the class, most frequent first", 1, max(one.classes for one in drawn))
    y = _decades("occurrences", min(values), max(values))
    lines = "".join(_line(x, y, one.points, f"series s{curves.index(one)}") for one in drawn)
    keys = "".join(f"<li>{_key(curves.index(one))}{clean(f'{one.name}: {one.what}')}</li>" for one in drawn)
    told = "; ".join(f"{one.name} from {one.largest:,.0f} down to {one.smallest:,.1f}" for one in drawn)
    return _figure("curves-chart", "Occurrences by rank", told, x, y, lines, f'<ul class="keys">{keys}</ul>')


def histogram(bins: Sequence[int], threshold: float) -> str:
    """Annotations by score, with the threshold as a line."""
    top = max(bins, default=0)
    if not top:
        return ""
    x, y = _unit("score"), _counts("annotations", top)
    bars = "".join(_bar(x, y, at / len(bins), (at + 1) / len(bins), value) for at, value in enumerate(bins))
    place = _x(x, threshold)
    mark = f'<line class="mark" x1="{place}" x2="{place}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
    told = f"{sum(bins):,} annotations; labels are those with a score of at least {threshold:.2f}"
    keys = f'<ul class="keys"><li>{_key(9)}threshold {threshold:.2f}</li></ul>'
    return _figure("scores-chart", "Distribution of scores", told, x, y, bars + mark, keys)


def reliability_chart(found: Reliability) -> str:
    """Share of true pairs by score; on the diagonal a score means what it says."""
    x, y = _unit("score"), _unit("share judged true")
    diagonal = _line(x, y, ((0, 0), (1, 1)), "ideal")
    bars = "".join(
        f'<line class="whisker" x1="{_x(x, one.score)}" x2="{_x(x, one.score)}" '
        f'y1="{_y(y, one.true.low)}" y2="{_y(y, one.true.high)}"/>'
        f'<circle class="dot" cx="{_x(x, one.score)}" cy="{_y(y, one.true.value)}" r="4.5"/>'
        for one in found.bins
    )
    curve = _line(x, y, [(one.score, one.true.value) for one in found.bins], "series s1")
    told = f"{found.pairs:,} pairs judged, expected calibration error {found.ece:.3f}"
    keys = (f'<ul class="keys"><li>{_key(1)}judged, with 95% intervals</li>'
            f"<li>{_key(8)}a score that means what it says</li></ul>")  # fmt: skip
    return _figure("reliability-chart", "Reliability of scores", told, x, y, diagonal + curve + bars, keys)


def _figure(name: str, title: str, told: str, x: Axis, y: Axis, marks: str, keys: str) -> str:
    return (
        f'<figure class="chart"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{clean(title)}</title>'
        f'<desc id="{name}-d">{clean(told)}</desc>{_grid(x, y)}{marks}</svg>'
        f"<figcaption>{keys}</figcaption></figure>"
    )


def _grid(x: Axis, y: Axis) -> str:
    low, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = [f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{low}" y2="{low}"/>']
    for value, text in y.ticks:
        at = _y(y, value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{at}" y2="{at}"/>'
                     f'<text x="{LEFT - 7}" y="{at}" dy=".35em" text-anchor="end">{text}</text>')  # fmt: skip
    for value, text in x.ticks:
        at = _x(x, value)
        parts.append(f'<line class="grid" x1="{at}" x2="{at}" y1="{TOP}" y2="{low}"/>'
                     f'<text x="{at}" y="{low + 17}" text-anchor="middle">{text}</text>')  # fmt: skip
    middle = (TOP + low) / 2
    parts.append(f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle">'
                 f"{clean(x.title)}</text>"
                 f'<text transform="translate(13 {middle}) rotate(-90)" text-anchor="middle">'
                 f"{clean(y.title)}</text>")  # fmt: skip
    return "".join(parts)


def _line(x: Axis, y: Axis, points: Sequence[tuple[float, float]], kind: str) -> str:
    placed = " ".join(f"{_x(x, a)},{_y(y, b)}" for a, b in points)
    return f'<polyline class="{kind}" points="{placed}"/>'


def _bar(x: Axis, y: Axis, start: float, end: float, value: float) -> str:
    left, top = _x(x, start), _y(y, value)
    width, height = _x(x, end) - left - 1.5, HEIGHT - BOTTOM - top
    return f'<rect class="bin" x="{left}" y="{top}" width="{width:.1f}" height="{height:.1f}"/>'


def _key(series: int) -> str:
    kind = {8: "ideal", 9: "mark"}.get(series, f"series s{series}")
    return f'<svg class="key" viewBox="0 0 26 8" aria-hidden="true"><path class="{kind}" d="M0 4H26"/></svg>'


def _x(axis: Axis, value: float) -> float:
    return round(LEFT + axis.at(value) * (WIDTH - LEFT - RIGHT), 1)


def _y(axis: Axis, value: float) -> float:
    return round(HEIGHT - BOTTOM - axis.at(value) * (HEIGHT - TOP - BOTTOM), 1)


def _unit(title: str) -> Axis:
    return Axis(title, (0.0, 1.0), tuple((at / 5, f"{at / 5:.1f}") for at in range(6)))


def _decades(title: str, low: float, high: float) -> Axis:
    first = math.floor(math.log10(low))
    last = max(math.ceil(math.log10(high)), first + 1)
    step = 1 + (last - first) // 7
    ticks = tuple((10.0**power, short(10.0**power)) for power in range(first, last + 1, step))
    return Axis(title, (10.0**first, 10.0**last), ticks, logarithmic=True)


def _counts(title: str, top: float) -> Axis:
    unit = 10 ** math.floor(math.log10(top))
    step = next(size * unit for size in (0.2, 0.5, 1, 2, 5) if 5 * size * unit >= top)
    step = max(step, 1)
    return Axis(title, (0.0, 5 * step), tuple((at * step, short(at * step)) for at in range(6)))


def short(value: float) -> str:
    """1500 as 1.5k, 2000000 as 2M."""
    for size, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{name}"
    return f"{value:g}"
