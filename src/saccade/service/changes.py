"""What one worker wrote, for the others: a journal in files that all of them read.

Decided: a worker appends a line for each group of writes before it acknowledges them, and every worker looks
whether there are new lines before it searches, which costs one system call. A line names items and pictures;
what they are now is in the tables. Files are numbered and start anew at `ROOM` bytes; a reader that finds its
file gone has slept for long and is told so, to read everything again. The journal belongs to one run of one
service and holds nothing that the tables do not; another service on the same workspace notices the tables.
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

ROOM = 4 * 2**20  # bytes of one file; the one before is kept for readers


@dataclass(frozen=True)
class Change:
    """One group of writes. `seen`: versions of the tables before it and after it."""

    items: list[str]
    images: list[str]
    before: dict[str, int]
    after: dict[str, int]
    process: int = 0


class LostError(Exception):
    """Changes were missed: read everything again."""


class Journal:
    """The journal in `folder`, from now on. One for each worker."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._guard = threading.Lock()
        self._number = self._newest()
        self._file = self._opened(self._number)
        self._at = self._applied = os.fstat(self._file).st_size

    def tell(self, change: Change) -> None:
        """Append one change; only who holds the workspace's lock may."""
        line = json.dumps({**asdict(change), "process": os.getpid()}).encode() + b"\n"
        newest = self._newest()
        place = self.folder / f"{newest}.jsonl"
        if place.exists() and place.stat().st_size > ROOM:
            newest += 1
            with suppress(FileNotFoundError):
                (self.folder / f"{newest - 2}.jsonl").unlink()
        handle = self._opened(newest)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)

    def waits(self) -> bool:
        """Whether there is something that was not applied yet; cheap."""
        size = os.fstat(self._file).st_size
        return size > self._applied or (size > ROOM and self._newest() > self._number)

    def applied(self) -> None:
        """Note that what `news` gave is shown to searches: until then `waits` says that it is not."""
        self._applied = self._at

    def news(self) -> list[Change]:
        """What others wrote since the last call. Raises `LostError` when some of it is gone."""
        with self._guard:
            found, newest = self._rest(), self._newest()
            lost = newest > self._number + 1
            if newest > self._number:
                os.close(self._file)
                self._number, self._file, self._at, self._applied = newest, self._opened(newest), 0, 0
                found += self._rest()
            if lost:
                raise LostError
            return [change for change in found if change.process != os.getpid()]

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _rest(self) -> list[Change]:
        size = os.fstat(self._file).st_size
        data = os.pread(self._file, size - self._at, self._at)
        whole = data[: data.rfind(b"\n") + 1]
        self._at += len(whole)
        return [Change(**json.loads(line)) for line in whole.splitlines()]

    def _newest(self) -> int:
        return max((int(path.stem) for path in self.folder.glob("*.jsonl")), default=1)

    def _opened(self, number: int) -> int:
        return os.open(self.folder / f"{number}.jsonl", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
