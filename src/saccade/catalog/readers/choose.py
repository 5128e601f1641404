"""`open_source`: a path, address or pattern becomes readers, one for each file.

Decided: the kind follows from the ending of a file and from what lies in a folder, and can be forced. A
source of several files is several readers, so that one changed shard is the only one read again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from glob import has_magic
from typing import Literal, cast

from saccade.catalog.files import expand, has_scheme, is_folder, join, local, open_binary, stat
from saccade.catalog.mapping import Mapping
from saccade.catalog.readers.arrow import ArrowReader
from saccade.catalog.readers.coco import CocoReader
from saccade.catalog.readers.folder import FolderReader
from saccade.catalog.readers.huggingface import saved_readers
from saccade.catalog.readers.lines import AddressReader, DelimitedReader, JsonLinesReader
from saccade.catalog.readers.webdataset import TarReader
from saccade.catalog.records import Reader, Role
from saccade.errors import InputError, NotFoundError

Kind = Literal["auto", "folder", "csv", "jsonl", "arrow", "coco", "webdataset", "huggingface", "urls"]
_ENDINGS: dict[str, Kind] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "coco",
    ".parquet": "arrow", ".pq": "arrow", ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow",
    ".tar": "webdataset", ".tgz": "webdataset", ".txt": "urls", ".lst": "urls",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """What the user named: its address and the readers of its files."""

    uri: str
    kind: Kind
    readers: tuple[Reader, ...]


def open_source(
    path: str,
    mapping: Mapping | None = None,
    kind: Kind = "auto",
    role: Role = "seller",
    root: str | None = None,
) -> Source:
    """The readers of a source.

    `path` is a local path, an fsspec address or a pattern (`shards/{000..010}.tar`, `data/*.parquet`).
    `root` is the folder that relative picture paths start from; None: the folder of the list.
    Raises NotFoundError when nothing is there, InputError for a form that is not known or a wrong column.
    """
    uri = local(path)
    files = expand(uri) if has_magic(uri) or "{" in uri else [uri]
    chosen = _kind(files[0]) if kind == "auto" else kind
    base = None if root is None else local(root)
    make = _MAKERS[chosen]
    readers = [reader for file in files for reader in make(file, mapping or Mapping(), role, base)]
    _check(readers)
    return Source(uri, chosen, tuple(readers))


def _check(readers: list[Reader]) -> None:
    """A missing file or wrong column is told before any work starts."""
    for reader in readers:
        reader.stamp()
        if isinstance(reader, ArrowReader | JsonLinesReader | DelimitedReader | AddressReader):
            _ = reader.columns


def _kind(uri: str) -> Kind:
    if is_folder(uri):
        return _folder_kind(uri)
    if stat(uri) is None:
        raise NotFoundError(f"there is no file or folder {uri}")
    name = uri.lower()
    for packed in (".gz", ".bz2", ".xz"):
        name = name.removesuffix(packed)
    ending = f".{name.rpartition('.')[2]}"
    if ending not in _ENDINGS:
        raise InputError(
            f"{uri}: expected a folder or a file ending in {', '.join(_ENDINGS)}; or say its kind"
        )
    if ending == ".json" and _first(uri) == b"[":
        raise InputError(
            f"{uri}: expected COCO JSON, found a JSON list; write one object a line and name it .jsonl"
        )
    return _ENDINGS[ending]


def _folder_kind(uri: str) -> Kind:
    if stat(join(uri, "dataset_dict.json")) or stat(join(uri, "state.json")):
        return "huggingface"
    if _inside(uri, ".parquet"):
        return "arrow"
    return "webdataset" if _inside(uri, ".tar") else "folder"


def _first(uri: str) -> bytes:
    with open_binary(uri) as handle:
        return handle.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]


def _inside(uri: str, ending: str) -> list[str]:
    """Files with this ending in the folder or one level below."""
    found: list[str] = []
    for pattern in (f"*{ending}", f"*/*{ending}"):
        try:
            found += expand(join(_quoted(uri), pattern))
        except NotFoundError:
            continue
    return found


def _quoted(uri: str) -> str:
    from glob import escape

    return uri if has_scheme(uri) else escape(uri)


Maker = Callable[[str, Mapping, Role, "str | None"], list[Reader]]


def _files_of(uri: str, ending: str) -> list[str]:
    if not is_folder(uri):
        return [uri]
    found = _inside(uri, ending)
    if not found:
        raise NotFoundError(f"there is no {ending} file in {uri}")
    return found


def _arrow(uri: str, mapping: Mapping, role: Role, root: str | None) -> list[Reader]:
    return [ArrowReader(file, mapping, role, root) for file in _files_of(uri, ".parquet")]


def _tars(uri: str, mapping: Mapping, role: Role, root: str | None) -> list[Reader]:
    return [TarReader(file, mapping, role) for file in _files_of(uri, ".tar")]


def _folder(uri: str, mapping: Mapping, role: Role, root: str | None) -> list[Reader]:
    if not is_folder(uri):
        raise NotFoundError(f"there is no folder {uri}")
    return [FolderReader(uri.rstrip("/") or "/", role)]


_MAKERS: dict[Kind, Maker] = {
    "folder": _folder,
    "csv": lambda uri, mapping, role, root: [DelimitedReader(uri, mapping, role, root)],
    "jsonl": lambda uri, mapping, role, root: [JsonLinesReader(uri, mapping, role, root)],
    "urls": lambda uri, mapping, role, root: [AddressReader(uri, Mapping(), role, root)],
    "arrow": _arrow,
    "coco": lambda uri, mapping, role, root: [CocoReader(uri, role, root)],
    "webdataset": _tars,
    "huggingface": lambda uri, mapping, role, root: cast(
        "list[Reader]", list(saved_readers(uri, mapping, role))
    ),
}
