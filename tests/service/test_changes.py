"""The journal between workers: what one tells the others read once, in order, also across files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from saccade.service import changes
from saccade.service.changes import Change, Journal, LostError


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every line looks as if another process had written it."""
    numbers = iter(range(10**6, 10**7))
    monkeypatch.setattr(changes.os, "getpid", lambda: next(numbers))


def told(name: str) -> Change:
    return Change([name], [name * 2], {"items": 1}, {"items": 2})


def names(found: list[Change]) -> list[str]:
    return [change.items[0] for change in found]


@pytest.mark.usefixtures("other")
def test_news_come_once_and_in_order(tmp_path: Path) -> None:
    early = Journal(tmp_path)
    assert not early.waits()
    early.tell(told("a"))
    late = Journal(tmp_path)
    early.tell(told("b"))
    assert early.waits()
    assert late.waits()
    assert names(early.news()) == ["a", "b"]
    assert names(late.news()) == ["b"]
    assert early.waits(), "until the news are applied, whoever searches has to wait for that"
    early.applied()
    assert not early.waits()
    assert early.news() == []


def test_one_s_own_changes_are_no_news(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.tell(told("a"))
    assert journal.waits()
    assert journal.news() == []
    journal.applied()
    assert not journal.waits()


@pytest.mark.usefixtures("other")
def test_files_are_bounded_and_nothing_is_lost_between_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "ROOM", 500)
    writer, reader = Journal(tmp_path), Journal(tmp_path)
    seen: list[str] = []
    for number in range(100):
        writer.tell(told(f"i{number}"))
        if number % 3 == 0:
            seen += names(reader.news())
    seen += names(reader.news())
    assert seen == [f"i{number}" for number in range(100)]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 3 * 500
    assert len(os.listdir(tmp_path)) <= 2


@pytest.mark.usefixtures("other")
def test_a_reader_that_slept_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "ROOM", 300)
    writer, reader = Journal(tmp_path), Journal(tmp_path)
    for number in range(50):
        writer.tell(told(f"i{number}"))
    assert reader.waits()
    with pytest.raises(LostError):
        reader.news()
    writer.tell(told("after"))
    assert names(reader.news())[-1] == "after"
