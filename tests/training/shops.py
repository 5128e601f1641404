"""A small catalogue of coloured pictures with labels, for the tests of training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from saccade.catalog.ingest import Ingest
from saccade.workspace import Workspace

COLOURS = {"red": (200, 40, 40), "green": (40, 180, 60), "blue": (50, 60, 210)}
SHAPES = ("square", "stripe")


def shop(folder: Path, items: int = 12, photos: int = 1, side: int = 48) -> Workspace:
    """A workspace with `items` items in three colours and two shapes, with a picture and photos."""
    lines: list[str] = ["item_id,image,role,category,colour,split"]
    rng = np.random.default_rng(0)
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    for number in range(items):
        colour, shape = list(COLOURS)[number % 3], SHAPES[number // 3 % 2]
        for view in range(1 + photos):
            name = f"pictures/{number}-{view}.png"
            Image.fromarray(picture(colour, shape, side, rng)).save(folder / name)
            role = "review" if view else "seller"
            split = "val" if number >= items - 4 else "train"
            lines.append(f"i{number:02d},{name},{role},{shape},{colour},{split}")
    ws = Workspace(folder / "ws", create=True)
    for role in ("seller", "review"):
        rows = [lines[0], *(line for line in lines[1:] if f",{role}," in line)]
        (folder / f"{role}.csv").write_text("\n".join(rows))
        if len(rows) > 1:
            Ingest(str(folder / f"{role}.csv"), role=role).run(ws)
    return ws


def picture(colour: str, shape: str, side: int, rng: np.random.Generator) -> np.ndarray:
    """uint8 [side, side, 3]: a shape of a colour on noise."""
    rgb = rng.integers(200, 256, (side, side, 3)).astype(np.uint8)
    half = slice(side // 4, 3 * side // 4)
    rows = half if shape == "square" else slice(side // 2 - 4, side // 2 + 4)
    rgb[rows, half] = COLOURS[colour]
    return rgb


def add_task(ws: Workspace, task: str, labels: dict[str, str]) -> None:
    """Rows of the table `tasks`: image id -> label."""
    ws.table("tasks").upsert(
        pa.table({"task": [task] * len(labels), "image_id": list(labels), "label": list(labels.values())})
    )


def add_weak_labels(ws: Workspace, labels: dict[str, dict[str, float]], split: str = "train") -> None:
    """Weak labels as `saccade label` would leave them: image id -> label -> weight."""
    names = sorted({name for row in labels.values() for name in row})
    ws.table("labels").upsert(pa.table({"label_id": names, "name": names}))
    rows = [(image, name, weight) for image, row in labels.items() for name, weight in row.items()]
    ws.table("image_labels").upsert(
        pa.table({
            "image_id": [row[0] for row in rows], "label_id": [row[1] for row in rows],
            "weight": pa.array([row[2] for row in rows], pa.float32()), "split": [split] * len(rows),
        })
    )  # fmt: skip
