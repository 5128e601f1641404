"""Steps on threads and on a local Ray cluster: the same tables, marks that are not made twice."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from saccade.errors import InputError
from saccade.labels import gather
from saccade.labels.engine import Engine
from saccade.labels.scratch import Mark, Scratch
from saccade.labels.stage import Label
from saccade.progress import SILENT
from saccade.workspace import Clock, Workspace
from tests.labels.test_stage import fill, tables

# Ray and Daft's choice of runner belong to a whole process, so the cluster has one of its own.
CLUSTER = """
import sys, ray
from saccade.labels import gather
from saccade.labels.stage import Label
from saccade.workspace import Workspace

gather.ROWS = 100
ray.init(num_cpus=2, include_dashboard=False, object_store_memory=80 * 2**20, logging_level="error",
         log_to_driver=False)
stage = Label(card=False, languages=("en",), dictionary=sys.argv[2], engine="ray", workers=2)
print(stage.run(Workspace(sys.argv[1])).line())
ray.shutdown()
"""


@dataclass
class Desk:
    """The least that a bench is."""

    scratch: Scratch


@dataclass(frozen=True)
class Work:
    place: str

    def bench(self) -> Desk:
        return Desk(Scratch(Workspace(self.place), "x"))


@dataclass
class Step:
    """Notes which buckets it saw; fails at one."""

    seen: list[int]
    bad: int = -1

    def __call__(self, bench: Desk, bucket: int, clock: Clock) -> Mark:
        if bucket == self.bad:
            raise InputError("this one cannot be read")
        self.seen.append(bucket)
        return {"twice": 2 * bucket}


def test_marked_buckets_are_left_alone_and_marks_come_in_order(tmp_path: Path) -> None:
    job = Work(Workspace(tmp_path / "ws", create=True).uri)
    desk, step = job.bench(), Step([])
    desk.scratch.mark("step/1", {"twice": -1})
    for _ in range(2):
        marks = Engine(workers=3).each("step", step, job, desk, 4, Clock(), SILENT)
    assert sorted(step.seen) == [0, 2, 3]
    assert [mark["twice"] for mark in marks] == [0, -1, 4, 6]


def test_what_a_step_raises_comes_through_and_the_rest_is_kept(tmp_path: Path) -> None:
    job = Work(Workspace(tmp_path / "ws", create=True).uri)
    desk, step = job.bench(), Step([], bad=2)
    with pytest.raises(InputError, match="cannot be read"):
        Engine(workers=1).each("step", step, job, desk, 4, Clock(), SILENT)
    kept = [bucket for bucket in range(4) if desk.scratch.marked(f"step/{bucket}")]
    assert 2 not in kept and kept[:2] == [0, 1]


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed")
def test_a_local_cluster_writes_the_same_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "ROWS", 100)
    book = tmp_path / "book.txt"
    book.write_text("corner sofa\ntable lamp\nwool rug\nred\nblue\nhome\n")
    here, there = (fill(Workspace(tmp_path / name, create=True)) for name in ("here", "there"))
    Label(card=False, languages=("en",), dictionary=str(book)).run(here)
    quiet = {
        "DAFT_PROGRESS_BAR": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", CLUSTER, there.uri, str(book)],
        capture_output=True, text=True, env=os.environ | quiet, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    mine, theirs = tables(here), tables(there)
    assert all(mine[name].combine_chunks().equals(theirs[name].combine_chunks()) for name in mine)
    assert len(mine["image_labels"]) > 100
