"""Sums by key do not depend on how the rows were cut."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.card.tally import Tally


def test_sums_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("saccade.labels.card.tally.FOLD_AT", 50)
    rng = np.random.default_rng(0)
    keys, values = rng.integers(0, 40, 1000), rng.integers(0, 9, 1000)
    tally = Tally(["key"], ["value"])
    for start in range(0, 1000, 37):
        part = slice(start, start + 37)
        tally.add(pa.table({"key": keys[part], "value": values[part]}))
    found = tally.result()
    assert found is not None
    rows = {row["key"]: (row["value"], row["rows"]) for row in found.to_pylist()}
    assert rows == {key: (values[keys == key].sum(), (keys == key).sum()) for key in np.unique(keys)}


def test_nothing_is_nothing() -> None:
    assert Tally(["key"]).result() is None
