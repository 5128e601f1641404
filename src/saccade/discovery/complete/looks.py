"""What was put together: boards, scenes that show several items, and objects in one picture.

Decided: a look is a set of members in two categories or more; a member is an item with the vector of its
first picture, or an object with its own. Boards of more than `LARGEST` items say little and are left out
(Eksombatchai et al. 2018 prune diverse boards for the same reason). What has no category or no vector is no
member. At most `most` members are held in memory; looks beyond them are left out, in the order of a hash, so
that no kind of look is preferred.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.discovery.items import item_rows
from saccade.workspace import Workspace

LARGEST = 80
MOST = 200_000  # members: 100 MB of vectors of 128 numbers
_CHUNK = 4096
_NONE = np.zeros((0, 0), np.float32)
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Looks:
    """L looks over N members.

    keys: ids of items or objects; items: whether a key is an item's; categories: names; category: int64 [N],
    places in it; vectors: float32 [N, D] of unit length; starts: int64 [L + 1], places in `members` of each
    look.
    """

    keys: tuple[str, ...]
    items: NDArray[np.bool_]
    categories: tuple[str, ...]
    category: Ints
    vectors: Floats
    starts: Ints
    members: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, look: int) -> Ints:
        """int64: the members of a look."""
        return self.members[self.starts[look] : self.starts[look + 1]]

    def select(self, looks: Iterable[int]) -> Looks:
        """Some of the looks, over the same members."""
        parts = [self[look] for look in looks]
        starts = np.concatenate(([0], np.cumsum([len(part) for part in parts]))).astype(np.int64)
        members = np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)
        return Looks(self.keys, self.items, self.categories, self.category, self.vectors, starts, members)


def make_looks(
    groups: Iterable[Sequence[str]], vectors: Mapping[str, Floats], categories: Mapping[str, str],
    items: frozenset[str] | None = None,
) -> Looks:  # fmt: skip
    """Looks of groups of keys; keys without vector or category are left out, and looks of one category.

    items: which keys are items; all by default.
    """
    kept: list[list[str]] = []
    for group in groups:
        known = [key for key in dict.fromkeys(group) if key in vectors and key in categories]
        if len({categories[key] for key in known}) > 1:
            kept.append(known)
    keys = tuple(dict.fromkeys(key for group in kept for key in group))
    names = tuple(sorted({categories[key] for key in keys}))
    place, kind = {key: at for at, key in enumerate(keys)}, {name: at for at, name in enumerate(names)}
    members = np.array([place[key] for group in kept for key in group], np.int64)
    starts = np.concatenate(([0], np.cumsum([len(group) for group in kept]))).astype(np.int64)
    found = np.stack([vectors[key] for key in keys]).astype(np.float32) if keys else _NONE
    category = np.array([kind[categories[key]] for key in keys], np.int64)
    flags = np.array([items is None or key in items for key in keys], bool)
    return Looks(keys, flags, names, category, found, starts, members)


def gather_looks(
    ws: Workspace, model_id: str, boards: bool = True, scenes: bool = True, objects: bool = True,
    most: int = MOST,
) -> Looks:  # fmt: skip
    """The looks of a workspace with vectors of a model."""
    of_items = [*(_boards(ws) if boards else ()), *(_scenes(ws) if scenes else ())]
    of_objects, kinds = _objects(ws) if objects else ([], {})
    chosen = list(_first(sorted([*of_items, *of_objects], key=_drawn), most))
    keys = {key for group in chosen for key in group}
    pictures, categories = _of_items(ws, sorted(keys - kinds.keys()))
    vectors = _vectors(ws, model_id, {**pictures, **{key: key for key in keys & kinds.keys()}})
    return make_looks(chosen, vectors, {**categories, **kinds}, frozenset(pictures))


def _boards(ws: Workspace) -> list[list[str]]:
    return _grouped(ws.table("board_items").read(["board_id", "item_id"]), "board_id", "item_id")


def _scenes(ws: Workspace) -> list[list[str]]:
    """Pictures that show several items."""
    return _grouped(ws.table("item_images").read(["image_id", "item_id"]), "image_id", "item_id")


def _objects(ws: Workspace) -> tuple[list[list[str]], dict[str, str]]:
    """Objects of one picture, and the category of each object."""
    rows = ws.table("objects").read(["image_id", "object_id", "category"], "category IS NOT NULL")
    names = zip(*(rows.column(name).to_pylist() for name in ("object_id", "category")), strict=True)
    return _grouped(rows, "image_id", "object_id"), dict(names)


def _grouped(rows: pa.Table, by: str, key: str) -> list[list[str]]:
    """The keys of each group with two to `LARGEST` of them."""
    found: dict[str, list[str]] = {}
    for group, name in zip(rows.column(by).to_pylist(), rows.column(key).to_pylist(), strict=True):
        found.setdefault(group, []).append(name)
    return [sorted(names) for _, names in sorted(found.items()) if 2 <= len(names) <= LARGEST]


def _drawn(group: Sequence[str]) -> bytes:
    return hashlib.blake2b("\n".join(group).encode(), digest_size=8).digest()


def _first(groups: Iterable[list[str]], most: int) -> Iterator[list[str]]:
    """Groups until they name more than `most` members."""
    seen = set[str]()
    for group in groups:
        seen.update(group)
        if len(seen) > most:
            return
        yield group


def _of_items(ws: Workspace, item_ids: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """First picture and category of each item."""
    pictures: dict[str, str] = {}
    categories: dict[str, str] = {}
    for start in range(0, len(item_ids), _CHUNK):
        for item, row in item_rows(ws, item_ids[start : start + _CHUNK]).items():
            if row.image_id is not None and row.category:
                pictures[item], categories[item] = row.image_id, row.category
    return pictures, categories


def _vectors(ws: Workspace, model_id: str, wanted: Mapping[str, str]) -> dict[str, Floats]:
    """The vector of each key, by the id of its fingerprint."""
    ids = sorted(set(wanted.values()))
    rows = ws.fingerprints(model_id).take(ids, ["id", "vector", "status"])
    found = {
        name: np.asarray(vector, np.float32)
        for name, vector, status in zip(
            *(rows.column(name).to_pylist() for name in ("id", "vector", "status")), strict=True
        )
        if status == "ok" and vector is not None
    }
    return {key: found[name] for key, name in wanted.items() if name in found}
