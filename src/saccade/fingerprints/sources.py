"""The bytes of pictures, from where the catalogue says they are, and what to say when they are not there.

Decided:
- Bytes are checked against their `image_id`: a file that changed after it was ingested must not lend its
  vector to the old image.
- What can heal (the file is gone, changed or unreadable) is told with a stamp of how the place looked, so
  that a later run tries again when the place looks different, and only then.
- Bytes kept in `image_bytes` are read by row number, found once for the whole table with 24 bytes a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from saccade.catalog import files
from saccade.fingerprints.keys import Keys, find, keys_of
from saccade.vision.identity import image_id as identify

if TYPE_CHECKING:
    import lance
    import pyarrow as pa

    from saccade.workspace.tables import Table

GONE, CHANGED, UNREADABLE = "gone", "changed", "unreadable"
CAN_HEAL = frozenset({GONE, CHANGED, UNREADABLE})


@dataclass(frozen=True)
class Found:
    """The bytes of one picture, or why there are none."""

    data: bytes | None
    status: str = "ok"
    reason: str | None = None


@dataclass(frozen=True)
class Place:
    """One image and where it lies: a file or URL, or a row of `image_bytes`."""

    image_id: str
    uri: str | None
    row: int | None


@dataclass(frozen=True)
class Sources:
    """Reads pictures; `kept` is one version of `image_bytes`, None when no bytes are kept."""

    kept: lance.LanceDataset | None = None

    def fetch(self, places: Sequence[Place]) -> list[Found]:
        """The bytes of each place, those of an object store at the same time."""
        kept = self._kept([place.row for place in places if place.uri is None and place.row is not None])
        remote = _together([place.uri for place in places if place.uri and files.has_scheme(place.uri)])
        return [self._one(place, kept, remote) for place in places]

    def _one(self, place: Place, kept: dict[str, bytes], remote: dict[str, bytes | Exception]) -> Found:
        if place.uri is None:
            data = kept.get(place.image_id)
            if data is not None:
                return Found(data)
            return Found(None, GONE, "the catalogue has neither a place nor bytes for it: ingest it again")
        answer = remote[place.uri] if place.uri in remote else _local(place.uri)
        found = _checked(place.image_id, answer)
        return found if found.data is not None else Found(None, found.status, told(place.uri, found.reason))

    def _kept(self, rows: list[int]) -> dict[str, bytes]:
        if not rows or self.kept is None:
            return {}
        taken = self.kept.take(rows, columns=["image_id", "bytes"])
        return dict(zip(taken["image_id"].to_pylist(), taken["bytes"].to_pylist(), strict=True))


def stamp(uri: str) -> str:
    """How the place of a picture looks now, in a few words: "absent", or its size and its time or tag."""
    try:
        found = files.stat(uri)
    except (OSError, ValueError):
        found = None
    return "absent" if found is None else f"{found[0]} bytes, changed {found[1]}"


def told(uri: str, reason: str | None) -> str:
    """A reason with the place and its stamp behind it."""
    return f"{reason} [{uri}: {stamp(uri)}]"


def healed(uri: str | None, reason: str | None) -> bool:
    """Whether the place is another or looks different from what `told` wrote."""
    return uri is not None and not (reason or "").endswith(f"[{uri}: {stamp(uri)}]")


def rows_of(table: Table) -> tuple[Keys, NDArray[np.int64]]:
    """Where each image lies in `image_bytes`: sorted keys and their row numbers."""
    parts = [keys_of(batch.column(0)) for batch in table.scan(["image_id"], batch_size=65536)]
    keys = np.concatenate(parts) if parts else np.empty(0, "S16")
    order = np.argsort(keys, kind="stable")
    return keys[order], order.astype(np.int64)


def look_up(index: tuple[Keys, NDArray[np.int64]], ids: pa.Array) -> NDArray[np.int64]:
    """Row numbers of `ids` in `image_bytes`, -1 where they are not kept there."""
    keys, rows = index
    at = find(keys, keys_of(ids))
    return np.where(at >= 0, np.append(rows, -1)[at], -1)


def _together(uris: list[str]) -> dict[str, bytes | Exception]:
    """Objects of stores by URI; each store is asked for all of its own at once."""
    answers: dict[str, bytes | Exception] = {}
    for scheme in {uri.partition("://")[0] for uri in uris}:
        mine = list(dict.fromkeys(uri for uri in uris if uri.startswith(f"{scheme}://")))
        try:
            store = files.remote(mine[0])
            # `cat` answers with names of its own making, in the order of the question
            read = cast("dict[str, bytes | Exception]", store.cat([*mine], on_error="return"))
            answers |= zip(mine, read.values(), strict=True)
        except (OSError, ValueError) as error:
            answers |= dict.fromkeys(mine, error)
    return answers


def _local(uri: str) -> bytes | Exception:
    try:
        return files.read(uri)
    except (OSError, ValueError) as error:
        return error


def _checked(image: str, answer: bytes | Exception) -> Found:
    if isinstance(answer, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return Found(None, GONE, "the file is not there any more")
    if isinstance(answer, Exception):
        text = (str(answer).splitlines() or [""])[0][:200]
        return Found(None, UNREADABLE, f"it cannot be read ({type(answer).__name__}: {text})")
    if identify(answer) != image:
        return Found(None, CHANGED, "the file was changed after it was ingested: ingest it again")
    return Found(answer)
