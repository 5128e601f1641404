"""A group of puts and removals on its way into the tables, one commit a table.

Decided: what a kill at any moment leaves is known by its places, so they are written first and deleted last.

    sources+  the places of what comes, and of what leaves and has none yet
    images    the bytes, then the rows
    texts-    words that the items no longer say
    items     new rows, then changed and deleted ones
    links+    item_images; texts+
    links-    what is unlinked, then everything of images that nobody holds any more
    sources-  the places of what left

Readers see an item first without its pictures, or with old and new ones, for some milliseconds. Written
again, a group ends as it would have; `put.sweep` finishes those that nobody repeats.

An image is held by the items that are linked to it, and by places without an item (`pictures_only`). The
place of an item that lost its link holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pyarrow as pa

from saccade.catalog import writes
from saccade.catalog.examine import Examined, Examiner
from saccade.catalog.handed import Applied, NewItem, Put, PutImage
from saccade.catalog.marks import LIST, parse
from saccade.catalog.put_change import PICTURE, Change, Row, image_of, mark_of, place_of, words_of
from saccade.catalog.records import Photo
from saccade.catalog.retire import drop_images
from saccade.vision.identity import image_id
from saccade.workspace import Table, Workspace
from saccade.workspace.tables import any_of

_IN_MEMORY = Photo("", bytes)  # a place that cannot be read again
_IMAGE = ["image_id", "status", "uri", "first_seen"]
_FIELDS = ("title", "description", "url", "category")
_JOIN = "\x1f"
_PART = 2048  # names in one filter


class Group:
    """Items to put, ids to remove, and ids whose earlier change was cut short (`tidy`)."""

    def __init__(
        self, ws: Workspace, items: Sequence[NewItem], removals: Sequence[str] = (),
        now: datetime | None = None, *, tidy: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.ws, self.now = ws, now or datetime.now(UTC)
        given = {item.item_id: item for item in items}
        names = list(dict.fromkeys([*given, *removals, *tidy]))
        rows = {row["item_id"]: row for row in _find(ws.table("items"), "item_id", names)}
        self.removals, gone = list(dict.fromkeys(removals)), set(removals) - given.keys()
        self.changes = {name: Change(name, given.get(name), rows.get(name)) for name in names}
        for name, one in self.changes.items():
            one.stays = name in given or (name not in gone and one.live)
        self._read_links()
        self._read_places()
        pictures = [image for item in items for image in item.images or ()]
        data = {image_id(image.data): image.data for image in pictures}
        names = list(data)
        self.stored = {row["image_id"]: row for row in _find(ws.table("images"), "image_id", names, _IMAGE)}
        self.kept = {
            row["image_id"] for row in _find(ws.table("image_bytes"), "image_id", names, ["image_id"])
        }
        self.seen = self._examined(data)
        for one in self.changes.values():
            one.settle(self.seen)
        self.shown = self._shown()

    def write(self) -> Applied:
        """Bring the group into the tables."""
        changes = self.changes.values()
        going = [uri for one in changes for uri in one.going()]
        gone = self._gone(set(going))
        self._add_places()
        self._write_images()
        self._cut_words(set(gone))
        self._write_items()
        self._write_links()
        self._write_words()
        self._unlink()
        drop_images(self.ws, gone)
        self.ws.table("sources").delete_keys(going)
        touched = {image for one in changes for image in (*one.after, *one.leaving())}
        removed = {name: self.changes[name].live for name in self.removals}
        data = {name: one.data for name, one in self.seen.items() if one.data is not None}
        puts = [self._answer(one) for one in changes if one.item is not None]
        return Applied(puts, removed, sorted(touched.difference(gone)), gone, data)

    def _answer(self, one: Change) -> Put:
        assert one.item is not None
        found = [self.seen[image_id(image.data)] for image in one.item.images or ()]
        images = tuple(PutImage(seen.image_id, seen.status, seen.reason) for seen in found)
        return Put(one.name, "ok", "", not one.live, images)

    # -- what is there ---------------------------------------------------------------------------

    def _read_links(self) -> None:
        for row in _find(self.ws.table("item_images"), "item_id", list(self.changes)):
            self.changes[row["item_id"]].links[row["image_id"]] = (row["role"], row["position"])

    def _read_places(self) -> None:
        marks = {mark_of(name): name for name in self.changes}
        for row in _find(self.ws.table("sources"), "modified", list(marks)):
            self.changes[marks[row["modified"]]].places[row["uri"]] = row["status"]

    def _shown(self) -> dict[str, set[str]]:
        """Of each image in question the items that show it when the group is written."""
        found: dict[str, set[str]] = {}
        for one in self.changes.values():
            for image in one.after:
                found.setdefault(image, set()).add(one.name)
        asked = {image for one in self.changes.values() for image in (*one.links, *one.leaving())}
        for row in _find(self.ws.table("item_images"), "image_id", sorted(asked)):
            if row["item_id"] not in self.changes:
                found.setdefault(row["image_id"], set()).add(row["item_id"])
        return found

    def _gone(self, going: set[str]) -> list[str]:
        """Images that nobody holds when the group is written."""
        leaving = {image for one in self.changes.values() for image in one.leaving()}
        alone = sorted(image for image in leaving if not self.shown.get(image))
        held = {
            row["image_id"]
            for row in _find(self.ws.table("sources"), "image_id", alone)
            if row["uri"] not in going and row["status"] != LIST
            and (row["status"] != "ok" or not parse(row["modified"]).item)
        }  # fmt: skip
        return [image for image in alone if image not in held]

    def _examined(self, data: Mapping[str, bytes]) -> dict[str, Examined]:
        """What is known of pictures, by the name of their bytes; those that are kept are not decoded."""
        good = {
            name
            for name, row in self.stored.items()
            if row["status"] == "ok" and row["uri"] is None and name in self.kept
        }
        examiner = Examiner(good.__contains__, keep=True)
        return {name: examiner.place(Photo("", lambda one=one: one, len(one))) for name, one in data.items()}

    # -- writing ---------------------------------------------------------------------------------

    def _add_places(self) -> None:
        """The places to come, and those of images that leave and were another source's alone."""
        new, changed = list[Row](), list[Row]()
        for one in self.changes.values():
            wanted = one.wanted()
            leaving = {place_of(one.name, image): Examined("ok") for image in one.unlinked()}
            for uri, seen in {**leaving, **wanted}.items():
                if uri not in one.places:
                    new.append(self._place(one.name, uri, seen))
                elif uri in wanted and one.places[uri] != seen.status:
                    changed.append(self._place(one.name, uri, seen))
        _append(self.ws.table("sources"), new)
        _store(self.ws.table("sources"), changed)

    def _place(self, name: str, uri: str, seen: Examined) -> Row:
        image = image_of(uri) if uri.startswith(PICTURE) else None
        return {"uri": uri, "image_id": image, "size": seen.size, "modified": mark_of(name),
                "status": seen.status, "reason": seen.reason, "seen": self.now}  # fmt: skip

    def _write_images(self) -> None:
        """New images as an ingest writes them; rows that were there, of a file say, keep the bytes now."""
        fresh = [seen for seen in self.seen.values() if seen.fresh and seen.image_id]
        bytes_ = [
            {"image_id": seen.image_id, "bytes": seen.data}
            for seen in fresh
            if seen.data is not None and seen.image_id not in self.kept
        ]
        _append(self.ws.table("image_bytes"), bytes_)
        new, known = list[Row](), list[Row]()
        for seen in fresh:
            row = writes.image_row(_IN_MEMORY, seen, self.now)
            old = self.stored.get(str(seen.image_id))
            if old is None:
                new.append(row)
            elif seen.status == "ok":
                known.append({**row, "first_seen": old["first_seen"]})
        _append(self.ws.table("images"), new)
        _store(self.ws.table("images"), known)

    def _cut_words(self, gone: set[str]) -> None:
        """Words that an item says no longer, where no other item says them of the same image."""
        cut = {
            (image, *word)
            for one in self.changes.values()
            for image in {*one.links, *one.leaving()} - gone
            for word in _said(one.row) - (_said(self._row(one)) if image in one.after else set())
        }
        if not cut:
            return
        spared = self._words_of_others({image for image, _, _ in cut})
        joined = sorted(_JOIN.join(word) for word in cut - spared)
        for part in _parts(joined):
            images = sorted({word.split(_JOIN, 1)[0] for word in part})
            whole = f"concat(image_id, '{_JOIN}', source, '{_JOIN}', text)"
            self.ws.table("texts").delete(f"{any_of('image_id', images)} AND {any_of(whole, part)}")

    def _words_of_others(self, images: set[str]) -> set[tuple[str, str, str]]:
        """Image, source and text of what items say of these images when the group is written."""
        showing = {name for image in images for name in self.shown.get(image, ())}
        said = {one.name: _said(self._row(one)) for one in self.changes.values()}
        others = sorted(showing - said.keys())
        for row in _find(self.ws.table("items"), "item_id", others):
            said[row["item_id"]] = set(words_of(row)) if row["deleted"] is None else set()
        return {
            (image, *word)
            for image in images
            for name in self.shown.get(image, ())
            for word in said.get(name, ())
        }

    def _row(self, one: Change) -> Row | None:
        """The row of an item as it shall be; None where it shall not be."""
        item, old = one.item, one.row
        if item is None:
            return old if one.stays else None
        created: datetime = item.created or (old or {}).get("created") or self.now
        values = {name: getattr(item, name) or None for name in _FIELDS}
        attributes = {name: text for name, text in item.attributes.items() if text}
        price = None if item.price is None else float(item.price)
        made = created if created.tzinfo else created.replace(tzinfo=UTC)
        return {"item_id": one.name, **values, "attributes": attributes, "price": price, "created": made,
                "deleted": None}  # fmt: skip

    def _write_items(self) -> None:
        new, changed = list[Row](), list[Row]()
        for one in self.changes.values():
            row = self._row(one)
            if row is not None and one.row is None:
                new.append(row)
            elif row is not None and row != _plain(one.row):
                changed.append(row)
            elif row is None and one.live and one.row is not None:
                changed.append({**one.row, "deleted": self.now})
        table = self.ws.table("items")
        _append(table, [{**row, "attributes": list(row["attributes"].items())} for row in new])
        _store(table, [{**row, "attributes": list((row["attributes"] or {}).items())} for row in changed])

    def _write_links(self) -> None:
        table, new, changed = self.ws.table("item_images"), list[Row](), list[Row]()
        for one in self.changes.values():
            for image, (role, position) in one.after.items():
                row = {"item_id": one.name, "image_id": image, "role": role, "position": position}
                if image not in one.links:
                    new.append(row)
                elif one.links[image] != (role, position):
                    changed.append(row)
        _append(table, new)
        _store(table, changed)

    def _write_words(self) -> None:
        """What the items say; of an image that was not there before, nothing can have been stored."""
        new, known = list[Row](), list[Row]()
        for one in self.changes.values():
            for image in one.after if one.item is not None else ():
                for source, text in words_of(self._row(one) or {}):
                    row = {"image_id": image, "source": source, "text": text, "weight": 1.0}
                    (known if image in self.stored else new).append(row)
        table = self.ws.table("texts")
        _append(table, list({(row["image_id"], row["source"], row["text"]): row for row in new}.values()))
        if known:
            table.insert_missing(pa.Table.from_pylist(known, schema=table.schema))

    def _unlink(self) -> None:
        cut = sorted(one.name + _JOIN + image for one in self.changes.values() for image in one.unlinked())
        for part in _parts(cut):
            items = sorted({pair.split(_JOIN)[0] for pair in part})
            pairs = any_of(f"concat(item_id, '{_JOIN}', image_id)", part)
            self.ws.table("item_images").delete(f"{any_of('item_id', items)} AND {pairs}")


def _said(row: Row | None) -> set[tuple[str, str]]:
    return set(words_of(row or {}))


def _plain(row: Row | None) -> Row:
    return {**(row or {}), "attributes": (row or {}).get("attributes") or {}}


def _find(
    table: Table, column: str, values: Sequence[str], columns: Sequence[str] | None = None
) -> Iterator[Row]:
    """The rows with one of these values."""
    for part in _parts(values):
        yield from table.read(columns, any_of(column, part)).to_pylist(maps_as_pydicts="lossy")


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _PART] for start in range(0, len(names), _PART))


def _append(table: Table, rows: list[Row]) -> None:
    """Add rows that are known to be new: a fifth of the price of an upsert."""
    if rows:
        table.append(pa.Table.from_pylist(rows, schema=table.schema))


def _store(table: Table, rows: list[Row]) -> None:
    if rows:
        table.upsert(pa.Table.from_pylist(rows, schema=table.schema))
