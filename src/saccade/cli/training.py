"""What `saccade train` and `saccade pretrain` share: the file of settings, the run, and the assessment after it.

Decided: training ends with the measurement of what came out, because a model without a complete card is not
released; `--no-assess` leaves it for later (`saccade assess`).
"""

from __future__ import annotations

from pathlib import Path

from saccade.cli.common import console, needs, run_stage
from saccade.errors import InputError

EXTRA = ("torch", "timm", "accelerate")


def train_and_assess(verb: str, argv: list[str]) -> None:
    """Run the stage of a verb with settings from its options and, with `--config FILE`, from a file."""
    needs("train", *EXTRA)
    from saccade.training.settings import read_config
    from saccade.training.stage import Pretrain, Train

    kind = Pretrain if verb == "pretrain" else Train
    path, rest = _taken(argv, "--config")
    assess = "--no-assess" not in rest
    rest = [word for word in rest if word != "--no-assess"]
    default = read_config(Path(path), kind) if path else None
    done = run_stage(kind, verb, rest, default=default)
    if done is None or not assess:
        return
    ws, stage = done
    model_id, held = stage.outcome(ws)
    console().print(f"model {model_id}, held out: {held}")


def _taken(argv: list[str], option: str) -> tuple[str | None, list[str]]:
    """The value of an option, and the words without it."""
    for place, word in enumerate(argv):
        if word.startswith(f"{option}="):
            return word.partition("=")[2], [*argv[:place], *argv[place + 1 :]]
        if word == option:
            if place + 1 == len(argv):
                raise InputError(f"{option} wants a file behind it")
            return argv[place + 1], [*argv[:place], *argv[place + 2 :]]
    return None, argv
