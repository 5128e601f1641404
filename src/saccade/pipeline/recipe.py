"""The recipe of a workspace: with which settings its stages were last run, so that they can be run again.

Decided: a small JSON file in the workspace, written after every stage that ran. A stage with the same
identity (the same source, the same model, the same index) replaces its own entry. `saccade run` goes through
it in the order of the table of contents, not of history, so that a source added last is still ingested first.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from pydantic import TypeAdapter, ValidationError

from saccade.errors import InputError, NotFoundError
from saccade.pipeline.stages import STAGES, Row, row_of
from saccade.progress import SILENT, Progress
from saccade.workspace import Report, Stage, Workspace
from saccade.workspace.storage import is_local

FILE = "recipe.json"
_PATHS = ("source", "qrels", "model", "dictionary", "block", "judged")
Settings = dict[str, object]


@dataclass(frozen=True)
class Entry:
    """One stage of a recipe: its verb and the settings it ran with."""

    stage: str
    settings: Settings


@dataclass(frozen=True)
class Recipe:
    """What the file holds."""

    steps: list[Entry]


def remember(ws: Workspace, stage: Stage) -> None:
    """Put a stage's settings into the recipe."""
    row = row_of(stage.name)
    if row is None:
        return
    settings = _anchored(asdict(stage))
    entries = [entry for entry in _entries(ws) if not _same(entry, row, settings)]
    recipe = Recipe([*entries, Entry(row.verb, settings)])
    ws.write_bytes(FILE, json.dumps(asdict(recipe), indent=1, default=str).encode())


def steps(ws: Workspace) -> Iterator[Stage]:
    """The stages of the recipe, in the order of `STAGES`; `InputError` for one that no longer fits."""
    entries = _entries(ws)
    for row in STAGES:
        for entry in entries:
            if entry.stage == row.verb:
                yield _stage(row, entry.settings)


def bring_up_to_date(ws: Workspace, progress: Progress = SILENT) -> Iterator[Report]:
    """Run every stage of the recipe; yields each report as its stage ends.

    Raises `InputError` when the workspace has no recipe yet.
    """
    found = list(steps(ws))
    if not found:
        raise InputError(f"{ws.uri} has no recipe yet: run `saccade ingest`, `fingerprint` and `index` once")
    with ws.lock("saccade run"):
        for stage in found:
            yield stage.run(ws, progress)


def _entries(ws: Workspace) -> list[Entry]:
    try:
        text = ws.read_bytes(FILE)
    except NotFoundError:
        return []
    try:
        return TypeAdapter(Recipe).validate_json(text).steps
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(
            f"{ws.path(FILE)} is not a recipe ({where}: {first['msg']}); mend or delete it"
        ) from error


def _same(entry: Entry, row: Row, settings: Settings) -> bool:
    old = entry.settings
    return entry.stage == row.verb and all(str(old.get(n)) == str(settings.get(n)) for n in row.identity)


def _stage(row: Row, settings: object) -> Stage:
    try:
        return TypeAdapter(row.load()).validate_python(settings)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"the recipe's settings of `{row.verb}` do not fit: {where}: {first['msg']}"
        ) from error


def _anchored(settings: Settings) -> Settings:
    """Local paths made absolute, so that the recipe works from any folder."""
    return {name: _absolute(value) if name in _PATHS else value for name, value in settings.items()}


def _absolute(value: object) -> object:
    local = isinstance(value, str) and is_local(value) and os.path.exists(value)
    return os.path.abspath(str(value)) if local else value
