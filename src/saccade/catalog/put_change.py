"""One item of a group of puts: what is stored of it, what shall be, and by which places it is known.

Decided: an item that was put has the place `api:item:<item_id>`, and each of its pictures, those that cannot
be used included, has `api:picture:<image_id>:<item_id>`. Nothing is read or written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from saccade.catalog.examine import Examined
from saccade.catalog.handed import NewItem
from saccade.catalog.marks import Mark
from saccade.catalog.records import digest
from saccade.vision.identity import image_id

SOURCE = digest("api")
"""Digest of the list that the places of puts belong to."""
ITEM, PICTURE = "api:item:", "api:picture:"
OURS = "uri >= 'api:' AND uri < 'api;'"
"""Lance SQL for the places of puts."""

Row = dict[str, Any]
Link = tuple[str, int]  # role and position


@dataclass
class Change:
    """One item of a group: what is stored of it, and what shall be.

    `item` is None for a removal, and for an item that is only tidied up; `stays` is false for what shall be
    deleted. `links` by image, `places` status by uri: as stored. `after`: the links to come; `bad`: pictures
    of the put that cannot be used.
    """

    name: str
    item: NewItem | None
    row: Row | None
    links: dict[str, Link] = field(default_factory=dict[str, Link])
    places: dict[str, str] = field(default_factory=dict[str, str])
    after: dict[str, Link] = field(default_factory=dict[str, Link])
    bad: dict[str, Examined] = field(default_factory=dict[str, Examined])
    stays: bool = True

    @property
    def live(self) -> bool:
        """Whether the item is there and not deleted."""
        return self.row is not None and self.row["deleted"] is None

    def settle(self, seen: dict[str, Examined]) -> None:
        """Work out the links to come; of two to one image the first counts."""
        if self.item is None or self.item.images is None:
            self.after = dict(self.links) if self.stays else {}
            return
        for at, image in enumerate(self.item.images):
            found = seen[image_id(image.data)]
            position = at if image.position is None else image.position
            if found.image_id is not None and found.status == "ok":
                self.after.setdefault(found.image_id, (image.role, position))
            elif found.image_id is not None:
                self.bad[found.image_id] = found

    def wanted(self) -> dict[str, Examined]:
        """The places that shall be there, by uri."""
        if not self.stays:
            return {}
        good = Examined("ok")
        if self.item is None or self.item.images is None:
            here = {uri: status for uri, status in self.places.items() if uri.startswith(PICTURE)}
            found = {u: Examined(s) for u, s in here.items() if s != "ok" or image_of(u) in self.after}
        else:
            images = {**self.bad, **dict.fromkeys(self.after, good)}
            found = {place_of(self.name, image): one for image, one in images.items()}
        own = f"{ITEM}{self.name}"
        return {**found, own: good} if self.item is not None or own in self.places else found

    def unlinked(self) -> list[str]:
        """Images that the item shows and shall not show."""
        return [image for image in self.links if image not in self.after]

    def going(self) -> list[str]:
        """The places that go at the end, those of unlinked images included."""
        wanted = self.wanted()
        found = [*self.places, *(place_of(self.name, image) for image in self.unlinked())]
        return [uri for uri in dict.fromkeys(found) if uri not in wanted]

    def leaving(self) -> set[str]:
        """Images that the item had, or was about to have, and shall not have."""
        return {image_of(uri) for uri in self.going() if uri.startswith(PICTURE)} - self.after.keys()


def place_of(item: str, image: str) -> str:
    """The uri of a picture that was put."""
    return f"{PICTURE}{image}:{item}"


def image_of(uri: str) -> str:
    """The image of such a uri."""
    return uri[len(PICTURE) : len(PICTURE) + 32]


def item_of(uri: str) -> str:
    """The item of the place of a put."""
    return uri[len(PICTURE) + 33 :] if uri.startswith(PICTURE) else uri[len(ITEM) :]


def mark_of(item: str) -> str:
    """What `sources.modified` holds for the places of an item that was put."""
    return str(Mark("", digest(item), SOURCE, ""))


def words_of(row: Row) -> Iterator[tuple[str, str]]:
    """Source and text of what the row of an item says of its pictures."""
    for source in ("title", "description"):
        text = (row.get(source) or "").strip()
        if text:
            yield source, text
