"""Folders that Hugging Face `datasets` wrote: `save_to_disk`, or a repository's Parquet files.

Decided: the Arrow and Parquet files are read as they are (see `arrow.py`); of the library's own files only
the list of parts and the names of classes are needed. Loading scripts are never run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

from saccade.catalog.files import join, read
from saccade.catalog.mapping import Mapping
from saccade.catalog.readers.arrow import ArrowReader, class_names
from saccade.catalog.records import Role
from saccade.errors import InputError


def saved_readers(folder: str, mapping: Mapping, role: Role) -> Iterator[ArrowReader]:
    """A reader for each Arrow file of a `save_to_disk` folder, of every split when it has several."""
    splits = _json(join(folder, "dataset_dict.json")).get("splits")
    if isinstance(splits, list):
        for split in splits:
            yield from saved_readers(join(folder, str(split)), mapping, role)
        return
    parts = _json(join(folder, "state.json")).get("_data_files")
    if not isinstance(parts, list):
        raise InputError(f"{folder}: expected a folder of `save_to_disk` (state.json), found none")
    labels = class_names(json.dumps(_json(join(folder, "dataset_info.json"))))
    for part in parts:
        yield ArrowReader(join(folder, str(part["filename"])), mapping, role, None, labels)


def _json(uri: str) -> dict[str, object]:
    try:
        found = json.loads(read(uri))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}
