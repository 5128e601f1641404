"""What a labelling keeps between its steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import NotFoundError
from saccade.labels.scratch import Scratch
from saccade.workspace import Workspace


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(Workspace(tmp_path / "ws", create=True), "digest")


@pytest.mark.parametrize("packed", [True, False])
def test_tables_come_back(scratch: Scratch, packed: bool) -> None:
    table = pa.table({"a": [1, 2], "b": pa.array(["x", None]).dictionary_encode()})
    scratch.write("one/7", table, packed=packed)
    assert scratch.read("one/7").equals(table)


def test_arrays_come_back_also_empty_ones(scratch: Scratch) -> None:
    for shape in ((3, 5), (0, 5)):
        array = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
        scratch.write_array("v", array)
        assert np.array_equal(scratch.read_array("v"), array)


def test_what_is_not_there_is_said(scratch: Scratch) -> None:
    with pytest.raises(NotFoundError):
        scratch.read("nothing")
    assert scratch.marked("nothing") is None


def test_forgetting(scratch: Scratch) -> None:
    scratch.write("old/1", pa.table({"a": [1]}))
    scratch.mark("old/1", {"rows": 1})
    other = Scratch(scratch.ws, "unfinished")
    other.mark("old/1", {"rows": 2})
    scratch.drop("old")
    scratch.drop("old")
    with pytest.raises(NotFoundError):
        scratch.read("old/1")
    assert scratch.marked("old/1") == {"rows": 1}
    scratch.clear()
    assert scratch.marked("old/1") is None and other.marked("old/1") is None
