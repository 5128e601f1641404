"""Writes of a service: stored, found at once, and still there after the process was killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from saccade.catalog.put import NewImage, NewItem, put_items, remove_items
from saccade.discovery.engine import Engine
from saccade.discovery.query import Query
from saccade.errors import LockedError
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model, kept_models
from saccade.index.behind import behind
from saccade.index.filters import Equals
from saccade.index.layered import Layered
from saccade.index.opened import index_info, open_index
from saccade.index.stage import BuildIndex
from saccade.models.folder import save_model
from saccade.models.handmade import PREPROCESS, HandmadeSettings, fit_handmade, raw_features
from saccade.service import folding
from saccade.service import writer as module
from saccade.service.writer import Busy, Delete, Outcome, Upsert, Writer
from saccade.vision.decode import decode
from saccade.vision.identity import image_id
from saccade.workspace import Workspace

COUNT = 40  # items of the shop
TABLES = ("images", "image_bytes", "items", "item_images", "texts", "sources")


def paint(seed: int) -> bytes:
    """A JPEG of smooth colours that no other seed gives."""
    rough = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(rough).resize((96, 80), Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
    return out.getvalue()


def new(name: str, *seeds: int, **fields: Any) -> NewItem:
    images = tuple(NewImage(paint(seed)) for seed in seeds)
    return NewItem(name, **{"title": f"the {name}", "category": "new", "images": images, **fields})


class ServedOnce:
    """What `live` is in the service, without its reloading: an engine, and what it was told."""

    def __init__(self, ws: Workspace) -> None:
        self.ws, self.swapping, self.noted = ws, threading.RLock(), list[str]()
        self.pictures: list[str] = []
        self.engine = self.opened()

    def opened(self) -> Engine:
        base, info = open_index(self.ws)
        return Engine(self.ws, opened=(Layered(base, behind(self.ws, info)), info))

    def begin(self) -> dict[str, int]:
        return {"items": self.ws.table("items").version}

    def wrote(self, items: Sequence[str], images: Sequence[str], before: dict[str, int]) -> None:
        self.noted += items
        self.pictures += images
        assert before["items"] <= self.ws.table("items").version

    def found(self, item_id: str, k: int = 1) -> list[str | None]:
        """Items nearest to the first picture of an item, itself included."""
        picture = self.engine.shelf.picture(item_id)
        return [
            found.item_id for found in self.engine.search(Query(image=stored(self.ws, picture), k=k)).results
        ]


def stored(ws: Workspace, image: str) -> bytes:
    (row,) = ws.table("image_bytes").take([image]).to_pylist()
    return row["bytes"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of forty items with an index; copied by whoever writes."""
    folder = tmp_path_factory.mktemp("shop")
    ws = Workspace(folder / "ws", create=True)
    put_items(ws, [new(f"old{n}", n, category="old", price=float(n)) for n in range(COUNT)])
    pixels = [
        PREPROCESS.prepare_uint8(rgb) for n in range(COUNT) if (rgb := decode(paint(n)).rgb) is not None
    ]
    settings = HandmadeSettings()
    model = fit_handmade(raw_features(np.stack(pixels), settings), dim=20, settings=settings)
    model_id = keep_model(ws, save_model(model, PREPROCESS, folder / "model"))
    Fingerprint(model_id).run(ws)
    BuildIndex(model_id).run(ws)
    return folder / "ws"


@pytest.fixture
def ws(shop: Path, tmp_path: Path) -> Workspace:
    return Workspace(shutil.copytree(shop, tmp_path / "ws"))


@pytest.fixture
def live(ws: Workspace) -> Iterator[ServedOnce]:
    served = ServedOnce(ws)
    yield served
    served.engine.close()


@pytest.fixture
def writer(ws: Workspace, live: ServedOnce) -> Iterator[Writer]:
    made = Writer(ws, live, patience=0.3)
    yield made
    made.close()


def layer(live: ServedOnce) -> Layered:
    assert isinstance(live.engine.index, Layered)
    return live.engine.index


# -- one write -------------------------------------------------------------------------------------


def test_a_put_is_found_by_the_next_search(writer: Writer, live: ServedOnce, ws: Workspace) -> None:
    outcome = writer.submit(Upsert(new("fresh", 1000, 1001))).result()
    assert outcome.put is not None
    assert (outcome.put.created, outcome.searchable, outcome.deleted) == (True, True, False)
    assert [image.status for image in outcome.put.images] == ["ok", "ok"]
    assert live.found("fresh") == ["fresh"]
    assert live.noted == ["fresh"]
    assert set(live.pictures) == {image_id(paint(1000)), image_id(paint(1001))}
    assert layer(live).count(Equals("category", "new")) == 2
    (model,) = kept_models(ws)
    assert ws.fingerprints(model).count("status = 'ok'") == COUNT + 2
    assert Fingerprint(model).run(ws).counts["computed"] == 0


def test_a_replaced_picture_and_price_count_at_once(writer: Writer, live: ServedOnce) -> None:
    before = image_id(paint(3))
    writer.submit(Upsert(new("old3", 2000, price=777.0))).result()
    index = layer(live)
    assert index.count(Equals("price", 777.0)) == 1
    assert index.count(Equals("price", 3.0)) == 0
    assert live.found("old3") == ["old3"]
    assert before in live.pictures
    assert before not in [hit.id for hit in index.search(index.vector([image_id(paint(2000))]), 100)[0]]
    writer.submit(Upsert(new("old3", images=None, price=5.5))).result()
    assert index.count(Equals("price", 5.5)) == 1


def test_a_deleted_item_is_gone_at_once(writer: Writer, live: ServedOnce, ws: Workspace) -> None:
    shared = new("twin", 7)
    writer.submit(Upsert(shared)).result()
    assert layer(live).count(Equals("item_id", "twin")) == 1
    assert writer.submit(Delete("old7")).result() == Outcome("old7", deleted=True)
    assert layer(live).count(Equals("item_id", "old7")) == 0
    assert layer(live).count(Equals("item_id", "twin")) == 1, "the picture stays with the other item"
    assert writer.submit(Delete("old7")).result() == Outcome("old7")
    assert writer.submit(Delete("nobody")).result() == Outcome("nobody")
    writer.submit(Delete("twin")).result()
    assert layer(live).count() == COUNT - 1
    (model,) = kept_models(ws)
    assert ws.fingerprints(model).count() == COUNT - 1


def test_an_item_without_a_good_picture_is_stored_and_said_not_to_be_searchable(writer: Writer) -> None:
    outcome = writer.submit(Upsert(new("plain"))).result()
    assert outcome.put is not None
    assert (outcome.put.status, outcome.searchable) == ("ok", False)
    rejected = writer.submit(Upsert(new("odd", price=float("nan")))).result()
    assert rejected.put is not None
    assert (rejected.put.status, rejected.searchable) == ("rejected", False)


def test_what_a_killed_process_left_is_finished_before_the_first_write(
    writer: Writer, live: ServedOnce, ws: Workspace
) -> None:
    """An item that was marked deleted and no more; its picture leaves the index too."""
    row = ws.table("items").take(["old5"])
    stamp = row.column("deleted").type
    at = row.schema.get_field_index("deleted")
    ws.table("items").upsert(row.set_column(at, "deleted", pa.array([0], stamp)))
    assert layer(live).count() == COUNT
    writer.submit(Upsert(new("plain"))).result()
    assert layer(live).count() == COUNT - 1
    assert ws.table("images").count() == COUNT - 1
    (model,) = kept_models(ws)
    assert ws.fingerprints(model).count() == COUNT - 1


def test_vectors_of_pictures_that_left_are_dropped_before_the_first_write(
    writer: Writer, ws: Workspace
) -> None:
    remove_items(ws, ["old5"])
    (model,) = kept_models(ws)
    assert ws.fingerprints(model).count() == COUNT
    writer.submit(Delete("nobody")).result()
    assert ws.fingerprints(model).count() == COUNT - 1


# -- many writes -----------------------------------------------------------------------------------


def test_what_waits_is_written_together_and_in_order(writer: Writer, live: ServedOnce, ws: Workspace) -> None:
    version = ws.table("items").version
    with ws.lock("saccade test"):  # so that all of it waits
        changes = [*(Upsert(new(f"n{n}", 3000 + n)) for n in range(20)), Delete("n3"), Delete("old1"),
                   Upsert(new("n3", 3100)), Upsert(new("n4", price=1.0))]  # fmt: skip
        futures = writer.submit_many(changes)
    outcomes = [future.result() for future in futures]
    assert [o.item_id for o in outcomes] == [c.item_id for c in changes]
    assert outcomes[20].deleted
    assert [o.put.created for o in outcomes if o.put is not None] == [True] * 20 + [True, False]
    assert live.found("n3") == ["n3"]
    assert layer(live).count(Equals("item_id", "n4")) == 0
    assert ws.table("items").version - version < 10


def test_one_bad_write_does_not_fail_its_neighbours(
    writer: Writer, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = module.Applier.__call__

    def apply(self: Any, changes: Sequence[module.Change]) -> list[Outcome]:
        if any(change.item_id == "cursed" for change in changes):
            raise RuntimeError("no")
        return real(self, changes)

    monkeypatch.setattr(module.Applier, "__call__", apply)
    with ws.lock("saccade test"):
        futures = writer.submit_many([Upsert(new(name)) for name in ("a", "cursed", "b")])
    assert [futures[n].result().item_id for n in (0, 2)] == ["a", "b"]
    with pytest.raises(RuntimeError, match="no"):
        futures[1].result()


def test_a_full_queue_says_so_and_takes_all_or_nothing(ws: Workspace, live: ServedOnce) -> None:
    writer = Writer(ws, live, waiting=3, held_bytes=10**6)
    with ws.lock("saccade test"):
        first = writer.submit(Upsert(new("first")))
        while writer._queue:
            time.sleep(0.005)
        writer.submit_many([Upsert(new("a")), Upsert(new("b"))])
        with pytest.raises(Busy, match="too many writes"):
            writer.submit_many([Upsert(new("c")), Upsert(new("d"))])
        with pytest.raises(Busy):
            writer.submit(Upsert(new("e", images=(NewImage(bytes(10**6 + 1)),))))
        last = writer.submit(Delete("a"))
    assert first.result().put is not None
    assert last.result().deleted
    writer.close()
    with pytest.raises(Busy, match="stopping"):
        writer.submit(Delete("b"))
    assert ws.table("items").count("item_id IN ('c', 'd', 'e')") == 0


def test_closing_finishes_what_waits_or_drops_it(ws: Workspace, live: ServedOnce) -> None:
    for drain in (True, False):
        writer = Writer(ws, live)
        with ws.lock("saccade test"):
            writer.submit(Upsert(new("busy")))
            while writer._queue:
                time.sleep(0.005)
            future = writer.submit(Upsert(new(f"drain{drain}")))
            closing = threading.Thread(target=writer.close, args=(drain,))
            closing.start()
            time.sleep(0.05)
        closing.join()
        assert ws.table("items").count(f"item_id = 'drain{drain}'") == drain
        if not drain:
            with pytest.raises(Busy):
                future.result()


def test_a_cancelled_write_is_not_written(writer: Writer, ws: Workspace) -> None:
    with ws.lock("saccade test"):
        writer.submit(Delete("nobody"))
        while writer._queue:
            time.sleep(0.005)
        future = writer.submit(Upsert(new("regretted")))
        assert future.cancel()
    writer.submit(Upsert(new("next"))).result()
    assert ws.table("items").count("item_id = 'regretted'") == 0


# -- beside others ---------------------------------------------------------------------------------

HOLDER = """
import sys
from saccade.workspace import Workspace
with Workspace(sys.argv[1]).lock("saccade ingest"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_another_process_is_waited_for_and_then_named(writer: Writer, ws: Workspace) -> None:
    command = [sys.executable, "-c", HOLDER, ws.uri]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        before = ws.table("items").version
        futures = writer.submit_many([Upsert(new("a", 4000)), Delete("old1")])
        for future in futures:
            with pytest.raises(LockedError, match="saccade ingest"):
                future.result(timeout=5)
        assert ws.table("items").version == before
        writer.patience = 10.0
        waiting = writer.submit(Upsert(new("b", 4001)))
        time.sleep(0.2)
        assert not waiting.done()
        other.stdin.write("\n")
        other.stdin.flush()
        assert waiting.result(timeout=10).searchable


def test_a_write_goes_to_the_engine_of_its_moment(
    writer: Writer, live: ServedOnce, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index is exchanged between the tables and the layer: the new one has the write."""
    before = live.engine
    real = module.Applier._delta

    def swap(self: Any, engine: Any, applied: Any) -> Any:
        delta = real(self, engine, applied)
        with live.swapping:
            live.engine = live.opened()
        return delta

    monkeypatch.setattr(module.Applier, "_delta", swap)
    writer.submit(Upsert(new("fresh", 5000))).result()
    assert live.engine is not before
    assert live.found("fresh") == ["fresh"]
    before.close()


def test_another_model_gets_vectors_of_its_own(
    writer: Writer, live: ServedOnce, ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = [
        PREPROCESS.prepare_uint8(rgb) for n in range(40) if (rgb := decode(paint(50 + n)).rgb) is not None
    ]
    settings = HandmadeSettings()
    other = fit_handmade(raw_features(np.stack(pixels), settings), dim=12, settings=settings)
    model_id = keep_model(ws, save_model(other, PREPROCESS, tmp_path / "other"))
    Fingerprint(model_id).run(ws)
    BuildIndex(model_id, index="second").run(ws)
    base, info = open_index(ws, "second")
    second = Engine(ws, opened=(Layered(base, behind(ws, info)), info))
    real, seen = module.Applier._delta, list[str]()

    def swap(self: Any, engine: Any, applied: Any) -> Any:
        delta = real(self, engine, applied)
        seen.append(engine.info.model_id)
        live.engine = second
        return delta

    monkeypatch.setattr(module.Applier, "_delta", swap)
    assert writer.submit(Upsert(new("fresh", 5001))).result().searchable
    assert seen[-1] == model_id != seen[0]
    assert live.found("fresh") == ["fresh"]


# -- upkeep ----------------------------------------------------------------------------------------


def test_a_fold_makes_the_next_version_and_writes_wait(
    writer: Writer, live: ServedOnce, ws: Workspace
) -> None:
    writer.submit(Upsert(new("fresh", 6000))).result()
    assert writer.due(1, 1e9)
    assert not writer.due(1000, 1e9)
    before = live.engine.info.version
    assert writer.fold()
    info = index_info(ws)
    assert info is not None
    assert (info.version, info.count) == (before + 1, COUNT + 1)
    assert info.request == live.engine.info.request
    assert not behind(ws, info)
    live.engine.close()
    live.engine = live.opened()
    assert layer(live).size == 0
    assert live.found("fresh") == ["fresh"]
    assert not writer.due(1, 0)


def test_a_fold_that_fails_says_why(
    writer: Writer, ws: Workspace, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ws.lock("saccade test"):
        assert not writer.fold()
    assert "is in use by saccade test" in caplog.text
    monkeypatch.setattr(folding, "command", lambda *_: [sys.executable, "-c", "import time; time.sleep(60)"])
    folded = threading.Thread(target=writer.fold)
    folded.start()
    while writer._child is None:
        time.sleep(0.01)
    with pytest.raises(LockedError, match="being brought up to date"):
        writer.submit(Upsert(new("a"))).result()
    writer.close()
    folded.join(5)
    assert not folded.is_alive()


def test_the_command_says_what_was_asked_for(ws: Workspace) -> None:
    (model,) = kept_models(ws)
    BuildIndex(model, index="odd", backend="exact", recall=0.9, fields=("price", "x:number")).run(ws)
    info = index_info(ws, "odd")
    assert info is not None
    said = folding.command(ws.uri, info)
    assert said[said.index("--backend") + 1] == "exact"
    assert said[said.index("--fields") + 1 :] == ["price", "x:number"]
    assert said[said.index("--recall") + 1] == "0.9"
    assert "--memory" not in said


def test_lineage_is_one_row_and_small_files_are_joined(
    ws: Workspace, live: ServedOnce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_TIDY", 10)
    monkeypatch.setattr(module, "_IDLE", 0.05)
    monkeypatch.setattr(module, "_FRAGMENTS", 4)
    writer = Writer(ws, live)
    for number in range(12):
        writer.submit(Upsert(new(f"n{number}", 7000 + number))).result()
    deadline = time.monotonic() + 5
    while len(fragments(ws, "items")) > 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(fragments(ws, "items")) <= 4
    assert len(fragments(ws, "image_bytes")) <= 4
    writer.submit(Delete("n3")).result()
    writer.close()
    rows = [row for row in ws.runs().to_pylist() if row["stage"] == "serve"]
    assert [row["state"] for row in rows] == ["done"]
    assert rows[0]["counts"] == '{"put": 12, "deleted": 1}'
    assert {"items", "item_images", "sources"} <= {name for name, _ in rows[0]["outputs"]}
    assert {found for n in range(12) if n != 3 for found in live.found(f"n{n}")} == {
        f"n{n}" for n in range(12) if n != 3
    }


def fragments(ws: Workspace, name: str) -> list[Any]:
    found = ws.table(name).dataset()
    assert found is not None
    return found.get_fragments()


# -- kill -9 ---------------------------------------------------------------------------------------

CHILD = """
import sys
sys.path.insert(0, sys.argv[2])
import importlib.util
spec = importlib.util.spec_from_file_location("test_writer", sys.argv[3])
tests = importlib.util.module_from_spec(spec)
sys.modules["test_writer"] = tests
spec.loader.exec_module(tests)
from saccade.service.writer import Writer
from saccade.workspace import Workspace
ws = Workspace(sys.argv[1])
writer = Writer(ws, tests.ServedOnce(ws))
print("ready", flush=True)
for number in range(int(sys.argv[4]), 10_000, 6):
    for change, future in [(c, writer.submit(c)) for c in tests.script(number, number + 6)]:
        future.result()
        print(change.item_id, flush=True)
"""


def script(start: int, stop: int) -> list[module.Change]:
    """The writes of these numbers: new items, changes of the shop's, deletions."""
    made: list[module.Change] = []
    for number in range(start, stop):
        if number % 6 == 4:
            made.append(Delete(f"n{number - 3}"))
        elif number % 6 == 5:
            made.append(Upsert(new(f"old{number % COUNT}", 20_000 + number, number, title=f"t{number}")))
        else:
            made.append(Upsert(new(f"n{number}", 10_000 + number)))
    return made


def killed(ws: Workspace, start: int, after: int, pause: float) -> list[str]:
    """Write from number `start` on, killed `pause` seconds after so many answers; the ids answered."""
    here = Path(__file__)
    command = [sys.executable, "-c", CHILD, ws.uri, str(here.parent), str(here), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        said = [child.stdout.readline() for _ in range(after)]
        time.sleep(pause)
        os.kill(child.pid, signal.SIGKILL)
        said += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return [line.strip() for line in said]


def contents(ws: Workspace) -> dict[str, list[str]]:
    """All rows but for the times of runs, sorted; fingerprints too."""

    def shown(row: dict[str, Any]) -> str:
        row["deleted"] = row.get("deleted") is not None
        return str(
            {name: value for name, value in row.items() if name not in ("first_seen", "seen", "created")}
        )

    names = [*TABLES, *(name for name in ws.tables() if "/" in name)]
    return {name: sorted(map(shown, ws.table(name).read().to_pylist())) for name in names}


def check(ws: Workspace, changes: Sequence[module.Change]) -> None:
    """What was acknowledged is in the tables, and a service that starts now finds it."""
    last = {change.item_id: change for change in changes}
    live = ServedOnce(ws)
    items = {row["item_id"]: row for row in ws.table("items").read().to_pylist()}
    links = set(
        zip(*(c.to_pylist() for c in ws.table("item_images").read(["item_id", "image_id"])), strict=True)
    )
    kept = set(ws.table("image_bytes").read(["image_id"]).column(0).to_pylist())
    for name, change in last.items():
        if isinstance(change, Delete):
            assert items[name]["deleted"] is not None
            assert layer(live).count(Equals("item_id", name)) == 0
            continue
        assert items[name]["deleted"] is None
        assert items[name]["title"] == change.item.title
        for image in change.item.images or ():
            picture = image_id(image.data)
            assert (name, picture) in links
            assert picture in kept
            nearest = layer(live).search(layer(live).vector([picture]), 3, with_payload=True)[0]
            assert any(name in str((hit.payload or {}).get("item_id")) for hit in nearest), name
    live.engine.close()


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(
    ws: Workspace, shop: Path, tmp_path: Path
) -> None:
    dice, start, done = random.Random(11), 0, 0
    for _ in range(3):
        said = killed(ws, start, dice.randrange(10), dice.uniform(0, 0.2))
        done = start + len(said)
        assert said == [change.item_id for change in script(start, done)]
        start = done - done % 6
        under_way = {change.item_id for change in script(done, start + 6)}
        check(ws, [change for change in script(0, done) if change.item_id not in under_way])
    stop = start + 12
    calm = Workspace(shutil.copytree(shop, tmp_path / "calm"))
    for one, first in ((ws, start), (calm, 0)):
        live = ServedOnce(one)
        writer = Writer(one, live)
        for number in range(first, stop, 6):
            for future in writer.submit_many(script(number, number + 6)):
                future.result()
        writer.close()
        live.engine.close()
    assert contents(ws) == contents(calm)


if __name__ == "__main__":
    raise SystemExit(pytest.main([__file__]))
