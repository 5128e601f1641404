"""The model's files, and what it knows of items."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.discovery.complete.model import Compatibility, read_info
from saccade.errors import InputError, NotFoundError
from saccade.workspace import Workspace


def test_kept_as_it_was(boarded: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    known = Compatibility.load(boarded)
    other = Workspace(tmp_path_factory.mktemp("other") / "ws", create=True)
    known.save(other, "copy")
    again = Compatibility.load(other, "copy")
    assert again.categories == known.categories and again.lift("disc", "box") == known.lift("disc", "box")
    assert np.array_equal(again.form.own, known.form.own)
    assert again.looks_of("disc-red") == known.looks_of("disc-red") != frozenset()


def test_looks_of_items(boarded: Workspace) -> None:
    known = Compatibility.load(boarded)
    links = boarded.table("board_items").read(["item_id"]).column("item_id").to_pylist()
    assert len(known.looks_of("disc-red")) == links.count("disc-red")
    assert not known.looks_of("disc-red") & known.looks_of("disc-blue")
    assert known.looks_of("nothing") == frozenset()


def test_unknown_categories(boarded: Workspace) -> None:
    known = Compatibility.load(boarded)
    assert known.lift("zeppelin", "disc") == (1.0, 0) and known.place(None) == -1


def test_nothing_fitted(shop: Workspace) -> None:
    assert read_info(shop, "main") is None
    with pytest.raises(NotFoundError, match="fit one with FitComplete"):
        Compatibility.load(shop)


def test_a_broken_file_is_named(boarded: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Workspace(tmp_path_factory.mktemp("broken") / "ws", create=True)
    Compatibility.load(boarded).save(other, "main")
    other.write_bytes("complete/main/model.npz", b"no zip")
    with pytest.raises(InputError, match="fit it again"):
        Compatibility.load(other)
