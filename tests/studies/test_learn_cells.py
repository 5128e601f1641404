"""A grid is computed once, goes on after a kill, and keeps what was done when a cell fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from learn_cells import digest, grouped, run_cells

sys.path.insert(0, str(Path(__file__).parent))

from learn_counting import Sum, work


def counts(cache: Path) -> dict[str, int]:
    return {path.name: len(path.read_text()) for path in cache.glob("done-*")}


def test_every_cell_once_and_in_order(tmp_path: Path) -> None:
    cells = [Sum(3), Sum(1), Sum(3)]
    found = run_cells(cells, work, tmp_path)
    assert [(cell.one, figures["twice"]) for cell, figures in found] == [(3, 6), (1, 2), (3, 6)]
    assert run_cells(cells, work, tmp_path) == found
    assert counts(tmp_path) == {"done-3-0": 1, "done-1-0": 1}
    assert not list(tmp_path.glob("*.scratch"))


def test_other_settings_or_another_code_are_other_cells(tmp_path: Path) -> None:
    run_cells([Sum(1), Sum(1, options={"a": 0.1}), Sum(1, options={"a": 0.2})], work, tmp_path)
    assert counts(tmp_path) == {"done-1-0": 3}
    run_cells([Sum(1)], work, tmp_path, code=2)
    assert counts(tmp_path) == {"done-1-0": 4}
    assert digest(Sum(1)) != digest(Sum(1), 2)


def test_a_failed_cell_does_not_stop_the_others(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="thirteen"):
        run_cells([Sum(1), Sum(13), Sum(2)], work, tmp_path)
    assert counts(tmp_path) == {"done-1-0": 1, "done-2-0": 1}
    assert not list(tmp_path.glob("*.scratch"))


def test_a_killed_study_goes_on(tmp_path: Path) -> None:
    here, studies = Path(__file__).parent, Path(__file__).resolve().parents[2] / "studies"
    code = (
        f"import sys; sys.path[:0] = [{str(here)!r}, {str(studies)!r}]\n"
        "from pathlib import Path; from learn_cells import run_cells; from learn_counting import Sum, work\n"
        f"run_cells([Sum(1), Sum(99), Sum(2)], work, Path({str(tmp_path)!r}))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 9
    assert counts(tmp_path) == {"done-1-0": 1}
    (tmp_path / "calm").touch()
    found = run_cells([Sum(1), Sum(99), Sum(2)], work, tmp_path)
    assert [figures["twice"] for _, figures in found] == [2, 198, 4]
    assert counts(tmp_path) == {"done-1-0": 1, "done-99-0": 1, "done-2-0": 1}


def test_two_at_a_time(tmp_path: Path) -> None:
    cells = [Sum(one, seed) for seed in (0, 1) for one in (1, 2)]
    found = run_cells(cells, work, tmp_path, jobs=2)
    assert [figures["twice"] for _, figures in found] == [2, 4, 2, 4]
    by_one = grouped(found, "one")
    assert [cell.seed for cell, _ in by_one[(2,)]] == [0, 1]
