"""The stage that finds near-duplicates among the images that were ingested.

Decided: all hashes are compared anew whenever `images` has changed, because one new image can change which
image stands for a group; that costs seconds a million (`duplicates.py`), and nothing when `images` is the
same. The online question "is this one new?" is `duplicates_index`'s, not this stage's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from saccade.catalog.duplicates import duplicate_table
from saccade.catalog.duplicates_distance import THRESHOLD
from saccade.progress import Progress
from saccade.vision.hashing import HASH_BYTES
from saccade.workspace import Clock, Plan, Stage, Workspace

_GOOD = "status = 'ok' AND phash IS NOT NULL"


@dataclass(frozen=True)
class Deduplicate(Stage):
    """Find near-duplicates among the pictures: re-encoded, resized, cropped a little."""

    name: ClassVar[str] = "dedup"

    threshold: int = THRESHOLD
    """Greatest distance in bits at which two pictures count as copies."""

    def plan(self, ws: Workspace) -> Plan:
        work = 0 if self._done(ws) else ws.table("images").count(_GOOD)
        return Plan(self.name, work, "images")

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, int | float | str]:
        if self._done(ws):
            return {"images": 0, "unchanged": ws.table("images").count(_GOOD)}
        progress.start("find duplicates", None)
        with clock.reading():
            rows = ws.table("images").read(["image_id", "phash"], _GOOD)
            flat = b"".join(rows.column("phash").to_pylist())
            hashes = np.frombuffer(flat, np.uint8).reshape(-1, HASH_BYTES)
        with clock.computing():
            found = duplicate_table(rows.column("image_id").to_pylist(), hashes, self.threshold)
        with clock.writing():
            table = ws.table("duplicates")
            kept = set(found.column("image_id").to_pylist())
            stale = [
                name for name in table.read(["image_id"]).column("image_id").to_pylist() if name not in kept
            ]
            table.create()
            table.upsert(found)
            table.delete_keys(stale)
        progress.stop()
        groups = len(set(found.column("group_id").to_pylist()))
        return {"images": rows.num_rows, "duplicates": found.num_rows - groups, "groups": groups}

    def _done(self, ws: Workspace) -> bool:
        """Whether the last finished run saw these images with this threshold."""
        now = ws.table("images").version
        if now == 0:
            return True
        condition = f"stage = '{self.name}' AND state = 'done'"
        runs = (
            ws.table("runs")
            .read(["settings", "inputs", "started"], condition)
            .sort_by([("started", "descending")])
        )
        if not runs.num_rows:
            return False
        inputs = dict(runs.column("inputs")[0].as_py() or [])
        same = json.loads(runs.column("settings")[0].as_py()) == self.settings()
        return same and inputs.get("images") == now
