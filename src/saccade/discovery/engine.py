"""Search over one workspace: from an item, a picture, an address, words or a vector to typed results.

Decided:
- One `Engine` serves many queries and threads; it opens the index and the model once. The model of a query
  is always the model of the index, so vectors of two models never meet.
- A search has two halves: `prepare` makes its vector (fetching, decoding, the model), `neighbours` asks the
  index and the tables, for many searches in one call; a service batches the second half.
- An item as the query uses the stored vector of its first picture: nothing is decoded or computed. The
  item itself is never among its own results; an uploaded picture that is in the catalogue is.
- Results are hydrated from the `items` table, so a price or a title that changed is shown as it is now,
  and a deleted item is gone at once even where the index still has it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from saccade.catalog.fetch import FetchSettings, fetch_one
from saccade.discovery.answer import Answer, Result, Stopwatch, Why
from saccade.discovery.items import ItemRow
from saccade.discovery.neighbours import Found, Wanted, find
from saccade.discovery.owners import Size
from saccade.discovery.pictures import read_pictures
from saccade.discovery.query import Query
from saccade.discovery.shelf import Shelf, TableShelf
from saccade.errors import InputError, NotFoundError
from saccade.fingerprints.store import open_kept
from saccade.index.opened import IndexInfo, open_index
from saccade.index.protocol import Index
from saccade.index.titles import search_titles
from saccade.vision.boxes import Box, crop
from saccade.vision.decode import MAX_PIXELS, decode
from saccade.vision.identity import image_id
from saccade.workspace import Workspace


class Embeds(Protocol):
    """Pictures (uint8 HWC, upright, any size) to float32 [N, dim] of unit length."""

    def embed(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]: ...


@dataclass(frozen=True)
class Limits:
    """What an engine refuses: pictures of more than `max_pixels`, addresses slower than `url_seconds`."""

    max_pixels: int = MAX_PIXELS
    url_seconds: float = 10.0
    url_bytes: int = 32 * 2**20


@dataclass(frozen=True, eq=False)
class Prepared:
    """A query whose vector is known: `vector` [dim] itself, or `stored`, the picture that has it.

    `image_id` is that of the query's picture; `own` the item that must not be found.
    """

    query: Query
    watch: Stopwatch
    vector: NDArray[np.float32] | None = None
    stored: str | None = None
    image_id: str | None = None
    own: str | None = None


class Row(NamedTuple):
    """A result before it is dressed: the picture that matched, the item it stands for, the picture's size."""

    score: float
    image_id: str | None
    item: ItemRow | None
    size: Size | None


class Engine:
    """Answers queries over an index of a workspace.

    `index` names the index; `public_only` refuses URL queries that lead to private addresses. `opened`
    brings an index that is open already, `shelf` another source of item rows, `runner` the model. Raises
    `NotFoundError` when the index does not exist.
    """

    def __init__(
        self, ws: Workspace, index: str = "main", *, public_only: bool = True, limits: Limits | None = None,
        opened: tuple[Index, IndexInfo] | None = None, shelf: Shelf | None = None,
        runner: Embeds | None = None,
    ) -> None:  # fmt: skip
        self.ws = ws
        self.index, self.info = opened or open_index(ws, index)
        self.public_only, self.limits = public_only, limits or Limits()
        self.shelf: Shelf = shelf or TableShelf(ws)
        self._runner = runner
        self._guard = threading.Lock()

    def search(self, query: Query) -> Answer:
        """The answer to one query.

        Raises `InputError` for a picture that cannot be used or a filter on an unknown field,
        `NotFoundError` for an unknown item.
        """
        if query.text is not None:
            watch = Stopwatch()
            return self.answer(Prepared(query, watch), self.by_words(query, watch))
        prepared = self.prepare(query)
        return self.answer(prepared, self.neighbours([prepared])[0])

    def close(self) -> None:
        """Release the index."""
        self.index.close()

    # -- from a query to a vector ----------------------------------------------------------------

    def prepare(self, query: Query) -> Prepared:
        """The vector of a query, or the picture whose stored vector it is. Not for words."""
        watch = Stopwatch()
        if query.vector is not None:
            return Prepared(query, watch, np.asarray(query.vector, np.float32).reshape(-1))
        if query.item_id is not None:
            return self._of_item(query, query.item_id, watch)
        data = query.image
        if query.url is not None:
            with watch.step("fetch"):
                data = self.fetched(query.url)
        assert data is not None
        return Prepared(query, watch, self._embedded(data, query.box, watch), image_id=image_id(data))

    def fetched(self, url: str) -> bytes:
        """The bytes behind an address; `InputError` where there is no picture."""
        settings = FetchSettings(
            public_only=self.public_only, attempts=1, honour_noai=False, max_bytes=self.limits.url_bytes,
            timeout=self.limits.url_seconds, deadline=self.limits.url_seconds,
        )  # fmt: skip
        answer = fetch_one(url, settings)
        if answer.status != "ok":
            raise InputError(f"{url} gives no picture ({answer.status}): {answer.reason}")
        return answer.data

    def _of_item(self, query: Query, item_id: str, watch: Stopwatch) -> Prepared:
        with watch.step("search"):
            picture = self.shelf.picture(item_id)
        if query.box is None:
            return Prepared(query, watch, stored=picture, image_id=picture, own=item_id)
        content = read_pictures(self.ws, [picture])[picture]
        if content.data is None:
            raise NotFoundError(f"the picture of item {item_id} cannot be read: {content.reason}")
        vector = self._embedded(content.data, query.box, watch)
        return Prepared(query, watch, vector, image_id=picture, own=item_id)

    def _embedded(self, data: bytes, box: Box | None, watch: Stopwatch) -> NDArray[np.float32]:
        rgb = self.decoded(data, watch)
        return self.embedded([rgb if box is None else crop(rgb, box)], watch)[0]

    def decoded(self, data: bytes, watch: Stopwatch) -> NDArray[np.uint8]:
        """The upright pixels of a picture file, uint8 HWC; `InputError` where they cannot be had."""
        with watch.step("decode"):
            picture = decode(data, max_pixels=self.limits.max_pixels)
        if picture.rgb is None:
            raise InputError(f"the query picture cannot be used: {picture.reason}")
        return picture.rgb

    def embedded(self, pictures: Sequence[NDArray[np.uint8]], watch: Stopwatch) -> NDArray[np.float32]:
        """Vectors of pictures, float32 [N, dim], in one call of the model."""
        with watch.step("embed"):
            return self.runner().embed(pictures)

    def runner(self) -> Embeds:
        """The index's model, opened at the first query that needs it."""
        with self._guard:
            if self._runner is None:
                self._runner = open_kept(self.ws, self.info.model_id)
            return self._runner

    # -- from vectors to results -----------------------------------------------------------------

    def neighbours(self, asked: Sequence[Prepared]) -> list[list[Row]]:
        """The rows of each prepared query, best first; one call of the index for those that ask alike."""
        wanted = [
            Wanted(
                one.query.k, one.query.filter, one.query.exact, one.query.group_by_item, one.own,
                one.vector, one.stored,
            )
            for one in asked
        ]  # fmt: skip
        found, seconds = find(self.index, self.shelf, wanted)
        for one in asked:
            one.watch.add("search", seconds)
        watch = Stopwatch()
        with watch.step("hydrate"):
            rows = self.shelf.rows({item for hits in found for item, _ in hits if item is not None})
            sizes = self.shelf.sizes({hit.id for hits in found for _, hit in hits})
            dressed = [
                _dressed(hits, rows, sizes)[: one.query.k] for one, hits in zip(asked, found, strict=True)
            ]
        for one in asked:
            one.watch.add("hydrate", watch.seconds["hydrate"])
        return dressed

    def by_words(self, query: Query, watch: Stopwatch) -> list[Row]:
        """The items whose titles match the words of `query.text` best."""
        assert query.text is not None
        with watch.step("search"):
            found = search_titles(self.ws, query.text, query.k, query.filter, self.info.fields)
        with watch.step("hydrate"):
            rows = self.shelf.rows({one.item_id for one in found})
            pictures = {row.item_id: row.image_id for row in rows.values() if row.image_id is not None}
            sizes = self.shelf.sizes(pictures.values())
            return [
                Row(one.score, pictures.get(one.item_id), rows[one.item_id],
                    sizes.get(pictures.get(one.item_id, "")))
                for one in found
                if one.item_id in rows
            ]  # fmt: skip

    def answer(self, asked: Prepared, rows: Sequence[Row]) -> Answer:
        """The rows as a typed answer."""
        results = tuple(to_result(rank, row) for rank, row in enumerate(rows, start=1))
        if asked.query.text is not None:
            return Answer(results, "titles", None, None, None, asked.watch.seconds)
        info = self.info
        return Answer(results, "visual", info.model_id, info.version, asked.image_id, asked.watch.seconds)


def _dressed(hits: Sequence[Found], rows: Mapping[str, ItemRow], sizes: Mapping[str, Size]) -> list[Row]:
    """Rows of hits whose items are there. Written for speed: a service makes thousands a second."""
    new = tuple.__new__
    return [
        new(Row, (hit.score, hit.id, None if item is None else rows[item], sizes.get(hit.id)))
        for item, hit in hits
        if item is None or item in rows
    ]


def to_result(rank: int, row: Row, folded: int = 0, why: Why | None = None) -> Result:
    """A row as a result."""
    width, height = row.size or (None, None)
    if row.item is None:
        return Result(
            rank, row.score, row.image_id, None, None, None, None, None, {}, width, height, folded, why
        )
    item = row.item
    return Result(
        rank, row.score, row.image_id, item.item_id, item.title, item.category, item.price, item.url,
        item.attributes, width, height, folded, why,
    )  # fmt: skip
