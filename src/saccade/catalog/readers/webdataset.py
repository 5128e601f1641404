"""WebDataset tars: files that share a name up to the first dot are one sample.

Decided: the standard library's `tarfile`, one pass, members skipped by seeking in plain local tars, so that
a picture is read only when its bytes are wanted. Compressed and remote tars are streamed and their
pictures read on the way. `.json` gives fields, `.txt` a caption, `.cls` the category. A tar that breaks
off is a rejected row; what came before it counts.
"""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import cast

from saccade.catalog.files import PICTURES, has_scheme, open_binary, slice_loader, stamp
from saccade.catalog.mapping import Mapping
from saccade.catalog.records import Photo, Places, Record, Role, digest, rejected
from saccade.catalog.rows import Row, RowReader
from saccade.errors import InputError

_FIELDS = 4 * 2**20  # largest .json or .txt that is read
_IMAGE = "__image__"


@dataclass
class _Sample:
    key: str
    photos: list[Photo] = field(default_factory=list[Photo])
    row: Row = field(default_factory=dict)
    marks: list[str] = field(default_factory=list[str])
    fault: str = ""


@dataclass(frozen=True)
class TarReader:
    """The samples of one tar file."""

    uri: str
    mapping: Mapping = field(default_factory=Mapping)
    role: Role = "seller"
    embedded: bool = True

    def stamp(self) -> str:
        return self._state

    @cached_property
    def _state(self) -> str:
        return stamp(self.uri)

    def total(self) -> int | None:
        return None

    def places(self) -> Iterator[Places]:
        return iter(())  # pictures inside a tar are read with the tar

    def records(self, only: Container[int] | None = None) -> Iterator[Record]:
        number = -1
        try:
            for number, sample in enumerate(self._samples()):
                if only is None or number in only:
                    yield self._record(number, sample)
        except (tarfile.TarError, EOFError, OSError) as error:
            yield rejected(number + 1, "broken-file", f"the rest of the tar cannot be read: {error}")

    def _record(self, number: int, sample: _Sample) -> Record:
        if sample.fault:
            return rejected(number, "bad-row", f"{sample.key}: {sample.fault}")
        if not sample.photos:
            return rejected(number, "no-picture", f"{sample.key} has no picture")
        row: Row = {"__key__": sample.key, **sample.row, _IMAGE: [photo.uri for photo in sample.photos]}
        try:
            rows = self._rows(tuple(row))
        except InputError as error:
            if number == 0:  # the mapping is wrong, not this one sample
                raise
            return rejected(number, "bad-row", str(error))
        found = rows.record(number, row, digest(sample.key, *sample.marks))
        if found.status != "ok":
            return found
        role = found.photos[0].role
        return replace(found, photos=tuple(replace(photo, role=role) for photo in sample.photos))

    @cached_property
    def _known_rows(self) -> dict[tuple[str, ...], RowReader]:
        return {}

    def _rows(self, names: tuple[str, ...]) -> RowReader:
        """Samples of one tar may differ in their fields: one row reader for each set of names."""
        found = self._known_rows.get(names)
        if found is None:
            columns = replace(self.mapping, image=_IMAGE).resolve(names, self.uri)
            found = self._known_rows[names] = RowReader(columns, self.uri, self.uri, role=self.role)
        return found

    def _samples(self) -> Iterator[_Sample]:
        sample: _Sample | None = None
        plain = not has_scheme(self.uri) and self.uri.lower().endswith(".tar")
        with open_binary(self.uri) as handle:
            mode = "r:" if plain else "r|*"
            with tarfile.open(fileobj=handle, mode=mode) as tar:  # type: ignore[call-overload]
                for member in _members(tar):
                    key, ending = _split(member.name)
                    if sample is None or key != sample.key:
                        if sample is not None:
                            yield sample
                        sample = _Sample(key)
                    self._add(sample, ending, member, tar, plain)
        if sample is not None:
            yield sample

    def _add(
        self, sample: _Sample, ending: str, member: tarfile.TarInfo, tar: tarfile.TarFile, lazy: bool
    ) -> None:
        if f".{ending.rpartition('.')[2]}" in PICTURES:
            place = f"{self.uri}#{member.name}"
            load = slice_loader(self.uri, member.offset_data, member.size) if lazy else _held(tar, member)
            sample.photos.append(Photo(place, load, member.size, self.stamp(), self.role, len(sample.photos)))
        elif ending in (".json", ".txt", ".cls") or ending.endswith(".txt"):
            _read_fields(sample, ending, _content(tar, member))


def _members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Files of the tar; the list that `tarfile` keeps of them is emptied, or memory would grow with it."""
    for member in tar:
        tar.members = []  # type: ignore[attr-defined]
        if member.isfile() and not os.path.basename(member.name).startswith("."):
            yield member


def _split(name: str) -> tuple[str, str]:
    """`a/b.left.jpg` → (`a/b`, `.left.jpg`)."""
    folder, slash, base = name.rpartition("/")
    stem, dot, ending = base.partition(".")
    return f"{folder}{slash}{stem}", f"{dot}{ending}".lower()


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    handle = tar.extractfile(member)
    return b"" if handle is None else handle.read(_FIELDS)


def _held(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Callable[[], bytes]:
    handle = tar.extractfile(member)
    data = b"" if handle is None else handle.read()
    return lambda: data


def _read_fields(sample: _Sample, ending: str, data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    sample.marks.append(text)
    if ending != ".json":
        name = {".txt": "caption", ".cls": "category"}.get(ending, ending.strip(".").removesuffix(".txt"))
        sample.row[name] = text.strip()
        return
    try:
        found = json.loads(text)
    except ValueError as error:
        sample.fault = f"its .json is not JSON: {error}"
        return
    if isinstance(found, dict):
        sample.row.update(cast("Row", found))
