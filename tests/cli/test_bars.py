"""Progress where nothing can be drawn: a plain line now and then, on standard error."""

from __future__ import annotations

import pytest

from saccade.cli import bars
from saccade.cli.bars import Bars


def test_plain_lines_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bars, "PLAIN_EVERY", -1.0)
    drawn = Bars()
    drawn.start("read", 4)
    drawn.advance(2)
    drawn.stop()
    drawn.start("count", None)
    drawn.advance()
    drawn.stop()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "read: 2 of 4\ncount: 1\n"


def test_short_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    drawn = Bars()
    drawn.start("read", 2)
    drawn.advance(2)
    drawn.stop()
    assert capsys.readouterr().err == ""
