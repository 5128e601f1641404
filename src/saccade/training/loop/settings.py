"""The settings of one training run.

Decided: a setting that changes the weights beyond rounding is part of a run's identity, and a checkpoint made
with another value is refused (`identity`); the rest (logging, memory, number of processes) may change between
one start and the next. What learns, and how fast relative to the rest, is the recipe's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from saccade.errors import InputError

Optimiser = Literal["adamw", "sgd"]
Schedule = Literal["cosine", "constant", "linear", "step"]
Precision = Literal["no", "bf16"]
Shard = Literal["none", "ddp", "fsdp2"]
TrackerName = Literal["tensorboard", "wandb", "mlflow"]

# May differ between the starts of one run: the weights stay the same, at most but for rounding.
FREE = (
    "compile", "checkpoint_activations", "channels_last", "every_log", "every_checkpoint", "every_seconds",
    "keep", "trackers", "shard", "nan_patience", "deterministic",
)  # fmt: skip


@dataclass(frozen=True)
class LoopSettings:
    """How long, how fast, and with what means.

    Attributes:
        steps: of the whole run.
        seed: of dropout and the like; data and augmentation have seeds of their own.
        lr: peak learning rate, times the recipe's factor for each group.
        weight_decay: of parameters with two or more dimensions, in groups that decay.
        optimiser: "adamw" (Loshchilov and Hutter 2019, arXiv 1711.05101) or "sgd" with `momentum`.
        betas: of AdamW. momentum: of SGD.
        warmup_steps: of a linear rise from 0. schedule: what follows, see `schedule.learning_rate`.
        clip: largest norm of the gradient; None leaves it as it is.
        accumulate: micro-steps that make a step; what the feed gives must agree.
        precision: "bf16" computes under autocast, weights and optimiser stay float32.
        compile: torch.compile of trunk and embedding head.
        checkpoint_activations: compute activations twice instead of keeping them.
        channels_last: memory layout of convolutions.
        ema: decay of the running mean of the weights, None for none.
        every_log: steps between log lines.
        every_checkpoint, every_seconds: steps and seconds between checkpoints; None for no such limit. A
            checkpoint is made at the end in any case. keep: newest checkpoints that stay.
        frozen_norm: BatchNorm uses and keeps its running statistics; else only frozen layers do.
        trackers: where log lines go beside `log.jsonl`.
        shard: with several processes: "ddp" (each has the whole network) or "fsdp2" (each a part of it).
        nan_patience: steps in a row without a finite gradient that stop the run.
        deterministic: only algorithms that give the same bits again; on a GPU attention is slower then.
    """

    steps: int
    seed: int = 0
    lr: float = 1e-3
    weight_decay: float = 0.05
    optimiser: Optimiser = "adamw"
    betas: tuple[float, float] = (0.9, 0.999)
    momentum: float = 0.9
    warmup_steps: int = 0
    schedule: Schedule = "cosine"
    clip: float | None = None
    accumulate: int = 1
    precision: Precision = "no"
    compile: bool = False
    checkpoint_activations: bool = False
    channels_last: bool = True
    ema: float | None = None
    every_log: int = 50
    every_checkpoint: int | None = None
    every_seconds: float | None = 600.0
    keep: int = 2
    frozen_norm: bool = False
    trackers: tuple[TrackerName, ...] = ("tensorboard",)
    shard: Shard = "ddp"
    nan_patience: int = 10
    deterministic: bool = True

    def __post_init__(self) -> None:
        self._counts()
        self._numbers()
        names = {"optimiser": Optimiser, "schedule": Schedule, "precision": Precision, "shard": Shard}
        for name, known in names.items():
            _one_of(name, getattr(self, name), get_args(known))
        for name in self.trackers:
            _one_of("a tracker", name, get_args(TrackerName))

    def _counts(self) -> None:
        least = {
            "steps": 1, "seed": 0, "warmup_steps": 0, "accumulate": 1, "every_log": 1, "keep": 1,
            "nan_patience": 1, "every_checkpoint": 1,
        }  # fmt: skip
        for name, low in least.items():
            value = getattr(self, name)
            if value is None and name == "every_checkpoint":
                continue
            if not isinstance(value, int) or value < low:
                raise InputError(f"{name} is a whole number of {low} or more, found {value!r}")
        if self.warmup_steps >= self.steps:
            raise InputError(
                f"warmup_steps is below steps ({self.steps}), found {self.warmup_steps}: nothing would follow"
            )

    def _numbers(self) -> None:
        above = {"lr": self.lr, "clip": self.clip, "every_seconds": self.every_seconds}
        for name, value in above.items():
            if value is not None and not (math.isfinite(value) and value > 0):
                raise InputError(f"{name} is a finite number above 0, found {value!r}")
        shares = {
            "beta 1": self.betas[0],
            "beta 2": self.betas[1],
            "momentum": self.momentum,
            "ema": self.ema,
        }
        for name, value in shares.items():
            if value is not None and not 0 <= value < 1:
                raise InputError(f"{name} is in [0, 1), found {value!r}")
        if not (math.isfinite(self.weight_decay) and self.weight_decay >= 0):
            raise InputError(f"weight_decay is 0 or more, found {self.weight_decay!r}")

    def identity(self) -> Mapping[str, object]:
        """The settings that a checkpoint and its resumption must share."""
        return {name: value for name, value in asdict(self).items() if name not in FREE}


def _one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"{name} is one of {', '.join(known)}, found {value!r}")
