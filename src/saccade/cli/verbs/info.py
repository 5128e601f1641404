"""`saccade info`: the tables of a workspace, its indexes, and its newest runs."""

from __future__ import annotations

import json
from typing import Annotated, Any

from rich.console import Console
from rich.table import Table as Grid

from saccade.cli.common import FLAT, Common, console, parse
from saccade.errors import NotFoundError
from saccade.index.opened import index_info
from saccade.workspace import Workspace

NEWEST = 10


def main(argv: list[str]) -> None:
    common, output = parse(_options, "info", argv, "Say what the workspace holds and how it was made.")
    ws, out = Workspace(common.workspace), console()
    if output is not None:
        _lineage(ws, output, out)
        return
    out.print(f"[bold]{ws.uri}[/bold]")
    out.print(_tables(ws))
    for index in _indexes(ws):
        out.print(index)
    out.print(_runs(ws))


def _options(common: Annotated[Common, FLAT], of: str | None = None) -> tuple[Common, str | None]:
    """Options of the verb.

    Args:
        common: of every verb.
        of: show how this table or index came to be (its lineage) instead of the overview.
    """
    return common, of


def _tables(ws: Workspace) -> Grid:
    grid = Grid("table", "rows", "version", "changed", box=None, pad_edge=False)
    for name in ws.tables():
        table = ws.table(name)
        versions = table.versions()
        changed = f"{versions[-1].time:%Y-%m-%d %H:%M}" if versions else ""
        grid.add_row(name, f"{table.count():,}", str(table.version), changed)
    return grid


def _indexes(ws: Workspace) -> list[str]:
    folder = ws.local_dir("indexes")
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    infos = [info for name in names if (info := index_info(ws, name)) is not None]
    return [
        f"index {info.name}: {info.count:,} vectors of {info.model_id}, {info.backend}, "
        f"version {info.version}, recall@10 {info.recall:.3f}, {info.disk / 2**20:,.1f} MiB"
        for info in infos
    ]


def _runs(ws: Workspace) -> Grid:
    grid = Grid("run", "state", "seconds", "started", "wrote", box=None, pad_edge=False)
    for run in ws.runs().slice(0, NEWEST).to_pylist():
        wrote = ", ".join(name for name, _ in run["outputs"])
        grid.add_row(
            run["stage"], run["state"], f"{run['seconds']:.1f}", f"{run['started']:%Y-%m-%d %H:%M}", wrote
        )
    return grid


def _lineage(ws: Workspace, output: str, out: Console) -> None:
    found = ws.runs(output).to_pylist()
    if not found:
        raise NotFoundError(f"nothing in {ws.uri} wrote {output!r}; `saccade info` lists its tables and runs")
    for run in found:
        when = f"{run['started']:%Y-%m-%d %H:%M:%S}"
        out.print(f"[bold]{run['stage']}[/bold] {run['state']} {when} code {run['code']}")
        out.print(f"  settings {_compact(run['settings'])}")
        out.print(f"  read     {_versions(run['inputs'])}")
        out.print(f"  wrote    {_versions(run['outputs'])}")
        out.print(f"  counts   {_compact(run['counts'])}")


def _versions(pairs: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name}@{version}" for name, version in pairs) or "nothing"


def _compact(text: str) -> str:
    found: dict[str, Any] = json.loads(text)
    return ", ".join(f"{name}={value}" for name, value in found.items() if value not in (None, [], {}))
