"""What only a server does: it may not answer, and its settings travel in requests."""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest

from saccade.errors import NotFoundError, StorageError
from saccade.index.server import ServerIndex
from saccade.index.settings import Settings


def test_a_server_that_does_not_answer_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(StorageError, match="expected a Qdrant server at") as raised:
            ServerIndex(address, "points", 4)
    assert "\n" not in str(raised.value)


def test_a_collection_is_found_again_with_its_fields(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="'points'"):
        ServerIndex(str(tmp_path), "points")
    with ServerIndex(str(tmp_path), "points", 4) as index:
        index.upsert(["0" * 32], np.ones((1, 4), np.float32), [{"colour": "red", "new": True}])
    with ServerIndex(str(tmp_path), "points") as index:
        assert (index.dim, index.count()) == (4, 1)
        assert dict(index.fields) == {"colour": "text", "new": "flag"}
        index.drop()
    with pytest.raises(NotFoundError):
        ServerIndex(str(tmp_path), "points")


def test_settings_become_search_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    with ServerIndex(":memory:", "points", 4, Settings("server", "binary", ef=99, oversampling=5)) as index:
        assert index._params(False, False) is None
        index.location = "http://host"
        plain, exact = index._params(False, False), index._params(True, True)
    assert plain is not None and exact is not None
    assert (plain.hnsw_ef, plain.quantization.oversampling, exact.exact) == (99, 5, True)  # pyright: ignore
