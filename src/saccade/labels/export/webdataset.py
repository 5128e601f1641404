"""WebDataset shards: tars of `<key>.jpg` (or png, webp, ...) and `<key>.json`.

The JSON has image_id, width, height, split, and labels as `[{label_id, name, weight}]`, heaviest first.

Decided: the standard library's `tarfile`; no times, owners or machine in a member, so the same pictures make
the same bytes. The bytes of a picture are those of the catalogue, never encoded anew.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

from saccade.labels.export.source import Block, Classes

_ENDINGS = {"jpeg": "jpg", "tiff": "tif"}
_SAID = ("image_id", "width", "height", "split", "labels")


def write(path: Path, blocks: Iterator[Block], classes: Classes) -> None:
    """One shard; `classes` are not needed here, each label carries its name."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for block in blocks:
            for row, data in zip(block.rows.to_pylist(), block.data, strict=True):
                ending = _ENDINGS.get(row["format"], row["format"] or "jpg")
                said = json.dumps({name: row[name] for name in _SAID}, ensure_ascii=False)
                _add(tar, f"{row['key']}.{ending}", data)
                _add(tar, f"{row['key']}.json", said.encode())


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))
