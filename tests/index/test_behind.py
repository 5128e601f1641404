"""What a version lacks, seen from the tables: the same as what the next version will have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from saccade.fingerprints.kernel import assemble
from saccade.index import behind as module
from saccade.index.behind import behind, field_choice, points_of
from saccade.index.filters import Equals
from saccade.index.layered import Layered
from saccade.index.opened import IndexInfo, index_info, open_index
from saccade.index.protocol import Index
from saccade.index.stage import BuildIndex
from saccade.workspace import Workspace

MODEL, DIM = "m-1", 16
Draw = Callable[..., SimpleNamespace]


def add(ws: Workspace, ids: list[str], vectors: np.ndarray, images: list[str] | None = None) -> None:
    """Fingerprints; of objects where `images` are others than `ids`."""
    chunk = pa.table({"id": ids, "image_id": images or ids})
    rows = assemble(chunk, vectors, ["ok"] * len(ids), [None] * len(ids), MODEL)
    ws.fingerprints(MODEL, DIM).upsert(rows)


@pytest.fixture
def shop(tmp_path: Path, points: Draw) -> tuple[Workspace, SimpleNamespace]:
    """Sixty pictures of thirty items, indexed; ten more pictures are drawn and not stored."""
    ws, given = Workspace(tmp_path / "ws", create=True), points(70)
    known = given.ids[:60]
    ws.table("images").append(pa.table({"image_id": known, "status": ["ok"] * 60}))
    rows = [{"item_id": f"i{n}", "category": "boot" if n % 2 else "hat", "price": float(n),
             "attributes": [("colour", "red")]} for n in range(30)]  # fmt: skip
    ws.table("items").append(pa.Table.from_pylist(rows, schema=ws.table("items").schema))
    links = {"item_id": [f"i{n // 2}" for n in range(60)], "image_id": known, "role": ["seller"] * 60}
    ws.table("item_images").append(pa.table(links))
    add(ws, known, given.vectors[:60])
    BuildIndex(MODEL, backend="exact", store="all").run(ws)
    return ws, given


def info_of(ws: Workspace) -> IndexInfo:
    found = index_info(ws)
    assert found is not None
    return found


def everything(index: Index, queries: np.ndarray) -> list[list[tuple[str, object]]]:
    hits = index.search(queries, 100, exact=True, with_payload=True)
    return [[(hit.id, hit.payload) for hit in row] for row in hits]


def unsettle(ws: Workspace, given: SimpleNamespace) -> None:
    """New pictures and objects, changed and deleted items, a picture that left, a vector that changed."""
    new = given.ids[60:]
    ws.table("images").append(pa.table({"image_id": new, "status": ["ok"] * 10}))
    ws.table("item_images").append(pa.table({"item_id": ["i3"] * 10, "image_id": new}))
    add(ws, new, given.vectors[60:])
    boxed = {"object_id": ["0" * 32, "1" * 32], "image_id": given.ids[4:6], "category": ["hat", None]}
    ws.table("objects").append(pa.table(boxed))
    add(ws, ["0" * 32, "1" * 32], given.vectors[:2], [given.ids[4], given.ids[5]])
    ws.table("items").upsert(pa.table({"item_id": ["i7"], "category": ["cap"]}))
    ws.table("items").upsert(
        pa.table({"item_id": ["i8"], "deleted": pa.array([0], pa.timestamp("us", "UTC"))})
    )
    ws.table("images").delete_keys([given.ids[0]])
    add(ws, [given.ids[1]], -given.vectors[1:2])


def test_nothing_is_read_while_the_tables_stand_still(
    shop: tuple[Workspace, SimpleNamespace], monkeypatch: pytest.MonkeyPatch
) -> None:
    ws, _ = shop
    monkeypatch.setattr(module, "Records", None)
    assert not behind(ws, info_of(ws))


def test_a_version_with_what_is_behind_equals_the_next_version(
    shop: tuple[Workspace, SimpleNamespace],
) -> None:
    ws, given = shop
    base, info = open_index(ws)
    unsettle(ws, given)
    delta = behind(ws, info)
    assert delta.replaced is not None
    assert set(delta.replaced) <= set(delta.ids)
    layered = Layered(base, delta)
    assert set(delta.replaced) | set(delta.deletes) == set(layered._now.hidden)
    BuildIndex(MODEL, backend="exact", store="all").run(ws)
    following, next_info = open_index(ws)
    assert next_info.version == info.version + 1
    assert layered.count() == following.count()
    assert everything(layered, given.vectors[:9]) == everything(following, given.vectors[:9])
    assert layered.count(Equals("category", "cap")) == 2
    assert not behind(ws, info_of(ws))


def test_a_few_points_are_those_of_the_stage(shop: tuple[Workspace, SimpleNamespace]) -> None:
    ws, given = shop
    unsettle(ws, given)
    asked = [given.ids[row] for row in (0, 1, 4, 14, 16, 17, 60)] + ["f" * 32]
    found = points_of(ws, MODEL, field_choice(info_of(ws)), asked)
    gone = {given.ids[0], given.ids[16], given.ids[17], "f" * 32}
    assert set(found.deletes) == gone
    assert set(found.ids) == {"0" * 32, *asked} - gone
    layered = Layered(open_index(ws)[0])
    before = behind(ws, info_of(ws))
    layered.apply(found)
    rest = {
        name: (v.tobytes(), p) for name, v, p in zip(before.ids, before.vectors, before.payloads, strict=True)
    }
    for name, vector, payload in zip(found.ids, found.vectors, found.payloads, strict=True):
        if name in rest:
            assert (vector.tobytes(), payload) == rest[name]
    assert rest.keys() & set(asked) <= set(found.ids)


def test_fields_are_those_that_were_asked_for(shop: tuple[Workspace, SimpleNamespace]) -> None:
    ws, given = shop
    BuildIndex(MODEL, backend="exact", fields=("price",)).run(ws)
    found = points_of(ws, MODEL, field_choice(info_of(ws)), given.ids[:1])
    assert found.payloads == [{"item_id": "i0", "role": "seller", "price": 0.0}]


def test_pictures_and_objects_are_apart_unless_both_are_asked_for(
    shop: tuple[Workspace, SimpleNamespace],
) -> None:
    ws, given = shop
    unsettle(ws, given)
    add(ws, ["2" * 32], given.vectors[2:3], [given.ids[6]])  # a vector of an object that is gone
    BuildIndex(MODEL, backend="exact", index="pictures").run(ws)
    BuildIndex(MODEL, backend="exact", index="objects", store="objects").run(ws)
    pictures, objects = open_index(ws, "pictures")[0], open_index(ws, "objects")[0]
    ((first, second),) = objects.search(given.vectors[:1], 9, exact=True, with_payload=True)
    assert {hit.id for hit in (first, second)} == {"0" * 32, "1" * 32}
    assert first.payload is not None and second.payload is not None
    assert (first.payload["object"], first.payload["image_id"]) == ("hat", given.ids[4])
    assert "object" not in second.payload
    found = {hit.id for hit in pictures.search(given.vectors[:1], 99, exact=True)[0]}
    assert not found & {"0" * 32, "1" * 32, "2" * 32}
    changed = index_info(ws, "objects")
    assert changed is not None and "objects" in changed.inputs and not behind(ws, changed)
    ws.table("objects").delete_keys(["0" * 32])
    assert behind(ws, changed).deletes == ["0" * 32]
    named = points_of(ws, MODEL, field_choice(info_of(ws)), [given.ids[4]])
    assert set(named.ids) == {given.ids[4]} and named.deletes == ["0" * 32]


def test_a_model_without_fingerprints_has_no_points(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    found = points_of(ws, "other-1", field_choice_of_all(), ["a" * 32])
    assert (found.ids, found.deletes) == ([], ["a" * 32])


def field_choice_of_all() -> module.FieldChoice:
    return module.FieldChoice()
