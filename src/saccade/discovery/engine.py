"""Search over one workspace: from an item, a picture, an address, words or a vector to typed results.

Decided:
- One `Engine` serves many queries and threads; it opens the index and the model once. The model of a query
  is always the model of the index, so vectors of two models never meet.
- An item as the query uses the stored vector of its first picture: nothing is decoded or computed. The
  item itself is never among its own results; an uploaded picture that is in the catalogue is.
- Results are hydrated from the `items` table, so a price or a title that changed is shown as it is now,
  and a deleted item is gone at once even where the index still has it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from saccade.catalog.fetch import FetchSettings, fetch_one
from saccade.discovery.answer import Answer, Result, Stopwatch
from saccade.discovery.items import ItemRow, first_picture, item_rows
from saccade.discovery.pictures import read_pictures
from saccade.discovery.query import Query
from saccade.errors import InputError, NotFoundError
from saccade.fingerprints.store import open_kept
from saccade.index.groups import search_groups
from saccade.index.opened import open_index
from saccade.index.protocol import Hit
from saccade.index.titles import search_titles
from saccade.vision.boxes import Box, crop
from saccade.vision.decode import decode
from saccade.vision.identity import image_id
from saccade.workspace import Workspace
from saccade.workspace.tables import any_of

Found = tuple[str | None, Hit]  # an item, and the hit on its nearest picture


class Embeds(Protocol):
    """Pictures (uint8 HWC, upright, any size) to float32 [N, dim] of unit length."""

    def embed(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]: ...


class Engine:
    """Answers queries over an index of a workspace.

    `index` names the index; `public_only` refuses URL queries that lead to private addresses. Raises
    `NotFoundError` when the index does not exist.
    """

    def __init__(self, ws: Workspace, index: str = "main", *, public_only: bool = True) -> None:
        self.ws = ws
        self.index, self.info = open_index(ws, index)
        self.public_only = public_only
        self._runner: Embeds | None = None
        self._guard = threading.Lock()

    def search(self, query: Query) -> Answer:
        """The answer to one query.

        Raises `InputError` for a picture that cannot be used or a filter on an unknown field,
        `NotFoundError` for an unknown item, `StorageError` for an address that does not answer.
        """
        watch = Stopwatch()
        if query.text is not None:
            return self._by_words(query, query.text, watch)
        vector, picture, own = self._vector(query, watch)
        with watch.step("search"):
            found = self._found(query, vector, own)
        with watch.step("hydrate"):
            results = self._results(found, query.k)
        return Answer(results, "visual", self.info.model_id, self.info.version, picture, watch.seconds)

    def close(self) -> None:
        """Release the index."""
        self.index.close()

    # -- from a query to a vector ----------------------------------------------------------------

    def _vector(self, query: Query, watch: Stopwatch) -> tuple[NDArray[np.float32], str | None, str | None]:
        """The query's vector [1, dim], its picture's id, and the item that must not be found."""
        if query.vector is not None:
            return np.atleast_2d(np.asarray(query.vector, np.float32)), None, None
        if query.item_id is not None:
            return self._of_item(query.item_id, query.box, watch)
        data = query.image
        if query.url is not None:
            with watch.step("fetch"):
                data = self._fetched(query.url)
        assert data is not None
        return self._embedded(data, query.box, watch), image_id(data), None

    def _fetched(self, url: str) -> bytes:
        answer = fetch_one(url, FetchSettings(public_only=self.public_only, attempts=1, honour_noai=False))
        if answer.status != "ok":
            raise InputError(f"{url} gives no picture ({answer.status}): {answer.reason}")
        return answer.data

    def _of_item(
        self, item_id: str, box: Box | None, watch: Stopwatch
    ) -> tuple[NDArray[np.float32], str, str]:
        with watch.step("search"):
            picture = first_picture(self.ws, item_id)
        if box is None:
            with watch.step("search"):
                return self.index.vector([picture]), picture, item_id
        content = read_pictures(self.ws, [picture])[picture]
        if content.data is None:
            raise NotFoundError(f"the picture of item {item_id} cannot be read: {content.reason}")
        return self._embedded(content.data, box, watch), picture, item_id

    def _embedded(self, data: bytes, box: Box | None, watch: Stopwatch) -> NDArray[np.float32]:
        with watch.step("decode"):
            picture = decode(data)
            if picture.rgb is None:
                raise InputError(f"the query picture cannot be used: {picture.reason}")
            rgb = picture.rgb if box is None else crop(picture.rgb, box)
        with watch.step("embed"):
            return self.runner().embed([rgb])

    def runner(self) -> Embeds:
        """The index's model, opened at the first query that needs it."""
        with self._guard:
            if self._runner is None:
                self._runner = open_kept(self.ws, self.info.model_id)
            return self._runner

    # -- from a vector to results ----------------------------------------------------------------

    def _found(self, query: Query, vector: NDArray[np.float32], own: str | None) -> list[Found]:
        """Neighbours in order; one an item when grouping. One more than wanted makes up for `own`."""
        limit = query.k + (own is not None)
        if query.group_by_item:
            (groups,) = search_groups(self.index, vector, limit, filter=query.filter, exact=query.exact)
            return [(group.key, group.hits[0]) for group in groups if group.key != own]
        limit += 0 if own is None else self._pictures_of(own)
        (hits,) = self.index.search(vector, limit, filter=query.filter, exact=query.exact, with_payload=True)
        return [(next(iter(owners(hit)), None), hit) for hit in hits if own is None or own not in owners(hit)]

    def _pictures_of(self, item_id: str) -> int:
        return self.ws.table("item_images").count(any_of("item_id", [item_id]))

    def _results(self, found: Sequence[Found], k: int) -> tuple[Result, ...]:
        rows = item_rows(self.ws, {item for item, _ in found if item is not None})
        alive = [(item, hit) for item, hit in found if item is None or item in rows][:k]
        return tuple(
            _result(rank, hit.score, hit.id, None if item is None else rows[item])
            for rank, (item, hit) in enumerate(alive, start=1)
        )

    # -- words -----------------------------------------------------------------------------------

    def _by_words(self, query: Query, text: str, watch: Stopwatch) -> Answer:
        with watch.step("search"):
            found = search_titles(self.ws, text, query.k, query.filter, self.info.fields)
        with watch.step("hydrate"):
            rows = item_rows(self.ws, {one.item_id for one in found})
            results = tuple(
                _result(rank, one.score, rows[one.item_id].image_id, rows[one.item_id])
                for rank, one in enumerate(found, start=1)
            )
        return Answer(results, "titles", None, None, None, watch.seconds)


def owners(hit: Hit) -> list[str]:
    """The items that show the picture of a hit."""
    found = (hit.payload or {}).get("item_id")
    return [] if found is None else [str(one) for one in found] if isinstance(found, list) else [str(found)]


def _result(rank: int, score: float, picture: str | None, row: ItemRow | None) -> Result:
    if row is None:
        return Result(rank, score, picture, None, None, None, None, None, {})
    return Result(
        rank, score, picture, row.item_id, row.title, row.category, row.price, row.url, row.attributes
    )
