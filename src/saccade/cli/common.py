"""What the verbs share: the options of every verb, how a stage becomes a verb, and what is printed.

Decided: a stage's fields are its options and its docstring is their help (tyro reads both), required fields
are positional, and a stage that ran is remembered in the workspace's recipe, so that `saccade run` can bring
everything up to date with the same settings.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Annotated, Any, TypeVar

import tyro
from rich.console import Console

from saccade.cli.bars import Bars
from saccade.errors import InputError
from saccade.pipeline.recipe import remember
from saccade.progress import SILENT, Progress
from saccade.workspace import Report, Stage, Workspace

T = TypeVar("T")
S = TypeVar("S", bound=Stage)
FLAT = tyro.conf.arg(name="")  # the fields of this parameter are options without a prefix
WIDTH = 160  # columns of what is piped into a file
DEFAULT_WORKSPACE = "catalogue.saccade"


@dataclass(frozen=True)
class Common:
    """Options of every verb."""

    workspace: Annotated[str, tyro.conf.arg(aliases=["-w"])] = DEFAULT_WORKSPACE
    """Folder or object-store URL of the workspace."""
    quiet: Annotated[bool, tyro.conf.arg(aliases=["-q"]), tyro.conf.FlagCreatePairsOff] = False
    """Draw no progress bars."""

    def progress(self) -> Progress:
        return SILENT if self.quiet else Bars()


@dataclass(frozen=True)
class Dry(Common):
    """Options of the verbs that write."""

    dry_run: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Say what would be done and what it costs, and stop."""


def parse(function: Callable[..., T], verb: str, argv: list[str], about: str) -> T:
    """Call `function` with arguments from the command line; dataclass parameters are flattened.

    Raises `InputError` in one line where the parser would draw a box; `--help` prints and exits as usual.
    """

    def call() -> T:
        config = (tyro.conf.PositionalRequiredArgs,)
        return tyro.cli(function, args=argv, prog=f"saccade {verb}", description=about, config=config)

    if {"-h", "--help"} & set(argv):
        return call()
    said = io.StringIO()
    try:
        with redirect_stderr(said), redirect_stdout(said):
            return call()
    except SystemExit:
        message = _first_part(said.getvalue())
        raise InputError(f"{message}; see `saccade {verb} --help`") from None


def _first_part(said: str) -> str:
    """What the parser says between its title and its hints; rules of dashes part the three."""
    parts: list[list[str]] = [[]]
    for line in said.splitlines():
        words = line.strip()
        if words and not words.strip("-"):
            parts.append([])
        else:
            parts[-1] += words.split()
    words = " ".join(parts[1] if len(parts) > 1 else parts[0])
    return re.sub(r"\[/?bold\]", "", words).removesuffix("(required)").rstrip(" .")


def run_stage(
    kind: type[S],
    verb: str,
    argv: list[str],
    *,
    create: bool = False,
    default: S | None = None,
    common: type[Dry] = Dry,
) -> tuple[Workspace, S] | None:
    """Make a stage from the command line and run it; None where it was only planned.

    `default`: settings that the command line may change; those of the class by default. `common`: options
    beside those of the stage.
    """

    def both(stage: Any, rest: Dry) -> tuple[S, Dry]:
        return stage, rest

    if default is not None:
        both.__defaults__ = (default, common())
    both.__annotations__ = {"stage": Annotated[kind, FLAT], "rest": Annotated[common, FLAT]}
    stage, rest = parse(both, verb, argv, _first_paragraph(kind))
    ws = Workspace(rest.workspace, create=create and not rest.dry_run)
    return (ws, stage) if do_stage(stage, rest, ws) else None


def console() -> Console:
    """Standard output; wide enough for whole ids where it is no terminal."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDTH)


def do_stage(stage: Stage, common: Dry, ws: Workspace) -> Report | None:
    """Plan or run one stage and print what it says; None after a plan."""
    out = console()
    if common.dry_run:
        out.print(stage.plan(ws).line())
        return None
    report = stage.run(ws, common.progress())
    remember(ws, stage)
    out.print(report.line())
    for note in report.notes:
        out.print(f"  note: {note}")
    return report


def needs(extra: str, *modules: str) -> None:
    """Raise `InputError` in one line where an optional dependency of a verb is not installed."""
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise InputError(f"{', '.join(missing)} is not installed: pip install 'saccade[{extra}]'")


def _first_paragraph(kind: type) -> str:
    return (kind.__doc__ or "").split("\n\n")[0]
