"""Which weak labels a pretraining learns, and from how many pictures.

- clustered: those of `saccade label`, head phrases and clusters of tail phrases, weighted by confidence, in
  epochs that are balanced as `saccade pretrain` does.
- raw: one class for each phrase, on all pictures of a product of which some text says it, with weight 1,
  every picture once an epoch.

Decided: phrases and clusters come from all texts of training; a share of the data is a share of its products
with all their seller pictures, and a smaller share is part of a larger one. So data means pictures, and a
class is the same class at every size.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import hashlib
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from learn_market import SELLER, TRAIN, Opened, put_task, views_of

from saccade.workspace import Workspace

NONE, RAW, CLUSTERED = "none", "raw", "clustered"
KINDS = (NONE, RAW, CLUSTERED)
SETTINGS: dict[str, dict[str, Any]] = {
    RAW: {"balance": "none", "ratio": 0.0},
    CLUSTERED: {"balance": "power", "ratio": 50.0},
}
"""What `Pretrain` is told for each kind."""


def chosen(opened: Opened, share: float, salt: str = "share") -> list[int]:
    """The products of a share of those in training, at least two; a larger share adds to a smaller one."""
    own = opened.rows.filter(
        pc.and_(pc.equal(opened.rows["split"], TRAIN), pc.greater_equal(opened.rows["item"], 0))
    )
    items = sorted(set(own["item"].to_pylist()), key=lambda item: _hash(f"{salt} {opened.shop.seed} {item}"))
    return items[: max(2, round(share * len(items)))]


def teach(opened: Opened, ws: Workspace, kind: str, share: float) -> int:
    """Put labels of a kind, for a share of the data, into a cell's workspace; returns how many pictures."""
    keep = opened.rows.filter(pc.is_in(opened.rows["item"], value_set=pa.array(chosen(opened, share))))
    keep = keep.filter(pc.equal(keep["kind"], SELLER))["image_id"].combine_chunks()
    labels, rows = _raw(opened) if kind == RAW else _clustered(opened)
    rows = rows.filter(pc.is_in(rows["image_id"], value_set=keep))
    for name, table in (("labels", labels), ("image_labels", rows)):
        own = ws.table(name)
        own.delete("true")
        own.upsert(table)
    return len(pc.unique(rows["image_id"]))


def teach_items(opened: Opened, ws: Workspace, task: str, items: list[int]) -> int:
    """Put a task into a cell's workspace: which of these products a picture shows; returns how many."""
    some = opened.rows.filter(pc.is_in(opened.rows["item"], value_set=pa.array(items)))
    put_task(ws, task, some["image_id"].to_pylist(), [f"item-{item}" for item in some["item"].to_pylist()])
    return some.num_rows


def _clustered(opened: Opened) -> tuple[pa.Table, pa.Table]:
    ws = opened.workspace
    return ws.table("labels").read(), ws.table("image_labels").read()


def _raw(opened: Opened) -> tuple[pa.Table, pa.Table]:
    ws, others = opened.workspace, views_of(opened.rows)
    said = ws.table("annotations").read(["image_id", "phrase_id"]).to_pylist()
    pairs = [(image, row["phrase_id"]) for row in said for image in others[row["image_id"]]]
    rows = {
        "image_id": [image for image, _ in pairs], "label_id": [phrase for _, phrase in pairs],
        "weight": [1.0] * len(pairs), "split": ["train"] * len(pairs),
    }  # fmt: skip
    known = ws.table("phrases").read(["phrase_id", "phrase"]).to_pydict()
    names = {"label_id": known["phrase_id"], "name": known["phrase"], "kind": ["head"] * len(known["phrase"])}
    return _filled(ws, "labels", names), _filled(ws, "image_labels", rows)


def _filled(ws: Workspace, name: str, columns: dict[str, list[Any]]) -> pa.Table:
    count = len(next(iter(columns.values())))
    schema = ws.table(name).schema
    arrays = [pa.array(columns.get(field.name, [None] * count), field.type) for field in schema]
    return pa.table(arrays, schema=schema)


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8).digest()
