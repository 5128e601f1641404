"""What similar, lens, object search and complete the look give on real packs: values by question.

Decided:
- P@k counts what is right among the first k, 0 for what is not there. With a threshold on agreement fewer
  results may be left: `precision` is then the share of right ones among those shown, over the questions that
  still have any, and `answered` says how many have.
- Coverage is the library's: the share of the candidates that agree enough, a mean over questions.
- Object search is asked with an object and answers with pictures; beside it stand the nearest whole pictures
  for the same questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from real_looks_packs import ASKING, CATALOGUE, LookPack
from real_memory import KeptBoxes, KeptVectors

from saccade.discovery.arrange import Arrange
from saccade.discovery.engine import Engine
from saccade.discovery.flashlight_dots import gated
from saccade.discovery.lens.lens import Lens
from saccade.discovery.looks_memory import MemoryLooks
from saccade.discovery.looks_picture import Asked
from saccade.discovery.objects import ObjectQuery, ObjectSearch
from saccade.discovery.shelf import MemoryShelf
from saccade.discovery.similar import Similar, SimilarQuery
from saccade.evaluation.complete import FilledIn, fill_category
from saccade.evaluation.lens import LensPhoto, LensScores, measure_lens
from saccade.index.filters import Equals
from saccade.workspace import Workspace

Values = NDArray[np.float64]
THRESHOLDS = (0.0, 0.25, 0.5, 0.75, 1.0)
K = 10
LENS_METRICS = ("P@1", "mean_p@20")
LEAST, MOST = 0.01, 3  # area of a person's box that asks, and how many of a picture do
_ONLY = Equals("role", CATALOGUE)


@dataclass(frozen=True, eq=False)
class Alike:
    """Similar, by question: P@1 and P@10 [Q]; by threshold: precision, share of questions that are answered,
    coverage. groups: [Q].
    """

    first: Values
    ten: Values
    precision: list[float]
    answered: list[float]
    coverage: list[float]
    groups: list[str]


def similar(ws: Workspace, pack: LookPack) -> Alike:
    """Every picture that asks, at every threshold."""
    engine = Engine(ws, shelf=MemoryShelf(ws))
    asker = Similar(engine, MemoryLooks(ws))
    right: list[list[list[bool]]] = []
    covered: list[list[float]] = []
    for row in pack.asking:
        answers = [
            asker.search(
                SimilarQuery(
                    Asked(item_id=row["item_id"]), k=K, filter=_ONLY,
                    arrange=Arrange(agreement=least, chips=0, palette=False),
                )
            )
            for least in THRESHOLDS
        ]  # fmt: skip
        wanted = pack.label[row["item_id"]]
        right.append([[pack.label[one.item_id or ""] == wanted for one in a.results] for a in answers])
        covered.append([answer.coverage for answer in answers])
    engine.close()
    groups = [pack.group[row["item_id"]] for row in pack.asking]
    return alike(right, covered, groups)


def alike(right: Sequence[Sequence[Sequence[bool]]], covered: Sequence[Sequence[float]],
          groups: list[str]) -> Alike:  # fmt: skip
    """From what is right, by question, threshold and rank."""
    firsts = np.array([float(any(one[0][:1])) for one in right])
    tens = np.array([sum(one[0]) / K for one in right])
    by_threshold = list(zip(*right, strict=True))
    shares = [[sum(some) / len(some) for some in every if some] for every in by_threshold]
    return Alike(
        firsts, tens, [float(np.mean(some)) if some else float("nan") for some in shares],
        [len(some) / len(right) for some in shares], np.mean(covered, axis=0).tolist(), groups,
    )  # fmt: skip


def lens(ws: Workspace, pack: LookPack, root: Path, detector: KeptBoxes, kept: Path) -> dict[str, LensScores]:
    """Each source and the blend, by metric."""
    engine = Engine(ws, shelf=MemoryShelf(ws))
    runner = KeptVectors(engine.runner(), kept)
    engine = Engine(ws, opened=(engine.index, engine.info), shelf=engine.shelf, runner=runner)
    asked = Lens.open(engine, detector if pack.detect else None)
    relevant = pack.relevant
    photos = [
        LensPhoto(row["item_id"], (root / row["image"]).read_bytes(), relevant[pack.label[row["item_id"]]])
        for row in pack.asking
        if pack.label[row["item_id"]] in relevant
    ]
    found = {metric: measure_lens(asked, photos, metric) for metric in LENS_METRICS}
    runner.kept.save()
    asked.close()
    engine.close()
    return found


@dataclass(frozen=True, eq=False)
class Scenes:
    """P@1 and P@10 of object search and of whole pictures, [Q] each; groups [Q]."""

    objects: dict[int, Values]
    whole: dict[int, Values]
    groups: list[str]


@dataclass(frozen=True)
class Thing:
    """An object that asks, its picture, and the pictures that are right."""

    object_id: str
    image_id: str
    right: frozenset[str]


def scenes(ws: Workspace, things: Iterable[Thing], category: str | None) -> Scenes:
    """Object search and whole pictures for the same things. category: as of `ObjectQuery`."""
    whole = Engine(ws, shelf=MemoryShelf(ws))
    engine = Engine(ws, "objects", shelf=whole.shelf)
    asker = ObjectSearch(engine, MemoryLooks(ws), whole)
    mine: list[list[bool]] = []
    theirs: list[list[bool]] = []
    groups: list[str] = []
    for thing in things:
        query = ObjectQuery(thing.object_id, k=K, category=category, filter=_ONLY)
        mine.append([scene.image_id in thing.right for scene in asker.search(query).scenes])
        (hits,) = whole.index.search(whole.index.vector([thing.image_id]), K, filter=_ONLY)
        theirs.append([hit.id in thing.right for hit in hits])
        groups.append(thing.image_id)
    engine.close()
    whole.close()
    return Scenes(precisions(mine), precisions(theirs), groups)


def precisions(right: Sequence[Sequence[bool]]) -> dict[int, Values]:
    """P@1 and P@10 of lists of right and wrong."""
    return {k: np.array([sum(one[:k]) / k for one in right]) for k in (1, K)}


def detected(ws: Workspace, pack: LookPack) -> list[Thing]:
    """The surest thing that a detector found in each picture that asks, where there is one."""
    items = {row["image_id"]: row["item_id"] for row in ws.table("item_images").read().to_pylist()}
    pictures: dict[str, set[str]] = {}
    for image, item in items.items():
        pictures.setdefault(pack.label[item], set()).add(image)
    asking = {row["item_id"] for row in pack.asking}
    images = sorted(image for image, item in items.items() if item in asking)
    made: list[Thing] = []
    for image, parts in zip(images, MemoryLooks(ws).parts(images), strict=True):
        dots = gated(parts)
        if dots and dots[0].object_id is not None:
            made.append(Thing(dots[0].object_id, image, frozenset(pictures[pack.label[items[image]]])))
    return made


def drawn(ws: Workspace) -> list[Thing]:
    """The largest boxes that people drew in each picture that asks."""
    roles = {row["image_id"]: row["role"] for row in ws.table("item_images").read().to_pylist()}
    rows = ws.table("objects").read().to_pylist()
    holding: dict[str, set[str]] = {}
    mine: dict[str, list[tuple[float, str, str]]] = {}
    for row in rows:
        holding.setdefault(row["category"], set()).add(row["image_id"])
        area = row["width"] * row["height"]
        if roles[row["image_id"]] == ASKING and area >= LEAST:
            mine.setdefault(row["image_id"], []).append((area, row["object_id"], row["category"]))
    return [
        Thing(name, image, frozenset(holding[kind]))
        for image, some in sorted(mine.items())
        for _, name, kind in sorted(some, reverse=True)[:MOST]
    ]


def outfits(file: Path) -> FilledIn:
    """Which of four categories is missing from an outfit: that of `tests/evaluation/test_complete.py`."""
    looks: dict[str, list[str]] = {}
    for row in pq.read_table(file, columns=["outfit_id", "label"]).to_pylist():
        looks.setdefault(row["outfit_id"], []).append(row["label"])
    return fill_category(list(looks.values()))
