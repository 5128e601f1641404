"""The copy grows, heals, and survives kill -9; several workers make the same files as none."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from saccade.errors import StorageError
from saccade.training.data import resizing
from saccade.training.data.pictures import Pictures
from saccade.training.data.resized import ResizedPictures
from saccade.training.data.resizing import build_resized

SIDE = 24


@pytest.fixture(autouse=True)
def few_to_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resizing, "_PICTURES", 5)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.*"))}


class Bar:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def start(self, what: str, total: int | None) -> None:
        self.told += [what, total, 0]

    def advance(self, n: int = 1) -> None:
        assert isinstance(self.told[2], int)
        self.told[2] += n

    def stop(self) -> None:
        self.told.append("stop")


def test_it_reports_and_does_nothing_twice(shelf: Any, tmp_path: Path) -> None:
    bar = Bar()
    report = build_resized(shelf.pictures, tmp_path / "copy", SIDE, progress=bar)
    files = content(tmp_path / "copy")
    assert (report.pictures, report.written, report.unreadable) == (24, 24, 0) and report.seconds > 0
    assert report.bytes == sum(len(data) for name, data in files.items() if name.endswith(".bin"))
    assert bar.told == ["resized copy", 24, 24, "stop"] and len(files) == 10
    assert "24 pictures" in report.line()
    again = build_resized(shelf.pictures, tmp_path / "copy", SIDE)
    assert (again.pictures, again.written) == (24, 0) and content(tmp_path / "copy") == files


def test_workers_make_the_same_files(shelf: Any, tmp_path: Path) -> None:
    build_resized(shelf.pictures, tmp_path / "one", SIDE)
    build_resized(shelf.pictures, tmp_path / "two", SIDE, workers=2)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_it_grows_with_the_catalogue(shelf: Any, tmp_path: Path) -> None:
    build_resized(Pictures(shelf.ws, shelf.ids[:10]), tmp_path / "copy", SIDE)
    report = build_resized(Pictures(shelf.ws, [*shelf.ids, shelf.ids[3]]), tmp_path / "copy", SIDE)
    assert report.written == 14
    copy = ResizedPictures(tmp_path / "copy", SIDE, shelf.ids)
    assert all(one.data for one in copy.read(np.arange(24)))


def test_what_can_heal_is_tried_again(shelf: Any, tmp_path: Path) -> None:
    data = shelf.files[0].read_bytes()
    shelf.files[0].unlink()
    shelf.files[1].write_bytes(b"another")
    report = build_resized(shelf.pictures, tmp_path / "copy", SIDE)
    assert (report.pictures, report.unreadable) == (24, 2)
    shelf.files[0].write_bytes(data)
    report = build_resized(shelf.pictures, tmp_path / "copy", SIDE)
    assert (report.written, report.unreadable) == (2, 1)
    assert ResizedPictures(tmp_path / "copy", SIDE, shelf.ids).read(np.array([0]))[0].data


def test_a_full_disk_is_one_line(shelf: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(resizing.os, "fsync", full)
    with pytest.raises(StorageError, match="disk is full"):
        build_resized(shelf.pictures, tmp_path / "copy", SIDE)


KILLED = """
import sys
from saccade.training.data import resizing
from saccade.training.data.pictures import Pictures

class Slow(Pictures):
    def read(self, rows):
        import time
        time.sleep(0.3)
        return super().read(rows)

resizing._PICTURES = 5
print("ready", flush=True)
resizing.build_resized(Slow(sys.argv[1], sys.argv[2].split()), sys.argv[3], 24)
"""


def test_killed_it_goes_on_and_ends_as_if_undisturbed(shelf: Any, tmp_path: Path) -> None:
    build_resized(shelf.pictures, tmp_path / "calm", SIDE)
    command = [sys.executable, "-c", KILLED, shelf.ws.uri, " ".join(shelf.ids), str(tmp_path / "copy")]
    with subprocess.Popen(command) as process:
        while process.poll() is None and not list((tmp_path / "copy").rglob("*.arrow")):
            time.sleep(0.02)
        time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    done = len(list((tmp_path / "copy").rglob("*.arrow")))
    assert 0 < done < 5
    (tmp_path / "copy" / "24px-q95" / "0123456789abcdef.99999.part").write_bytes(b"half")
    report = build_resized(shelf.pictures, tmp_path / "copy", SIDE)
    assert report.written == 24 - 5 * done
    assert content(tmp_path / "copy") == content(tmp_path / "calm")
