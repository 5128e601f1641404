"""The folder of an export: which shards it holds, and that it is ours.

Decided:
- `manifest.json` lists the finished shards and is written anew after each, whole or not at all; a shard is
  written beside its place and moved there when it is complete. So a killed export goes on after its last
  finished shard, and what it left half-written is overwritten.
- The manifest carries a signature of the settings and of the tables. With the same settings and other tables
  everything is written again; with other settings it is an error, unless `overwrite` says so.
- A folder that holds anything and no manifest of ours is not touched.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter, ValidationError

from saccade.errors import InputError
from saccade.workspace.storage import is_local, replace_file, storage_errors

MANIFEST = "manifest.json"
FORMAT = "saccade-export-1"
LABELS, CARD = "labels.json", "README.md"
BESIDE = (LABELS, CARD)


@dataclass(frozen=True)
class Shard:
    """A finished file: its name in the folder, pictures, size in bytes, and pictures left out by reason."""

    file: str
    pictures: int
    bytes: int
    lost: dict[str, int]


@dataclass
class Manifest:
    """What `manifest.json` holds."""

    made_by: str
    settings: dict[str, object]
    tables: dict[str, int]
    shards: list[Shard] = field(default_factory=list[Shard])
    complete: bool = False


@dataclass(eq=False)
class Folder:
    """An export's folder while it is filled."""

    path: Path
    manifest: Manifest

    @classmethod
    def open(
        cls, target: str, settings: Mapping[str, object], tables: Mapping[str, int], overwrite: bool
    ) -> Folder:
        """The folder and the shards that hold; `InputError` where it is not ours or has other settings."""
        path = place(target)
        fresh = Manifest(FORMAT, dict(settings), dict(tables))
        found = read(path)
        if found is None:
            return cls(path, fresh)
        if found.settings != fresh.settings and not overwrite:
            differs = next(name for name in fresh.settings if found.settings.get(name) != settings[name])
            raise InputError(
                f"{path} holds an export with {differs} {found.settings.get(differs)!r}, not"
                f" {fresh.settings[differs]!r}: name another folder, or say --overwrite"
            )
        made = cls(path, found)
        if found.settings == fresh.settings and found.tables == fresh.tables:
            whole = [shard for shard in found.shards if made._whole(shard)]
            found.complete &= len(whole) == len(found.shards)
            found.shards = whole
            return made
        made._clear()
        return cls(path, fresh)

    def holds(self, file: str) -> Shard | None:
        """The finished shard of that name."""
        return next((shard for shard in self.manifest.shards if shard.file == file), None)

    def add(self, file: str, write: Callable[[Path], tuple[int, dict[str, int]]]) -> Shard:
        """Write a shard whole or not at all; `write` fills a path and counts pictures, written and lost."""
        target = self.path / file
        with storage_errors(str(target)):
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f".{target.name}.part")
            try:
                pictures, lost = write(partial)
                size = partial.stat().st_size
                os.replace(partial, target)
            finally:
                partial.unlink(missing_ok=True)
        shard = Shard(file, pictures, size, lost)
        self.manifest.shards = [*(one for one in self.manifest.shards if one.file != file), shard]
        self.save()
        return shard

    def text(self, file: str, content: str) -> None:
        """Write a small file beside the shards."""
        replace_file(self.path / file, content.encode())

    def save(self) -> None:
        """Write the manifest as it is now."""
        told = TypeAdapter(Manifest).dump_json(self.manifest, indent=1)
        replace_file(self.path / MANIFEST, told + b"\n")

    def _whole(self, shard: Shard) -> bool:
        file = self.path / shard.file
        return file.is_file() and file.stat().st_size == shard.bytes

    def _clear(self) -> None:
        files = [*(shard.file for shard in self.manifest.shards), *BESIDE, MANIFEST]
        for file in files:
            (self.path / file).unlink(missing_ok=True)


def place(target: str) -> Path:
    """The folder as a path on this machine."""
    if not is_local(target):
        raise InputError(
            f"an export goes to a folder on this machine, found {target}: copy it there afterwards"
        )
    path = Path(target.removeprefix("file://")).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise InputError(f"{path} is a file; an export needs a folder")
    return path


def read(path: Path) -> Manifest | None:
    """The manifest of a folder, None where that is empty or not there; `InputError` if it is not ours."""
    if not path.is_dir() or not any(one for one in path.iterdir() if not one.name.endswith(".part")):
        return None
    try:
        found = TypeAdapter(Manifest).validate_json((path / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        found = None
    if found is None or found.made_by != FORMAT:
        raise InputError(f"{path} holds files that are not of an export; name an empty folder")
    return found


def plain(settings: Mapping[str, object]) -> dict[str, object]:
    """Settings as JSON gives them back: lists for tuples."""
    return cast("dict[str, object]", json.loads(json.dumps(settings)))
