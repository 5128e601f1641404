"""Texts of a marketplace or of a pack as a workspace, labelled by the real stage, and read back as rows.

Decided: the workspace holds texts, pictures and items by name and no bytes of pictures, since labelling reads
texts; one picture an item, so that a pair of picture and phrase is a pair of item and phrase. The floor is 0,
so that every pair that a source says comes back with its confidence and can be judged.

Not here: what is measured (`weak_measures`), what is true (`marketplace_truth`, `weak_packs`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.workspace import Workspace

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Text:
    """A text about a picture, as a source gives it."""

    image_id: str
    source: str
    text: str
    language: str | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Judged:
    """A person's word on whether a phrase is true of a picture."""

    image_id: str
    phrase: str
    language: str
    good: bool


@dataclass(frozen=True, eq=False)
class Pairs:
    """Distinct (picture, phrase) that some source says. image: names; phrase: rows of `phrases`; score: 0..1;
    said: float64 [pairs, sources], how many texts of a source say it; copied: the same of copies.
    """

    images: list[str]
    phrase: Ints
    score: Floats
    said: Floats
    copied: Floats
    sources: tuple[str, ...]
    phrases: pa.Table

    @cached_property
    def languages(self) -> list[str]:
        """Language of each pair's phrase."""
        return self._of("language")

    @cached_property
    def keys(self) -> list[str]:
        """Lemmas of each pair's phrase."""
        return self._of("key")

    def _of(self, column: str) -> list[str]:
        values = self.phrases.column(column).to_pylist()
        return [values[row] for row in self.phrase]


@dataclass(frozen=True, eq=False)
class Labelled:
    """What the stage made: pairs, and the tables `labels` and `image_labels`."""

    pairs: Pairs
    labels: pa.Table
    image_labels: pa.Table
    workspace: Workspace


def fill(folder: Path, texts: Iterable[Text], items: Mapping[str, str] | None = None) -> Workspace:
    """A workspace with these texts. items: picture → its item; by default each is the only one of its own."""
    ws = Workspace(folder, create=True)
    rows = list(texts)
    columns = {name: [getattr(row, name) for row in rows] for name in Text.__dataclass_fields__}
    images = sorted(set(columns["image_id"]))
    status = ["ok"] * len(images)
    ws.table("images").upsert(_table(ws, "images", {"image_id": images, "status": status}))
    ws.table("texts").upsert(_table(ws, "texts", columns))
    owners = [items[image] if items else image for image in images]
    ws.table("items").upsert(_table(ws, "items", {"item_id": sorted(set(owners))}))
    shown = {"item_id": owners, "image_id": images, "role": ["seller"] * len(images)}
    ws.table("item_images").upsert(_table(ws, "item_images", shown))
    return ws


def label(
    ws: Workspace,
    judged: Sequence[Judged] = (),
    dictionary: Sequence[tuple[str, str]] = (),
    **options: Any,
) -> Labelled:
    """Run the stage. judged: pairs to learn from; dictionary: (language, phrase) instead of mining; options:
    those of `saccade label`.
    """
    from saccade.labels.stage import Label

    chosen: dict[str, Any] = {
        "floor": 0.0,
        "card": False,
        "workers": 1,
        "val": 0.0,
        "test": 0.0,
        **options,
    }
    folder = Path(str(ws.local_dir()))
    if judged:
        lines = [json.dumps({**one.__dict__}) for one in judged]
        (folder / "judged.jsonl").write_text("\n".join(lines) + "\n")
        chosen["judged"] = str(folder / "judged.jsonl")
    if dictionary:
        lines = [json.dumps({"phrase": phrase, "language": language}) for language, phrase in dictionary]
        (folder / "dictionary.jsonl").write_text("\n".join(lines) + "\n")
        chosen["dictionary"] = str(folder / "dictionary.jsonl")
    Label(**chosen).run(ws)
    return Labelled(pairs(ws), ws.table("labels").read(), ws.table("image_labels").read(), ws)


def pairs(ws: Workspace) -> Pairs:
    """The annotations of a workspace as arrays, sorted by picture and phrase."""
    phrases = ws.table("phrases").read().combine_chunks().sort_by("phrase_id")
    order = [("image_id", "ascending"), ("phrase_id", "ascending")]
    rows = ws.table("annotations").read().combine_chunks().sort_by(order).combine_chunks()
    place = {name: row for row, name in enumerate(phrases.column("phrase_id").to_pylist())}
    phrase = np.array([place[name] for name in rows.column("phrase_id").to_pylist()], np.int64)
    evidence = rows.column("evidence").to_pylist()
    sources = tuple(sorted({one["source"] for said in evidence for one in said}))
    texts, copied = np.zeros((2, len(rows), len(sources)))
    for row, said in enumerate(evidence):
        for one in said:
            column = sources.index(one["source"])
            texts[row, column], copied[row, column] = one["texts"], one["copied"]
    score = rows.column("score").to_numpy().astype(np.float64)
    return Pairs(rows.column("image_id").to_pylist(), phrase, score, texts, copied, sources, phrases)


def _table(ws: Workspace, name: str, columns: dict[str, list[object]] | dict[str, list[str]]) -> pa.Table:
    """Columns of a table, those not given as nulls."""
    rows = len(next(iter(columns.values())))
    schema = ws.table(name).schema
    return pa.table(
        {field.name: pa.array(columns.get(field.name, [None] * rows), field.type) for field in schema}
    )
