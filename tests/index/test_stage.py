"""The index stage over a small workspace: incremental, switchable, and the same after any interruption."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError, NotFoundError, StorageError
from saccade.index.filters import AnyOf, Equals, Range
from saccade.index.opened import index_info, open_index, versions
from saccade.index.stage import BuildIndex
from saccade.workspace.workspace import Workspace

DIM = 16
MODEL = "tiny-0001"
BACKENDS = ("exact", "edge", "server")


def image(row: int) -> str:
    return f"{row * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}"


def fill(ws: Workspace, rows: Sequence[int], model: str = MODEL, seed: int = 0) -> None:
    """Images, items (three rows an item) and fingerprints that depend on the row and `seed`."""
    now = datetime(2024, 1, 1, tzinfo=UTC)
    ids = [image(r) for r in rows]
    ws.table("images").upsert(
        pa.table({"image_id": ids, "status": ["ok"] * len(ids), "first_seen": [now] * len(ids)})
    )
    ws.table("item_images").upsert(
        pa.table({"item_id": [f"item{r // 3}" for r in rows], "image_id": ids, "role": ["seller"] * len(ids)})
    )
    items = sorted({r // 3 for r in rows})
    ws.table("items").upsert(
        pa.table(
            {
                "item_id": [f"item{i}" for i in items],
                "category": [("shoe", "bag")[i % 2] for i in items],
                "price": [float(i) for i in items],
                "attributes": pa.array(
                    [
                        [("base colour", ("Blue", "Red", "Green")[i % 3]), ("year", str(2000 + i % 9))]
                        for i in items
                    ],
                    pa.map_(pa.string(), pa.string()),
                ),
            }
        )
    )
    fingerprint(ws, rows, model, seed)


def fingerprint(ws: Workspace, rows: Sequence[int], model: str = MODEL, seed: int = 0) -> None:
    vectors = np.array([np.random.default_rng((r, seed)).normal(size=DIM) for r in rows])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    table = pa.table(
        {
            "id": [image(r) for r in rows],
            "image_id": [image(r) for r in rows],
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), DIM),
            "status": ["ok"] * len(rows),
        }
    )
    ws.fingerprints(model, DIM).upsert(table)


def content(ws: Workspace) -> list[tuple[str, dict[str, object], list[float]]]:
    """Every point of the current version, by id."""
    index, info = open_index(ws)
    with index:  # pyright: ignore
        hits = index.search(
            np.ones((1, DIM), np.float32), max(1, info.count) + 5, exact=True, with_payload=True
        )[0]
        hits = sorted(hits)
        vectors = index.vector([h.id for h in hits])
        return [(h.id, h.payload or {}, v.tolist()) for h, v in zip(hits, vectors, strict=True)]


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "ws", create=True)
    fill(made, range(90))
    return made


def build(ws: Workspace, backend: str = "exact", **more: object) -> BuildIndex:
    place = str(Path(ws.uri).parent / "qdrant") if backend == "server" else backend
    return BuildIndex(backend=place, **more)  # pyright: ignore


@pytest.mark.parametrize("backend", BACKENDS)
def test_changes_reach_the_index_and_nothing_else_is_written(ws: Workspace, backend: str) -> None:
    stage = build(ws, backend)
    first = stage.run(ws)
    assert (first.counts["added"], first.counts["points"]) == (90, 90)
    again = stage.run(ws)
    assert not again.changed
    assert stage.plan(ws).work == 0

    fill(ws, range(90, 96))
    fingerprint(ws, [4], seed=1)
    ws.table("items").upsert(pa.table({"item_id": ["item7"], "price": [999.0], "category": ["hat"]}))
    ws.table("items").upsert(pa.table({"item_id": ["item2"], "deleted": [datetime(2024, 2, 2, tzinfo=UTC)]}))
    assert stage.plan(ws).work == 96
    second = stage.run(ws)
    counts = {name: second.counts[name] for name in ("added", "updated", "deleted", "points")}
    assert counts == {"added": 6, "updated": 4, "deleted": 3, "points": 93}
    found = content(ws)
    fresh = Workspace(Path(ws.uri).parent / "fresh", create=True)
    for name in ("images", "items", "item_images"):
        fresh.table(name).upsert(ws.table(name).read())
    fresh.fingerprints(MODEL, DIM).upsert(ws.fingerprints(MODEL).read())
    build(fresh).run(fresh)
    assert [(i, p) for i, p, _ in found] == [(i, p) for i, p, _ in content(fresh)]
    np.testing.assert_allclose([v for _, _, v in found], [v for _, _, v in content(fresh)], atol=1e-6)


def test_payloads_and_filters_come_from_the_items(ws: Workspace) -> None:
    build(ws, fields=None).run(ws)
    index, info = open_index(ws)
    assert dict(info.fields) == {
        "base_colour": "text",
        "category": "text",
        "item_id": "text",
        "price": "number",
        "role": "text",
        "year": "text",
    }
    assert index.count(Equals("base_colour", "Blue")) == 30
    assert index.count(AnyOf("category", ("shoe", "hat"))) == 45
    assert index.count(Range("price", below=10)) == 30
    build(ws, fields=("year:number",)).run(ws)
    index, info = open_index(ws)
    assert dict(info.fields) == {"item_id": "text", "role": "text", "year": "number"}
    assert index.count(Range("year", at_least=2008)) == 9


def test_an_image_of_two_items_has_both_and_lives_while_one_does(ws: Workspace) -> None:
    ws.table("item_images").upsert(
        pa.table({"item_id": ["item5"], "image_id": [image(0)], "role": ["review"]})
    )
    build(ws).run(ws)
    payload = dict(content_of(ws, 0))
    assert payload["item_id"] == ["item0", "item5"]
    assert payload["price"] == [0.0, 5.0]
    ws.table("items").upsert(pa.table({"item_id": ["item0"], "deleted": [datetime(2024, 2, 2, tzinfo=UTC)]}))
    build(ws).run(ws)
    assert dict(content_of(ws, 0))["item_id"] == "item5"
    assert image(1) not in {i for i, _, _ in content(ws)}


def content_of(ws: Workspace, row: int) -> dict[str, object]:
    return next(payload for i, payload, _ in content(ws) if i == image(row))


def test_an_image_that_left_the_catalogue_leaves_the_index(ws: Workspace) -> None:
    build(ws).run(ws)
    ws.table("images").delete_keys([image(3)])
    ws.table("item_images").delete_keys([image(4)], "image_id")
    assert build(ws).run(ws).counts["deleted"] == 1
    assert image(3) not in {i for i, _, _ in content(ws)}
    assert content_of(ws, 4) == {}


def test_a_new_model_is_built_beside_the_old(ws: Workspace) -> None:
    build(ws, model=MODEL).run(ws)
    before, _ = open_index(ws)
    fingerprint(ws, range(90), "other-0002", seed=5)
    with pytest.raises(InputError, match="other-0002"):
        build(ws).run(ws)
    build(ws, model="other-0002").run(ws)
    index, info = open_index(ws)
    assert (info.model_id, info.version) == ("other-0002", 2)
    assert not np.allclose(index.vector([image(1)]), before.vector([image(1)]))
    versions(ws, "main").switch(1)
    assert open_index(ws)[1].model_id == MODEL


@pytest.mark.parametrize("backend", ["exact", "edge"])
def test_an_open_reader_keeps_its_version(ws: Workspace, backend: str) -> None:
    build(ws, backend).run(ws)
    reader, info = open_index(ws)
    query = np.ones((1, DIM), np.float32)
    before = reader.search(query, 90, with_payload=True)
    for step in range(3):  # the version that the reader has open is pruned on the way
        fill(ws, range(90 + step, 91 + step), seed=9)
        fingerprint(ws, range(20), seed=step + 20)
        build(ws, backend).run(ws)
        assert reader.search(query, 90, with_payload=True) == before
    assert not versions(ws, "main").path(info.version).exists()
    assert open_index(ws)[1].count == 93
    reader.close()


def test_an_empty_catalogue_gives_an_empty_index(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "empty", create=True)
    with pytest.raises(NotFoundError, match="saccade fingerprint"):
        build(ws).run(ws)
    ws.fingerprints(MODEL, DIM).create()
    build(ws, "auto").run(ws)
    assert open_index(ws)[1].count == 0
    with pytest.raises(NotFoundError, match="found none"):
        open_index(ws, "other")
    with pytest.raises(InputError, match="auto, exact, edge"):
        build(ws, "best").run(ws)


@pytest.mark.parametrize("backend", ["exact", "edge"])
def test_killed_at_any_moment_and_run_again_it_equals_an_undisturbed_run(ws: Workspace, backend: str) -> None:
    stage = build(ws, backend)
    stage.run(ws)
    fill(ws, range(60, 120), seed=3)
    dice = np.random.default_rng(0)
    code = (
        "from saccade.index.stage import BuildIndex; from saccade.workspace.workspace import Workspace;"
        f"ws = Workspace({ws.uri!r}); print('go', flush=True); BuildIndex(backend={backend!r}).run(ws)"
    )
    for _ in range(3):
        worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=dict(os.environ))
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(dice.uniform(0, 0.4))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        assert index_info(ws) is not None
        assert open_index(ws)[1].count in (90, 120)
    stage.run(ws)
    found = content(ws)
    fresh = Workspace(Path(ws.uri).parent / "fresh", create=True)
    fill(fresh, range(90))
    fill(fresh, range(60, 120), seed=3)
    build(fresh, backend).run(fresh)
    assert [(i, p) for i, p, _ in found] == [(i, p) for i, p, _ in content(fresh)]
    assert not list(versions(ws, "main").folder.glob(".building"))


def test_a_server_left_half_changed_is_filled_anew(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from saccade.index.server import ServerIndex

    stage = build(ws, "server")
    stage.run(ws)
    before = content(ws)
    fingerprint(ws, range(5), seed=7)
    with monkeypatch.context() as patch:
        patch.setattr(ServerIndex, "count", lambda *_: 1 / 0)
        patch.setattr(ServerIndex, "vector", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            stage.run(ws)
    fingerprint(ws, range(5))
    assert stage.run(ws).counts["added"] == 90
    assert content(ws) == before


def test_a_disk_without_room_is_refused_before_anything_is_written(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1 << 20))
    with pytest.raises(StorageError, match="MiB free for the index"):
        build(ws, "edge").run(ws)
    assert index_info(ws) is None
    build(ws, "exact").run(ws)
    assert open_index(ws)[1].count == 90


def test_a_change_of_constraints_tunes_without_building_anew(ws: Workspace) -> None:
    build(ws).run(ws)
    report = build(ws, recall=0.5, latency=1e-6).run(ws)
    assert (report.counts["added"], report.counts["version"]) == (0, 2)
    assert "no setting meets the constraints" in report.notes[0]
    assert not open_index(ws)[1].met


def test_a_version_of_a_table_that_changes_nothing_writes_nothing(ws: Workspace) -> None:
    build(ws).run(ws)
    ws.table("items").upsert(ws.table("items").read())
    report = build(ws).run(ws)
    assert not report.changed
    assert (open_index(ws)[1].version, build(ws).plan(ws).work) == (1, 0)
