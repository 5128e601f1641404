"""Pictures of a workspace, where they were seen, whose they are, and their labels.

What evaluation and training read.

Ids and labels only, no vectors and no pixels, so all of it fits in memory for millions of pictures.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError
from saccade.workspace import Workspace

ITEM = "item"  # the label that every item has of itself


@dataclass(frozen=True)
class Catalogue:
    """Columns of a workspace, read when they are first asked for."""

    ws: Workspace

    @cached_property
    def images(self) -> pa.Array:
        """Ids of the pictures that can be decoded, ascending."""
        found = self.ws.table("images").read(["image_id"], "status = 'ok'")["image_id"].combine_chunks()
        if not len(found):
            raise InputError(f"{self.ws.uri} has no pictures: run `saccade ingest` first")
        return found.take(pc.sort_indices(found))

    @cached_property
    def sources(self) -> pa.Table:
        """`uri`, `image_id` of every place where a picture was seen."""
        found = self.ws.table("sources").read(["uri", "image_id"])
        return found.filter(pc.is_valid(found["image_id"]))

    @cached_property
    def items(self) -> pa.Table:
        """`item_id`, `title`, `category`, `attributes` of the items that are not deleted."""
        return self.ws.table("items").read(["item_id", "title", "category", "attributes"], "deleted IS NULL")

    @cached_property
    def item_images(self) -> pa.Table:
        """`item_id`, `image_id`, `role`, ordered by item and position, of items that are not deleted."""
        found = self.ws.table("item_images").read(["item_id", "image_id", "role", "position"])
        found = found.filter(pc.is_in(found["item_id"], value_set=self.items["item_id"].combine_chunks()))
        order = [("item_id", "ascending"), ("position", "ascending"), ("image_id", "ascending")]
        return found.sort_by(order).drop_columns(["position"])

    def attributes(self) -> list[str]:
        """Names of the attributes that items have, sorted."""
        return sorted({name for row in self.items["attributes"].to_pylist() for name, _ in row or ()})

    def labels_of_items(self, what: str) -> pa.Table:
        """`item_id`, `label`: the item itself (`item`), its category, or the value of an attribute."""
        ids = self.items["item_id"]
        if what in (ITEM, "item_id"):
            return pa.table({"item_id": ids, "label": ids})
        values = self.items["category"] if what == "category" else self._attribute(what)
        table = pa.table({"item_id": ids, "label": values})
        return table.filter(pc.is_valid(table["label"]))

    @cached_property
    def tasks(self) -> pa.Table:
        """`task`, `image_id`, `label`: labels of pictures that were imported for a task."""
        return self.ws.table("tasks").read(["task", "image_id", "label"])

    def labels_of_images(self, what: str) -> pa.Table:
        """`image_id`, `label`: of the imported task of that name, else through the items of a picture.

        A picture of two items may have two labels.
        """
        named = self.tasks.filter(pc.equal(self.tasks["task"], what))
        if named.num_rows:
            return named.select(["image_id", "label"])
        labels = self.labels_of_items(what)
        joined = self.item_images.select(["item_id", "image_id"]).join(labels, "item_id", join_type="inner")
        return joined.select(["image_id", "label"]).group_by(["image_id", "label"]).aggregate([])

    def _attribute(self, name: str) -> pa.ChunkedArray:
        column = self.items["attributes"]
        values = [pc.map_lookup(chunk, name, "first") for chunk in column.chunks]
        return pa.chunked_array(values, pa.string())
