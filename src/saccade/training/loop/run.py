"""The loop: from a network, a recipe and a feed to a trained network, stopped and resumed at any step.

    fitted = fit(network, recipe, feed, folder, LoopSettings(steps=1000, lr=1e-3))

One process, or many: the same call under `torchrun --nproc-per-node 8` or `accelerate launch`. Run again with
the same arguments it goes on from the last checkpoint in `folder/checkpoints`; on the same machine, with the
same number of processes, the weights, losses and log lines end up the same to the bit as without the stop.
(With DDP and three or more processes the order of a sum may differ in the first step after a resumption.)
Decided: what a step does is `step.py`; here are order, time, log lines and checkpoints. Between log lines
nothing waits for the device.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

import torch
from torch import Tensor

from saccade.errors import InputError
from saccade.progress import SILENT, Progress
from saccade.training.batch import Batch, Target
from saccade.training.loop.checkpoint import Checkpoints
from saccade.training.loop.compiling import compiler_errors
from saccade.training.loop.determinism import as_it_was
from saccade.training.loop.devices import Devices
from saccade.training.loop.fitted import Fitted
from saccade.training.loop.log import Line, Log, read_log
from saccade.training.loop.memory import out_of_memory, peak_gib
from saccade.training.loop.peaks import peak_flops
from saccade.training.loop.settings import LoopSettings
from saccade.training.loop.step import Parts, Stepper
from saccade.training.loop.stopping import Agreement, Stop
from saccade.training.loop.trackers import open_tracker
from saccade.training.network import MultiTask
from saccade.training.recipes.recipe import Recipe


class Feed(Protocol):
    """Gives data. A feed that has `steps_per_epoch` gets epochs into its log lines."""

    def batches(self, start: int, stop: int) -> Iterator[list[tuple[Batch, dict[str, Target]]]]:
        """For each step from `start` to `stop`: this process's parts, `accumulate` of them."""
        ...


def fit(
    network: MultiTask,
    recipe: Recipe,
    feed: Feed,
    folder: Path,
    settings: LoopSettings,
    progress: Progress = SILENT,
) -> Fitted:
    """Train `network` in place.

    Args:
        network: moved to the device. After the run: on every process the trained weights, in eval mode.
        recipe: `prepare` and `finish` are called here.
        feed: see `Feed`.
        folder: of this run: `checkpoints/`, `log.jsonl`, `tensorboard/`.
        settings: see `LoopSettings`.
        progress: told by the first process.

    Returns:
        See `Fitted`. InputError in one line for settings, checkpoints, memory or losses that will not do;
        KeyboardInterrupt after a signal, when a checkpoint has been written.
    """
    devices, stop = Devices(settings), Stop()
    with as_it_was(settings, devices.device), stop.listening():
        recipe.prepare(network)
        run = _Run(network, recipe, feed, folder, settings, devices, stop)
        try:
            fitted = run.go(progress if devices.first else SILENT)
        finally:
            run.close()
        recipe.finish(network)
    network.eval()
    return fitted


class _Clock:
    """Pictures and seconds since a moment."""

    def __init__(self) -> None:
        self.began, self.waited, self.pictures = time.perf_counter(), 0.0, 0

    def add(self, waited: float, pictures: int) -> None:
        self.waited, self.pictures = self.waited + waited, self.pictures + pictures

    @property
    def seconds(self) -> float:
        return max(time.perf_counter() - self.began, 1e-9)


class _Run:
    def __init__(
        self, network: MultiTask, recipe: Recipe, feed: Feed, folder: Path, settings: LoopSettings,
        devices: Devices, stop: Stop,
    ) -> None:  # fmt: skip
        self.given, self.feed, self.folder, self.settings, self.devices = (
            network,
            feed,
            folder,
            settings,
            devices,
        )
        self.stepper = Stepper(network, recipe, devices, settings)
        identity = {**settings.identity(), "recipe": repr(recipe), "weights of tasks": network.weights}
        self.checkpoints = Checkpoints(folder, identity, settings.keep)
        self.unread, self.start = 0, self._resume()
        self.peak = peak_flops(devices.device, settings.precision) * devices.world
        self.log = self._open_log() if devices.first else None
        self.agreement = Agreement(stop, devices.world, devices.first, settings.every_seconds)
        self.whole, self.lately = _Clock(), _Clock()
        self.since = time.perf_counter()

    def go(self, progress: Progress) -> Fitted:
        """All steps that are left."""
        progress.start("train", self.settings.steps - self.start)
        steps = iter(self.feed.batches(self.start, self.settings.steps))
        try:
            for step in range(self.start, self.settings.steps):
                self._step(step, steps)
                progress.advance()
        finally:
            if (close := getattr(steps, "close", None)) is not None:
                close()
            progress.stop()
        return self._finish()

    def close(self) -> None:
        """Whatever happened: files, and what was changed for the run."""
        if self.log is not None:
            self.log.close()
        self.stepper.freezing.undo()
        vars(self.given.embedder)["_compiled_call_impl"] = None
        if self.settings.checkpoint_activations:
            self.given.embedder.backbone.network.set_grad_checkpointing(False)  # type: ignore[operator]

    def _step(self, step: int, steps: Iterator[Parts]) -> None:
        asked = time.perf_counter()
        parts = self._next(step, steps)
        waited = time.perf_counter() - asked
        self.agreement.begin()
        memory = out_of_memory(self.settings, parts[0][0], self.devices.device)
        with memory, compiler_errors(self.settings.compile):
            self.stepper.step(step, parts)
        if step == self.start:
            self.whole = _Clock()
        else:
            self.whole.add(waited, sum(len(batch) for batch, _ in parts))
        self.lately.add(waited, sum(len(batch) for batch, _ in parts))
        self.unread += sum(int((~batch.good).sum()) for batch, _ in parts)
        self._after(step + 1, parts)

    def _next(self, step: int, steps: Iterator[Parts]) -> Parts:
        parts = next(steps, None)
        if parts is None:
            raise InputError(f"the data ended before step {step} of {self.settings.steps}")
        if len(parts) != self.settings.accumulate:
            raise InputError(f"accumulate is {self.settings.accumulate}, the data came in {len(parts)} parts")
        return parts

    def _after(self, done: int, parts: Parts) -> None:
        """Look, write, save, stop."""
        last, every = done == self.settings.steps, self.settings.every_checkpoint
        logs = last or done % self.settings.every_log == 0
        if logs or self.devices.device.type == "cpu":
            names, rates = self.stepper.tasks, self.stepper.rates
            self.stepper.guard.check(self.settings.nan_patience, names, done, rates)
        if logs:
            self._write_line(done, parts[0][0].pixels)
        stop, due = self.agreement.end()
        if last or stop or due or (every is not None and done % every == 0):
            self._save(done)
        if stop and not last:
            raise KeyboardInterrupt

    def _write_line(self, done: int, pixels: Tensor) -> None:
        """A collective; the first process writes."""
        window = self.devices.sum(self.stepper.window.clone())
        steps = float(window[-1]) / self.devices.world or float("nan")
        loss, *by_task = cast("list[float]", (window[:-1] / steps).tolist())
        pictures, waited, unread = self._totals(self.lately)
        rate, flops = pictures / self.lately.seconds, self.stepper.flops.of(self.stepper.network, pixels)
        line = Line(
            step=done,
            epoch=self._epoch(done),
            loss=loss,
            losses=dict(zip(self.stepper.tasks, by_task, strict=True)),
            lr=max(self.stepper.rates.values()),
            grad_norm=float(self.stepper.norm),
            images_per_second=rate,
            wait_share=waited / self.devices.world / self.lately.seconds,
            mfu=None if flops is None else rate * flops / self.peak,
            memory_gib=peak_gib(self.devices.device),
            skipped_pictures=int(unread),
            skipped_steps=self.stepper.guard.read().skipped,
            seconds=time.perf_counter() - self.since,
        )
        if self.log is not None:
            self.log.write(line)
        self.stepper.clear()
        self.lately = _Clock()

    def _totals(self, clock: _Clock) -> tuple[float, float, float]:
        """Pictures, seconds of waiting and unreadable pictures, over all processes."""
        numbers = torch.tensor([clock.pictures, clock.waited, self.unread], dtype=torch.float32)
        pictures, waited, unread = self.devices.sum(numbers.to(self.devices.device)).tolist()
        return pictures, waited, unread

    def _epoch(self, done: int) -> float | None:
        steps = getattr(self.feed, "steps_per_epoch", None)
        return None if not steps else done / steps

    def _save(self, done: int) -> None:
        """A collective; the first process writes, the others wait."""
        own = torch.cat([self.stepper.window, self.stepper.window.new_tensor([float(self.unread)])])
        state = {**self.stepper.state(), "processes": self.devices.rows(own)}
        if self.devices.first:
            self.checkpoints.write(done, state)
        self.devices.wait()
        self.agreement.saved()

    def _resume(self) -> int:
        """The step to go on from; every process reads."""
        state = self.checkpoints.newest(_shapes(self.stepper))
        if state is None:
            return 0
        self.stepper.load(state)
        rows = state["processes"].to(self.devices.device)
        if len(rows) != self.devices.world:
            others = rows.new_zeros(self.devices.world - 1, rows.shape[1])
            rows = torch.cat([rows.sum(0, keepdim=True), others])
        *window, unread = rows[self.devices.rank].unbind()
        self.stepper.window, self.unread = torch.stack(window), int(unread)
        return int(state["step"])

    def _open_log(self) -> Log:
        self.checkpoints.folder.mkdir(parents=True, exist_ok=True)
        self.checkpoints.tidy()
        names, config = self.settings.trackers, self.checkpoints.identity
        return Log(self.folder, self.start, [open_tracker(n, self.folder, self.start, config) for n in names])

    def _finish(self) -> Fitted:
        if self.stepper.ema is not None:
            self.stepper.ema.apply()
        self.devices.give_back(self.stepper.network, self.given)
        self.devices.wait()
        line = read_log(self.folder)[-1]
        pictures, waited, _ = self._totals(self.whole)
        measured = pictures > 0
        return Fitted(
            step=self.settings.steps,
            loss=line.loss,
            losses=line.losses,
            images_per_second=pictures / self.whole.seconds if measured else line.images_per_second,
            wait_share=waited / self.devices.world / self.whole.seconds if measured else line.wait_share,
            mfu=line.mfu,
            skipped=line.skipped_pictures,
            skipped_steps=line.skipped_steps,
            seconds=time.perf_counter() - self.since,
            resumed_from=self.start,
            ema=self.stepper.ema is not None,
        )


def _shapes(stepper: Stepper) -> dict[str, Any]:
    """Names and whole shapes of the weights."""
    return dict(stepper.network.state_dict())
