"""The labels of a workspace, to browse: kept in memory, with sample pictures read as they are asked for.

Decided: `labels` and `phrases` grow with the vocabulary and are kept whole; `image_labels` and `annotations`
grow with the catalogue, so they are passed through once for what a page shows, in batches, and the best
pictures of a label are kept until the table has a new version. Of a catalogue of many millions a first look
at a page of labels takes seconds; it waits on a thread, never in the event loop.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import NotFoundError
from saccade.workspace import Workspace
from saccade.workspace.schemas import LABEL_CARD
from saccade.workspace.tables import any_of

SAMPLES = 40  # best pictures of a label that are kept
KEPT = 4000  # labels whose pictures are kept
Sort = Literal["images", "few", "name", "pure", "impure"]


@dataclass(frozen=True)
class Label:
    """A row of `labels`; purity and weight None where they are not known."""

    label_id: str
    name: str
    kind: str
    phrases: tuple[str, ...]
    languages: tuple[str, ...]
    images: int
    weight: float | None
    purity: float | None
    parent: str | None


@dataclass(frozen=True)
class Phrase:
    """A row of `phrases`."""

    phrase: str
    language: str
    support: int


@dataclass(frozen=True)
class Book:
    """Labels and phrases by id."""

    labels: dict[str, Label]
    phrases: dict[str, Phrase]

    @cached_property
    def words(self) -> dict[str, str]:
        """What a search looks through, by label: its name and its phrases."""
        return {
            name: "\n".join([one.name, *(self.said(phrase) for phrase in one.phrases)]).casefold()
            for name, one in self.labels.items()
        }

    @cached_property
    def children(self) -> dict[str, list[Label]]:
        """Labels by their parent."""
        found: dict[str, list[Label]] = {}
        for one in self.labels.values():
            if one.parent is not None:
                found.setdefault(one.parent, []).append(one)
        return found

    @cached_property
    def kinds(self) -> list[tuple[str, int]]:
        """Kinds and how many labels have them, most first."""
        return _counted(one.kind for one in self.labels.values())

    @cached_property
    def languages(self) -> list[tuple[str, int]]:
        """Languages and how many labels have them, most first."""
        return _counted(name for one in self.labels.values() for name in one.languages)

    def said(self, phrase_id: str) -> str:
        """A phrase in words."""
        found = self.phrases.get(phrase_id)
        return phrase_id if found is None else found.phrase

    def chosen(self, text: str, kind: str, language: str, sort: Sort) -> list[Label]:
        """The labels that fit, in order; every word of `text` must occur."""
        words = text.casefold().split()
        fitting = [
            one
            for one in self.labels.values()
            if (not kind or one.kind == kind)
            and (not language or language in one.languages)
            and all(word in self.words[one.label_id] for word in words)
        ]
        return sorted(fitting, key=lambda one: (_exact(one, text), *_place(one, sort), one.label_id))


@dataclass(frozen=True)
class Said:
    """How often a phrase is annotated, and the mean score."""

    images: int
    score: float | None


class Browsing:
    """Labels of one workspace. Safe to use from any thread."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self._guard = threading.Lock()
        self._book: tuple[tuple[int, int], Book] | None = None
        self._samples: tuple[int, dict[str, list[tuple[str, float | None]]]] = (-1, {})

    def book(self) -> Book:
        """Labels and phrases; `NotFoundError` where nothing was labelled."""
        version = self.ws.table("labels").version, self.ws.table("phrases").version
        with self._guard:
            kept = self._book
        if kept is None or kept[0] != version:
            kept = version, Book(_labels(self.ws), _phrases(self.ws))
            with self._guard:
                self._book = kept
        if not kept[1].labels:
            raise NotFoundError("no labels yet: run `saccade label`")
        return kept[1]

    def samples(self, label_ids: Sequence[str]) -> dict[str, list[tuple[str, float | None]]]:
        """(image id, weight) of the surest pictures of each label, surest first, at most `SAMPLES`."""
        table = self.ws.table("image_labels")
        version = table.version
        with self._guard:
            if self._samples[0] != version or len(self._samples[1]) > KEPT:
                self._samples = version, {}
            kept = self._samples[1]
        missing = [name for name in label_ids if name not in kept]
        if missing:
            found = _surest(table.scan(["image_id", "label_id", "weight"], any_of("label_id", missing)))
            with self._guard:
                kept |= {name: found.get(name, []) for name in missing}
        return {name: kept[name] for name in label_ids}

    def beside(self, label_id: str, images: Sequence[str]) -> list[tuple[str, float]]:
        """Labels that these pictures carry too, and the share of the pictures, greatest first."""
        rows = self.ws.table("image_labels").read(["label_id"], any_of("image_id", images))
        counts = Counter(rows.column("label_id").to_pylist())
        return [(name, count / len(images)) for name, count in counts.most_common(13) if name != label_id]

    def said(self, phrase_ids: Sequence[str]) -> dict[str, Said]:
        """What `annotations` hold of phrases."""
        images, sums = Counter[str](), dict.fromkeys(phrase_ids, 0.0)
        table = self.ws.table("annotations")
        for batch in table.scan(["phrase_id", "score"], any_of("phrase_id", phrase_ids)):
            grouped = pa.Table.from_batches([batch]).group_by("phrase_id")
            for row in grouped.aggregate([("score", "count"), ("score", "sum")]).to_pylist():
                images[row["phrase_id"]] += row["score_count"]
                sums[row["phrase_id"]] += row["score_sum"] or 0.0
        return {
            name: Said(images[name], sums[name] / images[name] if images[name] else None)
            for name in phrase_ids
        }

    def draws(self, label_id: str) -> float | None:
        """How often an epoch draws the label, where the last card shows it."""
        try:
            card = json.loads(self.ws.read_bytes(f"{LABEL_CARD}/card.json"))
            found = [one for sheet in card["sheets"] for one in sheet["clusters"]]
            return next((one["draws"] for one in found if one["label_id"] == label_id), None)
        except (NotFoundError, ValueError, KeyError, TypeError):
            return None


def _labels(ws: Workspace) -> dict[str, Label]:
    found: dict[str, Label] = {}
    for row in ws.table("labels").read().to_pylist():
        found[row["label_id"]] = Label(
            row["label_id"], row["name"] or row["label_id"], row["kind"] or "", tuple(row["phrases"] or ()),
            tuple(row["languages"] or ()), row["images"] or 0, known(row["weight"]), known(row["purity"]),
            row["parent"] or None,
        )  # fmt: skip
    return found


def _phrases(ws: Workspace) -> dict[str, Phrase]:
    rows = ws.table("phrases").read(["phrase_id", "phrase", "language", "support"]).to_pylist()
    return {
        row["phrase_id"]: Phrase(
            row["phrase"] or row["phrase_id"], row["language"] or "", row["support"] or 0
        )
        for row in rows
    }


def _surest(batches: Any) -> dict[str, list[tuple[str, float | None]]]:
    """The pictures with the greatest weight of each label; bounded whatever the table holds."""
    best = None
    for batch in batches:
        part = pa.Table.from_batches([batch])
        best = part if best is None else pa.concat_tables([best, part])
        if best.num_rows > 100_000:
            best = _cut(best)
    found: dict[str, list[tuple[str, float | None]]] = {}
    for row in _cut(best).to_pylist() if best is not None else ():
        found.setdefault(row["label_id"], []).append((row["image_id"], known(row["weight"])))
    return found


def _cut(table: pa.Table) -> pa.Table:
    order = [("label_id", "ascending"), ("weight", "descending"), ("image_id", "ascending")]
    table = table.sort_by(order)
    rank = pc.rank(table["label_id"], sort_keys="ascending", tiebreaker="first").to_numpy()
    first = pc.rank(table["label_id"], sort_keys="ascending", tiebreaker="min").to_numpy()
    return table.filter(pa.array(rank - first < SAMPLES))


def known(value: float | None) -> float | None:
    """NaN stands for nothing, and JSON has no word for it."""
    return value if value is not None and math.isfinite(value) else None


def _counted(values: Any) -> list[tuple[str, int]]:
    return sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))


def _exact(one: Label, text: str) -> bool:
    """Labels that are called just that come first."""
    return bool(text) and one.name.casefold() != text.strip().casefold()


def _place(one: Label, sort: Sort) -> tuple[float | str, ...]:
    if sort == "name":
        return (one.name.casefold(),)
    if sort in ("pure", "impure"):
        purity = one.purity if one.purity is not None else (-1.0 if sort == "pure" else 2.0)
        return (-purity if sort == "pure" else purity, -one.images)
    return (float(one.images if sort == "few" else -one.images),)
