"""Looks: from boards, scenes and objects; what is left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa

from saccade.discovery.complete.looks import gather_looks, make_looks
from saccade.workspace import Workspace

VECTORS = {name: np.eye(4, dtype=np.float32)[at] for at, name in enumerate("abcd")}
KINDS = {"a": "sofa", "b": "lamp", "c": "lamp", "d": "rug"}


def test_only_looks_of_several_categories() -> None:
    looks = make_looks([["a", "b"], ["b", "c"], ["d", "a", "b", "a"], ["a", "unknown"]], VECTORS, KINDS)
    assert len(looks) == 2 and looks.categories == ("lamp", "rug", "sofa")
    assert [[looks.keys[at] for at in looks[look]] for look in range(2)] == [["a", "b"], ["d", "a", "b"]]
    assert looks.vectors.shape == (3, 4) and looks.items.all()


def test_select_keeps_the_members() -> None:
    looks = make_looks([["a", "b"], ["d", "c"], ["a", "d"]], VECTORS, KINDS).select([2])
    assert len(looks) == 1 and [looks.keys[at] for at in looks[0]] == ["a", "d"] and len(looks.keys) == 4


def test_nothing() -> None:
    looks = make_looks([], {}, {})
    assert len(looks) == 0 and len(looks.select([])) == 0


def test_boards_of_a_workspace(boarded: Workspace) -> None:
    model = boarded.models_with_fingerprints()[0]
    looks = gather_looks(boarded, model)
    assert len(looks) == 60 and set(looks.categories) == {"disc", "box", "cross"} and len(looks.keys) == 12
    assert len(gather_looks(boarded, model, boards=False)) == 0
    some = gather_looks(boarded, model, most=4)
    assert 0 < len(some) < 60 and len(some.keys) <= 4


def test_objects_and_scenes(shop: Workspace, tmp_path: Path) -> None:
    """A picture of two items is a look; so are two objects with categories and vectors of their own."""
    shutil.copytree(Path(shop.uri), tmp_path / "ws")
    ws = Workspace(tmp_path / "ws")
    model = ws.models_with_fingerprints()[0]
    images = ws.table("images").read(["image_id"]).column("image_id").to_pylist()[:2]
    ws.table("item_images").upsert(
        pa.Table.from_pylist(
            [{"item_id": item, "image_id": images[0], "role": "scene"} for item in ("disc-red", "box-red")]
        )
    )
    rows = [
        {"object_id": f"{at:032x}", "image_id": images[1], "category": kind, "x": 0.1, "y": 0.1, "width": 0.5,
         "height": 0.5}
        for at, kind in enumerate(("disc", "box", "box"))
    ]  # fmt: skip
    ws.table("objects").upsert(pa.Table.from_pylist(rows))
    kept = ws.fingerprints(model).read().slice(0, 2)
    named = kept.set_column(0, "id", pa.array([row["object_id"] for row in rows[:2]]))
    ws.fingerprints(model).upsert(named)
    looks = gather_looks(ws, model, boards=False)
    assert len(looks) == 2
    assert sorted(looks.items.tolist()) == [False, False, *[True] * int(looks.items.sum())]
    assert len(gather_looks(ws, model, boards=False, objects=False)) == 1
