"""Which pictures: `role=review`, `folder=val`, `category=Shoes`, `season=Summer`, joined by commas.

| key | keeps a picture if |
|---|---|
| `role` | an item shows it in that role: seller, review, scene |
| `folder` | it was seen in that folder (`val`, `images/val`) or at a place that fits (`*/val/*.jpg`) |
| `category` | one of its items has that category |
| `file` | its id is a line of that text file, of this machine or of the workspace |
| anything else | one of its items has that attribute with that value, such as `split=val` |

All parts must hold. An empty text keeps every picture. Deleted items do not count.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from saccade.catalog.catalogue import Catalogue
from saccade.errors import InputError


@dataclass(frozen=True)
class Selection:
    """Conditions (key, value) that must all hold."""

    conditions: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Selection:
        """From `key=value,key=value`; InputError where a part has no `=`."""
        parts = [part.strip() for part in text.split(",") if part.strip()]
        pairs = [tuple(word.strip() for word in part.partition("=")[::2]) for part in parts]
        for part, (key, value) in zip(parts, pairs, strict=True):
            if not key or not value:
                raise InputError(f"a selection is `key=value` parts such as role=review, found {part!r}")
        return cls(tuple((key, value) for key, value in pairs))

    def __str__(self) -> str:
        return ",".join(f"{key}={value}" for key, value in self.conditions) or "all pictures"

    def images(self, catalogue: Catalogue) -> pa.Array:
        """Ids of the pictures that fit, unique and ascending; InputError where a condition fits none."""
        found = catalogue.images
        for key, value in self.conditions:
            fitting = _fitting(catalogue, key, value)
            if not len(fitting):
                raise InputError(f"no picture has {key}={value}: {_hint(catalogue, key)}")
            found = found.filter(pc.is_in(found, value_set=fitting))
        return found


def _fitting(catalogue: Catalogue, key: str, value: str) -> pa.Array:
    if key == "folder":
        return pc.unique(catalogue.sources["image_id"].filter(_in_folder(catalogue.sources["uri"], value)))
    if key == "file":
        return _listed(catalogue, value)
    if key == "role":
        shown = catalogue.item_images
        return pc.unique(shown["image_id"].filter(pc.equal(shown["role"], value)))
    labels = catalogue.labels_of_items(key)
    items = labels["item_id"].filter(pc.equal(labels["label"], value))
    shown = catalogue.item_images
    return pc.unique(shown["image_id"].filter(pc.is_in(shown["item_id"], value_set=items.combine_chunks())))


def _listed(catalogue: Catalogue, value: str) -> pa.Array:
    """The ids in a text file, one a line; NotFoundError where there is none."""
    place = Path(value)
    text = place.read_text() if place.is_file() else catalogue.ws.read_bytes(value).decode()
    return pa.array(text.split(), pa.string())


def _in_folder(uris: pa.ChunkedArray, value: str) -> pa.ChunkedArray:
    if "*" in value or "?" in value:
        wild = {"*": ".*", "?": "."}
        pattern = "".join(wild.get(sign) or re.escape(sign) for sign in value)
        return pc.match_substring_regex(uris, f"^{pattern}$")
    return pc.match_substring(pc.binary_join_element_wise("/", uris, ""), f"/{value.strip('/')}/")


def _hint(catalogue: Catalogue, key: str) -> str:
    if key == "file":
        return "none of its lines is the id of a picture here"
    if key == "folder":
        return "it is compared with where pictures were seen (table sources)"
    values = catalogue.item_images["role"] if key == "role" else catalogue.labels_of_items(key)["label"]
    known = sorted(text for text in set(values.to_pylist()) if text)[:8]
    if known:
        return f"there are {', '.join(known)}"
    return f"no item has a {key}; there are {', '.join(catalogue.attributes()) or 'no attributes'}"
