"""Versions of an index on disk: built beside the old one, switched to in one step.

    indexes/main/CURRENT        the number of the version that searches use
    indexes/main/000007/        one version, never changed once it is published
    indexes/main/.building/     the next one; what a killed build left here is thrown away

Decided: a version is complete and forced to disk before CURRENT is replaced by a rename, so a crash shows
either the old or the new one. The next version starts as a clone of the current one in which the files that
Edge never changes are hard links (`files.clone`): building costs what changed, plus copying ids and payloads.
Readers keep their version open while others are made; the newest `keep` before the current one stay, to
switch back to. Writers are kept apart by the workspace's lock.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from saccade.errors import InputError, NotFoundError
from saccade.index.files import clone, sync

_CURRENT = "CURRENT"
_BUILDING = ".building"


class Versions:
    """The versions below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> int | None:
        """The version that searches use; None before the first."""
        try:
            text = (self.folder / _CURRENT).read_text().strip()
        except FileNotFoundError:
            return None
        if not text.isdigit():
            place = self.folder / _CURRENT
            raise InputError(
                f"expected a version number in {place}, found {text[:40]!r}; delete it and index again"
            )
        return int(text)

    def all(self) -> list[int]:
        """Every complete version, ascending."""
        found = self.folder.iterdir() if self.folder.is_dir() else ()
        return sorted(int(path.name) for path in found if path.name.isdigit())

    def path(self, version: int) -> Path:
        """Folder of a version."""
        return self.folder / f"{version:06d}"

    def begin(self, base: int | None = None) -> Path:
        """An empty folder to build the next version in, or a clone of version `base`."""
        building = self.folder / _BUILDING
        if building.exists():
            shutil.rmtree(building)
        self.folder.mkdir(parents=True, exist_ok=True)
        if base is None:
            building.mkdir()
        else:
            clone(self.path(base), building)
        return building

    def next(self) -> int:
        """The number that `publish` will give."""
        return max([0, *self.all(), self.current() or 0]) + 1

    def publish(self, keep: int = 1) -> int:
        """Make what was built the current version; returns its number. Prunes all but `keep` older ones."""
        version = self.next()
        sync(self.folder / _BUILDING)
        os.rename(self.folder / _BUILDING, self.path(version))
        self.switch(version)
        self.prune(keep)
        return version

    def switch(self, version: int) -> None:
        """Make searches that open from now on use `version`."""
        if not self.path(version).is_dir():
            have = ", ".join(map(str, self.all())) or "none"
            raise NotFoundError(
                f"expected a version of index {self.folder.name}, found {version}; there are: {have}"
            )
        write_whole(self.folder / _CURRENT, str(version))

    def prune(self, keep: int) -> None:
        """Delete versions that are neither current nor among the `keep` newest before it."""
        current = self.current()
        older = [v for v in self.all() if v != current]
        for version in older[: max(0, len(older) - keep)]:
            shutil.rmtree(self.path(version), ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Replace a small file in one step, forced to disk."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Force a folder's names to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
