"""What `saccade train` and `saccade pretrain` share: settings from a file, the run, and its assessment.

Decided: training ends with the measurement of what came out, because a model without a complete card is not
released; `--no-assess` leaves it for later (`saccade assess`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import tyro

from saccade.catalog.catalogue import Catalogue
from saccade.cli.common import Dry, do_stage, needs, run_stage
from saccade.errors import InputError
from saccade.workspace import Workspace

if TYPE_CHECKING:
    from saccade.training.stage import Train

NO_OTHERS = "out_of_domain: no pictures of another kind were named (--out-of-domain)"
NO_GROUPS = "groups: no attribute was named that parts the pictures (--groups)"
EXTRA = ("torch", "timm", "accelerate")


@dataclass(frozen=True)
class Training(Dry):
    """Options of the verbs that train."""

    config: str | None = None
    """A TOML file of these settings; what the command line says wins."""
    no_assess: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Do not measure the model; `saccade assess` does it later."""


def train_and_assess(verb: str, argv: list[str]) -> None:
    """Run the stage of a verb with settings from its options and, with `--config FILE`, from a file."""
    needs("train", *EXTRA)
    from saccade.training.loop.devices import launched
    from saccade.training.settings import read_config
    from saccade.training.stage import Pretrain, Train

    kind = Pretrain if verb == "pretrain" else Train
    path = _value(argv, "--config")
    default = read_config(Path(path), kind) if path else None
    done = run_stage(kind, verb, argv, default=default, common=Training)
    if done is not None and not launched()[0] and "--no-assess" not in argv:
        _assess(*done, quiet=bool({"-q", "--quiet"} & set(argv)))


def _assess(ws: Workspace, stage: Train, quiet: bool) -> None:
    """Measure what came out, and print the table and the model's id."""
    from saccade.evaluation.assess import Assess
    from saccade.evaluation.stage import table

    model_id, held = stage.outcome(ws)
    waived = _waived(ws, stage)
    assessment = Assess(model_id, held, stage.gallery, stage.out_of_domain, groups=stage.groups, waive=waived)
    if do_stage(assessment, Dry(workspace=ws.uri, quiet=quiet), ws):
        print(f"{table(ws, f'card-{model_id}')}\n{model_id}")


def _waived(ws: Workspace, stage: Train) -> tuple[str, ...]:
    """What nobody named and the catalogue does not say, for the card."""
    found = () if stage.out_of_domain else (NO_OTHERS,)
    alone = all(task.kind == "retrieval" for task in stage.learned())
    parted = stage.groups or not alone or len(Catalogue(ws).items["category"].unique().drop_null()) > 1
    return found if parted else (*found, NO_GROUPS)


def _value(argv: list[str], option: str) -> str | None:
    """What stands behind an option, if it is there."""
    for word, following in zip(argv, [*argv[1:], ""], strict=True):
        if word == option and not following:
            raise InputError(f"{option} wants a file behind it")
        if word == option or word.startswith(f"{option}="):
            return following if word == option else word.partition("=")[2]
    return None
