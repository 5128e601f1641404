"""Bring an index up to date in a process of its own, so that building a graph holds up no search.

Decided: the same command that a person would type, with what the current version was asked for, at a lower
priority. Killed with the service or without it, it leaves the old version in place (`index.versions`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress

from saccade.index.opened import IndexInfo

_NICE = 10  # of the child: searches come first
_OPTIONS = ("backend", "recall", "memory", "latency")


def command(workspace: str, info: IndexInfo) -> list[str]:
    """The command line that builds the next version of an index."""
    said = [*_saccade("index", workspace, info), "--index", info.name]
    for name in _OPTIONS:
        value = info.request.get(name)
        if value is not None:
            said += [f"--{name}", str(value)]
    fields = info.request.get("fields")
    return [*said, "--fields", *map(str, fields)] if isinstance(fields, list | tuple) else said


def filling(workspace: str, info: IndexInfo) -> list[str]:
    """The command line that computes the vectors that a model lacks."""
    return _saccade("fingerprint", workspace, info)


def start(said: list[str]) -> subprocess.Popen[str]:
    """The process; what it says on either stream is its standard output."""
    child = subprocess.Popen(
        said, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace",
    )  # fmt: skip
    with suppress(OSError, AttributeError):  # it has ended already, or the system has no priorities
        os.setpriority(os.PRIO_PROCESS, child.pid, _NICE)
    return child


def _saccade(verb: str, workspace: str, info: IndexInfo) -> list[str]:
    start = [sys.executable, "-m", "saccade.cli.main", verb, "--quiet"]
    return [*start, "--workspace", workspace, "--model", info.model_id]
