"""A signal finishes the step, saves and says so; the next start goes on to the bit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
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


def interrupted(folder: Path, number: signal.Signals) -> None:
    """A run that is told to stop, and the handlers after it."""
    handlers = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(folder, feed=Interrupted(2, number))
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == handlers


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_after_the_step_and_goes_on(number: signal.Signals, tmp_path: Path) -> None:
    # in a process of its own: a library that has set SIGTERM back must not end the one that runs all tests
    code = "import signal, sys; from pathlib import Path; from tests.training.loop.test_stopping import *; "
    code += "interrupted(Path(sys.argv[1]), signal.Signals(int(sys.argv[2])))"
    command = [sys.executable, "-c", code, str(tmp_path / "stopped"), str(int(number))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert len(read_log(tmp_path / "stopped")) == 3
    stopped, whole = network(), network()
    assert train(tmp_path / "stopped", stopped).resumed_from == 3
    train(tmp_path / "whole", whole)
    assert digest(stopped) == digest(whole)


def test_a_second_interrupt_stops_at_once(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, feed=Interrupted(2, signal.SIGINT, times=2))
    assert len(read_log(tmp_path)) == 2
    assert not list((tmp_path / "checkpoints").iterdir())


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
