"""`saccade demo`: the whole loop on a simulated marketplace, or on your own folder, and a page to search."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from saccade.cli.bars import Bars
from saccade.cli.common import FLAT, console, needs, parse
from saccade.cli.verbs.label import LIBRARIES
from saccade.cli.verbs.serve import SERVER
from saccade.progress import SILENT
from saccade.workspace import Report

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Options:
    """Draw a marketplace (or take your pictures), fingerprint, index, evaluate, and serve a page."""

    folder: Path | None = None
    """Where everything goes; demo, or demo-own for your own pictures."""
    data: str | None = None
    """A folder or list of your own pictures instead of the marketplace."""
    products: int = 3000
    """Products of the marketplace."""
    seed: int = 0
    """Of the marketplace and of the model."""
    model: str = "handmade"
    """handmade, a timm name (weights are fetched), a model folder, or the id of a model in the workspace."""
    port: int = 8000
    """Port of the page; the next free one when it is taken."""
    no_serve: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Prepare everything and stop."""
    quiet: Annotated[bool, tyro.conf.arg(aliases=["-q"]), tyro.conf.FlagCreatePairsOff] = False
    """Draw no progress bars."""


def main(argv: list[str]) -> None:
    options = parse(_options, "demo", argv, Options.__doc__ or "")
    from saccade.pipeline.demo import Demo

    folder = options.folder or Path("demo" if options.data is None else "demo-own")
    demo = Demo(folder, options.data, options.products, options.seed, options.model)
    out = console()
    for said in demo.run(SILENT if options.quiet else Bars()):
        out.print(said.line() if isinstance(said, Report) else said)
        for note in said.notes if isinstance(said, Report) else ():
            out.print(f"  {note}")
    if options.no_serve:
        out.print(f"ready; saccade serve -w {demo.workspace}")
        return
    _serve(demo.workspace, options.port)


def _serve(workspace: Path, port: int) -> None:
    needs("serve", *SERVER)
    needs("labels", *LIBRARIES)
    from saccade.service.server import free_port, run
    from saccade.service.settings import Settings, read_keys

    free = free_port(HOST, port)
    again = f"saccade serve -w {workspace}"
    console().print(f"open http://localhost:{free} in a browser; Ctrl-C stops it, {again} starts it again")
    run(Settings(str(workspace), host=HOST, port=free, keys=read_keys(None)), "text", requests=False)


def _options(options: Annotated[Options, FLAT]) -> Options:
    return options
