"""Grocery, fashion and coco as workspaces that can be searched, with what is right for each picture.

| pack | catalogue | asks | right | metadata |
|---|---|---|---|---|
| grocery | training photos and studio pictures | validation photos | the product | kind, family |
| fashion | training pictures | validation pictures | the article type | gender, usage, season, colour |
| coco | training pictures | objects of validation pictures | scenes with that category | |

Decided: a picture is an item. Metadata never name what is right. Grocery's photos come in bursts from one
shelf, so its official split is kept and its near-duplicates are folded. A pack becomes two workspaces: the
catalogue alone, which lens is asked about, and a copy with the pictures that ask in it, which similar and
object search need; a search there is narrowed to the catalogue's pictures by their role.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from real_boxes import coco_file
from real_packs import TRAIN, VAL, Row, lines, made, published, searchable, write_lines, yolox

from saccade.catalog.dedup import Deduplicate
from saccade.catalog.ingest import Ingest
from saccade.detection.stage import Detect
from saccade.labels.stage import Label
from saccade.workspace import Workspace

CATALOGUE: Final = "seller"
ASKING: Final = "review"


@dataclass(frozen=True, eq=False)
class LookPack:
    """A pack. catalogue, asking: rows as they are ingested; label: what is right, by item; group: what hangs
    together, by item that asks; detect: whether its things are looked for.
    """

    name: str
    catalogue: list[Row]
    asking: list[Row]
    label: dict[str, str]
    group: dict[str, str]
    detect: bool = False

    @property
    def relevant(self) -> dict[str, frozenset[str]]:
        """Items of the catalogue by what they are."""
        found: dict[str, set[str]] = {}
        for row in self.catalogue:
            found.setdefault(self.label[row["item_id"]], set()).add(row["item_id"])
        return {label: frozenset(items) for label, items in found.items()}


def grocery(data: Path, most: int, asked: int) -> LookPack:
    """Shelf photos; most, asked: pictures of the catalogue and that ask at most, spread over the list."""
    pack = data / "grocery"
    shop = [{**row, "split": "studio", "product": row["name"], "product_id": row["product_id"]}
            for row in lines(pack / "products.jsonl")]  # fmt: skip
    some = [*spread(lines(pack / f"{TRAIN}.jsonl"), most), *shop]
    asking = spread(lines(pack / f"{VAL}.jsonl"), asked)
    label = {_item(row): str(row["product_id"]) for row in (*some, *asking)}
    rows = [_grocery(row) for row in some]
    return LookPack("grocery", rows, [_grocery(row) for row in asking], label, label, detect=True)


def _grocery(row: Row) -> Row:
    return {"item_id": _item(row), "image": row["image"], "title": row["product"], "category": row["coarse"],
            "family": row["family"]}  # fmt: skip


def _item(row: Row) -> str:
    return f"{row['split']}-{Path(row['image']).stem}"


def fashion(data: Path, most: int, asked: int) -> LookPack:
    """Product pictures; most, asked: as in `grocery`."""
    some = spread(lines(data / "fashion" / f"{TRAIN}.jsonl"), most)
    asking = spread(lines(data / "fashion" / f"{VAL}.jsonl"), asked)
    label = {str(row["id"]): row["article_type"] for row in (*some, *asking)}
    group = {str(row["id"]): str(row["group"]) for row in asking}
    catalogue, queries = ([_fashion(row) for row in rows] for rows in (some, asking))
    return LookPack("fashion", catalogue, queries, label, group)


def _fashion(row: Row) -> Row:
    known = {name: row[name] for name in ("gender", "usage", "season", "base_colour")}
    return {"item_id": str(row["id"]), "image": row["image"], "title": row["title"], **known}


def spread(rows: Sequence[Row], most: int) -> list[Row]:
    """At most so many rows, evenly over the list."""
    return [rows[at * len(rows) // most] for at in range(most)] if len(rows) > most else list(rows)


def open_look(pack: LookPack, data: Path, cache: Path) -> tuple[Workspace, Workspace]:
    """The catalogue alone, and the same with the pictures that ask; made once."""
    name = f"{pack.name}-{len(pack.catalogue)}-{len(pack.asking)}"
    alone = made(cache / name, lambda ws: _fill(ws, pack, data, cache, name))
    both = made(cache / f"{name}-asked", lambda ws: _ask(ws, alone, pack, data, cache, name))
    return alone, both


def _fill(ws: Workspace, pack: LookPack, data: Path, cache: Path, name: str) -> None:
    listed = write_lines(cache / f"{name}.jsonl", pack.catalogue)
    Ingest(str(listed), role=CATALOGUE, root=str(data / pack.name), threads=1).run(ws)
    _search(ws, pack, data, cache)
    Label(card=False, workers=1, val=0.0, test=0.0).run(ws)


def _ask(ws: Workspace, alone: Workspace, pack: LookPack, data: Path, cache: Path, name: str) -> None:
    shutil.copytree(str(alone.local_dir()), str(ws.local_dir()), dirs_exist_ok=True)
    ws = Workspace(ws.uri)
    listed = write_lines(cache / f"{name}-asked.jsonl", pack.asking)
    Ingest(str(listed), role=ASKING, root=str(data / pack.name), threads=1).run(ws)
    _search(ws, pack, data, cache)


def _search(ws: Workspace, pack: LookPack, data: Path, cache: Path) -> None:
    Deduplicate().run(ws)
    if pack.detect:
        Detect(yolox(data, cache / "yolox"), threads=1).run(ws)
    searchable(ws, published(data, cache / "mobilenetv2"), pack.detect)


def open_coco(data: Path, cache: Path, most: int) -> Workspace:
    """At most so many pictures a side, with the boxes that people drew; made once."""

    def fill(ws: Workspace) -> None:
        for side, role in ((TRAIN, CATALOGUE), (VAL, ASKING)):
            file = coco_file(data / "coco", side, cache / f"coco-{most}-{side}.json", most)
            Ingest(str(file), role=role, root=str(data / "coco"), threads=1).run(ws)
        Deduplicate().run(ws)
        searchable(ws, published(data, cache / "mobilenetv2"), objects=True)

    return made(cache / f"coco-{most}", fill)
