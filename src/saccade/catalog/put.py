"""A few items that somebody hands over in memory: written as an ingest would write them, and taken away.

    put_items(ws, [NewItem("boot-7", title="Red boot", images=(NewImage(data),))])
    remove_items(ws, ["boot-7"])

Decided:
- A put says what the item is from now on: a field that is not given becomes null, a picture that is not
  listed is unlinked. (An ingest joins what several rows say; a put has nobody to join with.) Two
  exceptions: `images=None` keeps the pictures, and `created` stays, or becomes the time of the first put.
- Bytes that are handed over are kept, even where a list refers to a file with the same bytes: it may go.
- The places of puts (`put_change`) are a source of their own, so that ingesting or pruning another source
  leaves item and pictures alone. A later change of a list's row still joins into the item; a deleted item
  stays deleted for an ingest and comes back with a put.
- Removing an item leaves the places of lists, which are what keeps an ingest from reading its files again.
Not here: what is refused (`handed`), and in which order the tables are written and what a kill in between
leaves (`put_group`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from saccade.catalog.handed import Applied, NewImage, NewItem, Put, PutImage, fault
from saccade.catalog.put_change import OURS, PICTURE, image_of, item_of
from saccade.catalog.put_group import Group
from saccade.workspace import Workspace

__all__ = ["Applied", "NewImage", "NewItem", "Put", "PutImage", "apply_changes", "put_items", "remove_items",
           "sweep"]  # fmt: skip


def put_items(ws: Workspace, items: Sequence[NewItem], *, now: datetime | None = None) -> list[Put]:
    """Store items with their pictures; the answers are in the order of `items`.

    Repeating a call changes nothing, and mends what a killed one left. A bad picture does not stop its item,
    a rejected item (an id with control characters, a price that is no number, ...) not the others; of an id
    that is given twice the last counts. Raises `LockedError` when another process writes.
    """
    return apply_changes(ws, items, now=now).puts


def remove_items(ws: Workspace, ids: Sequence[str]) -> dict[str, bool]:
    """Delete items: marked `deleted`; links, pictures that nobody else holds, words and places go at once.

    Returns for each id whether there was such an item. Boards, events and judgements stay.
    """
    return apply_changes(ws, (), ids).removed


def apply_changes(
    ws: Workspace, items: Sequence[NewItem], removals: Sequence[str] = (), *, now: datetime | None = None
) -> Applied:
    """Both at once, in one commit a table; an id that is put and removed is put."""
    faults = [fault(item) for item in items]
    last = {item.item_id: at for at, item in enumerate(items) if not faults[at]}
    for at, item in enumerate(items):
        if not faults[at] and last[item.item_id] != at:
            faults[at] = "the item is given again later in the same call"
    good = [item for item, wrong in zip(items, faults, strict=True) if not wrong]
    with ws.lock("saccade put"):
        applied = Group(ws, good, [name for name in removals if name not in last], now).write()
    puts = iter(applied.puts)
    told = [
        Put(item.item_id, "rejected", wrong) if wrong else next(puts)
        for item, wrong in zip(items, faults, strict=True)
    ]
    return Applied(told, applied.removed, applied.touched, applied.gone, applied.data)


def sweep(ws: Workspace) -> Applied | None:
    """Finish what killed groups left and nobody repeated; None when there is nothing of the kind.

    Items that were marked deleted and still have links; places of puts whose item or link was never written.
    Reads the places of puts, the links and the ids of items. Raises `LockedError` when another process
    writes.
    """
    with ws.lock("saccade put"):
        found = _unfinished(ws)
        return Group(ws, (), tidy=sorted(found)).write() if found else None


def _unfinished(ws: Workspace) -> set[str]:
    links = ws.table("item_images").read(["item_id", "image_id"])
    items = ws.table("items").read(["item_id", "deleted"])
    deleted = set(items.filter(items.column("deleted").is_valid()).column("item_id").to_pylist())
    found = deleted & set(links.column("item_id").unique().to_pylist())
    places = ws.table("sources").read(["uri", "status"], OURS).to_pylist()
    if not places:
        return found
    shown = set(zip(*(links.column(name).to_pylist() for name in ("item_id", "image_id")), strict=True))
    live = set(items.column("item_id").to_pylist()) - deleted
    for place in places:
        name, uri = item_of(place["uri"]), place["uri"]
        waiting = uri.startswith(PICTURE) and place["status"] == "ok" and (name, image_of(uri)) not in shown
        if waiting or name not in live:
            found.add(name)
    return found
