"""Tables, and plots that come out the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from learn_report import bars, page, plot, table
from matplotlib.axes import Axes

from saccade.metrics import Interval


def drawing(axes: Sequence[Axes]) -> None:
    one, two = Interval(0.4, 0.3, 0.5, ""), Interval(0.6, 0.55, 0.7, "")
    bars(axes[0], {"first": {"a": one, "b": two}, "second": {"a": two, "b": one}}, "share")


def test_a_plot_is_the_same_twice(tmp_path: Path) -> None:
    for name in ("one", "two"):
        plot(drawing, tmp_path / f"{name}.svg")
    text = (tmp_path / "one.svg").read_text()
    assert text == (tmp_path / "two.svg").read_text()
    assert "<dc:date>" not in text and "first" in text and not any(x != x.rstrip() for x in text.splitlines())


def test_tables() -> None:
    text = table(("what", "value"), [["a", Interval(0.5, 0.4, 0.6123, "")], ["b", 1234], ["c", 0.25]])
    assert text.splitlines() == [
        "| what | value |", "| --- | --- |", "| a | 0.500 (0.400 to 0.612) |",
        "| b | 1,234 |", "| c | 0.250 |",
    ]  # fmt: skip


def test_a_page(tmp_path: Path) -> None:
    path = page("it", "A study", ["First.", "Second."], "python studies/it.py", "what it shows", tmp_path)
    assert path.read_text() == (
        "# A study\n\n![what it shows](it.svg)\n\nFirst.\n\nSecond.\n\nMade by `python studies/it.py`.\n"
    )
