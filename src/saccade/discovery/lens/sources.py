"""Where lens looks: four sources of one shape.

- `Whole`: items whose pictures look like the photo.
- `Crop`: items whose pictures look like its main object.
- `Objects`: items in whose pictures some object looks like the main one (the index `objects`).
- `Words`: items whose titles match the predicted annotations, BM25 of each phrase times its chance.

Decided: a source that cannot answer says why and finds nothing; it never raises for a photo. All answers are
items: a picture that belongs to none (a scene) is for object search, not for lens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from saccade.discovery.lens.shapes import Candidate, Floats, Found, Photo
from saccade.discovery.shelf import Shelf
from saccade.errors import InputError
from saccade.index.filters import Filter, fields_of
from saccade.index.groups import Owners, search_groups
from saccade.index.opened import IndexInfo
from saccade.index.payloads import Fields
from saccade.index.protocol import Index
from saccade.index.titles import search_titles
from saccade.workspace import Workspace

WHOLE, CROP, OBJECTS, WORDS = "whole", "crop", "objects", "words"
SOURCES = (WHOLE, CROP, OBJECTS, WORDS)


class Source(Protocol):
    """Something that can be asked with a photo."""

    @property
    def name(self) -> str:
        """One of `SOURCES`, or your own."""
        ...

    def find(self, photo: Photo, k: int) -> Found:
        """At most `k` candidates, best first."""
        ...


@dataclass(frozen=True, eq=False)
class Whole:
    """Neighbours of the whole photo."""

    index: Index
    shelf: Shelf
    name: str = WHOLE

    def find(self, photo: Photo, k: int) -> Found:
        return Found(self.name, nearest(self.index, photo.whole, k, self.shelf, photo.filter))


@dataclass(frozen=True, eq=False)
class Crop:
    """Neighbours of the main object, cut out."""

    index: Index
    shelf: Shelf
    name: str = CROP

    def find(self, photo: Photo, k: int) -> Found:
        if photo.crop is None:
            return Found(self.name, note="no object was found in the photo")
        return Found(self.name, nearest(self.index, photo.crop, k, self.shelf, photo.filter))


@dataclass(frozen=True, eq=False)
class Objects:
    """Neighbours of the main object among the objects of the catalogue's pictures."""

    index: Index
    info: IndexInfo
    name: str = OBJECTS

    def find(self, photo: Photo, k: int) -> Found:
        if photo.crop is None:
            return Found(self.name, note="no object was found in the photo")
        lacking = fields_of(photo.filter) - set(self.info.fields) if photo.filter else set[str]()
        if lacking:
            return Found(self.name, note=f"the index of objects has no field {', '.join(sorted(lacking))}")
        groups = search_groups(self.index, photo.crop[None], k, "item_id", filter=photo.filter)[0]
        return Found(
            self.name,
            tuple(
                Candidate(item, float(hit.score), item, str((hit.payload or {}).get("image_id", hit.id)))
                for item, hit in groups
            ),
        )


@dataclass(frozen=True, eq=False)
class Words:
    """Items whose titles match the words that were predicted for the photo."""

    ws: Workspace
    fields: Fields
    name: str = WORDS

    def find(self, photo: Photo, k: int) -> Found:
        if not photo.words:
            return Found(self.name, note="no words were predicted for the photo")
        sums: dict[str, float] = {}
        try:
            for word in photo.words:
                for one in search_titles(self.ws, word.phrase, k, photo.filter, self.fields):
                    sums[one.item_id] = sums.get(one.item_id, 0.0) + word.score * one.score
        except InputError as error:  # titles that nobody indexed
            return Found(self.name, note=str(error))
        best = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:k]
        note = None if best else "no title has the predicted words"
        return Found(self.name, tuple(Candidate(item, score, item, None) for item, score in best), note)


def nearest(
    index: Index, vector: Floats, k: int, shelf: Shelf, filter: Filter | None
) -> tuple[Candidate, ...]:
    """The `k` items nearest to a vector [D]."""
    owners: str | Owners = shelf.owners
    rows = np.asarray(vector, np.float32)[None]
    groups = search_groups(index, rows, k, owners, filter=filter, first=shelf.first)[0]
    return tuple(Candidate(item, float(hit.score), item, hit.id) for item, hit in groups)
