"""Log lines on disk: whole, once, and cut where a resumed run goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from saccade.training.loop.log import Line, Log, read_log


def line(step: int, loss: float = 1.0) -> Line:
    return Line(step, step / 4, loss, {"a": loss}, 0.1, 2.0, 100.0, 0.01, None, 0.5, 0, 0, 3.0)


def written(folder: Path, steps: range, after: int = 0) -> None:
    log = Log(folder, after, [])
    for step in steps:
        log.write(line(step))
    log.close()


def test_lines_come_back(tmp_path: Path) -> None:
    written(tmp_path, range(1, 4))
    assert read_log(tmp_path) == [line(1), line(2), line(3)]
    assert read_log(tmp_path / "none") == []


def test_what_will_be_written_again_is_cut_off(tmp_path: Path) -> None:
    written(tmp_path, range(1, 6))
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"step": 6, "epo')
    written(tmp_path, range(4, 7), after=3)
    assert [one.step for one in read_log(tmp_path)] == [1, 2, 3, 4, 5, 6]


def test_numbers_that_are_none_stay_json(tmp_path: Path) -> None:
    log = Log(tmp_path, 0, [])
    log.write(line(1, float("nan")))
    log.close()
    (text,) = (tmp_path / "log.jsonl").read_text().splitlines()
    assert json.loads(text)["loss"] == "nan"
    (back,) = read_log(tmp_path)
    assert back.loss != back.loss
    assert back.losses["a"] != back.losses["a"]


def test_trackers_get_numbers_only(tmp_path: Path) -> None:
    flat = line(1).flat()
    assert flat["loss/a"] == 1.0
    assert "mfu" not in flat
    assert "step" not in flat
    assert all(isinstance(value, int | float) for value in flat.values())
    assert pytest.approx(0.25) == flat["epoch"]
