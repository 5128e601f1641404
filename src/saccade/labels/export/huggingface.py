"""Shards that Hugging Face `datasets` opens: `load_dataset(folder)` gives images, class labels and weights.

Decided: Parquet files under `data/` that carry the features of `datasets` in their schema, and a `README.md`
that names the files of each split; that is the form the hub keeps too, so the folder can be uploaded as it
is. Columns: image (Image), image_id, labels (a list of ClassLabel), weights (beside labels).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from saccade.errors import InputError
from saccade.labels.export.source import Block, Classes

_PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def write(path: Path, blocks: Iterator[Block], classes: Classes) -> None:
    """One shard, whose class labels are `classes`."""
    schema = _schema(classes.names)
    place = {label: at for at, label in enumerate(classes.label_ids)}
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for block in blocks:
            writer.write_table(_table(block, place, schema), row_group_size=128)


def require() -> None:
    """Raise `InputError` in one line where `datasets` is not installed."""
    if find_spec("datasets") is None:
        raise InputError("datasets is not installed: pip install 'saccade[datasets]'")


def readme(splits: Sequence[str]) -> str:
    """The card, whose head tells `datasets` where the splits are."""
    files = "".join(f"  - split: {split}\n    path: data/{split}-*.parquet\n" for split in splits)
    return (
        f"---\nconfigs:\n- config_name: default\n  data_files:\n{files}---\n\n"
        "Pictures with weak labels, exported by saccade. `labels` are classes, heaviest first; their"
        " `weights`, 0 to 1, lie beside them.\n"
    )


def _schema(names: list[str]) -> pa.Schema:
    from datasets import ClassLabel, Features, Image, Sequence, Value

    features = Features(
        image=Image(), image_id=Value("string"),
        labels=Sequence(ClassLabel(names=names)), weights=Sequence(Value("float32")),
    )  # fmt: skip
    return features.arrow_schema


def _table(block: Block, place: dict[str, int], schema: pa.Schema) -> pa.Table:
    rows = block.rows.to_pylist()
    pictures = [
        {"bytes": data, "path": f"{row['key']}.{row['format']}"}
        for row, data in zip(rows, block.data, strict=True)
    ]
    columns = {
        "image": pa.array(pictures, _PICTURE),
        "image_id": block.rows["image_id"],
        "labels": [[place[label["label_id"]] for label in row["labels"]] for row in rows],
        "weights": [[label["weight"] for label in row["labels"]] for row in rows],
    }
    return pa.table(columns).cast(schema)
