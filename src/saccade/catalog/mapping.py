"""Which column is what: `Mapping` as the user gives it, `Columns` as one source answers it.

Decided: a column that is not named is found by the names that catalogues commonly use; a name that was
given and does not exist is an error that lists the columns there are. Every column that nothing else uses
becomes an attribute unless `attributes` says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from saccade.errors import InputError

_IMAGE = (
    "image images photo photos picture pictures img image_path img_path photo_path path file_path filepath "
    "file_name filename file image_url img_url photo_url image_link imgurl image_bytes bytes url uri "
    "jpg png webp"
).split()
_NAMES: dict[str, Sequence[str]] = {
    "item_id": "item_id product_id listing_id pin_id sku asin id key __key__ uid image_id".split(),
    "title": "title name product_name item_name productdisplayname short_name".split(),
    "description": "description product_description desc body".split(),
    "url": "item_url product_url page_url link url".split(),
    "category": "category article_type product_type class_name class label".split(),
    "price": "price amount".split(),
    "created": "created created_at creation_time date_created".split(),
    "role": ["role", "image_role"],
    "position": ["position", "image_position"],
}
_TEXTS: dict[str, Sequence[str]] = {
    "alt": ["alt", "alt_text"],
    "caption": "caption captions text txt sentence sentences".split(),
    "query": ["query", "queries"],
    "board": ["board_name", "board_names"],
}
_OBJECTS = ["objects"]


@dataclass(frozen=True)
class Mapping:
    """Names of columns; a column that is not named is found by its usual names."""

    image: str | tuple[str, ...] | None = None
    """Holds paths, addresses, bytes, lists of these, or [{path, role, position}]; may be several."""
    item_id: str | None = None
    """Identity of the item; of the same item in several rows, all pictures count."""
    title: str | None = None
    """The item's title."""
    description: str | None = None
    """The item's description."""
    url: str | None = None
    """The item's own page."""
    category: str | None = None
    """The item's category."""
    price: str | None = None
    """A number."""
    created: str | None = None
    """When the item was made."""
    role: str | None = None
    """seller, review or scene, by row."""
    position: str | None = None
    """Order of an item's pictures."""
    text: dict[str, str] = field(default_factory=dict)
    """Further texts: source in the texts table, and its column (alt alt_text)."""
    attributes: tuple[str, ...] | None = None
    """Columns to keep as attributes; every column that is not used otherwise by default."""

    def resolve(self, columns: Sequence[str], where: str) -> Columns:
        """The columns of `where` that play each part. Raises InputError when a named one does not exist."""
        return _Resolver(self, list(columns), where).resolve()


@dataclass(frozen=True)
class Columns:
    """A mapping after it met a source: None for what the source does not have."""

    image: tuple[str, ...]
    item_id: str | None
    title: str | None
    description: str | None
    url: str | None
    category: str | None
    price: str | None
    created: str | None
    role: str | None
    position: str | None
    objects: str | None
    text: tuple[tuple[str, str], ...]
    attributes: tuple[str, ...]

    def used(self) -> list[str]:
        """Every column that is read, each once."""
        single = (self.item_id, self.title, self.description, self.url, self.category, self.price)
        more = (self.created, self.role, self.position, self.objects)
        named = [name for name in (*single, *more) if name]
        return list(dict.fromkeys([*self.image, *named, *(name for _, name in self.text), *self.attributes]))


class _Resolver:
    def __init__(self, mapping: Mapping, columns: list[str], where: str) -> None:
        self.mapping, self.columns, self.where = mapping, columns, where
        self.lower = {name.lower(): name for name in reversed(columns)}
        self.taken: set[str] = set()

    def resolve(self) -> Columns:
        image = self._images()
        parts = {part: self._one(part, names) for part, names in _NAMES.items()}
        text = self._texts()
        objects = self._find(_OBJECTS)
        return Columns(image=image, text=text, objects=objects, attributes=self._attributes(), **parts)

    def _images(self) -> tuple[str, ...]:
        named = self.mapping.image
        if named is None:
            found = self._find(_IMAGE)
            if found is None:
                raise InputError(f"{self.where}: no image column found; name one of {self._list()}")
            return (found,)
        return tuple(self._named(name, "image") for name in ([named] if isinstance(named, str) else named))

    def _one(self, part: str, names: Sequence[str]) -> str | None:
        named = getattr(self.mapping, part)
        return self._named(named, part) if named else self._find(names)

    def _texts(self) -> tuple[tuple[str, str], ...]:
        chosen = {source: self._named(name, f"text.{source}") for source, name in self.mapping.text.items()}
        for source, names in _TEXTS.items():
            if source not in chosen and (found := self._find(names)):
                chosen[source] = found
        return tuple(chosen.items())

    def _attributes(self) -> tuple[str, ...]:
        named = self.mapping.attributes
        if named is None:
            return tuple(name for name in self.columns if name not in self.taken and name[:2] != "__")
        return tuple(self._named(name, "attributes") for name in named)

    def _find(self, names: Sequence[str]) -> str | None:
        for name in names:
            found = self.lower.get(name)
            if found is not None and found not in self.taken:
                self.taken.add(found)
                return found
        return None

    def _named(self, name: str, part: str) -> str:
        if name not in self.columns:
            raise InputError(f"{self.where}: no column {name!r} for {part}; its columns are {self._list()}")
        self.taken.add(name)
        return name

    def _list(self) -> str:
        return ", ".join(self.columns[:40]) + (", …" if len(self.columns) > 40 else "")
