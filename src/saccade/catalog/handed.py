"""Items and pictures that somebody hands over in memory: their shapes, and what is refused.

Decided: values are checked here, whoever hands them over, so that one bad item is one answer and never an
exception in the middle of a group. The limits are our own choices. Not here: storing them (`put`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from saccade.catalog.records import ROLES, Role

MOST_ID, MOST_NAME, MOST_URL, MOST_TEXT = 200, 200, 2000, 20_000  # characters
MOST_ATTRIBUTES = 200
MOST_PRICE = 1e300


@dataclass(frozen=True, slots=True)
class NewImage:
    """A picture file in memory; `position` is its place in the list where none is given."""

    data: bytes = field(repr=False)
    role: Role = "seller"
    position: int | None = None


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item as it shall be. `images` None keeps the pictures that it has; times without a zone are UTC."""

    item_id: str
    title: str | None = None
    description: str | None = None
    url: str | None = None
    category: str | None = None
    price: float | None = None
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    created: datetime | None = None
    images: tuple[NewImage, ...] | None = None


@dataclass(frozen=True, slots=True)
class PutImage:
    """What became of one picture: `status` "ok", or one of `vision.decode` with a reason.

    `image_id` is None when there were no bytes.
    """

    image_id: str | None
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one item: `status` is "ok", or "rejected" with a reason; `created`: it was not there."""

    item_id: str
    status: str
    reason: str = ""
    created: bool = False
    images: tuple[PutImage, ...] = ()


@dataclass(frozen=True, slots=True)
class Applied:
    """What a group of changes did: the answers, and which pictures are concerned.

    `removed` tells for each id whether such an item was there. `touched`: pictures whose items changed;
    `gone`: those that left the catalogue; `data`: the bytes of those that are new to it.
    """

    puts: list[Put]
    removed: dict[str, bool]
    touched: list[str]
    gone: list[str]
    data: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)


def fault(item: NewItem) -> str:
    """Why an item cannot be stored, in one line; empty when it can."""
    texts = {"title": (item.title, MOST_TEXT), "description": (item.description, MOST_TEXT),
             "url": (item.url, MOST_URL), "category": (item.category, MOST_NAME)}  # fmt: skip
    return (
        _wrong_id(item.item_id)
        or next(filter(None, (_wrong_text(name, *given) for name, given in texts.items())), "")
        or _wrong_price(item.price)
        or _wrong_attributes(item.attributes)
        or next(filter(None, (_wrong_image(image) for image in item.images or ())), "")
    )


def _wrong_id(item_id: object) -> str:
    if not isinstance(item_id, str) or not item_id:
        return f"expected an item_id, found {item_id!r}"
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in item_id):
        return f"expected an item_id without control characters, found {item_id[:50]!r}"
    return _wrong_text("item_id", item_id, MOST_ID)


def _wrong_text(name: str, text: object, most: int) -> str:
    if text is None:
        return ""
    if not isinstance(text, str):
        return f"expected {name} to be text, found {type(text).__name__}"
    if len(text) > most:
        return f"expected at most {most:,} characters for {name}, found {len(text):,}"
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return f"expected {name} to be text, found half of a surrogate pair in it"
    return ""


def _wrong_price(price: object) -> str:
    if price is None:
        return ""
    if isinstance(price, int | float) and not isinstance(price, bool) and abs(price) < MOST_PRICE:
        return ""
    return f"expected price to be a finite number, found {str(price)[:60]}"


def _wrong_attributes(attributes: object) -> str:
    if not isinstance(attributes, Mapping):
        return f"expected attributes of names and texts, found {type(attributes).__name__}"
    if len(attributes) > MOST_ATTRIBUTES:
        return f"expected at most {MOST_ATTRIBUTES} attributes, found {len(attributes):,}"
    for name, text in attributes.items():
        if not isinstance(name, str) or not isinstance(text, str):
            return f"expected attributes to be text, found {name!r}: {text!r}"[:300]
        if wrong := _wrong_text("the name of an attribute", name, MOST_NAME) or (
            _wrong_text(f"the attribute {name!r}", text, MOST_TEXT)
        ):
            return wrong
    return ""


def _wrong_image(image: NewImage) -> str:
    if not isinstance(image.data, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]
        return f"expected the bytes of a picture file, found {type(image.data).__name__}"
    if image.role not in ROLES:
        return f"expected a role out of {', '.join(ROLES)}, found {image.role!r}"
    position = image.position
    if position is not None and not (type(position) is int and 0 <= position < 2**31):
        return f"expected a position of 0 or more, found {position!r}"
    return ""
