"""A signal finishes the step, saves and says so; the next start goes on to the bit.

Decided: whoever gets a signal here is a process of its own. In a process that has run hundreds of other
tests, libraries may have changed what signals do, and one that kills the runner leaves all others waiting.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

import pytest

from saccade.training.loop.log import read_log
from saccade.training.loop.stopping import Agreement, Stop
from tests.training.loop.toy import Feed, digest, network, train

ROOT = Path(__file__).resolve().parents[3]


class Interrupted(Feed):
    """Sends itself signals when the data of a step are asked for."""

    def __init__(self, step: int, number: signal.Signals, times: int = 1) -> None:
        super().__init__()
        self.signal = (step, number, times)

    def at(self, step: int) -> None:
        if step == self.signal[0]:
            for _ in range(self.signal[2]):
                os.kill(os.getpid(), self.signal[1])


def stopped_and_resumed(folder: Path, number: signal.Signals) -> None:
    """In a child: a run that is told to stop, the handlers after it, and the run that goes on."""
    handlers = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(folder / "stopped", feed=Interrupted(2, number))
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == handlers
    assert len(read_log(folder / "stopped")) == 3
    stopped, whole = network(), network()
    assert train(folder / "stopped", stopped).resumed_from == 3
    train(folder / "whole", whole)
    assert digest(stopped) == digest(whole)


def interrupted_twice(folder: Path, number: signal.Signals) -> None:
    """In a child: the second signal does not wait for the step."""
    with pytest.raises(KeyboardInterrupt):
        train(folder, feed=Interrupted(2, number, times=2))
    assert len(read_log(folder)) == 2
    assert not list((folder / "checkpoints").iterdir())


CASES = (
    (stopped_and_resumed, signal.SIGTERM),
    (stopped_and_resumed, signal.SIGINT),
    (interrupted_twice, signal.SIGINT),
)


def try_all(folder: Path) -> None:
    """In a child: every case in turn; prints what went wrong with each, as JSON."""
    wrong = list[str]()
    for number, (case, name) in enumerate(CASES):
        try:
            case(folder / str(number), name)
        except BaseException:
            wrong.append(traceback.format_exc())
        else:
            wrong.append("")
    print(json.dumps(wrong))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What went wrong with each case, in one process for all: importing costs more than training."""
    code = f"import sys; from pathlib import Path; from {__name__} import try_all; try_all(Path(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path_factory.mktemp("stopping"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("case", [0, 1], ids=["SIGTERM", "SIGINT"])
def test_stops_after_the_step_and_goes_on(case: int, wrong: list[str]) -> None:
    assert wrong[case] == ""


def test_a_second_interrupt_stops_at_once(wrong: list[str]) -> None:
    assert wrong[2] == ""


def test_the_clock_asks_for_checkpoints() -> None:
    stop = Stop()
    never, soon = Agreement(stop, 1, True, None), Agreement(stop, 1, True, 0.01)
    soon.saved()
    assert soon.end() == (False, False)
    time.sleep(0.02)
    assert soon.end() == (False, True)
    assert never.end() == (False, False)
    soon.saved()
    assert soon.end() == (False, False)
