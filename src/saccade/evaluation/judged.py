"""Judgements from a file, with its names turned into ids of the workspace.

A qrels file says queries and items by image id, by item id, or by the name of a picture's file: the whole
address, its end (`val/cat.jpg`), or its bare name where only one picture has it; with or without `.jpg`.

Decided: ids come first, then names. A name that fits nothing, or several pictures, drops its rows, which is
counted and reported; when nothing is left it is an error that quotes the first unknown name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from saccade.catalog.catalogue import Catalogue
from saccade.errors import InputError
from saccade.metrics.columns import lookup
from saccade.metrics.trec import Qrels


@dataclass(frozen=True)
class Known:
    """Turns names into ids of pictures or of items."""

    catalogue: Catalogue

    def images(self, names: pa.Array) -> list[str | None]:
        """The picture that each name means: itself, the first picture of the item, or the file's picture."""
        found = set(self.catalogue.images.to_pylist())
        return [
            name if name in found else self._first.get(name) or self._place(name)
            for name in names.to_pylist()
        ]

    def items(self, names: pa.Array) -> list[str | None]:
        """The item that each name means: itself, or the only item that shows that picture."""
        known = set(self.catalogue.items["item_id"].to_pylist())
        return [name if name in known else self._shown_by(name) for name in names.to_pylist()]

    def _shown_by(self, name: str) -> str | None:
        owners = self._owners.get(name) or self._owners.get(self._place(name) or "") or set()
        return next(iter(owners)) if len(owners) == 1 else None

    @cached_property
    def _first(self) -> dict[str, str]:
        shown = self.catalogue.item_images
        pairs = zip(shown["item_id"].to_pylist(), shown["image_id"].to_pylist(), strict=True)
        first: dict[str, str] = {}
        for item, image in pairs:
            first.setdefault(item, image)
        return first

    @cached_property
    def _owners(self) -> dict[str, set[str]]:
        owners: dict[str, set[str]] = {}
        for row in self.catalogue.item_images.to_pylist():
            owners.setdefault(row["image_id"], set()).add(row["item_id"])
        return owners

    def _place(self, name: str) -> str | None:
        tail = name.removeprefix("./").rsplit("/", 1)[-1]
        fitting = self._places.get(tail, [])
        wanted = "/" + name.removeprefix("./").removeprefix("/")
        images = {image for uri, image in fitting if ("/" + uri).endswith((wanted, wanted + _ending(uri)))}
        return next(iter(images)) if len(images) == 1 else None

    @cached_property
    def _places(self) -> dict[str, list[tuple[str, str]]]:
        places: dict[str, list[tuple[str, str]]] = {}
        table = self.catalogue.sources
        for uri, image in zip(table["uri"].to_pylist(), table["image_id"].to_pylist(), strict=True):
            name = uri.rsplit("/", 1)[-1]
            for key in {name, name.removesuffix(_ending(uri))}:
                places.setdefault(key, []).append((uri, image))
        return places


def _ending(uri: str) -> str:
    """`.jpg` of `images/cat.jpg`; TREC files often leave it out."""
    return PurePosixPath(uri).suffix


@dataclass(frozen=True)
class Judged:
    """Judgements in ids of the workspace, and how many names of the file meant nothing here."""

    qrels: Qrels
    unknown_queries: int
    unknown_items: int


def translate(qrels: Qrels, catalogue: Catalogue, by_item: bool) -> Judged:
    """Judgements in ids: queries are pictures; what is judged is a picture, or an item (`by_item`)."""
    known = Known(catalogue)
    queries = known.images(qrels.queries)
    items = known.items(qrels.items) if by_item else known.images(qrels.items)
    _refuse_nothing("query", qrels.queries, queries)
    _refuse_nothing("item", qrels.items, items)
    query = np.repeat(np.arange(len(queries)), qrels.lengths)
    keep = _there(queries)[query] & _there(items)[qrels.codes]
    if not keep.any():
        raise InputError("no judgement names both a query and an item that the workspace knows")
    names = pa.array(queries, pa.string()).take(pa.array(query[keep]))
    judged = pa.array(items, pa.string()).take(pa.array(qrels.codes[keep]))
    made = _best(names, judged, qrels.relevance[keep])
    return Judged(made, queries.count(None), items.count(None))


def among(qrels: Qrels, queries: pa.Array, items: pa.Array) -> Qrels:
    """The judgements whose query and item are among these ids."""
    query = np.repeat(lookup(qrels.queries, queries) >= 0, qrels.lengths)
    keep = query & (lookup(qrels.items, items) >= 0)[qrels.codes]
    table = qrels.to_arrow().filter(pa.array(keep))
    return Qrels.from_arrow(table)


def _best(queries: pa.Array, items: pa.Array, relevance: np.ndarray) -> Qrels:
    """Several names may mean one thing: then its best grade counts."""
    table = pa.table({"query_id": queries, "item_id": items, "relevance": relevance})
    best = table.group_by(["query_id", "item_id"]).aggregate([("relevance", "max")])
    return Qrels.of(best["query_id"], best["item_id"], best["relevance_max"].to_numpy())


def _there(ids: Iterable[str | None]) -> np.ndarray:
    return np.array([found is not None for found in ids], bool)


def _refuse_nothing(what: str, names: pa.Array, found: list[str | None]) -> None:
    if all(one is None for one in found):
        first = names[0].as_py()
        raise InputError(f"no {what} of the qrels is an image id, an item id or the file name of a picture "
                         f"here; the first is {first!r}")  # fmt: skip
