"""What `saccade train` and `saccade pretrain` share: settings from a file, the run, and its assessment.

Decided: training ends with the measurement of what came out, because a model without a complete card is not
released; `--no-assess` leaves it for later (`saccade assess`).
"""

from __future__ import annotations

from pathlib import Path

from saccade.cli.common import Dry, do_stage, needs, run_stage
from saccade.errors import InputError

NO_OTHERS = "out_of_domain: no pictures of another kind were named (--out-of-domain)"
EXTRA = ("torch", "timm", "accelerate")


def train_and_assess(verb: str, argv: list[str]) -> None:
    """Run the stage of a verb with settings from its options and, with `--config FILE`, from a file."""
    needs("train", *EXTRA)
    from saccade.evaluation.assess import Assess
    from saccade.evaluation.stage import table
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
    assessment = Assess(
        model_id, held, out_of_domain=stage.out_of_domain, groups=stage.groups,
        waive=() if stage.out_of_domain else (NO_OTHERS,),
    )  # fmt: skip
    if do_stage(assessment, Dry(workspace=ws.uri, quiet="-q" in rest or "--quiet" in rest), ws):
        print(table(ws, f"card-{model_id}"))
        print(f"\n{model_id}")


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
