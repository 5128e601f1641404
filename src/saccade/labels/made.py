"""Whether a labelling is already in the tables: its digest, and the versions that it wrote."""

from __future__ import annotations

import json
from typing import Any

from saccade.errors import NotFoundError
from saccade.workspace import Workspace

OUTPUTS = ("phrases", "annotations", "labels", "image_labels")
_FILE = "reports/labels/made.json"


def is_made(ws: Workspace, digest: str) -> bool:
    """Whether the tables hold the result of this labelling and nobody has touched them since."""
    found = last_made(ws)
    return found is not None and found["digest"] == digest and found["outputs"] == versions(ws)


def last_made(ws: Workspace) -> dict[str, Any] | None:
    """What the last labelling noted: digest, outputs, counts; None before the first."""
    try:
        return json.loads(ws.read_bytes(_FILE))
    except NotFoundError:
        return None


def note_made(ws: Workspace, digest: str, counts: dict[str, Any]) -> None:
    """Say that this labelling is complete."""
    noted = {"digest": digest, "outputs": versions(ws), "counts": counts}
    ws.write_bytes(_FILE, json.dumps(noted, indent=1).encode())


def versions(ws: Workspace) -> dict[str, int]:
    """The present version of each table that a labelling writes."""
    return {name: ws.table(name).version for name in OUTPUTS}
