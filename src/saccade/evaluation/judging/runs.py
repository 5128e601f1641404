"""What is judged: the results of a model's vectors, of an index, or of a TREC run, by query picture.

A run is named by a file (`run.trec`, `.gz`, `.parquet`), by a model with fingerprints, or as `index:NAME`.

Decided: a query is a picture and never finds itself, nor a picture of its own item: that a product finds its
own other photo says nothing to a rater. Names in a file are turned into ids as `saccade evaluate --qrels`
does.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saccade.catalog.catalogue import Catalogue
from saccade.errors import InputError
from saccade.evaluation.exact import Targets, top_k
from saccade.evaluation.judged import Known
from saccade.evaluation.retrieval import left_out
from saccade.evaluation.vectors import fingerprinted, load, scorer, unit
from saccade.index.opened import open_index
from saccade.metrics.trec import Run

By = Literal["image", "item"]
INDEX = "index:"
MORE = 8  # pictures that are looked at for one wanted result, since several are of one item


@dataclass(frozen=True, eq=False)
class Source:
    """A run to be: `found` its results where a file holds them, else the model or index that is asked."""

    name: str
    spec: str
    found: Mapping[str, Sequence[str]] | None = None

    def queries(self, catalogue: Catalogue) -> pa.Array:
        """Pictures that can be asked."""
        if self.found is not None:
            return catalogue.images.filter(pc.is_in(catalogue.images, value_set=pa.array(list(self.found))))
        model = _model_of(catalogue, self.spec)
        return fingerprinted(catalogue.ws, model, catalogue.images)

    def results(
        self, catalogue: Catalogue, queries: Sequence[str], depth: int, by: By
    ) -> dict[str, tuple[str, ...]]:
        """The first `depth` results of each query, best first."""
        if self.found is not None:
            return {query: tuple(self.found.get(query, ())[:depth]) for query in queries}
        if self.spec.startswith(INDEX):
            ranked = _of_index(catalogue, self.spec.removeprefix(INDEX), queries, depth)
        else:
            ranked = _of_model(catalogue, self.spec, queries, depth)
        owners = _links(catalogue)[1] if by == "item" else {}
        return {query: _folded(ranked[query], owners, depth, by) for query in queries}


def source(catalogue: Catalogue, spec: str, by: By) -> Source:
    """What `spec` names; InputError for nothing that is known."""
    if spec.startswith(INDEX) or spec in catalogue.ws.models_with_fingerprints():
        return Source(spec, spec)
    path = Path(spec)
    if not path.is_file():
        models = ", ".join(catalogue.ws.models_with_fingerprints()) or "none"
        raise InputError(f"a run is a TREC file, index:NAME or a model with fingerprints ({models}), "
                         f"found {spec!r}")  # fmt: skip
    return Source(path.name.split(".")[0], spec, _of_file(catalogue, path, by))


def _of_file(catalogue: Catalogue, path: Path, by: By) -> dict[str, list[str]]:
    run, known = Run.read(path), Known(catalogue)
    queries = known.images(run.queries)
    items = known.items(run.items) if by == "item" else known.images(run.items)
    found: dict[str, list[str]] = {}
    for at, query in enumerate(queries):
        named = [items[code] for code in run.codes[run.offsets[at] : run.offsets[at + 1]].tolist()]
        if query is not None:
            found[query] = list(dict.fromkeys(one for one in named if one is not None and one != query))
    if not any(found.values()):
        raise InputError(f"{path} names no query and result that the workspace knows as {by}s")
    return found


def _model_of(catalogue: Catalogue, spec: str) -> str:
    if not spec.startswith(INDEX):
        return spec
    return open_index(catalogue.ws, spec.removeprefix(INDEX))[1].model_id


def _of_model(catalogue: Catalogue, model: str, queries: Sequence[str], depth: int) -> dict[str, list[str]]:
    asked = pa.array(sorted(queries))
    gallery = fingerprinted(catalogue.ws, model, catalogue.images)
    mine, theirs = load(catalogue.ws, model, asked), load(catalogue.ws, model, gallery)
    banned = left_out(catalogue, asked, gallery, ("self", "item"))
    most = min(depth * MORE, len(gallery))
    places, _ = top_k(
        scorer(mine, theirs, "float"), len(asked), Targets.rows_alone(len(gallery)), most, banned
    )
    names = gallery.to_pylist()
    return {
        query: [names[place] for place in row if place >= 0]
        for query, row in zip(asked.to_pylist(), places.tolist(), strict=True)
    }


def _of_index(catalogue: Catalogue, name: str, queries: Sequence[str], depth: int) -> dict[str, list[str]]:
    index, info = open_index(catalogue.ws, name)
    try:
        vectors = unit(load(catalogue.ws, info.model_id, asked := pa.array(sorted(queries))).vectors)
        hits = index.search(np.asarray(vectors, np.float32), depth * MORE)
    finally:
        index.close()
    own = _own(catalogue, asked)
    return {
        query: [hit.id for hit in row if hit.id not in own[query]]
        for query, row in zip(asked.to_pylist(), hits, strict=True)
    }


def _own(catalogue: Catalogue, queries: pa.Array) -> dict[str, set[str]]:
    """The pictures that may not answer a query: itself and those of its items."""
    by_item, by_image = _links(catalogue)
    return {
        query: {query, *(image for item in by_image.get(query, ()) for image in by_item[item])}
        for query in queries.to_pylist()
    }


def _folded(
    images: Iterable[str], owners: Mapping[str, Sequence[str]], depth: int, by: By
) -> tuple[str, ...]:
    """The first results: pictures as they are, or the items that show them, each once."""
    if by == "image":
        return tuple(images)[:depth]
    items = dict.fromkeys(owners[image][0] for image in images if image in owners)
    return tuple(items)[:depth]


def _links(catalogue: Catalogue) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Pictures of items, and items of pictures."""
    by_item: dict[str, list[str]] = {}
    by_image: dict[str, list[str]] = {}
    table = catalogue.item_images
    for item, image in zip(table["item_id"].to_pylist(), table["image_id"].to_pylist(), strict=True):
        by_item.setdefault(item, []).append(image)
        by_image.setdefault(image, []).append(item)
    return by_item, by_image
