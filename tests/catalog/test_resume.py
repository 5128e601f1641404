"""Ingest killed at any moment and run again ends with the tables of an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from saccade.catalog import writes
from saccade.catalog.ingest import Ingest
from saccade.workspace import Workspace

TABLES = ("images", "items", "item_images", "texts", "objects", "image_bytes", "sources")
CODE = """
import sys
from saccade.catalog.ingest import Ingest
from saccade.workspace import Workspace
print("ready", flush=True)
Ingest(sys.argv[1], store="bytes", chunk=10).run(Workspace(sys.argv[2], create=True))
"""


def contents(ws: Workspace, folder: Path) -> dict[str, list[str]]:
    """All rows but for the times of files and runs, sorted."""

    def shown(row: dict) -> str:
        mark = str(row.pop("modified", "")).split(".")[:2]
        kept = {name: value for name, value in row.items() if name not in ("first_seen", "seen")}
        return f"{kept} {mark}".replace(str(folder), "")

    return {name: sorted(map(shown, ws.table(name).read().to_pylist())) for name in TABLES}


@pytest.fixture
def source(tmp_path, picture) -> str:
    return paint_list(tmp_path, picture)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, picture) -> dict[str, list[str]]:
    """What a run without trouble leaves in the tables, places relative to the list."""
    folder = tmp_path_factory.mktemp("undisturbed")
    ws = Workspace(folder / "ws", create=True)
    Ingest(paint_list(folder, picture), store="bytes", chunk=10).run(ws)
    return contents(ws, folder)


def paint_list(tmp_path: Path, picture: Callable[..., bytes]) -> str:
    """Forty rows with two photos an item, some broken, some bad, some that share a picture."""
    box = {"bbox": [0.1, 0.1, 0.5, 0.5], "label": "x"}
    with (tmp_path / "list.jsonl").open("w") as lines:
        for seed in range(40):
            (tmp_path / f"{seed}.jpg").write_bytes(picture(seed % 35)[: 300 if seed % 20 == 7 else None])
            lines.write(
                json.dumps({"image": f"{seed}.jpg", "title": f"t{seed}", "id": seed // 2, "objects": [box]})
                + "\n"
            )
            if seed % 20 == 10:
                lines.write("{bad\n")
    return str(tmp_path / "list.jsonl")


class Killed(BaseException):
    """Stands for the end of the process between two writes."""


@pytest.mark.parametrize(
    "writer", ["write_images", "write_items", "write_texts", "write_objects", "write_sources", "write_list"]
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_end_between_two_writes(tmp_path, source, undisturbed, monkeypatch, writer, when):
    ws = Workspace(tmp_path / "ws", create=True)
    real, calls = getattr(writes, writer), []

    def dying(*args):
        calls.append(1)
        last = len(calls) == (2 if writer != "write_list" else 1)
        if last and when == "before":
            raise Killed
        result = real(*args)
        if last:
            raise Killed
        return result

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(writes, writer, dying)
        Ingest(source, store="bytes", chunk=10).run(ws)
    report = Ingest(source, store="bytes", chunk=10).run(ws)
    assert report.counts["decoded"] < 40
    assert contents(ws, tmp_path) == undisturbed


def test_kill_at_random_moments(tmp_path, source, undisturbed):
    start = time.monotonic()
    Ingest(source, store="bytes", chunk=10).run(Workspace(tmp_path / "timed", create=True))
    took = time.monotonic() - start
    rng = random.Random(5)
    for attempt in range(2):
        folder = tmp_path / f"ws{attempt}"
        assert _killed(source, folder, took * rng.uniform(0.1, 0.9))
        ws = Workspace(folder, create=True)
        Ingest(source, store="bytes", chunk=10).run(ws)
        assert contents(ws, tmp_path) == undisturbed


def _killed(source: str, folder: Path, after: float) -> bool:
    """Ingest in another process, killed `after` seconds; whether the kill came."""
    path = os.pathsep.join(sys.path)
    child = subprocess.Popen(
        [sys.executable, "-c", CODE, source, str(folder)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(after)
        child.send_signal(signal.SIGKILL)
    return child.returncode in (-signal.SIGKILL, 0)


def test_change_interrupted_before_the_last_write(tmp_path, source, picture, monkeypatch):
    ws = Workspace(tmp_path / "ws", create=True)
    Ingest(source).run(ws)
    for seed in (0, 1, 34):
        path = tmp_path / f"{seed}.jpg"
        path.write_bytes(picture(1000 + seed))
        os.utime(path, ns=(1, path.stat().st_mtime_ns + 10**10))

    def dying(*args):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(writes, "write_sources", dying)
        Ingest(source).run(ws)
    Ingest(source).run(ws)
    fresh = Workspace(tmp_path / "fresh", create=True)
    Ingest(source).run(fresh)
    assert contents(ws, tmp_path) == contents(fresh, tmp_path)
