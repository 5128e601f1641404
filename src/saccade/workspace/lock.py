"""One writer a workspace, and a second one is told who the first is.

Decided:
- On a local path the operating system holds the lock (POSIX record lock), so it ends with the process,
  however that dies. Forked children do not inherit it. Who holds it stands in a file beside it.
- On an object store the lock is a lease: a file created only if absent, renewed while the work goes on,
  free for the taking `LEASE` seconds after its last renewal. Weaker than a real lock, and said so.
- A workspace object may take its own lock again (the pipeline holds it around its stages).
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from fsspec import AbstractFileSystem

from saccade.errors import LockedError
from saccade.workspace.storage import storage_errors

LEASE = 60.0  # seconds
RENEW = 15.0
_TRIES, _WAIT = 20, 0.05  # of reading the name of a holder that has just begun

_held_here: set[str] = set()
_guard = threading.Lock()


@dataclass(frozen=True)
class Holder:
    """Who works on a workspace."""

    command: str
    pid: int
    host: str
    since: str
    token: str = ""

    @classmethod
    def me(cls, command: str) -> Holder:
        now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        return cls(command, os.getpid(), socket.gethostname(), now, uuid.uuid4().hex)

    def __str__(self) -> str:
        return f"{self.command} (process {self.pid} on {self.host}, since {self.since})"


def _refuse(place: str, holder: Holder | None) -> LockedError:
    who = f"by {holder}" if holder else "by a process that did not leave its name"
    return LockedError(f"{place} is in use {who}; wait for it to end, or stop it, and run again")


@contextmanager
def local_lock(folder: Path, command: str) -> Iterator[None]:
    """Hold the lock of a local workspace; `LockedError` at once if another holds it."""
    name, card = str(folder), folder / "holder.json"
    with _guard:
        if name in _held_here:
            raise _refuse(name, _read_card(card))
        handle = _try_lock(folder / ".lock")
        if handle is None:
            raise _refuse(name, _read_card(card))
        _held_here.add(name)
    try:
        with storage_errors(name):
            partial = card.with_suffix(".part")
            partial.write_text(json.dumps(asdict(Holder.me(command))))
            partial.replace(card)  # whole or not there
        yield
    finally:
        with _guard:
            _held_here.discard(name)
        card.unlink(missing_ok=True)
        os.close(handle)


def _try_lock(path: Path) -> int | None:
    with storage_errors(str(path.parent)):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _read_card(path: Path) -> Holder | None:
    """The holder's card; waits a moment for one who has the lock and has not written its name yet."""
    for _ in range(_TRIES):
        try:
            return Holder(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            time.sleep(_WAIT)
    return None


@contextmanager
def leased_lock(fs: AbstractFileSystem, path: str, command: str) -> Iterator[None]:
    """Hold the lease of a workspace on an object store."""
    me = Holder.me(command)
    _take_lease(fs, path, me)
    ended = threading.Event()
    keeper = threading.Thread(target=_renew, args=(fs, path, me, ended), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
        if _lease(fs, path)[0] == me:
            fs.rm_file(path)


def _take_lease(fs: AbstractFileSystem, path: str, me: Holder) -> None:
    try:
        fs.pipe_file(path, _lease_bytes(me), mode="create")
        return
    except FileExistsError:
        holder, until = _lease(fs, path)
    if until > time.time():
        raise _refuse(path.rsplit("/", 1)[0], holder)
    fs.pipe_file(path, _lease_bytes(me))  # the lease ran out; of two who see this, the last writer wins
    time.sleep(1.0)
    holder, _ = _lease(fs, path)
    if holder != me:
        raise _refuse(path.rsplit("/", 1)[0], holder)


def _renew(fs: AbstractFileSystem, path: str, me: Holder, ended: threading.Event) -> None:
    while not ended.wait(RENEW):
        fs.pipe_file(path, _lease_bytes(me))


def _lease_bytes(me: Holder) -> bytes:
    return json.dumps({"holder": asdict(me), "until": time.time() + LEASE}).encode()


def _lease(fs: AbstractFileSystem, path: str) -> tuple[Holder | None, float]:
    fs.invalidate_cache()
    try:
        found = json.loads(fs.cat_file(path))
        return Holder(**found["holder"]), float(found["until"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, 0.0
