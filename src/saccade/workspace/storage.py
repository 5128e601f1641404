"""Places where a workspace can lie: a folder or an object store, and what their failures mean.

Decided: tables go through Lance's own object store (s3, gs, az, local); small files (reports, locks,
models) go through fsspec. Both read the usual environment variables; `storage_options` uses Lance's
names and is translated for fsspec where the names differ. Small files are written whole or not at all.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import fsspec
from fsspec import AbstractFileSystem

from saccade.errors import InputError, StorageError

# the last two are all that NumPy and OpenVINO say of it
_FULL = ("no space left on device", "storagefull", "disk quota exceeded", " requested and ", "iostream error")
_UNREACHABLE = (
    "error sending request", "connection refused", "could not connect", "timed out", "accessdenied",
    "nosuchbucket", "credential",
)  # fmt: skip


def is_local(uri: str) -> bool:
    """Whether `uri` is a path on this machine (`/x`, `x`, `file:///x`)."""
    return "://" not in uri or uri.startswith("file://")


def normalise(uri: str | os.PathLike[str]) -> str:
    """An absolute local path without `file://`, or the URL without its last slash."""
    text = os.fspath(uri)
    if not text.strip():
        raise InputError("a workspace needs a folder or a URL, found an empty text")
    if is_local(text):
        return str(Path(text.removeprefix("file://")).expanduser().absolute())
    return text.rstrip("/")


def fsspec_options(uri: str, options: Mapping[str, str]) -> dict[str, object]:
    """Lance's storage options in the words of the fsspec implementation of `uri`."""
    if not uri.startswith("s3://") or not options:
        return dict(options)
    lower = {name.lower().removeprefix("aws_"): value for name, value in options.items()}
    client = {
        "endpoint_url": lower.get("endpoint", lower.get("endpoint_url")),
        "region_name": lower.get("region"),
    }
    return {
        "key": lower.get("access_key_id"),
        "secret": lower.get("secret_access_key"),
        "token": lower.get("session_token"),
        "client_kwargs": {name: value for name, value in client.items() if value},
    }


def filesystem(uri: str, options: Mapping[str, str]) -> AbstractFileSystem:
    """The fsspec file system of a workspace's URI."""
    try:
        found, _ = fsspec.core.url_to_fs(uri, **fsspec_options(uri, options))
    except (ImportError, ValueError) as error:
        raise InputError(f"cannot use {uri}: {error}") from error
    return found


@contextmanager
def storage_errors(what: str) -> Iterator[None]:
    """Turn a full disk or an unreachable store into one line that names `what`."""
    try:
        yield
    except Exception as error:  # the stores' clients have no common root
        meant = translated(error, what)
        if meant is None:
            raise
        raise meant from error


def translated(error: Exception, what: str) -> StorageError | None:
    """The `StorageError` that `error` means, or None when it is about something else."""
    text = str(error).lower()
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or any(word in text for word in _FULL):
        return StorageError(f"the disk is full: {what} was not written; free some space and run again")
    if isinstance(error, PermissionError) or getattr(error, "errno", None) == errno.EROFS:
        return StorageError(f"no permission to write {what}: {error}")
    if any(word in text for word in _UNREACHABLE):
        return StorageError(f"the object store did not answer for {what}: {str(error).splitlines()[0][:200]}")
    return None


def write_whole(fs: AbstractFileSystem, path: str, data: bytes) -> None:
    """Write a small file so that a reader sees the old content or the new, never a part."""
    if is_local(path) and fs.protocol in ("file", ("file", "local")):
        replace_file(Path(path), data)
        return
    with storage_errors(path):
        fs.pipe_file(path, data)


def replace_file(target: Path, data: bytes) -> None:
    """The same for a local file; makes its folder. Raises `StorageError`."""
    with storage_errors(str(target)):
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            partial.write_bytes(data)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)
