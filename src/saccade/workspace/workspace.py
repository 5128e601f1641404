"""A workspace: one folder or URI that holds tables, models, indexes, runs and reports.

    ws = Workspace("catalogue.saccade", create=True)
    ws.table("images").count()
    ws.table("images").at(3).read()          # time travel
    ws.fingerprints("mobilenetv2-1a2b3c4d").read(["id", "vector"])

Decided: tables are Lance data sets under `tables/`; small files are written whole or not at all; what
needs a real folder (an index that maps files into memory) gets `local_dir`, which for a workspace on an
object store is a cache on this machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from saccade.errors import InputError, NotFoundError, StorageError
from saccade.workspace.lineage import Recorder, Run, Value, code_version
from saccade.workspace.lock import leased_lock, local_lock
from saccade.workspace.schemas import SPECS, TableSpec, fingerprint_spec
from saccade.workspace.storage import filesystem, is_local, normalise, storage_errors, write_whole
from saccade.workspace.tables import Table

FORMAT = 1  # of the layout below; a newer one is refused
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*")


class Workspace:
    """Everything that saccade knows about one catalogue.

    `uri` is a local folder or an object-store URL (s3://, gs://, az://); `storage_options` takes Lance's
    names (`aws_access_key_id`, `aws_endpoint`, `allow_http`, ...), the usual environment variables work
    without it. Raises `NotFoundError` when there is no workspace and `create` is false, `InputError` for
    a folder that holds something else, `StorageError` when the place cannot be written.
    """

    def __init__(
        self, uri: str | os.PathLike[str], *, create: bool = False,
        storage_options: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.uri = normalise(uri)
        self.options = dict(storage_options or {})
        self.fs = filesystem(self.uri, self.options)
        self._depth = 0
        self._recorder = Recorder()
        self._open(create)
        self._recorder.runs = self.table("runs")

    def __repr__(self) -> str:
        return f"Workspace({self.uri!r})"

    @property
    def local(self) -> bool:
        """Whether it lies on this machine's file system."""
        return is_local(self.uri)

    # -- tables ----------------------------------------------------------------------------------

    def table(self, name: str) -> Table:
        """A handle on a table of `workspace.schemas`, or on an existing `fingerprints/<model_id>`."""
        if name in SPECS:
            return self._table(SPECS[name])
        if name.startswith("fingerprints/"):
            return self.fingerprints(name.removeprefix("fingerprints/"))
        raise NotFoundError(f"there is no table {name!r}; there are {', '.join(sorted(SPECS))}")

    def fingerprints(self, model_id: str, dim: int | None = None) -> Table:
        """The vectors of one model version; `dim` is needed only where the table does not exist yet."""
        if not _NAME.fullmatch(model_id):
            raise InputError(f"a model id has letters, digits, '.', '_', '+', '-'; found {model_id!r}")
        width = dim or self._stored_dim(model_id)
        table = self._table(fingerprint_spec(model_id, width))
        if dim is not None and table.exists() and self._stored_dim(model_id) != dim:
            found = self._stored_dim(model_id)
            raise InputError(f"fingerprints of {model_id} have {found} dimensions, not {dim}")
        return table

    def models_with_fingerprints(self) -> list[str]:
        """Ids of the models that have a table of fingerprints, sorted."""
        return sorted(name.removeprefix("fingerprints/") for name in self.tables() if "/" in name)

    def tables(self) -> list[str]:
        """Names of the tables that exist."""
        found: list[str] = []
        for folder, prefix in (("tables", ""), ("tables/fingerprints", "fingerprints/")):
            names = (os.path.basename(path.rstrip("/")) for path in self._list(folder))
            found += [prefix + name.removesuffix(".lance") for name in names if name.endswith(".lance")]
        return sorted(name for name in found if self._committed(name))

    def _committed(self, name: str) -> bool:
        """Whether a table has a version: one whose first writer was killed is only a folder."""
        known = SPECS.get(name) or fingerprint_spec(name.removeprefix("fingerprints/"), 1)
        return self._table(known).exists()

    def _table(self, spec: TableSpec) -> Table:
        return Table(spec, self.path("tables", f"{spec.name}.lance"), self.options, self._recorder)

    def _stored_dim(self, model_id: str) -> int:
        found = self._table(fingerprint_spec(model_id, 1)).dataset()
        if found is None:
            have = ", ".join(self.models_with_fingerprints()) or "none"
            raise NotFoundError(f"no fingerprints of model {model_id!r} in {self.uri}; there are: {have}")
        return int(found.schema.field("vector").type.list_size)

    # -- work ------------------------------------------------------------------------------------

    @contextmanager
    def lock(self, command: str) -> Iterator[None]:
        """Be the one writer; `LockedError` names the other one. May be taken again by its holder."""
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        holding = (
            local_lock(Path(self.uri), command)
            if self.local
            else leased_lock(self.fs, self.path(".lock"), command)
        )
        with holding:
            self._depth = 1
            try:
                yield
            finally:
                self._depth = 0

    @contextmanager
    def recording(self, run: Run) -> Iterator[Callable[[Mapping[str, Value]], bool]]:
        """Record the lineage of what happens inside; call the yielded function with the counts at the end."""
        outer, self._recorder.run = self._recorder.run, None
        self._recorder.begin(run)
        finished = False

        def finish(counts: Mapping[str, Value]) -> bool:
            nonlocal finished
            finished = True
            return self._recorder.end("done", counts)

        try:
            yield finish
        finally:
            if not finished:
                self._end_failed()
            self._recorder.run = outer

    def _end_failed(self) -> None:
        try:
            self._recorder.end("failed", {})
        except StorageError:  # the disk is full: the error that brought us here says so
            self._recorder.run = None

    def runs(self, output: str | None = None) -> pa.Table:
        """The lineage: rows of the `runs` table, newest first; only those that wrote table `output`."""
        rows = self.table("runs").read().sort_by([("started", "descending")])
        if output is None:
            return rows
        keep = [any(name == output for name, _ in made) for made in rows.column("outputs").to_pylist()]
        return rows.filter(pa.array(keep, pa.bool_()))

    # -- files -----------------------------------------------------------------------------------

    def path(self, *parts: str) -> str:
        """URI of something inside the workspace."""
        return "/".join((self.uri, *parts))

    def local_dir(self, *parts: str) -> Path:
        """A real folder for `parts`: inside a local workspace, else a cache on this machine. Not created."""
        if self.local:
            return Path(self.uri, *parts)
        caches = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
        name = hashlib.blake2b(self.uri.encode(), digest_size=8).hexdigest()
        return caches.joinpath("saccade", name, *parts)

    def write_bytes(self, name: str, data: bytes) -> str:
        """Write a small file whole or not at all; returns its URI."""
        target = self.path(name)
        write_whole(self.fs, target, data)
        return target

    def read_bytes(self, name: str) -> bytes:
        """Content of a small file; `NotFoundError` when there is none."""
        try:
            with storage_errors(name):
                found = self.fs.cat_file(self.path(name))
                return found if isinstance(found, bytes) else found.encode()
        except FileNotFoundError:
            raise NotFoundError(f"{self.uri} has no {name}") from None

    def _list(self, folder: str) -> list[str]:
        try:
            self.fs.invalidate_cache()
            return [str(path) for path in self.fs.ls(self.path(folder), detail=False)]
        except FileNotFoundError:
            return []

    # -- opening ---------------------------------------------------------------------------------

    def _open(self, create: bool) -> None:
        if self.local and Path(self.uri).is_file():
            raise InputError(f"{self.uri} is a file; a workspace needs a folder")
        try:
            text = self.read_bytes("workspace.json")
        except NotFoundError:
            self._create(create)
            return
        try:
            card = json.loads(text)
        except ValueError as error:
            raise InputError(f"{self.path('workspace.json')} is not JSON: {error}") from error
        if not isinstance(card, dict) or card.get("format") != FORMAT:
            raise InputError(
                f"{self.uri} was made by another version of saccade (this one reads format {FORMAT})"
            )

    def _create(self, create: bool) -> None:
        if not create:
            raise NotFoundError(f"there is no workspace at {self.uri}; make one with `saccade ingest`")
        if any(True for _ in self._list("")):
            raise InputError(f"{self.uri} holds other files; name an empty folder for the new workspace")
        made = {"format": FORMAT, "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "code": code_version()}  # fmt: skip
        with storage_errors(self.uri):
            self.write_bytes("workspace.json", json.dumps(made, indent=1).encode())
