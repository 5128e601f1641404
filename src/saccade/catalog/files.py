"""Bytes, sizes and names of files, on the local disk or behind any fsspec address.

Decided: local files go through `os` alone, because a folder of a million pictures is a million calls;
everything with a scheme (`s3://`, `gs://`, `memory://`) goes through fsspec. `http(s)` pictures are the
fetcher's work (`fetch.py`), not this module's.
"""

from __future__ import annotations

import io
import os
import re
import stat as modes
from collections.abc import Callable, Mapping
from functools import cache
from glob import glob, has_magic
from typing import IO, TYPE_CHECKING, cast

from saccade.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem
    from fsspec.core import OpenFile

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+://")
PICTURES = frozenset(
    ".jpg .jpeg .jpe .jfif .png .webp .gif .bmp .tif .tiff .avif .heic .heif .jp2 .ppm .pgm .ico".split()
)


def has_scheme(uri: str) -> bool:
    """True for `s3://bucket/key`, `https://…`; False for local paths (one-letter drives included)."""
    return "://" in uri and _SCHEME.match(uri) is not None


def is_web(uri: str) -> bool:
    """True for addresses that the fetcher downloads."""
    return "://" in uri and uri[:8].lower().startswith(("http://", "https://"))


def local(uri: str) -> str:
    """An absolute local path, or the address unchanged."""
    if uri.startswith("file://"):
        uri = uri[len("file://") :]
    return uri if has_scheme(uri) else os.path.abspath(os.path.expanduser(uri))


def join(base: str, name: str) -> str:
    """`name` seen from the folder `base`; absolute names and addresses stay as they are."""
    if name.startswith("/") or has_scheme(name):
        return name[len("file://") :] if name.startswith("file://") else name
    plain = name[2:] if name.startswith("./") else name
    joined = f"{base}/{plain}"
    return os.path.normpath(joined) if ".." in plain and not has_scheme(base) else joined


def parent(uri: str) -> str:
    """The folder of a file."""
    return uri.rpartition("/")[0] or "/"


@cache
def filesystem(scheme: str) -> AbstractFileSystem:
    """The fsspec file system of a scheme; credentials come from its usual environment variables."""
    import fsspec

    try:
        return cast("AbstractFileSystem", fsspec.filesystem(scheme))
    except (ImportError, ValueError) as error:
        raise InputError(f"cannot open {scheme}:// addresses: {error}") from None


def remote(uri: str) -> AbstractFileSystem:
    return filesystem(uri.partition("://")[0])


def stat(uri: str) -> tuple[int, str] | None:
    """Size in bytes and the time or tag of the last change; None when there is no such file."""
    if not has_scheme(uri):
        try:
            found = os.stat(uri)
        except (OSError, ValueError):
            return None
        return None if modes.S_ISDIR(found.st_mode) else (found.st_size, str(found.st_mtime_ns))
    try:
        return facts(remote(uri).info(uri))
    except FileNotFoundError:
        return None


def stamp(uri: str) -> str:
    """Size and last change as one word; `NotFoundError` when there is no such file."""
    found = stat(uri)
    if found is None:
        raise NotFoundError(f"there is no file {uri}")
    return f"{found[0]}-{found[1]}"


def facts(info: Mapping[str, object]) -> tuple[int, str]:
    """Size and change tag out of what fsspec says of a file; names differ from store to store."""
    for key in ("ETag", "etag", "mtime", "LastModified", "last_modified", "updated", "created"):
        if info.get(key) is not None:
            return int(cast("int", info.get("size") or 0)), str(info[key])
    return int(cast("int", info.get("size") or 0)), ""


def read(uri: str) -> bytes:
    """The whole file. `OSError` when it cannot be read."""
    if has_scheme(uri):
        return cast("bytes", remote(uri).cat_file(uri))
    with open(uri, "rb", buffering=0) as handle:
        return handle.readall()


def open_binary(uri: str) -> IO[bytes]:
    """A binary handle for streaming; `.gz` and `.zst`-like compression by the file's ending is undone."""
    if has_scheme(uri) or uri.endswith((".gz", ".bz2", ".xz")):
        import fsspec

        return cast("IO[bytes]", cast("OpenFile", fsspec.open(uri, "rb", compression="infer")).open())
    return open(uri, "rb")


def open_text(uri: str) -> IO[str]:
    """UTF-8 text, a byte-order mark dropped; bytes that are not UTF-8 survive as surrogates."""
    return io.TextIOWrapper(open_binary(uri), "utf-8-sig", errors="surrogateescape", newline="")


def is_folder(uri: str) -> bool:
    return remote(uri).isdir(uri) if has_scheme(uri) else os.path.isdir(uri)


def expand(pattern: str) -> list[str]:
    """The files that a pattern names, sorted: `{000..010}`, `{a,b}` and `*` as a shell reads them.

    Raises NotFoundError when nothing matches.
    """
    found: list[str] = []
    for name in braces(pattern):
        if not has_magic(name):
            found.append(name)
        elif has_scheme(name):
            scheme = name.partition("://")[0]
            found += [f"{scheme}://{path}" for path in cast("list[str]", remote(name).glob(name))]
        else:
            found += glob(name, recursive=True)
    if not found:
        raise NotFoundError(f"no file matches {pattern}")
    return sorted(found) if has_magic(pattern) else found


def braces(pattern: str) -> list[str]:
    """`a{00..02}.tar` as three names, `{x,y}` as two; a pattern without braces as itself."""
    found = re.search(r"\{([^{}]*)\}", pattern)
    if found is None:
        return [pattern]
    head, tail = pattern[: found.start()], pattern[found.end() :]
    return [name for middle in _choices(found[1]) for name in braces(head + middle + tail)]


def _choices(inside: str) -> list[str]:
    span = re.fullmatch(r"(\d+)\.\.(\d+)", inside)
    if span is None:
        return inside.split(",")
    first, last = int(span[1]), int(span[2])
    if last < first:
        raise InputError(f"expected a rising range in braces, found {{{inside}}}")
    return [str(number).zfill(len(span[1])) for number in range(first, last + 1)]


def slice_loader(uri: str, offset: int, size: int) -> Callable[[], bytes]:
    """Reads a part of a file when called, from any thread."""

    def load() -> bytes:
        with open_binary(uri) as handle:
            handle.seek(offset)
            return handle.read(size)

    return load
