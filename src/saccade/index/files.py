"""Small things about files that the index needs: a lock that names its holder, sizes, and cheap copies."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sys
from pathlib import Path

from saccade.errors import LockedError

_SEALED = ("matrix.dat", "graph.bin", "links.bin", "links_compressed.bin", "quantized.data")


class WriterLock:
    """Held by the one process that writes a folder; ends with the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / ".writer").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            holder = self._file.read().strip() or "another process"
            self._file.close()
            raise LockedError(
                f"expected to be the only writer of {folder}, found {holder}; wait for it"
            ) from None
        self._file.truncate(0)
        self._file.write(f"process {os.getpid()} ({Path(sys.argv[0]).name or 'python'})")
        self._file.flush()

    def release(self) -> None:
        self._file.close()


def disk_bytes(folder: Path, under: str | None = None) -> int:
    """Blocks that the files of a folder take on disk, or only those below a folder named `under`."""
    found = (p for p in folder.rglob("*") if p.is_file() and (under is None or under in p.parts))
    return sum(p.stat().st_blocks * 512 for p in found)


def clone(source: Path, target: Path) -> None:
    """Copy an index folder for changing; files that Edge never changes once made are linked, not copied.

    Those are the bulk: sealed vectors, graphs and bits. A test holds that changing the clone leaves every
    byte of the source as it was.
    """
    shutil.copytree(source, target, copy_function=_link_or_copy, ignore=shutil.ignore_patterns(".writer"))


def sync(folder: Path) -> None:
    """Force the files of a folder, and the folder, to disk; those that are links were forced before."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_file() and path.stat().st_nlink > 1:
            continue
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _link_or_copy(source: str, target: str) -> None:
    if os.path.basename(source) in _SEALED:
        try:
            os.link(source, target)
            return
        except OSError:  # another device, or a file system without links
            pass
    copy_sparse(source, target)


def copy_sparse(source: str, target: str) -> None:
    """Copy a file without its holes: Edge lays out files of 32 MB of which little is used."""
    if not hasattr(os, "copy_file_range"):
        shutil.copyfile(source, target)
        return
    with open(source, "rb") as read, open(target, "wb") as write:
        size = os.fstat(read.fileno()).st_size
        os.ftruncate(write.fileno(), size)
        at = _data(read.fileno(), 0, size)
        while at < size:
            end = os.lseek(read.fileno(), at, os.SEEK_HOLE)
            while at < end:
                at += _copy_range(read.fileno(), write.fileno(), end - at, at) or end - at
            at = _data(read.fileno(), end, size)


def _copy_range(read: int, write: int, count: int, at: int) -> int:
    try:
        return os.copy_file_range(read, write, count, at, at)
    except OSError as error:
        if error.errno != errno.EXDEV:  # the kernel copies within one kind of file system only
            raise
        return os.pwrite(write, os.pread(read, min(count, 1 << 20), at), at)


def _data(handle: int, start: int, size: int) -> int:
    """Where the next data of a file begins; `size` when there is none."""
    try:
        return os.lseek(handle, start, os.SEEK_DATA)
    except OSError:
        return size
