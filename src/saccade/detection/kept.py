"""The detectors of a workspace: `detectors/<detector_id>/`, kept because whoever searches needs the one that
filled the table `objects`.

Decided: as with models, files are written whole and `config.json` last; a workspace on an object store keeps
them there and reads them through a cache on this machine.
"""

from __future__ import annotations

import os
from pathlib import Path

from saccade.detection.folder import CONFIG
from saccade.errors import InputError, NotFoundError
from saccade.workspace.storage import replace_file
from saccade.workspace.workspace import Workspace

_PLACE = "detectors"


def kept_detectors(ws: Workspace) -> list[str]:
    """Ids of the detectors that the workspace keeps, sorted."""
    try:
        ws.fs.invalidate_cache()
        found = ws.fs.ls(ws.path(_PLACE), detail=False)
    except FileNotFoundError:
        return []
    return sorted(str(path).rstrip("/").rsplit("/", 1)[-1] for path in found)


def the_only_detector(ws: Workspace) -> str:
    """Id of the only detector; `NotFoundError` for none, `InputError` that names them for several."""
    have = kept_detectors(ws)
    if not have:
        raise NotFoundError(f"{ws.uri} keeps no detector yet: name a detector folder")
    if len(have) > 1:
        raise InputError(f"expected one of the detectors {', '.join(have)} to be named")
    return have[0]


def keep_detector(ws: Workspace, folder: Path, detector_id: str) -> Path:
    """Copy a detector's folder into the workspace, once; returns its local folder there."""
    if detector_id not in kept_detectors(ws):
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        for path in sorted(files, key=lambda path: path.name == CONFIG):
            name = path.relative_to(folder).as_posix()
            ws.write_bytes(f"{_PLACE}/{detector_id}/{name}", path.read_bytes())
    return kept_detector(ws, detector_id)


def kept_detector(ws: Workspace, detector_id: str) -> Path:
    """Local folder of a kept detector; `NotFoundError` when it is not there."""
    folder = ws.local_dir(_PLACE, detector_id)
    if not ws.local and not (folder / CONFIG).is_file():
        _fetch(ws, detector_id, folder)
    if not (folder / CONFIG).is_file():
        have = ", ".join(kept_detectors(ws)) or "none"
        raise NotFoundError(f"{ws.uri} keeps no detector {detector_id!r} (it keeps {have})")
    return folder


def locate(ws: Workspace | None, place: str | os.PathLike[str] | None) -> Path:
    """The folder of a detector: a path, a kept id, or the only kept one for None."""
    if ws is None:
        if place is None:
            raise InputError("expected a detector folder, found nothing")
        return Path(place)
    text = the_only_detector(ws) if place is None else os.fspath(place)
    return Path(text) if "/" in text or Path(text).is_dir() else kept_detector(ws, text)


def _fetch(ws: Workspace, detector_id: str, folder: Path) -> None:
    root = ws.path(_PLACE, detector_id)
    found = sorted(map(str, ws.fs.find(root)), key=lambda path: path.endswith(f"/{CONFIG}"))
    for path in found:
        name = path.partition(f"/{_PLACE}/{detector_id}/")[2]
        replace_file(folder / name, ws.read_bytes(f"{_PLACE}/{detector_id}/{name}"))
