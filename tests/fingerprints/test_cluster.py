"""A local Ray cluster of two workers gives the table of the local engine."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from saccade.fingerprints import Fingerprint
from saccade.fingerprints.model import resolve
from saccade.fingerprints.runners.choose import open_runner
from saccade.models.folder import Model, save_model
from saccade.workspace.workspace import Workspace

# Ray and Daft's choice of runner belong to a whole process, so the cluster has one of its own.
CLUSTER = """
import json, sys, ray
from saccade.fingerprints import Fingerprint
from saccade.workspace.workspace import Workspace

ray.init(num_cpus=2, include_dashboard=False, object_store_memory=80 * 2**20, logging_level="error",
         log_to_driver=False)
stage = Fingerprint(sys.argv[2], runner="openvino-f32", batch_size=4, chunk=8, engine="ray", workers=2)
reports = [stage.run(Workspace(sys.argv[1])) for _ in range(2)]
print(json.dumps([dict(report.counts) for report in reports]))
ray.shutdown()
"""


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed")
def test_two_workers_give_the_same_table(
    make_catalogue: Callable[..., Workspace], pictures: list[Path], tmp_path: Path,
    networks: dict[str, Model], model_cache: Path,
) -> None:  # fmt: skip
    network = networks["test_vit"]
    folder = save_model(network.embedder, network.preprocess, tmp_path / "model")
    open_runner("openvino-f32", resolve(network), model_cache)  # converted once for all tests
    here, there = (make_catalogue(pictures, name) for name in ("here", "there"))
    pictures[7].unlink()
    for ws in (here, there):
        shutil.copytree(model_cache / "openvino", ws.local_dir("cache", "openvino"))
    Fingerprint(folder, runner="openvino-f32", batch_size=4, chunk=8).run(here)
    quiet = os.environ | {
        "DAFT_PROGRESS_BAR": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", CLUSTER, there.uri, str(folder)],
        capture_output=True,
        text=True,
        env=quiet,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = json.loads(done.stdout.splitlines()[-1])
    assert (first["computed"], first["failed"], first["decoded"]) == (40, 1, 39)
    assert first["workers"] == 2
    assert second["computed"] == 0
    mine, theirs = (ws.fingerprints(network.model_id).read().sort_by("id") for ws in (here, there))
    assert mine.combine_chunks().equals(theirs.combine_chunks())
