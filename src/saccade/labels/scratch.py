"""Where the steps of one labelling keep what they have made, so that a killed run goes on where it was.

Decided: the folder is named by a digest of everything that the result depends on, so what is found there is
right by its name; every file is written whole or not at all. A step's result on a bucket is a *mark*, written
last: what has a mark is done. Files are Arrow IPC, compressed, and lie in the workspace, where the workers of
a cluster find them too; they go when the labelling is done.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import NotFoundError
from saccade.workspace import Workspace

FOLDER = "labels"

Mark = dict[str, Any]


class Scratch:
    """The working folder of one labelling. digest: what its result depends on."""

    def __init__(self, ws: Workspace, digest: str) -> None:
        self.ws, self.folder = ws, f"{FOLDER}/{digest}"

    def write(self, name: str, table: pa.Table, packed: bool = True) -> None:
        """Keep a table. packed: smaller, but then `read` cannot map it into memory."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema, options=_PACKED if packed else None) as writer:
            writer.write_table(table)
        self.ws.write_bytes(f"{self.folder}/{name}.arrow", sink.getvalue().to_pybytes())

    def read(self, name: str) -> pa.Table:
        """A table that was kept; `NotFoundError` when there is none. On a local disk, one that is not packed
        is mapped, and memory is taken only by what is looked at.
        """
        place = f"{self.folder}/{name}.arrow"
        if not self.ws.local:
            return pa.ipc.open_stream(pa.py_buffer(self.ws.read_bytes(place))).read_all()
        try:
            return pa.ipc.open_stream(pa.memory_map(self.ws.path(place))).read_all()
        except FileNotFoundError:
            raise NotFoundError(f"{self.ws.uri} has no {place}") from None

    def write_bytes(self, name: str, data: bytes) -> None:
        self.ws.write_bytes(f"{self.folder}/{name}", data)

    def read_bytes(self, name: str) -> bytes:
        return self.ws.read_bytes(f"{self.folder}/{name}")

    def write_array(self, name: str, array: npt.NDArray[np.float32]) -> None:
        """Keep float32 [N, D]."""
        flat = pa.array(np.ascontiguousarray(array, np.float32).ravel())
        self.write(name, pa.table({"v": pa.FixedSizeListArray.from_arrays(flat, max(1, array.shape[1]))}))

    def read_array(self, name: str) -> npt.NDArray[np.float32]:
        """float32 [N, D]; `NotFoundError` when there is none."""
        column = self.read(name).column("v").combine_chunks()
        return column.flatten().to_numpy().reshape(len(column), column.type.list_size)

    def mark(self, name: str, mark: Mark) -> None:
        """Say that something is done, and what came of it."""
        self.write_bytes(f"done/{name}.json", json.dumps(mark).encode())

    def marked(self, name: str) -> Mark | None:
        """What came of it; None where it is not done."""
        try:
            return json.loads(self.read_bytes(f"done/{name}.json"))
        except NotFoundError:
            return None

    def drop(self, name: str) -> None:
        """Forget a file or a folder of files, if it is there."""
        path = self.ws.path(self.folder, name)
        if self.ws.fs.exists(path):
            self.ws.fs.rm(path, recursive=True)

    def clear(self) -> None:
        """Forget this labelling and every other that was left unfinished."""
        path = self.ws.path(FOLDER)
        if self.ws.fs.exists(path):
            self.ws.fs.rm(path, recursive=True)


_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")
