"""A signal finishes the step, saves and says so; the next start goes on to the bit.

Decided: whoever gets a signal here is a process of its own. In a process that has run hundreds of other
tests, libraries may have changed what signals do, and one that kills the runner leaves all others waiting.
"""

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


def stopped_and_resumed(folder: Path, number: int) -> None:
    """In a child: a run that is told to stop, the handlers after it, and the run that goes on."""
    handlers = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        train(folder / "stopped", feed=Interrupted(2, signal.Signals(number)))
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == handlers
    assert len(read_log(folder / "stopped")) == 3
    stopped, whole = network(), network()
    assert train(folder / "stopped", stopped).resumed_from == 3
    train(folder / "whole", whole)
    assert digest(stopped) == digest(whole)


def interrupted_twice(folder: Path, number: int) -> None:
    """In a child: the second signal does not wait for the step."""
    with pytest.raises(KeyboardInterrupt):
        train(folder, feed=Interrupted(2, signal.Signals(number), times=2))
    assert len(read_log(folder)) == 2
    assert not list((folder / "checkpoints").iterdir())


def in_a_child(name: str, folder: Path, number: signal.Signals) -> None:
    """Run one of the functions above in a process of its own."""
    code = f"import sys; from pathlib import Path; from {__name__} import {name}; "
    code += f"{name}(Path(sys.argv[1]), int(sys.argv[2]))"
    command = [sys.executable, "-c", code, str(folder), str(int(number))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_after_the_step_and_goes_on(number: signal.Signals, tmp_path: Path) -> None:
    in_a_child("stopped_and_resumed", tmp_path, number)


def test_a_second_interrupt_stops_at_once(tmp_path: Path) -> None:
    in_a_child("interrupted_twice", tmp_path, signal.SIGINT)


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
