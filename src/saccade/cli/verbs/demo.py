"""`saccade demo`: the whole loop on a simulated marketplace, or on your own folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from saccade.cli.bars import Bars
from saccade.cli.common import FLAT, console, parse
from saccade.progress import SILENT
from saccade.workspace import Report


@dataclass(frozen=True)
class Options:
    """Draw a marketplace (or take your pictures), fingerprint, index, evaluate, and write a picture page."""

    folder: Path | None = None
    """Where everything goes; demo, or demo-own for your own pictures."""
    data: str | None = None
    """A folder or list of your own pictures instead of the marketplace."""
    products: int = 1000
    """Products of the marketplace."""
    seed: int = 0
    """Of the marketplace and of the model."""
    quiet: Annotated[bool, tyro.conf.arg(aliases=["-q"]), tyro.conf.FlagCreatePairsOff] = False
    """Draw no progress bars."""


def main(argv: list[str]) -> None:
    options = parse(_options, "demo", argv, Options.__doc__ or "")
    from saccade.pipeline.demo import Demo

    folder = options.folder or Path("demo" if options.data is None else "demo-own")
    demo = Demo(folder, options.data, options.products, options.seed)
    out = console()
    for said in demo.run(SILENT if options.quiet else Bars()):
        out.print(said.line() if isinstance(said, Report) else said)
        for note in said.notes if isinstance(said, Report) else ():
            out.print(f"  {note}")


def _options(options: Annotated[Options, FLAT]) -> Options:
    return options
