"""One writer at a time, told apart by name; free again however the holder ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import fsspec
import pytest

from saccade.errors import LockedError
from saccade.workspace import Workspace, lock

HOLD = """
import sys, time
from saccade.workspace import Workspace
with Workspace(sys.argv[1]).lock("saccade ingest"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(ws: Workspace):
    process = subprocess.Popen([sys.executable, "-c", HOLD, ws.uri], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_second_writer_is_told_who_the_first_is(ws: Workspace, holder: subprocess.Popen[str]) -> None:
    with (
        pytest.raises(LockedError, match=rf"in use by saccade ingest \(process {holder.pid} on "),
        ws.lock("x"),
    ):
        pass


def test_a_killed_holder_leaves_the_lock_free(ws: Workspace, holder: subprocess.Popen[str]) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with ws.lock("saccade index"):
        pass


def test_the_holder_may_take_it_again_but_another_object_may_not(ws: Workspace) -> None:
    with ws.lock("saccade run"):
        with ws.lock("saccade ingest"):
            pass
        with pytest.raises(LockedError, match="saccade run"), Workspace(ws.uri).lock("saccade index"):
            pass
    with Workspace(ws.uri).lock("saccade index"):
        pass


def test_readers_need_no_lock(ws: Workspace, holder: subprocess.Popen[str]) -> None:
    assert holder.poll() is None
    assert ws.table("items").count() == 0


def test_a_lease_keeps_others_out_and_ends_with_its_holder() -> None:
    fs = fsspec.filesystem("memory")
    with (
        lock.leased_lock(fs, "/ws1/.lock", "saccade ingest"),
        pytest.raises(LockedError, match="saccade ingest"),
        lock.leased_lock(fs, "/ws1/.lock", "other"),
    ):
        pass
    assert not fs.exists("/ws1/.lock")


def test_a_lease_that_ran_out_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    fs = fsspec.filesystem("memory")
    monkeypatch.setattr(lock, "LEASE", -1.0)
    lock._take_lease(fs, "/ws2/.lock", lock.Holder.me("dead"))
    monkeypatch.setattr(lock, "LEASE", 60.0)
    with lock.leased_lock(fs, "/ws2/.lock", "alive"):
        holder, until = lock._lease(fs, "/ws2/.lock")
    assert holder is not None
    assert holder.command == "alive"
    assert until > time.time()


def test_a_lease_is_renewed_while_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    fs = fsspec.filesystem("memory")
    monkeypatch.setattr(lock, "RENEW", 0.02)
    with lock.leased_lock(fs, "/ws3/.lock", "saccade ingest"):
        first = lock._lease(fs, "/ws3/.lock")[1]
        deadline = time.monotonic() + 5
        while lock._lease(fs, "/ws3/.lock")[1] == first and time.monotonic() < deadline:
            time.sleep(0.02)
        assert lock._lease(fs, "/ws3/.lock")[1] > first


def test_the_card_of_the_holder_is_removed(ws: Workspace) -> None:
    with ws.lock("saccade run"):
        assert (Path(ws.uri) / "holder.json").exists()
    assert not (Path(ws.uri) / "holder.json").exists()


def test_a_holder_that_writes_its_name_a_little_later_is_named(tmp_path: Path) -> None:
    card = tmp_path / "holder.json"
    me = lock.Holder.me("saccade ingest")
    late = threading.Timer(0.2, lambda: card.write_text(json.dumps(asdict(me))))
    late.start()
    assert lock._read_card(card) == me
    late.join()
    assert lock._read_card(tmp_path / "none.json") is None
