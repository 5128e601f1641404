"""`saccade serve`: the HTTP API and the page, over one workspace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from saccade.cli.common import DEFAULT_WORKSPACE, console, needs, parse

SERVER = ("fastapi", "uvicorn", "prometheus_client", "threadpoolctl")  # what the extra `serve` brings


@dataclass(frozen=True)
class Serve:
    """Answer searches over HTTP, with a page to search on."""

    workspace: Annotated[str, tyro.conf.arg(aliases=["-w"])] = DEFAULT_WORKSPACE
    """Folder or object-store URL of the workspace."""
    host: str = "127.0.0.1"
    """Address to listen at; 0.0.0.0 for every one of this machine."""
    port: int = 8000
    """Port to listen at; 0 takes a free one."""
    workers: int = 1
    """Processes that answer."""
    index: str = "main"
    """Name of the index."""
    detector: str = ""
    """Id or folder of the detector that finds objects; the only one that the workspace keeps by default."""
    keys: Path | None = None
    """File with write keys, one a line; the environment variable SACCADE_WRITE_KEYS (commas) adds to it."""
    allow_private: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Fetch pictures from private addresses too."""
    no_urls: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    """Fetch no addresses at all."""
    log: Literal["json", "text"] = "json"
    """Form of the log on standard error."""
    quiet: Annotated[bool, tyro.conf.arg(aliases=["-q"]), tyro.conf.FlagCreatePairsOff] = False
    """Log no requests."""


def main(argv: list[str]) -> None:
    options = parse(_options, "serve", argv, Serve.__doc__ or "")
    needs("serve", *SERVER)
    from saccade.service.server import free_port, run
    from saccade.service.settings import Settings, read_keys

    port = options.port or free_port(options.host, 49152, 1000)
    settings = Settings(
        workspace=options.workspace, index=options.index, host=options.host, port=port,
        workers=options.workers, allow_private=options.allow_private, urls=not options.no_urls,
        keys=read_keys(options.keys), detector=options.detector,
    )  # fmt: skip
    shown = f"[{options.host}]" if ":" in options.host else options.host
    console().print(f"saccade serves {options.workspace} at http://{shown}:{port}; Ctrl-C stops it")
    run(settings, options.log, requests=not options.quiet)


def _options(options: Annotated[Serve, tyro.conf.arg(name="")]) -> Serve:
    return options
