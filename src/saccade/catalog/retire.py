"""What goes when places change, pictures vanish, or items are deleted.

Decided: an image goes when no place holds it any more, a link when no place of that item holds that image,
an item when it has no place left. Everything about an image goes with it, but vectors, which the stages
that made them drop when they see that the image is gone. History (boards, events, judgements) stays.
`sources` changes last, so an interrupted removal is done again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa

from saccade.catalog.files import is_web, stat
from saccade.catalog.marks import LIST, parse
from saccade.catalog.records import Text, digest
from saccade.errors import NotFoundError
from saccade.workspace import Workspace
from saccade.workspace.tables import any_of, quoted

_OF_IMAGES = ("item_images", "texts", "objects", "detections", "duplicates", "image_bytes", "images")
_PART = 2048  # names in one filter


@dataclass(frozen=True, slots=True)
class Left:
    """What a known place was before: the image it held, the digest of its item; `moved`: not that item's now.

    `texts` are the words that its row gave the image, as far as they are known.
    """

    uri: str
    image_id: str | None
    item: str
    moved: bool = True
    texts: tuple[Text, ...] = ()


@dataclass(slots=True)
class _Held:
    """Which of the images and items in question other places still hold."""

    links: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    images: dict[str, str] = field(default_factory=dict[str, str])
    items: set[str] = field(default_factory=set[str])


def retire(ws: Workspace, left: Sequence[Left], now_held: Mapping[tuple[str, str], str] | None = None) -> int:
    """Remove what only these places held. `now_held`: (item digest, image) → place, about to be stored.

    Returns the number of images that went. The rows of the places themselves are the caller's.
    """
    if not left:
        return 0
    held = _held(ws, left)
    now = now_held or {}
    held.links.update(now)
    held.images.update({image: uri for (_, image), uri in now.items()})
    held.items.update(item for item, _ in now)
    images = {place.image_id for place in left if place.image_id}
    gone = sorted(images - held.images.keys())
    shown_elsewhere = [place for place in left if place.image_id in held.images]
    _cut_links(ws, shown_elsewhere, held)
    _cut_words(ws, shown_elsewhere)
    _drop_items(ws, {place.item for place in left if place.moved and place.item} - held.items)
    drop_images(ws, gone)
    _reread_from(
        ws, {image: held.images[image] for image in images & held.images.keys()}, {p.uri for p in left}
    )
    return len(gone)


def drop_images(ws: Workspace, images: Sequence[str]) -> None:
    """Everything about these images, from every table that the catalogue owns."""
    for name in _OF_IMAGES if images else ():
        ws.table(name).delete_keys(images, "image_id")


def shared(ws: Workspace, images: Collection[str]) -> set[str]:
    """Those of the images that more than one place holds."""
    counted: dict[str, int] = {}
    for batch in _sources(ws, ("image_id",), images):
        for image in batch.column("image_id").to_pylist():
            counted[image] = counted.get(image, 0) + 1
    return {image for image, count in counted.items() if count > 1}


def forget_words(ws: Workspace, images: Sequence[str], sources: Collection[str], boxes: bool) -> None:
    """Texts of these sources, and boxes, of images whose rows read differently now."""
    for part in _parts(images):
        ws.table("texts").delete(f"{any_of('image_id', part)} AND {any_of('source', sources)}")
        if boxes:
            ws.table("objects").delete(any_of("image_id", part))


def remove_places(ws: Workspace, source: str, uris: Sequence[str]) -> int:
    """Forget places of the source with this digest and what only they held; returns the images that went."""
    wanted, left = set(uris), list[Left]()
    for batch in ws.table("sources").scan(["uri", "image_id", "modified"], f"modified LIKE '%.{source}.%'"):
        for row in batch.to_pylist():
            if row["uri"] in wanted:
                left.append(Left(row["uri"], row["image_id"], parse(row["modified"]).item))
    gone = retire(ws, left)
    ws.table("sources").delete_keys([place.uri for place in left])
    return gone


def delete_items(ws: Workspace, ids: Sequence[str]) -> int:
    """Delete items: they are marked `deleted`, and their links and the images that only they had go.

    A later ingest does not bring them back. Returns how many of `ids` were there and not yet deleted.
    Raises NotFoundError for an id that no item has.
    """
    if not ids:
        return 0
    with ws.lock("saccade delete"):
        table = ws.table("items")
        rows = table.take(list(ids))
        unknown = sorted(set(ids) - set(rows.column("item_id").to_pylist()))
        if unknown:
            raise NotFoundError(f"no item {', '.join(unknown[:5])}; nothing was deleted")
        fresh = rows.filter(rows.column("deleted").is_null())
        stamps = pa.array([datetime.now(UTC)] * fresh.num_rows, fresh.schema.field("deleted").type)
        table.upsert(fresh.set_column(fresh.schema.get_field_index("deleted"), "deleted", stamps))
        drop_images(ws, _only_theirs(ws, list(ids)))
        ws.table("item_images").delete_keys(list(ids), "item_id")
        return fresh.num_rows


def _only_theirs(ws: Workspace, ids: list[str]) -> list[str]:
    links = ws.table("item_images")
    parts = [links.read(["image_id"], any_of("item_id", part)) for part in _parts(ids)]
    images = {image for part in parts for image in part.column("image_id").to_pylist()}
    theirs = set(ids)
    for part in _parts(sorted(images)):
        for row in links.read(["item_id", "image_id"], any_of("image_id", part)).to_pylist():
            if row["item_id"] not in theirs:
                images.discard(row["image_id"])
    return sorted(images)


def _held(ws: Workspace, left: Sequence[Left]) -> _Held:
    held, places = _Held(), {place.uri for place in left}
    images = {place.image_id for place in left if place.image_id}
    items = {place.item for place in left if place.moved}
    # An item may have places with any image, so a change of items has to look at all of them.
    wanted = None if items else images
    for batch in _sources(ws, ("uri", "image_id", "modified", "status"), wanted):
        for row in batch.to_pylist():
            if row["uri"] in places or row["status"] == LIST:
                continue
            item = parse(row["modified"]).item
            if item in items:
                held.items.add(item)
            if row["image_id"] in images:
                held.links.add((item, row["image_id"]))
                held.images[row["image_id"]] = row["uri"]
    return held


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _PART] for start in range(0, len(names), _PART))


def _sources(
    ws: Workspace, columns: Sequence[str], images: Collection[str] | None
) -> Iterator[pa.RecordBatch]:
    filters = [None] if images is None else [any_of("image_id", part) for part in _parts(sorted(images))]
    for condition in filters:
        yield from ws.table("sources").scan(columns, condition)


def _cut_links(ws: Workspace, left: Sequence[Left], held: _Held) -> None:
    """Links of an item to an image that other items still show."""
    cut = {(place.item, place.image_id) for place in left} - held.links
    links = ws.table("item_images")
    for part in _parts(sorted({str(image) for _, image in cut})):
        for row in links.read(["item_id", "image_id"], any_of("image_id", part)).to_pylist():
            if (digest(row["item_id"]), row["image_id"]) in cut:
                links.delete(f"item_id = {quoted(row['item_id'])} AND image_id = {quoted(row['image_id'])}")


def _cut_words(ws: Workspace, left: Sequence[Left]) -> None:
    """Words that came with a place, unless an item that still shows the image has them as its own."""
    for place in left:
        if not place.texts:
            continue
        of_image = f"image_id = {quoted(str(place.image_id))}"
        items = ws.table("item_images").read(["item_id"], of_image).column("item_id").to_pylist()
        own = ws.table("items").take(items, ["title", "description"]).to_pylist()
        kept = {text for row in own for text in (row["title"], row["description"])}
        for text in place.texts:
            if text.text not in kept:
                same = f"source = {quoted(text.source)} AND text = {quoted(text.text)}"
                ws.table("texts").delete(f"{of_image} AND {same}")


def _drop_items(ws: Workspace, digests: set[str]) -> None:
    if not digests:
        return
    batches = ws.table("items").scan(["item_id"])
    gone = [
        name for batch in batches for name in batch.column("item_id").to_pylist() if digest(name) in digests
    ]
    ws.table("item_images").delete_keys(gone, "item_id")
    ws.table("items").delete_keys(gone)


def _reread_from(ws: Workspace, held: dict[str, str], left: set[str]) -> None:
    """Images that were read from a place that went get another place that holds them.

    Where that place lies inside a file, the image is forgotten instead, and so is the place, and the next
    ingest reads it again from there.
    """
    table = ws.table("images")
    rows = table.take(sorted(held))
    stale = rows.filter(pa.array([uri in left for uri in rows.column("uri").to_pylist()], pa.bool_()))
    if not stale.num_rows:
        return
    uris = [held[name] for name in stale.column("image_id").to_pylist()]
    fine = pa.array([not is_web(uri) and stat(uri) is not None for uri in uris], pa.bool_())
    placed = stale.set_column(stale.schema.get_field_index("uri"), "uri", pa.array(uris, pa.string()))
    table.upsert(placed.filter(fine))
    again = [uri for uri, good in zip(uris, fine.to_pylist(), strict=True) if not good]
    # In this order, a run that ends in between leaves what makes the next one read the file again.
    ws.table("sources").delete_keys([uri.rpartition("#")[0] for uri in again])
    ws.table("sources").delete_keys(again)
    names = stale.column("image_id").to_pylist()
    table.delete_keys([name for name, good in zip(names, fine.to_pylist(), strict=True) if not good])


def follow_moves(ws: Workspace, places: Mapping[str, str]) -> None:
    """Image → a place where it was found just now: becomes the place to read from if the old one is gone."""
    table = ws.table("images")
    rows = table.take(sorted(places))
    gone = [uri is not None and stat(uri) is None for uri in rows.column("uri").to_pylist()]
    stale = rows.filter(pa.array(gone, pa.bool_()))
    uris = [places[name] for name in stale.column("image_id").to_pylist()]
    table.upsert(stale.set_column(stale.schema.get_field_index("uri"), "uri", pa.array(uris, pa.string())))
