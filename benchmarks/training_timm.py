"""A training script in the shape of timm's train.py: what the loop is measured against.

The order of a step, the meters, the schedule and the line every 50 steps are those of that script, and so are
its loader's prefetching and normalisation. Kindnesses: channels-last as ours, and the loss is read only where
a line is written, so that a GPU is not waited for.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import timm
import torch
from timm.data import create_dataset, create_loader
from timm.optim import create_optimizer_v2
from timm.scheduler import create_scheduler_v2
from timm.utils import AverageMeter
from training_setup import DECAY, EVERY_LOG, LR, Setup


def timm_side(setup: Setup, folder: Path) -> dict[str, float]:
    """Steps a second of the script, its share of waiting, and pictures a second of its loader alone."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    dataset = create_dataset("", root=str(folder / "classes"), is_training=True)
    options: dict[str, Any] = {
        "input_size": (3, setup.size, setup.size), "batch_size": setup.batch, "is_training": True,
        "scale": (0.08, 1.0), "hflip": 0.5, "color_jitter": None, "interpolation": "random",
        "num_workers": setup.workers, "device": torch.device(setup.device),
        "pin_memory": setup.device == "cuda",
    }  # fmt: skip
    torch.manual_seed(setup.seed)
    loader = create_loader(dataset, **options)
    if setup.warm + setup.steps + 2 > len(loader):
        raise SystemExit("the epoch is too short")
    marks, waited = timm_epoch(setup, loader, len(dataset.reader.class_to_idx))  # type: ignore[union-attr]
    alone = setup.batch * pace(create_loader(dataset, **options), setup.warm)
    steps, cores = between(marks, setup.warm)
    return {"steps": steps, "cores": cores, "wait_share": waited, "loader": alone}


def timm_epoch(setup: Setup, loader: Any, classes: int) -> tuple[list[Mark], float]:
    """When each step ended, and the share of time spent on waiting after the first."""
    device, total = torch.device(setup.device), setup.warm + setup.steps + 2
    model = (
        timm.create_model(setup.model, num_classes=classes).to(device).to(memory_format=torch.channels_last)
    )
    optimizer = create_optimizer_v2(model, opt="adamw", lr=LR, weight_decay=DECAY)
    scheduler, _ = create_scheduler_v2(
        optimizer,
        sched="cosine",
        num_epochs=1,
        warmup_epochs=0,
        updates_per_epoch=total,
        step_on_epochs=False,
    )
    loss_fn = torch.nn.CrossEntropyLoss().to(device)
    update_time, data_time, losses = AverageMeter(), AverageMeter(), AverageMeter()
    marks, end = list[Mark](), time.perf_counter()
    model.train()
    optimizer.zero_grad()
    for index, (loaded, target) in enumerate(loader):
        pixels = loaded.contiguous(memory_format=torch.channels_last)
        if index:
            data_time.update(time.perf_counter() - end)
        with torch.autocast(device.type, torch.bfloat16, enabled=setup.precision == "bf16"):
            loss = loss_fn(model(pixels), target)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if index:
            update_time.update(time.perf_counter() - end)
        if index % EVERY_LOG == 0:
            losses.update(loss.item(), len(pixels))
            logging.info(
                "Train: [%d/%d] Loss: %.3g (%.3g) Time: %.3fs LR: %.3e Data: %.3f",
                index, total, losses.val, losses.avg, update_time.avg, optimizer.param_groups[0]["lr"],
                data_time.avg,
            )  # fmt: skip
        scheduler.step_update(num_updates=index + 1, metric=losses.avg)
        end = time.perf_counter()
        marks.append(now())
        if index + 1 == total - 1:
            break
    return marks, data_time.sum / max(update_time.sum, 1e-9)


Mark = tuple[float, float]


def now() -> Mark:
    """Wall and core seconds of this process."""
    return time.perf_counter(), time.process_time()


def between(marks: list[Mark], warm: int) -> tuple[float, float]:
    """After the first `warm`: marks a second, and core seconds of this process for each."""
    count = len(marks) - 1 - warm
    wall, cores = (last - first for first, last in zip(marks[warm], marks[-1], strict=True))
    return count / wall, cores / count


def pace(items: Iterable[object], warm: int) -> float:
    """Items a second after the first `warm`."""
    return between([now() for _ in items], warm)[0]
