"""Verbs, exit codes, and mistakes in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from saccade.cli.main import MODULES, VERBS, main


def test_help_lists_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    for verb, what in VERBS.items():
        assert f"  {verb}" in printed
        assert what in printed
    assert main([]) == 0


def test_every_verb_has_a_module() -> None:
    import saccade.cli

    folder = Path(next(iter(saccade.cli.__path__))) / "verbs"
    modules = {MODULES.get(verb, verb.replace("-", "_")) for verb in VERBS}
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == modules


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert f"usage: saccade {verb}" in capsys.readouterr().out


def test_an_unknown_verb_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serch"]) == 2
    assert capsys.readouterr().err.startswith("saccade: there is no verb 'serch'; there are ingest")


def test_a_mistake_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "saccade.cli.main", "info", "-w", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("saccade: there is no workspace at ")
    assert done.stdout == ""


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("saccade 0.")
