"""What a study leaves behind: a page of Markdown with a table, and a plot as SVG.

Decided: pages lie in `docs/studies/`, one a study, made by its command with `--write` and by nobody's hand.
An SVG has no date and its ids do not change from run to run, so equal figures give equal files. Text in it
stays text. Colours are those of Okabe and Ito (2008), which people with colour blindness can tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from saccade.metrics import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOCS = Path(__file__).resolve().parents[1] / "docs" / "studies"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_STYLE: dict[str, Any] = {
    "svg.hashsalt": "saccade", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#dddddd",
    "axes.axisbelow": True, "legend.frameon": False,
}  # fmt: skip


def shown(value: object) -> str:
    """A cell of a table: intervals as `0.50 (0.45 to 0.55)`, shares with three digits, counts whole."""
    if isinstance(value, Interval):
        return f"{value.mean:.3f} ({value.low:.3f} to {value.high:.3f})"
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(shown(cell) for cell in line) + " |" for line in lines)


def plot(
    draw: Callable[[Sequence[Axes]], None],
    path: Path,
    panels: int = 1,
    size: tuple[float, float] = (5.2, 3.8),
) -> None:
    """Draw on some axes beside each other and write an SVG; size: of one panel in inches."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with matplotlib.rc_context(cast(Any, _STYLE)):
        figure, axes = pyplot.subplots(1, panels, figsize=(size[0] * panels, size[1]), squeeze=False)
        draw(list(axes[0]))
        figure.tight_layout()
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    path.write_text("\n".join(line.rstrip() for line in path.read_text().splitlines()) + "\n")


def page(
    name: str, title: str, parts: Sequence[str], command: str, picture: str, folder: Path = DOCS
) -> Path:
    """Write `<name>.md`: a title, the plot `<name>.svg` with `picture` as its alt text, the parts, and how it
    was made.
    """
    made = f"Made by `{command}`."
    text = "\n\n".join([f"# {title}", f"![{picture}]({name}.svg)", *parts, made]) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.md"
    path.write_text(text)
    return path


def bars(axes: Axes, named: Mapping[str, Mapping[str, Interval]], label: str) -> None:
    """Groups of bars with intervals: condition → group → value."""
    width = 0.8 / len(named)
    for place, (condition, values) in enumerate(named.items()):
        at = [group + (place - (len(named) - 1) / 2) * width for group in range(len(values))]
        means = [one.mean for one in values.values()]
        spread = [
            [one.mean - one.low for one in values.values()],
            [one.high - one.mean for one in values.values()],
        ]
        axes.bar(at, means, width * 0.92, color=COLOURS[place % len(COLOURS)], label=condition)
        axes.errorbar(at, means, yerr=spread, fmt="none", ecolor="#333333", elinewidth=1, capsize=2)
    groups = list(next(iter(named.values())))
    axes.set_xticks(range(len(groups)), groups)
    axes.set_ylabel(label)
    axes.grid(False, axis="x")
    if len(named) > 1:
        axes.legend()
