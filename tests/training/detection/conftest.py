"""A workspace of coloured boxes that people drew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.catalog.ingest import Ingest
from saccade.workspace import Workspace

COLOURS = {"red": (250, 20, 20), "blue": (20, 20, 250)}


@pytest.fixture
def boxed(tmp_path: Path) -> Callable[[int], Workspace]:
    """Makes a workspace with that many pictures of 128 × 96 pixels, each with one to three boxes."""

    def make(count: int) -> Workspace:
        rng, images, notes = np.random.default_rng(0), list[object](), list[object]()
        for number in range(count):
            rgb = rng.integers(100, 200, (96, 128, 3), dtype=np.uint8)
            for _ in range(rng.integers(1, 4)):
                wide, tall = rng.integers(24, 45, 2).tolist()
                left, top = int(rng.integers(0, 128 - wide)), int(rng.integers(0, 96 - tall))
                kind = int(rng.integers(0, 2))
                rgb[top : top + tall, left : left + wide] = list(COLOURS.values())[kind]
                note = {"id": len(notes) + 1, "image_id": number + 1, "category_id": kind + 1, "iscrowd": 0}
                notes.append({**note, "bbox": [left, top, wide, tall], "area": wide * tall})
            Image.fromarray(rgb).save(tmp_path / f"{number}.jpg", quality=92)
            images.append({"id": number + 1, "file_name": f"{number}.jpg", "width": 128, "height": 96})
        names = [{"id": place, "name": name} for place, name in enumerate(COLOURS, 1)]
        listed = tmp_path / "annotations.json"
        listed.write_text(json.dumps({"images": images, "annotations": notes, "categories": names}))
        ws = Workspace(tmp_path / "ws", create=True)
        Ingest(str(listed), role="scene", pictures_only=True).run(ws)
        return ws

    return make
