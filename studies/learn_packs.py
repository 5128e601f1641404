"""What the recipes are compared on: real packs with real weights, and the marketplace where there are none.

| pack | learned | asked | right |
|---|---|---|---|
| grocery | the product | validation photos against the catalogue | the product |
| fashion | article type, colour, gender, usage, season | validation against training | each label |
| clothing | the kind of garment | validation against training | the label |
| market | the product | held camera photos against held seller pictures | the product |

Decided: hit@1 is the nearest picture's label in all of them. The real packs start from MobileNetV2 with its
published weights; the marketplace from a small network that was pretrained on the weak labels of another one.
A pack becomes a workspace with its files where they lie, and `folder=val` is held. Nothing of a pack is
copied into the cache but ids and labels.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from learn_labels import CLUSTERED, SETTINGS, teach, teach_items
from learn_market import HELD, PHOTO, SELLER, TRAIN, Opened, Shop, open_shop, put_task
from learn_measures import Names, Vectors, hits
from learn_train import MIDDLE, Recipe, embed, train_cell, untrained

from saccade.catalog.ingest import Ingest
from saccade.models.folder import load_model, save_model, with_head
from saccade.vision.decode import decode
from saccade.vision.preprocess import Preprocess
from saccade.workspace import Workspace

MARKET = "market"
REAL = {
    "grocery": ("product_id",),
    "fashion": ("article_type", "base_colour", "gender", "usage", "season"),
    "clothing": ("label",),
}
"""The labels of each real pack."""
VAL = "val"
WEIGHTS = ("mobilenet_v2_imagenet.safetensors", "mobilenetv2_100", {"pad_type": "same"})


@dataclass(frozen=True)
class Asked:
    """The questions of a pack: rows of pictures that ask and that answer, and their labels by task."""

    asking: np.ndarray
    shown: np.ndarray
    labels: dict[str, Names]
    groups: list[str]


@dataclass(frozen=True, eq=False)
class Pack:
    """A pack that can be learned: its tasks as the trainer wants them, and its questions."""

    name: str
    tasks: tuple[str, ...]
    held: str
    files: Sequence[Path]
    asked: Asked

    def hit1(self, model: Path) -> tuple[list[float], list[float]]:
        """hit@1 of each question by floats and by bits, the mean over the tasks that it has a label of."""
        rows = np.concatenate((self.asked.asking, self.asked.shown))
        vectors = embed(model, (_read(self.files[row]) for row in rows))
        mine, theirs = vectors[: len(self.asked.asking)], vectors[len(self.asked.asking) :]
        floats, bits = (
            [self._task(mine, theirs, one, by) for one in self.asked.labels.values()] for by in (False, True)
        )
        return np.nanmean(floats, axis=0).tolist(), np.nanmean(bits, axis=0).tolist()

    def _task(self, mine: Vectors, theirs: Vectors, labels: Names, bits: bool) -> list[float]:
        """hit@1 of one task; NaN for a question without a label."""
        asked, shown = labels[self.asked.asking], labels[self.asked.shown]
        known = np.array([label is not None for label in shown])
        found = hits(mine, asked, theirs[known], shown[known], bits)
        return [
            float("nan") if label is None else float(hit) for label, hit in zip(asked, found, strict=True)
        ]


def open_pack(name: str, data: Path | None, shop: Shop, cache: Path, folder: Path) -> tuple[Pack, Workspace]:
    """A pack, and a workspace of its own in `folder` for one training."""
    shutil.rmtree(folder, ignore_errors=True)
    if name == MARKET:
        opened = open_shop(shop, cache)
        ws = opened.copy(folder)
        teach_items(opened, ws, "product", _all_items(opened))
        return _market(opened), ws
    assert data is not None
    return _real(name, data / name, folder)


def base_of(name: str, data: Path | None, shop: Shop, network: str, how: Recipe, cache: Path) -> Path:
    """The model folder that all recipes of a pack start from; made once."""
    if name != MARKET:
        assert data is not None
        return _published(data / "weights", cache / "published")
    target = cache / f"pretrained-{shop.name}"
    if not (target / "config.json").is_file():
        opened = open_shop(replace(shop, seed=shop.seed + 1000), cache)
        scratch = target.with_suffix(".scratch")
        ws = opened.copy(scratch / "ws")
        teach(opened, ws, CLUSTERED, 1.0)
        base = untrained(scratch / "base", network, how.size, shop.seed)
        how = replace(how, recipe="full", augment="camera", options={}, more=SETTINGS[CLUSTERED])
        made = train_cell(ws, base, ("labels",), how, shop.seed, fresh=True)
        shutil.copytree(made.folder, target.with_suffix(".part"), dirs_exist_ok=True)
        target.with_suffix(".part").rename(target)
        shutil.rmtree(scratch)
    return target


def _published(weights: Path, target: Path) -> Path:
    """MobileNetV2 as it was published, behind the head that learns nothing."""
    if not (target / "config.json").is_file():
        file, architecture, kwargs = WEIGHTS
        seen = Preprocess((224, 224), interpolation="bilinear", mean=MIDDLE, std=MIDDLE)
        model = load_model(weights / file, architecture=architecture, kwargs=kwargs, preprocess=seen)
        model = with_head(model)
        save_model(model.embedder, model.preprocess, target)
    return target


def _market(opened: Opened) -> Pack:
    asking, shown = np.flatnonzero(opened.where(HELD, PHOTO)), np.flatnonzero(opened.where(HELD, SELLER))
    item = opened.column("item")
    files = [opened.folder / file for file in opened.column("file")]
    asked = Asked(asking, shown, {"product": item}, [str(one) for one in item[asking]])
    return Pack(MARKET, ("product:retrieval",), f"folder={HELD}", files, asked)


def _all_items(opened: Opened) -> list[int]:
    items = opened.column("item")[opened.where(TRAIN, SELLER)]
    return sorted({int(item) for item in items})


def _real(name: str, pack: Path, folder: Path) -> tuple[Pack, Workspace]:
    rows = [row for split in ("train", VAL) for row in _lines(pack / f"{split}.jsonl")]
    if name == "grocery":
        rows += [{**row, "split": "catalogue"} for row in _lines(pack / "products.jsonl")]
    ws, tasks = Workspace(folder, create=True), REAL[name]
    parts = {str(row["image"]).split("/")[0] for row in rows}
    for part in sorted(parts):
        Ingest(str(pack / part), kind="folder", pictures_only=True).run(ws)
    seen = ws.table("sources").read(["uri", "image_id"]).to_pydict()
    known = dict(zip(seen["uri"], seen["image_id"], strict=True))
    labels = {task: np.array([_said(row.get(task)) for row in rows], object) for task in tasks}
    for task, values in labels.items():
        pairs = {
            (known[str(pack / row["image"])], value) for row, value in zip(rows, values, strict=True) if value
        }
        named = dict(sorted(pairs))
        put_task(ws, task, list(named), list(named.values()))
    kind = ":retrieval" if name == "grocery" else ""
    split = np.array([row["split"] for row in rows])
    answers = "catalogue" if name == "grocery" else "train"
    asked = Asked(
        np.flatnonzero(split == VAL), np.flatnonzero(split == answers),
        labels, [str(row.get("group", row["image"])) for row in rows if row["split"] == VAL],
    )  # fmt: skip
    files = [pack / row["image"] for row in rows]
    return Pack(name, tuple(f"{task}{kind}" for task in tasks), f"folder={VAL}", files, asked), ws


def _said(value: object) -> str | None:
    return None if value is None else str(value)


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def _read(path: Path) -> np.ndarray:
    found = decode(path.read_bytes())
    if found.rgb is None:
        raise ValueError(f"{path}: {found.reason}")
    return found.rgb
