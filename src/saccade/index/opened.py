"""Open a workspace's index for searching, with what is known of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from saccade.errors import NotFoundError
from saccade.index.edge import EdgeIndex
from saccade.index.exact import ExactIndex
from saccade.index.payloads import Fields
from saccade.index.protocol import Index
from saccade.index.settings import Settings
from saccade.index.versions import Versions, write_whole
from saccade.workspace.workspace import Workspace

_FILE = "info.json"
_TRIES = 5


@dataclass(frozen=True)
class IndexInfo:
    """A version of an index: what made it, how it is asked, how well it answers.

    `recall` is recall@10 against exact search, measured on its own vectors, with a 95% interval from
    `recall_low` to `recall_high`. `met` is false when no setting kept the constraints; `choice` says more.
    `inputs` are the table versions that it was made from, `request` what was asked for, `proposed_at` the
    count for which the kind of index was picked.
    """

    name: str
    model_id: str
    version: int
    count: int
    dim: int
    fields: Fields
    settings: Settings
    location: str | None
    recall: float
    recall_low: float
    recall_high: float
    met: bool
    choice: str
    memory: int
    disk: int
    inputs: dict[str, int]
    request: dict[str, object]
    proposed_at: int

    @property
    def backend(self) -> str:
        """exact, edge or server."""
        return self.settings.backend

    def save(self, folder: Path) -> None:
        write_whole(folder / _FILE, json.dumps(asdict(self), indent=1))

    @staticmethod
    def load(folder: Path) -> IndexInfo:
        found = json.loads((folder / _FILE).read_text())
        found["settings"] = Settings(**found["settings"])
        return IndexInfo(**found)


def versions(ws: Workspace, name: str) -> Versions:
    """The versions of an index; they lie on this machine even where the workspace does not."""
    return Versions(ws.local_dir("indexes", name))


def index_info(ws: Workspace, name: str = "main") -> IndexInfo | None:
    """What is known of the current version; None before the first build."""
    found = versions(ws, name)
    for _ in range(_TRIES):  # a version that is replaced twice while we look is gone
        current = found.current()
        if current is None:
            return None
        try:
            return IndexInfo.load(found.path(current))
        except FileNotFoundError:
            continue
    raise NotFoundError(f"expected a complete index {name!r} in {ws.uri}, found none; run `saccade index`")


def open_index(ws: Workspace, name: str = "main") -> tuple[Index, IndexInfo]:
    """The current version, open for reading; it stays as it is while the next one is built.

    Any number of processes may read one version. Raises `NotFoundError` when nothing was built.
    """
    for _ in range(_TRIES):
        info = index_info(ws, name)
        if info is None:
            break
        try:
            return open_version(versions(ws, name).path(info.version), info), info
        except (FileNotFoundError, NotFoundError):
            continue
    raise NotFoundError(f"expected an index {name!r} in {ws.uri}, found none; build it with `saccade index`")


def open_version(folder: Path, info: IndexInfo) -> Index:
    """One version, open for reading."""
    if info.settings.backend == "exact":
        return ExactIndex.load(folder / "index", info.settings)
    if info.settings.backend == "edge":
        return EdgeIndex(folder / "index", settings=info.settings, read_only=True)
    from saccade.index.server import ServerIndex  # its client takes most of a second to import

    location, _, collection = (info.location or "").rpartition("#")
    return ServerIndex(location, collection, settings=info.settings)
