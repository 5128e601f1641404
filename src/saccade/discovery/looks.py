"""What is known of pictures beside their vectors: annotations, copies, labels, colours, objects.

Two sources under one shape, as the shelves are. `TableLooks` reads a few rows of the tables at each call:
right for one question from the command line. `looks_memory.MemoryLooks` is for a process that answers many.
A table that was never written is an empty one: nothing is known then, and nothing fails.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from saccade.discovery.answer import Part
from saccade.discovery.looks_columns import CERTAIN, Annotated, Boxed, Coloured, Named, Placed, Said, Tones
from saccade.workspace import Workspace
from saccade.workspace.tables import any_of, quoted

PHRASE = ("phrase_id", "phrase", "language", "key")
TRUE = f"score >= {CERTAIN}"
Shares = Mapping[tuple[str, str], float]


class Looks(Protocol):
    """What is known of the pictures of a workspace."""

    def annotations(self, image_ids: Sequence[str]) -> Said:
        """What is said of each picture, as far as it is taken for true."""
        ...

    def copies(self, image_ids: Sequence[str]) -> list[str]:
        """For each picture the one that stands for its near-duplicates: itself where there are none."""
        ...

    def labels(self, task: str, image_ids: Sequence[str]) -> list[str | None]:
        """The label of each picture for a task of the table `tasks`."""
        ...

    def tasks(self) -> list[str]:
        """Names of the tasks."""
        ...

    def colours(self, ids: Sequence[str]) -> Tones:
        """Salient colours of pictures or objects."""
        ...

    def parts(self, image_ids: Sequence[str]) -> list[list[Part]]:
        """The objects of each picture that the table `objects` has."""
        ...

    def placed(self, object_ids: Sequence[str]) -> dict[str, Placed]:
        """Where the known ones of these objects are."""
        ...

    def shares(self) -> Shares:
        """Share of the items that have each value of each attribute; `category` counts as one."""
        ...


class TableLooks:
    """Reads the rows that a question needs."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws

    def annotations(self, image_ids: Sequence[str]) -> Said:
        table = self.ws.table("annotations")
        rows = table.read(["image_id", "phrase_id", "score"], f"{any_of('image_id', image_ids)} AND {TRUE}")
        names = rows["phrase_id"].unique()
        phrases = self.ws.table("phrases").take(names.to_pylist(), PHRASE)
        named = any_of("phrase_id", phrases["phrase_id"].to_pylist())
        counted = table.read(["phrase_id"], f"{named} AND {TRUE}")["phrase_id"].value_counts()
        at = pc.index_in(phrases["phrase_id"], value_set=counted.field("values"))
        counts = counted.field("counts").take(at.combine_chunks()).to_numpy()
        return Annotated(rows, phrases, counts, pictures(self.ws)).find(image_ids)

    def copies(self, image_ids: Sequence[str]) -> list[str]:
        rows = self.ws.table("duplicates").take(image_ids, ["image_id", "group_id"])
        found = Named(rows["image_id"], rows["group_id"]).find(image_ids)
        return [group or image for image, group in zip(image_ids, found, strict=True)]

    def labels(self, task: str, image_ids: Sequence[str]) -> list[str | None]:
        where = f"task = {quoted(task)} AND {any_of('image_id', image_ids)}"
        rows = self.ws.table("tasks").read(["image_id", "label"], where)
        return Named(rows["image_id"], rows["label"]).find(image_ids)

    def tasks(self) -> list[str]:
        return sorted(self.ws.table("tasks").read(["task"])["task"].unique().to_pylist())

    def colours(self, ids: Sequence[str]) -> Tones:
        where = f"{any_of('id', ids)} AND status = 'ok'"
        return Coloured(self.ws.table("colours").read(["id", "lab", "shares", "names"], where)).find(ids)

    def parts(self, image_ids: Sequence[str]) -> list[list[Part]]:
        return Boxed(self.ws.table("objects").read(filter=any_of("image_id", image_ids))).of(image_ids)

    def placed(self, object_ids: Sequence[str]) -> dict[str, Placed]:
        return Boxed(self.ws.table("objects").take(object_ids)).find(object_ids)

    def shares(self) -> Shares:
        return item_shares(self.ws)


def pictures(ws: Workspace) -> int:
    """How many pictures a catalogue has."""
    return ws.table("images").count("status = 'ok'")


def item_shares(ws: Workspace) -> Shares:
    """Share of the items that have each value of each attribute, by (name, value)."""
    rows = ws.table("items").read(["category", "attributes"], "deleted IS NULL")
    pairs = [
        ("category", pa.chunked_array([rows["category"].combine_chunks()], pa.string())),
        *_attributes(rows["attributes"].combine_chunks()),
    ]
    return {
        (name, one["values"]): one["counts"] / rows.num_rows
        for name, values in pairs
        for one in values.value_counts().to_pylist()
        if one["values"] is not None
    }


def _attributes(column: pa.MapArray) -> list[tuple[str, pa.ChunkedArray]]:
    """Values of each attribute, by name. An item has an attribute at most once."""
    named = pa.table({"name": column.keys, "value": column.items})
    names = named["name"].unique().to_pylist()
    return [(name, named.filter(pc.equal(named["name"], name))["value"]) for name in names]
