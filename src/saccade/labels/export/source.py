"""What is known of pictures, and their bytes, block by block, in the order that was asked for.

Decided: rows of `images` and `image_bytes` are found by number (24 bytes a picture, `rows_of`), so a picture
costs the same wherever it lies. Bytes are checked against the picture's id and read by a few threads, a few
blocks ahead. A picture that is not in the catalogue, could not be decoded at ingest, or whose file is gone or
changed, is left out and counted by reason.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from saccade.fingerprints.prefetch import ordered_map
from saccade.fingerprints.sources import Place, Sources, look_up, rows_of
from saccade.labels.balance.bound import Ints
from saccade.labels.balance.training_set import TrainingSet
from saccade.workspace import Workspace

LABEL = pa.struct([("label_id", pa.string()), ("name", pa.string()), ("weight", pa.float32())])
ROWS = pa.schema({
    "key": pa.string(), "image_id": pa.string(), "uri": pa.string(), "width": pa.int32(),
    "height": pa.int32(), "labels": pa.list_(LABEL), "split": pa.string(), "format": pa.string(),
})  # fmt: skip
"""What a writer gets of each picture. key: the image id, with `-1`, `-2`, ... where it comes again; uri: null
where the workspace keeps the bytes; labels: heaviest first; format: `jpeg`, `png`, ..."""

ABSENT, UNDECODABLE = "absent", "undecodable"
_FACTS = ["uri", "width", "height", "format", "status"]
_THREADS, _AHEAD = 4, 8
_BLOCK = 32  # pictures whose bytes are held together
_PLAIN_BLOCK = 8192  # without bytes


@dataclass(frozen=True)
class Classes:
    """All labels by id, each with a name that no other has."""

    label_ids: list[str]
    names: list[str]

    @classmethod
    def of(cls, label_ids: list[str], names: list[str | None]) -> Classes:
        """With its id behind the name of a label where it has none, or others have the same."""
        times = Counter(names)
        unique = [
            name if name and times[name] == 1 else f"{name or 'label'} ({label})"
            for label, name in zip(label_ids, names, strict=True)
        ]
        return cls(label_ids, unique)


@dataclass(frozen=True)
class Block:
    """Some pictures: rows of `ROWS`, their bytes where these were asked for, and those left out by reason."""

    rows: pa.Table
    data: list[bytes]
    lost: Counter[str]


@dataclass(frozen=True, eq=False)
class Source:
    """Reads one workspace as it is now."""

    ws: Workspace

    def blocks(self, found: TrainingSet, pictures: Ints, keys: pa.Array, data: bool) -> Iterator[Block]:
        """Pictures of a training set under their keys, in this order, with their bytes or without."""
        step = _BLOCK if data else _PLAIN_BLOCK
        parts = [slice(start, start + step) for start in range(0, len(pictures), step)]
        items = ((pictures[part], keys[part]) for part in parts)
        return ordered_map(partial(self._block, found, data), items, _THREADS, _AHEAD)

    def _block(self, found: TrainingSet, data: bool, some: tuple[Ints, pa.Array]) -> Block:
        pictures, keys = some
        ids = found.image_ids.take(pa.array(pictures)).cast(pa.string())
        facts = self._facts(ids)
        split = pa.repeat(pa.scalar(found.split), len(ids))
        said = labels_of(found, pictures)
        columns = [
            keys,
            ids,
            *(facts[name] for name in ("uri", "width", "height")),
            said,
            split,
            facts["format"],
        ]
        rows = pa.Table.from_arrays(columns, schema=ROWS)
        status = np.array(pc.fill_null(facts["status"], ABSENT).to_pylist(), object)
        status[(status != "ok") & (status != ABSENT)] = UNDECODABLE
        held = self._bytes(ids, facts, status) if data else [b""] * len(ids)
        keep = status == "ok"
        lost = Counter(status[~keep].tolist())
        content = [one for one, good in zip(held, keep, strict=True) if good]
        return Block(rows.filter(pa.array(keep)), content if data else [], lost)

    def _bytes(self, ids: pa.Array, facts: pa.Table, status: np.ndarray) -> list[bytes]:
        """The bytes of every picture; sets the status of those that have none."""
        rows = look_up(self._kept, ids).tolist()
        names, uris = ids.to_pylist(), facts["uri"].to_pylist()
        good = np.flatnonzero(status == "ok").tolist()
        places = [Place(names[at], uris[at], rows[at] if rows[at] >= 0 else None) for at in good]
        held = [b""] * len(names)
        for at, answer in zip(good, self._sources.fetch(places), strict=True):
            held[at], status[at] = answer.data or b"", answer.status
        return held

    def _facts(self, ids: pa.Array) -> pa.Table:
        """Columns `_FACTS` for each id, null for pictures that are not in the catalogue."""
        place = look_up(self._rows, ids)
        known = np.unique(place[place >= 0])
        images = self._images
        if images is None or not len(known):
            schema = self.ws.table("images").schema
            return pa.table({name: pa.nulls(len(ids), schema.field(name).type) for name in _FACTS})
        taken = images.take(known.tolist(), columns=_FACTS)
        return taken.take(pa.array(np.searchsorted(known, place), mask=place < 0))

    @cached_property
    def _images(self):
        return self.ws.table("images").dataset()

    @cached_property
    def _rows(self):
        return rows_of(self.ws.table("images"))

    @cached_property
    def _kept(self):
        return rows_of(self.ws.table("image_bytes"))

    @cached_property
    def _sources(self) -> Sources:
        return Sources(self.ws.table("image_bytes").dataset())

    def open(self, data: bool) -> None:
        """Read what the threads share, before they start."""
        _ = self._images, self._rows
        if data:
            _ = self._kept, self._sources


def labels_of(found: TrainingSet, pictures: Ints) -> pa.Array:
    """`list<LABEL>` of each picture, heaviest first, ties by label id."""
    offsets, labels, weights = found.of(pictures)
    owner = np.repeat(np.arange(len(pictures)), np.diff(offsets))
    order = np.lexsort((labels, -weights, owner))
    place = pa.array(labels[order])
    parts = [found.label_ids.take(place), found.names.take(place), pa.array(weights[order])]
    said = pa.StructArray.from_arrays(parts, fields=list(LABEL))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), said)
