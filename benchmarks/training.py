"""The training loop against timm's own script, its loader against its model, cached features, and GPUs.

    steps_ratio_to_timm       steps a second of saccade's `fit` / of a script of the shape of timm's train.py:
                              same JPEG files, model, batch, augmentation and workers. Wanted: 1.0
    data_wait_share           share of the time that `fit` waits for data. Wanted: below 0.05
    loader_ratio_to_model     pictures a second of the loader alone / of `fit` on pictures in memory.
                              Wanted: 3
    cached_epochs_50_seconds  wall seconds of 50 epochs over 5,000 cached pictures: 1280 features, 8 views,
                              81 classes, batches of 64. Wanted: below 60
    mfu_vit_b16, mfu_vit_s16  share of the GPU's dense bfloat16 peak in `fit` on pictures in memory, compiled
                              or not, whichever is better; null without a GPU. Wanted: 0.40 and 0.30

What is compared runs in turns, each in a process of its own with the same number of threads; medians of the
rounds are divided, and the spread of the rounds is printed. Steps before the caches are warm do not count,
and no side reaches the end of an epoch. Pictures are drawn by the marketplace. On a processor the model is
MobileNetV3-small in float32 with 2 workers, on a GPU ViT-S/16 in bfloat16 with a worker for each core but
two.

Run: `.venv/bin/python benchmarks/training.py [--quick]`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from common import emit, parse_args
from training_setup import GPU_MODELS, Setup, prepare, setup_for

UNITS = {"steps": "steps/s in training", "loader": "img/s loader alone", "model": "img/s model alone"}
HERE = Path(__file__).resolve().parent


def main() -> None:
    options = parse_args((__doc__ or "").partition("\n")[0])
    with tempfile.TemporaryDirectory() as folder:
        emit(measured(setup_for(options.quick, options.seed), Path(folder)))


def measured(setup: Setup, folder: Path) -> dict[str, float | int | None]:
    """All figures; parts that a machine cannot give are null."""
    say(
        f"{setup.model}, {setup.size} px, batches of {setup.batch}, precision {setup.precision}, "
        f"{setup.workers} workers, {setup.threads} threads, {setup.device}"
    )
    prepare(setup, folder)
    ours, theirs = rounds(setup, folder)
    figures: dict[str, float | int | None] = {
        "steps_ratio_to_timm": round(middle(ours, "steps") / middle(theirs, "steps"), 3),
        "data_wait_share": round(middle(ours, "wait_share"), 4),
        "loader_ratio_to_model": round(middle(ours, "loader") / middle(ours, "model"), 2),
        "cached_epochs_50_seconds": round(cached(setup, folder), 1),
    }
    return figures | gpu(setup, folder)


def rounds(setup: Setup, folder: Path) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """The two sides in turns, each turn in another order."""
    found: dict[str, list[dict[str, float]]] = {"ours": [], "timm": []}
    for number in range(setup.rounds):
        for side in ("ours", "timm") if number % 2 == 0 else ("timm", "ours"):
            found[side].append(apart(side, setup, folder))
    for side, rows in found.items():
        for key, unit in (
            ("steps", "steps/s in training"),
            ("loader", "img/s loader alone"),
            ("model", "img/s model"),
        ):
            if key in rows[0]:
                values = [row[key] for row in rows]
                say(f"{side:5s} {median(values):8.2f} {unit} ({spread(values)})")
        say(f"{side:5s} waits for data {100 * middle(rows, 'wait_share'):.1f}% of the time")
    ratios = [a["steps"] / b["steps"] for a, b in zip(found["ours"], found["timm"], strict=True)]
    say(f"steps of ours / timm by round: {', '.join(f'{ratio:.3f}' for ratio in ratios)}")
    cores = middle(found["timm"], "cores") / middle(found["ours"], "cores")
    say(f"core seconds a step of timm's main process / of ours, loaders left out: {cores:.3f}")
    return found["ours"], found["timm"]


def cached(setup: Setup, folder: Path) -> float:
    found = [apart("cached", setup, folder) for _ in range(min(3, setup.rounds))]
    seconds = [row["seconds"] for row in found]
    waits = 100 * middle(found, "wait_share")
    say(f"50 epochs over 5,000 cached pictures, {found[0]['steps']:.0f} steps: {median(seconds):.1f} s")
    say(f"  ({spread(seconds)}), {waits:.0f}% of it waiting for features")
    return median(seconds)


def gpu(setup: Setup, folder: Path) -> dict[str, float | None]:
    """Use of the GPU's peak by model."""
    if setup.device != "cuda":
        say("mfu_vit_b16, mfu_vit_s16: not measured: no GPU")
        return dict.fromkeys(GPU_MODELS)
    figures: dict[str, float | None] = {}
    for key, model in GPU_MODELS.items():
        shares = {}
        for compiled in (False, True):
            row = apart("mfu", setup.of(model), folder, "compiled" if compiled else "eager")
            shares[compiled] = row["mfu"]
            say(f"{model} {'compiled' if compiled else 'eager'}")
            say(f"  in memory: MFU {row['mfu']:.3f}, {row['images']:.0f} img/s")
            say(f"  with the loader: MFU {row['mfu_loader']:.3f}, {row['images_loader']:.0f} img/s, waits "
                f"{100 * row['wait_share']:.0f}% of the time")  # fmt: skip
        figures[key] = round(max(shares.values()), 4)
    return figures


def apart(side: str, setup: Setup, folder: Path, *more: str) -> dict[str, Any]:
    """Run a side in a process of its own; its last line is JSON."""
    threads = str(setup.threads)
    environment = {**os.environ, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    command = [
        sys.executable,
        str(HERE / "training_sides.py"),
        side,
        json.dumps(asdict(setup)),
        str(folder),
        *more,
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{side} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def middle(rows: Sequence[dict[str, float]], key: str) -> float:
    return median(row[key] for row in rows)


def spread(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f} in {len(values)} rounds"


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
