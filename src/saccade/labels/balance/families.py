"""Which pictures belong together: those of one item, and near-duplicates, joined until nothing more joins.

A family is a component of the graph of pictures, items (`item_images`) and groups of near-duplicates
(`duplicates`); a picture without either is a family of its own. Its id is the smallest image id in it.

Decided:
- A picture that more than `SHARED` items show (a placeholder, a shop's logo, with its near-duplicates) says
  nothing about them: it joins no items, and is a family with its near-duplicates alone.
- Chains can still grow. A family of more than `LARGEST` pictures is taken apart: in it, only pictures that a
  single item shows join. Near-duplicates always stay together; in such a family the pictures of one item may
  part where another item shows some of them too. Both are counted, and `notes` says so.
- Pictures are 64-bit hashes (`hashing.word_hashes`) and families are numbers: 12 bytes a picture and one id a
  family. Two pictures of ten million meet by chance once in 400,000 catalogues, and then become one family.
- Deleted items count: their pictures are still pictures of one thing.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from saccade.labels.hashing import Hashes, word_hashes
from saccade.workspace import Workspace

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Batches = Callable[[], Iterable[pa.RecordBatch]]

SHARED = 32  # items that may show one picture before it joins them no more
LARGEST = 1000  # pictures of a family before it is taken apart
_ROWS = 1 << 17
_HELD = 1 << 21  # names held before they are reduced to one a family


@dataclass(frozen=True, eq=False)
class Families:
    """Families of two pictures and more; every other picture is its own.

    Attributes:
        hashes: uint64 [N], ascending, of the pictures that have company.
        codes: int32 [N], the family of each.
        names: large_string [F], the smallest image id of each family.
        sizes: int64 [F], pictures of each family.
        loose: pictures (with their near-duplicates) that more than `SHARED` items show.
        parted: families of more than `LARGEST` pictures that were taken apart.
    """

    hashes: Hashes
    codes: Codes
    names: pa.Array
    sizes: Ints
    loose: int = 0
    parted: int = 0

    def of(self, image_ids: pa.Array | pa.ChunkedArray) -> pa.Array:
        """`string` [n]: the family of each image id; an id that nobody knows is its own family."""
        ids = _plain(image_ids)
        if not len(ids) or not len(self.hashes):
            return ids.cast(pa.string())
        code = self.codes_of(ids)
        place = pa.array(code, mask=code < 0)
        return pc.coalesce(self.names.take(place), ids).cast(pa.string())

    def codes_of(self, image_ids: pa.Array) -> Ints:
        """int64 [n]: the number of the family of each image id, -1 for a picture without company."""
        wanted = word_hashes(image_ids)
        if not len(self.hashes):
            return np.full(len(wanted), -1, np.int64)
        place = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        return np.where(self.hashes[place] == wanted, self.codes[place], -1).astype(np.int64)

    @property
    def largest(self) -> int:
        """Pictures of the largest family; 1 where no picture has company."""
        return int(self.sizes.max(initial=1))

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.hashes.nbytes + self.codes.nbytes + self.sizes.nbytes + self.names.nbytes

    def notes(self) -> tuple[str, ...]:
        """Lines for a report about pictures and families that were cut."""
        found: list[str] = []
        if self.loose:
            found.append(
                f"{self.loose:,} pictures are shown by more than {SHARED} items and join none of them"
            )
        if self.parted:
            found.append(f"{self.parted:,} families had more than {LARGEST} pictures and were taken apart")
        return tuple(found)


def families(ws: Workspace, shared: int = SHARED, largest: int = LARGEST) -> Families:
    """The families of a workspace's pictures, from `item_images` and `duplicates`."""
    shown, alike = ws.table("item_images"), ws.table("duplicates")
    return join(
        lambda: shown.scan(["image_id", "item_id"], batch_size=_ROWS),
        lambda: alike.scan(["image_id", "group_id"], batch_size=_ROWS),
        shared, largest,
    )  # fmt: skip


def join(shown: Batches, alike: Batches, shared: int = SHARED, largest: int = LARGEST) -> Families:
    """The families of pictures from (image, item) and (image, group) batches; each is read twice.

    The result does not depend on the order of the rows.
    """
    (image, item), (copy, group) = _hashed(shown), _hashed(alike)
    nodes = np.unique(np.concatenate((image, copy, group)))
    graph = _Graph(nodes, image, item, copy, group)
    kept = graph.degree <= shared
    code = graph.components(kept)
    large = np.flatnonzero(np.bincount(code) > largest)
    if len(large):
        inside = np.zeros(int(code.max()) + 1, bool)
        inside[large] = True
        code = graph.components(kept & (~inside[code[graph.first]] | (graph.degree == 1)))
    return _named(nodes, code, shown, alike, int((~kept).sum()), len(large))


class _Graph:
    """Pictures, merged with their near-duplicates to stars, and the items that show these."""

    def __init__(self, nodes: Hashes, image: Hashes, item: Hashes, copy: Hashes, group: Hashes) -> None:
        self.star = _components(len(nodes), np.searchsorted(nodes, copy), np.searchsorted(nodes, group))
        self.stars = int(self.star.max(initial=-1)) + 1
        self.first = np.unique(self.star, return_index=True)[1]  # a picture of each star
        items, number = np.unique(item, return_inverse=True)
        self.items = len(items)
        pair = np.unique(self.star[np.searchsorted(nodes, image)] * max(self.items, 1) + number)
        self.link_star, self.link_item = np.divmod(pair, max(self.items, 1))
        self.degree = np.bincount(self.link_star, minlength=self.stars)

    def components(self, joins: npt.NDArray[np.bool_]) -> Ints:
        """The component of every picture, where only the stars of bool `joins` [stars] join items."""
        used = joins[self.link_star]
        star, item = self.link_star[used], self.link_item[used]
        return _components(self.stars + self.items, star, self.stars + item)[: self.stars][self.star]


def _components(count: int, left: Ints, right: Ints) -> Ints:
    if not count:
        return np.empty(0, np.int64)
    edges = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    return connected_components(edges, directed=False)[1].astype(np.int64)


def _hashed(batches: Batches) -> tuple[Hashes, Hashes]:
    left: list[Hashes] = [np.empty(0, np.uint64)]
    right: list[Hashes] = [np.empty(0, np.uint64)]
    for first, second in _rows(batches):
        left.append(word_hashes(first))
        right.append(word_hashes(second))
    return np.concatenate(left), np.concatenate(right)


def _rows(batches: Batches) -> Iterator[tuple[pa.Array, pa.Array]]:
    """The two columns of every batch, without rows that lack one."""
    for batch in batches():
        whole = batch.filter(pc.and_(pc.is_valid(batch.column(0)), pc.is_valid(batch.column(1))))
        yield whole.column(0), whole.column(1)


def _named(nodes: Hashes, code: Ints, shown: Batches, alike: Batches, loose: int, parted: int) -> Families:
    """Keep the pictures with company, number their families by id, and find the ids."""
    kept = np.flatnonzero(np.bincount(code)[code] > 1) if len(code) else np.empty(0, np.int64)
    hashes = nodes[kept]
    _, number = np.unique(code[kept], return_inverse=True)
    sizes = np.bincount(number).astype(np.int64) if len(number) else np.empty(0, np.int64)
    unnamed = Families(hashes, number.astype(np.int32), pa.nulls(len(sizes), pa.large_string()), sizes)
    names = _smallest(unnamed, shown, alike)
    order = np.asarray(pc.sort_indices(names), np.int64)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    codes = rank[unnamed.codes] if len(order) else unnamed.codes
    return Families(hashes, codes, names.take(pa.array(order)), sizes[order], loose, parted)


def _smallest(found: Families, shown: Batches, alike: Batches) -> pa.Array:
    """large_string [F]: the smallest image id of each family."""
    parts: list[pa.Table] = []
    held = 0
    for ids in _ids(shown, alike):
        code = found.codes_of(ids)
        part = pa.table({"code": code, "id": ids.cast(pa.large_string())}).filter(pa.array(code >= 0))
        parts.append(_reduced([part]))
        held += parts[-1].num_rows
        if held > _HELD:
            parts = [_reduced(parts)]
            held = 0
    if not parts:
        return pa.array([], pa.large_string())
    return _reduced(parts).sort_by("code")["id"].combine_chunks()


def _reduced(parts: list[pa.Table]) -> pa.Table:
    """One row a family with its smallest id."""
    table = pa.concat_tables(parts)
    order = [("code", "ascending"), ("id", "ascending")]
    ordered = table.take(pc.sort_indices(table, sort_keys=order))
    code = ordered["code"].to_numpy()
    new = np.concatenate((np.ones(min(len(code), 1), bool), code[1:] != code[:-1]))
    return ordered.filter(pa.array(new))


def _ids(shown: Batches, alike: Batches) -> Iterator[pa.Array]:
    """Every column that names pictures, batch by batch."""
    for ids, _ in _rows(shown):
        yield ids
    for ids, group in _rows(alike):
        yield ids
        yield group


def _plain(ids: pa.Array | pa.ChunkedArray) -> pa.Array:
    whole = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    return whole.cast(pa.large_string())
