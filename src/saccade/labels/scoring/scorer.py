"""What every scorer can do, and how it travels: as JSON to other machines.

Decided: a scorer is data. `to_json` and `scorer_from_json` give back one that scores to the same bits, so
workers need no files beside it. Confidences are rounded to 1 / 10,000: where two processors' logarithms
differ in the last bit, the result still does not.

Not here: fitting (`unsupervised`, `learned`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError
from saccade.labels.scoring.evidence import Evidence, Floats

SOURCE_TABLE = pa.schema({
    "source": pa.string(),
    "coverage": pa.float64(), "coverage_low": pa.float64(), "coverage_high": pa.float64(),
    "precision": pa.float64(), "precision_low": pa.float64(), "precision_high": pa.float64(),
    "recall": pa.float64(), "recall_low": pa.float64(), "recall_high": pa.float64(),
    "pairs": pa.int64(), "fitted": pa.string(),
})  # fmt: skip
"""One row a source; shares 0..1 with 95 % bounds. coverage: share of subjects it speaks of; precision: share
of what it says that is true; recall: of the true phrases that anybody says, in a language that it speaks
of the subject, the share that it says; pairs: what it says in the sample; fitted: `agreement`, `assumed` (too
few sources to compare) or `judged`."""

DIGITS = 4


class Scorer(Protocol):
    """Gives each pair of the evidence a confidence."""

    def confidence(self, evidence: Evidence, phrases: pa.Table) -> Floats:
        """float32 [pairs] in 0..1. phrases: the vocabulary that `evidence` numbers."""
        ...

    def to_json(self) -> str:
        """Everything that `scorer_from_json` needs."""
        ...

    def source_table(self) -> pa.Table:
        """Rows of `SOURCE_TABLE`, one for each source of the sample, in their order."""
        ...


def scorer_from_json(text: str) -> Scorer:
    """The scorer that `to_json` wrote. Raises `InputError` for anything else."""
    from saccade.labels.scoring.learned import Learned
    from saccade.labels.scoring.unsupervised import LabelModel

    kinds: dict[str, Callable[[dict[str, Any]], Scorer]] = {
        "label-model": LabelModel.from_record, "learned": Learned.from_record,
    }  # fmt: skip
    try:
        record = json.loads(text)
        return kinds[record["kind"]](record)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"a scorer's JSON as to_json writes it is needed, found another text ({error})"
        ) from None


def rounded(confidence: npt.ArrayLike) -> Floats:
    """float32, to `DIGITS` decimals and within 0..1."""
    return np.clip(np.round(np.asarray(confidence, np.float64), DIGITS), 0, 1).astype(np.float32)


def packed(array: npt.NDArray[Any]) -> dict[str, Any]:
    """An array for JSON: little-endian bytes in base 64."""
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
    return {
        "dtype": little.dtype.str, "shape": list(array.shape),
        "data": base64.b64encode(little.tobytes()).decode(),
    }  # fmt: skip


def unpacked(record: dict[str, Any]) -> npt.NDArray[Any]:
    """The array that `packed` was given."""
    data = np.frombuffer(base64.b64decode(record["data"]), np.dtype(record["dtype"]))
    return data.reshape(record["shape"]).astype(data.dtype.newbyteorder("="))


def table_record(table: pa.Table) -> dict[str, Any]:
    """A source table for JSON; missing numbers become null."""
    columns = table.to_pydict()
    return {name: [None if value != value else value for value in values] for name, values in columns.items()}


def table_of(record: dict[str, Any]) -> pa.Table:
    """The source table that `table_record` was given."""
    return pa.table(record, schema=SOURCE_TABLE)
