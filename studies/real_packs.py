"""What the studies of real packs share: the pack or a word of why not, published weights, a detector.

Decided: a study whose packs are not there says which, prints an empty last line and ends well, so that it can
stand in a list of commands. Nothing of a pack is copied into the cache but rows of text and vectors.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from learn_packs import WEIGHTS
from learn_study import last_line, packs_folder
from learn_train import MIDDLE

from saccade.detection.imports import import_onnx, read_categories
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model
from saccade.index.stage import BuildIndex
from saccade.models.folder import load_model, save_model, with_head
from saccade.vision.preprocess import Preprocess
from saccade.workspace import Workspace

Row = dict[str, Any]
TRAIN: Final = "train"
VAL: Final = "val"
YOLOX = "yolox_nano_coco.onnx"


def needed(*names: str) -> Path:
    """The folder of packs that has all of these; says what is missing and ends the study where it has not."""
    data = packs_folder()
    missing = [name for name in names if data is None or not (data / name).is_dir()]
    if data is None or missing:
        place = "no folder of real packs is here" if data is None else f"{', '.join(missing)} not in {data}"
        print(f"skipped: {place}; set SACCADE_DATA to the folder that holds {', '.join(names)}")
        last_line({})
        sys.exit(0)
    return data


def lines(path: Path) -> list[Row]:
    """Rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def write_lines(path: Path, rows: Sequence[Row]) -> Path:
    """Rows as a JSON Lines file; returns it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def published(data: Path, folder: Path) -> Path:
    """The model folder of MobileNetV2 as it was published, behind the head that learns nothing; made once."""
    if not (folder / "config.json").is_file():
        file, architecture, kwargs = WEIGHTS
        seen = Preprocess((224, 224), interpolation="bilinear", mean=MIDDLE, std=MIDDLE)
        path = data / "weights" / file
        model = with_head(load_model(path, architecture=architecture, kwargs=kwargs, preprocess=seen))
        save_model(model.embedder, model.preprocess, folder)
    return folder


def yolox(data: Path, folder: Path) -> Path:
    """The detector folder of YOLOX-nano, as `saccade import-detector` makes it; made once."""
    if not (folder / "config.json").is_file():
        names = read_categories(data / "coco" / "categories.jsonl")
        import_onnx(data / "weights" / YOLOX, "yolox", names, folder, name="yolox-nano")
    return folder


def made(folder: Path, fill: Callable[[Workspace], None]) -> Workspace:
    """The workspace of a folder, filled once; one whose filling was cut short is begun again."""
    done = folder.with_suffix(".done")
    if not done.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        fill(Workspace(folder, create=True))
        done.touch()
    return Workspace(folder)


def searchable(ws: Workspace, model: Path, objects: bool = False) -> str:
    """Fingerprint every picture, and every object where wanted, and index them; returns the model's id."""
    name = keep_model(ws, model)
    _indexed(ws, name, "images", "main")
    if objects:
        _indexed(ws, name, "objects", "objects")
    return name


def _indexed(ws: Workspace, model: str, store: Literal["images", "objects"], index: str) -> None:
    Fingerprint(model, store=store, threads=1).run(ws)
    BuildIndex(model, index=index, store=store, backend="exact").run(ws)
