"""Parquet shards: image_id, uri, width, height, labels, split. No bytes: readers follow the uri.

Decided: zstd, one row group a block of 8192 pictures. A picture whose bytes lie in the workspace has no uri;
whoever needs these exports WebDataset or `datasets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from saccade.labels.export.source import ROWS, Block, Classes

COLUMNS = ["image_id", "uri", "width", "height", "labels", "split"]


def write(path: Path, blocks: Iterator[Block], classes: Classes) -> None:
    """One shard; `classes` are not needed here, each label carries its name."""
    schema = ROWS.empty_table().select(COLUMNS).schema
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for block in blocks:
            writer.write_table(block.rows.select(COLUMNS))
