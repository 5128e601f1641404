"""Several processes against one, and processes that are killed.

The processes are started once for all tests here, since importing costs more than training.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from saccade.training.loop.log import read_log
from tests.training.loop.toy import untimed

ROOT = Path(__file__).parents[3]
BASE: dict[str, Any] = {"steps": 10, "lr": 3e-4, "clip": 1.0, "ema": 0.9, "every_checkpoint": 4, "keep": 9}
KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "mixed": {"accumulate": 2, "stages": {"trunk": 3}, "sparse": True},
}
TWO = ("ddp", "fsdp2")
AGAIN = ("ddp-mixed", "fsdp2-mixed")


def start(runs: list[tuple[Path, dict[str, Any]]], processes: int = 1) -> list[str]:
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    command = [*(launch if processes > 1 else []), "-m", "tests.training.loop.toy"]
    text = json.dumps([[str(folder), options] for folder, options in runs])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(  # noqa: PLW1510
        [sys.executable, *command, text], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every kind of run in one process, and in two with DDP and FSDP2; some go on from their step 4."""
    root = tmp_path_factory.mktemp("launched")
    chances = random.Random()
    kills = sorted(chances.randrange(11) for _ in range(3))
    runs = [(root / "killed", {**BASE, "every_checkpoint": 3, "kill": kills})]
    runs += [(root / f"one-{kind}", {**BASE, **options}) for kind, options in KINDS.items()]
    note(root / "one.json", start(runs))
    runs = [
        (root / f"{shard}-{kind}", {**BASE, **options, "shard": shard})
        for shard in TWO
        for kind, options in KINDS.items()
    ]
    runs += [(root / f"again-{one}", again(root / one)) for one in AGAIN]
    runs.append((root / "again-fsdp2-from-ddp", {**again(root / "ddp-mixed"), "shard": "fsdp2"}))
    runs.append((root / "again-ddp-from-one", {**again(root / "one-mixed"), "shard": "ddp"}))
    runs.append((root / "none", {**BASE, "shard": "none"}))
    note(root / "two.json", start(runs, 2))
    return root


def note(path: Path, lines: list[str]) -> None:
    path.write_text(json.dumps(lines))


def again(folder: Path) -> dict[str, Any]:
    shard, _, kind = folder.name.partition("-")
    options = {**BASE, **KINDS[kind], "from": str(folder), "step": 4}
    return options if shard == "one" else {**options, "shard": shard}


def curve(folder: Path) -> list[float]:
    return [line.loss for line in read_log(folder)]


def weights(root: Path, rank: int) -> dict[str, str]:
    """What a process of the two printed, by run."""
    lines = json.loads((root / "two.json").read_text())
    found = [line.split()[3] for line in lines if line.startswith(f"rank {rank} ")]
    names = [f"{shard}-{kind}" for shard in TWO for kind in KINDS] + [f"again-{one}" for one in AGAIN]
    return dict(zip([*names, "fsdp2-from-ddp", "ddp-from-one"], found, strict=True))


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("shard", TWO)
def test_two_processes_give_the_curve_of_one(shard: str, kind: str, root: Path) -> None:
    one, two = read_log(root / f"one-{kind}"), read_log(root / f"{shard}-{kind}")
    assert len(one) == BASE["steps"]
    assert [line.loss for line in two] == pytest.approx([line.loss for line in one], rel=1e-4, abs=1e-5)
    assert [line.grad_norm for line in two] == pytest.approx([line.grad_norm for line in one], rel=1e-3)


def test_every_process_has_the_same_weights(root: Path) -> None:
    assert weights(root, 0) == weights(root, 1)
    assert len(set(weights(root, 0).values())) > len(KINDS)


@pytest.mark.parametrize("name", AGAIN)
def test_two_processes_go_on_to_the_bit(name: str, root: Path) -> None:
    assert weights(root, 0)[f"again-{name}"] == weights(root, 0)[name]
    assert untimed(root / f"again-{name}") == untimed(root / name)


@pytest.mark.parametrize("name", ["fsdp2-from-ddp", "ddp-from-one"])
def test_another_number_or_way_of_processes_may_go_on(name: str, root: Path) -> None:
    assert curve(root / f"again-{name}") == pytest.approx(curve(root / "one-mixed"), rel=1e-4, abs=1e-5)


def test_a_killed_run_ends_as_an_undisturbed_one(root: Path) -> None:
    lines = json.loads((root / "one.json").read_text())
    assert lines[-len(KINDS) - 1].split()[3] == lines[-len(KINDS)].split()[3]
    assert untimed(root / "killed") == untimed(root / "one-plain")


def test_several_processes_must_be_told_how_to_share(root: Path) -> None:
    lines = json.loads((root / "two.json").read_text())
    assert sum("2 processes need shard 'ddp' or 'fsdp2'" in line for line in lines) == 2
