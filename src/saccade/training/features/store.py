"""Features of a frozen trunk on disk: N pictures x V views x W numbers, read by memory map.

    folder/<model>-<digest>/origin.json          what they are of
                            view-000.f16         float16 [N, W], the evaluation's geometry
                            view-001.f16 ...     float16 [N, W], seeded augmentations
                            rows/00000000.npy    the pictures of a block, and how many views each one has

Decided:
- A vector is the trunk's pooled feature at unit length. The embedding head is a LayerNorm, a projection
  without bias and an L2 normalisation, so its output does not depend on the length of what it gets, and a
  plain embedder normalises anyway: nothing is lost, and a large activation cannot overflow float16.
- The rows of a block are written last and in one step: numbers without rows do not exist, and a run that is
  killed leaves whole blocks. Rows are never moved, so a reader stays right while pictures are added.
- A picture that could not be read has 0 views and zeros. It is tried again whenever features are computed.
- One file a view and not one a block: a batch is one gather a view, whatever the number of blocks.
- One process writes at a time (`alone`); the others wait, and find the work done.
Not here: computing (`compute.py`).
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.errors import InputError, NotFoundError, StorageError
from saccade.fingerprints.keys import Keys, find, keys_of
from saccade.workspace.storage import replace_file, storage_errors

Ints = NDArray[np.int64]
Halves = NDArray[np.float16]
Rows = NDArray[np.void]  # of ROW

ROW = np.dtype([("key", "S16"), ("views", "<u2")])
MOST_VIEWS = 999
_DIGITS = 8  # of a block's number


@dataclass(frozen=True)
class Origin:
    """What features are of; another origin is another folder.

    model_id: of the trunk, or of a teacher with its head. width: W. size: (height, width) of the pixels that
    the trunk saw. augmentation: any text that changes when views 1, 2, ... would. seed: of those views.
    """

    model_id: str
    width: int
    size: tuple[int, int]
    augmentation: str = "none"
    seed: int = 0

    @property
    def name(self) -> str:
        """The name of the folder."""
        digest = hashlib.blake2b(self.to_json().encode(), digest_size=6).hexdigest()
        return f"{self.model_id}-{digest}"

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


class Features:
    """The features of one origin, as they are on disk now.

    Args:
        folder: where the features of all origins lie; made when something is written.
        origin: whose.

    Attributes: `keys` S16 [N] and `views` uint16 [N], the pictures in the order of their places and how many
    views each has (0: it could not be read); `lengths`, the pictures of each block. `StorageError` when what
    is on disk is not whole.
    """

    def __init__(self, folder: str | Path, origin: Origin) -> None:
        self.origin, self.root = origin, Path(folder) / origin.name
        self.reload()

    def __len__(self) -> int:
        return len(self.keys)

    def reload(self) -> None:
        """Look at the disk again."""
        blocks = [self._read(number) for number in range(self._count())]
        rows = np.concatenate([np.empty(0, ROW), *blocks])
        self.lengths = [len(block) for block in blocks]
        self.keys: Keys = np.ascontiguousarray(rows["key"])
        self.views: NDArray[np.uint16] = np.ascontiguousarray(rows["views"])
        self._order = np.argsort(self.keys, kind="stable")
        self._sorted: Keys = self.keys[self._order]
        self._maps: dict[int, Halves] = {}

    def at(self, ids: Sequence[str] | pa.Array) -> Ints:
        """int64 [n]: the places of pictures, -1 where they are not here."""
        found = find(self._sorted, as_keys(ids))
        return np.where(found >= 0, np.append(self._order, -1)[found], -1)

    def take(self, places: Ints, views: Ints | int = 0) -> Halves:
        """float16 [n, W]: the features at these places, each of its own view or all of one."""
        if isinstance(views, int):
            return self._map(views)[places]
        out = np.empty((len(places), self.origin.width), np.float16)
        for view in np.unique(views).tolist():
            chosen = np.flatnonzero(views == view)
            out[chosen] = self._map(view)[places[chosen]]
        return out

    def has(self, view: int) -> bool:
        """Whether any picture has this view."""
        return self._view_path(view).is_file()

    def select(self, ids: Sequence[str] | pa.Array, views: int = 1) -> Selection:
        """The features of a list of pictures; NotFoundError when some were never computed."""
        places = self.at(ids)
        have = np.append(self.views, 1)[places]
        missing = int(((places < 0) | ((have > 0) & (have < views))).sum())
        if missing:
            raise NotFoundError(
                f"expected {views} views of {len(ids):,} pictures by {self.origin.model_id}, {missing:,} "
                "pictures have fewer: compute the features first"
            )
        return Selection(self, places, have > 0, views)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes meanwhile; waits for whoever does, and looks at the disk again."""
        with storage_errors(str(self.root)):
            self.root.mkdir(parents=True, exist_ok=True)
            handle = (self.root / ".lock").open("wb")
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)  # the system lets go of it when a process dies
            self.reload()
            yield

    def write(self, number: int, start: int, rows: Rows, parts: dict[int, Halves]) -> None:
        """Store block `number`, whose first picture has place `start`.

        parts: float16 [len(rows), W] by view. The block exists when this returns, and not before.
        """
        if not (self.root / "origin.json").is_file():
            replace_file(self.root / "origin.json", self.origin.to_json().encode())
        for view, part in parts.items():
            self._write_view(view, start, part)
        self._grow(max(len(self), start + len(rows)))
        out = io.BytesIO()
        np.save(out, rows)
        replace_file(self._rows_path(number), out.getvalue())

    def _write_view(self, view: int, start: int, part: Halves) -> None:
        path = self._view_path(view)
        with storage_errors(str(path)):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o666)
            with os.fdopen(descriptor, "wb") as file:
                file.seek(start * part.shape[1] * 2)
                file.write(np.ascontiguousarray(part).tobytes())
                file.flush()
                os.fsync(file.fileno())

    def _grow(self, rows: int) -> None:
        """Every view has room for all rows; a hole costs no disk and reads as zeros."""
        for path in self.root.glob("view-*.f16"):
            with storage_errors(str(path)):
                os.truncate(path, max(path.stat().st_size, rows * self.origin.width * 2))

    def _map(self, view: int) -> Halves:
        if view not in self._maps:
            path, shape = self._view_path(view), (len(self), self.origin.width)
            try:
                mapped = np.memmap(path, np.float16, "r", shape=shape)
            except (OSError, ValueError) as error:
                raise StorageError(f"{path} is not whole ({error}): delete {self.root}") from error
            self._maps[view] = np.asarray(mapped)  # the plain array indexes faster than the memmap
        return self._maps[view]

    def _count(self) -> int:
        """How many blocks there are: the names have no gap, so a missing file is seen when it is read."""
        names = sorted(path.stem for path in (self.root / "rows").glob("*.npy"))
        return int(names[-1]) + 1 if names else 0

    def _read(self, number: int) -> Rows:
        path = self._rows_path(number)
        try:
            rows = cast("Rows", np.load(path))
        except (OSError, ValueError, EOFError) as error:
            raise StorageError(f"{path} is not whole ({error}): delete {self.root}") from error
        if rows.dtype != ROW or rows.ndim != 1:
            raise StorageError(f"{path} holds {rows.dtype}, expected the rows of a block: delete {self.root}")
        return rows

    def _rows_path(self, number: int) -> Path:
        return self.root / "rows" / f"{number:0{_DIGITS}d}.npy"

    def _view_path(self, view: int) -> Path:
        return self.root / f"view-{view:03d}.f16"


@dataclass(frozen=True, eq=False)
class Selection:
    """The features of a run's list of N pictures.

    places: int64 [N], in `features`. good: bool [N], False where a picture could not be read; its features
    are zeros. views: how many every good picture has at least.
    """

    features: Features
    places: Ints
    good: NDArray[np.bool_]
    views: int

    def __len__(self) -> int:
        return len(self.places)

    def take(self, rows: Ints, views: Ints | int = 0) -> Halves:
        """float16 [n, W]: features of the pictures `rows` (places in the list)."""
        return self.features.take(self.places[rows], views)


def as_keys(ids: Sequence[str] | pa.Array) -> Keys:
    """Ids to 16-byte keys, S16 [N]."""
    return keys_of(ids if isinstance(ids, pa.Array) else pa.array(list(ids), pa.string()))


def check_views(views: int) -> None:
    """InputError unless the number of views is possible."""
    if not 1 <= views <= MOST_VIEWS:
        raise InputError(f"expected 1 to {MOST_VIEWS} views of a picture, found {views}")
