"""What happens when things go wrong: bad files, `kill -9`, a second writer, a full disk.

- Every file of `fuzz.py` is ingested: each must have a status and, if it is bad, a one-line reason.
- Ingest, fingerprint, index and label, from nothing and over an earlier state, are killed at random moments
  (some twice in a row) and run again; every table, vector, payload and search must equal those of an
  undisturbed run.
  Compared are all rows but for the times of first sight; lineage, which tells of the kills, is left out.
- A second writer is refused in one line; a full disk ends a run in one line, and with room it is finished.

Run: `.venv/bin/python benchmarks/faults.py [--quick]`. Expected: `crashes` and `mismatches` 0, `kills` ≥ 20.
The full disk is a small tmpfs, which only root may mount; without that right the part is left out.
"""

from __future__ import annotations

import json
import os
import pickle
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import pyarrow as pa
from common import emit, parse_args
from fuzz import fuzzed

import saccade
from saccade.catalog.ingest import Ingest
from saccade.fingerprints.stage import Fingerprint
from saccade.index.files import clone
from saccade.index.opened import index_info, open_index
from saccade.index.stage import BuildIndex
from saccade.labels.stage import Label
from saccade.models.folder import save_model
from saccade.models.handmade import PREPROCESS, HandmadeSettings, fit_handmade, raw_features
from saccade.vision.identity import image_id
from saccade.workspace import Stage, Workspace

ROOM = 1 << 30  # bytes of a disk that is not full
# A process that has loaded the libraries and forks a child for each stage: loading takes longer than stages.
NURSERY = """
import os, pickle, sys
import cv2, lance, safetensors.numpy, PIL.Image
import saccade.catalog.ingest, saccade.fingerprints.stage, saccade.index.stage, saccade.models.handmade
import saccade.labels.stage
from saccade.workspace import Workspace
print("ready", flush=True)
for line in sys.stdin:
    stage, place = pickle.loads(bytes.fromhex(line))
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        status = 1
        try:
            stage.run(Workspace(place, create=True))
            status = 0
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
TIMES = ("first_seen", "seen")
Contents = dict[str, list[str]]


@dataclass(frozen=True)
class Scenario:
    """A stage, the workspace it starts from, and its command line but for the workspace."""

    name: str
    stage: Stage
    base: Workspace
    command: tuple[str, ...] = ()

    def begin(self, place: Path) -> Path:
        """A copy of the workspace that it starts from."""
        clone(Path(self.base.uri), place)
        return place


@dataclass(frozen=True)
class Undisturbed:
    """How many seconds a run without trouble takes, and what it leaves."""

    seconds: float
    contents: Contents


def main() -> None:
    args = parse_args(__doc__ or "")
    rng, kills, faults = random.Random(args.seed), 0, list[str]()
    with tempfile.TemporaryDirectory(prefix="faults-") as name, Nursery() as nursery:
        folder = Path(name)
        fuzz_count, crashes = ingest_fuzzed(folder / "fuzz", nursery)
        for scenario in scenarios(folder / "start", 50 if args.quick else 160):
            wanted = undisturbed(scenario, folder / "whole", nursery)
            shares = spread(1 if args.quick else 5, rng)
            done, found = kill_often(scenario, wanted, folder, nursery, shares)
            kills, faults = kills + done, faults + found
            if scenario.name == "ingest":
                faults += two_writers(scenario, str(folder / "fuzz"), folder / "shared", wanted, nursery)
            if scenario.command:
                rooms = spread(1, rng) if args.quick else [0.0, *spread(4, rng)]
                faults += full_disk(scenario, folder / "disk", wanted, nursery, rooms)
            shutil.rmtree(folder / "whole")
    say(*(f"FAULT {fault}" for fault in faults))
    emit({"fuzzed": fuzz_count, "crashes": crashes, "kills": kills, "mismatches": len(faults)})


def spread(count: int, rng: random.Random) -> list[float]:
    """One random moment in each of `count` equal parts of a run."""
    return [(number + rng.random()) / count for number in range(count)]


def say(*lines: str) -> None:
    sys.stdout.writelines(line + "\n" for line in lines)
    sys.stdout.flush()


# -- bad files ---------------------------------------------------------------------------------------


def ingest_fuzzed(folder: Path, nursery: Nursery, every: int = 1) -> tuple[int, int]:
    """(files, those without a status or one-line reason plus 1 if it died plus those decoded again)."""
    places: list[Path] = []
    for name, data in list(fuzzed())[::every]:
        places.append(folder / "files" / name)
        places[-1].parent.mkdir(parents=True, exist_ok=True)
        places[-1].write_bytes(data)
    stage = Ingest(str(folder / "files"))
    died = int(nursery.run(stage, folder / "ws") != 0)
    ws = Workspace(folder / "ws", create=True)
    again = int(stage.run(ws).counts["decoded"])
    rows = {row["uri"]: row for row in ws.table("sources").read().to_pylist()}
    bad = [path for path in places if not _told(rows.get(str(path)))]
    good = sum(row["status"] == "ok" for row in rows.values())
    say(f"fuzzed: {len(places)} files, {good} ok, {len(bad)} without a status or reason, {died} runs died, "
        f"{again} decoded again", *map(str, bad[:5]))  # fmt: skip
    return len(places), len(bad) + died + again


def _told(row: dict[str, object] | None) -> bool:
    if row is None or not row["status"]:
        return False
    reason = str(row["reason"] or "")
    return row["status"] == "ok" or (bool(reason.strip()) and "\n" not in reason)


# -- a small catalogue -------------------------------------------------------------------------------


def scenarios(folder: Path, count: int) -> list[Scenario]:
    """Each stage from nothing, and over an earlier state that its input has since left."""
    folder.mkdir(parents=True)
    model, vectors = str(small_model(folder / "model")), 25 * count
    ingest = Ingest(write_list(folder / "pictures", count), store="bytes", chunk=8)
    change = Ingest(write_list(folder / "edited", count), chunk=8, prune=True)
    draw = Fingerprint(model=model, batch_size=2, chunk=4, threads=2)
    ingest_words = ("ingest", ingest.source, "--store", "bytes", "--chunk", "8")
    draw_words = ("fingerprint", "--model", model, "--chunk", "4", "--batch-size", "2")
    empty, old, filled = (Workspace(folder / name, create=True) for name in ("empty", "old", "filled"))
    change.run(old)
    write_list(folder / "edited", count, changed=True)
    ingest.run(filled)
    halved = copied(filled, "halved")
    name = str(draw.run(halved).counts["model"])
    drawn = copied(halved, "drawn")
    add_vectors(drawn, name, vectors, seed=1)
    own = halved.fingerprints(name).read(["id"])["id"].to_pylist()
    halved.fingerprints(name).delete_keys(own[::2])
    add_vectors(halved, name, 30, seed=2, image="f" * 32)  # of an image that left the catalogue
    found = [
        Scenario("ingest", ingest, empty, ingest_words),
        Scenario("ingest-changed", change, old),
        Scenario("fingerprint", draw, filled, draw_words),
        Scenario("fingerprint-changed", draw, halved),
    ]
    for kind in ("exact", "edge"):
        build = BuildIndex(name, backend=kind)
        command = ("index", "--model", name, "--backend", kind)
        found.append(Scenario(f"index-{kind}", build, drawn, command))
        ahead = copied(drawn, f"ahead-{kind}")
        build.run(ahead)
        _leave_behind(ahead, name, vectors)
        found.append(Scenario(f"index-{kind}-changed", build, ahead))
    label = Label(support=2, languages=("en",), card=False)
    command = ("label", "--support", "2", "--languages", "en", "--no-card")
    told, again = (told_of(Workspace(folder / place, create=True), count) for place in ("told", "told-again"))
    label.run(again)
    told_of(again, 2 * count)
    return [*found, Scenario("label", label, told, command), Scenario("label-changed", label, again)]


def told_of(ws: Workspace, count: int) -> Workspace:
    """Titles and queries of `count` things in colours."""
    dice = random.Random(0)
    rows = []
    for number in range(count):
        colour, thing = (
            dice.choice(("red", "blue", "green")),
            dice.choice(("corner sofa", "table lamp", "rug")),
        )
        rows.append({"image_id": f"i{number}", "source": "title", "text": f"{thing}, {colour}"})
        rows.append({"image_id": f"i{number}", "source": "query", "text": f"{colour} {thing}"})
    ws.table("texts").upsert(pa.Table.from_pylist(rows))
    return ws


def copied(ws: Workspace, name: str) -> Workspace:
    target = Path(ws.uri).with_name(name)
    clone(Path(ws.uri), target)
    return Workspace(target)


def write_list(folder: Path, count: int, changed: bool = False) -> str:
    """A list of items with two pictures each, some shared, some broken; `changed`: a later state of it."""
    folder.mkdir(exist_ok=True)
    lines = []
    for number in range(count):
        if changed and number % 10 == 9:
            continue
        replaced, renamed = changed and number % 4 == 0, changed and number % 10 == 3
        name = f"{number}{'-moved' if renamed else ''}.jpg"
        data = paint(number % (count - 5) + 1000 * replaced)[: 300 if number % 20 == 7 else None]
        if not changed or replaced or renamed:
            (folder / name).write_bytes(data)
        row = {"image": name, "id": f"item{number // 2}", "title": f"title {number % 3 if changed else 0}"}
        box = {"bbox": [0.1, 0.1, 0.5, 0.5 + 0.1 * changed], "label": "thing"}
        row |= {"price": number // 2, "colour": ("red", "blue")[number // 2 % 2], "alt": f"words {number}"}
        lines.append(json.dumps(row | {"objects": [box]}) if number % 20 != 11 else "{broken")
    (folder / "list.jsonl").write_text("\n".join(lines))
    return str(folder / "list.jsonl")


def paint(seed: int) -> bytes:
    """A JPEG that no other seed gives."""
    rough = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return cv2.imencode(".jpg", cv2.resize(rough, (320, 240), interpolation=cv2.INTER_CUBIC))[1].tobytes()


def small_model(folder: Path) -> Path:
    """A folder of hand-made features: a model that needs no torch."""
    shown = np.random.default_rng(0).integers(0, 256, (24, 96, 96, 3), dtype=np.uint8)
    settings = HandmadeSettings()
    features = fit_handmade(raw_features(shown, settings), dim=16, settings=settings)
    return save_model(features, PREPROCESS, folder)


def add_vectors(ws: Workspace, model_id: str, count: int, seed: int, image: str = "") -> None:
    """Fingerprints of made-up objects on the workspace's images, or on `image`."""
    rng, table = np.random.default_rng(seed), ws.fingerprints(model_id)
    known = ws.table("images").read(["image_id"], "status = 'ok'")["image_id"].to_pylist()
    images = [image] if image else known
    dim = table.schema.field("vector").type.list_size
    vectors = rng.normal(size=(count, dim))
    flat = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16).ravel()
    columns = {
        "id": [rng.bytes(16).hex() for _ in range(count)],
        "image_id": [images[number % len(images)] for number in range(count)],
        "vector": pa.FixedSizeListArray.from_arrays(pa.array(flat), dim),
        "status": ["ok"] * count,
    }
    table.append(pa.table(columns))


def _leave_behind(ws: Workspace, model_id: str, count: int) -> None:
    """Vectors go and come and items change after the index was built."""
    table = ws.fingerprints(model_id)
    table.delete_keys(table.read(["id"], "id != image_id")["id"].to_pylist()[::3])
    add_vectors(ws, model_id, count // 2, seed=3)
    items = ws.table("items").read().slice(0, 10)
    prices = pa.array([1000.0 + row for row in range(len(items))])
    ws.table("items").upsert(items.set_column(items.schema.get_field_index("price"), "price", prices))


# -- kills -------------------------------------------------------------------------------------------


class Nursery:
    """Runs stages in processes of their own, one at a time."""

    def __enter__(self) -> Self:
        # nothing of Lance has run in it when it forks, so its warning is of no concern
        line = [sys.executable, "-W", "ignore:lance is not fork-safe", "-c", NURSERY]
        pipe = subprocess.PIPE
        self._server = subprocess.Popen(line, stdin=pipe, stdout=pipe, text=True, env=_environment())
        assert self._line() == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.close()
        self._server.stdout.close()
        self._server.wait()

    def start(self, stage: Stage, place: Path) -> int:
        """The number of the process, which leads a process group."""
        assert self._server.stdin is not None
        self._server.stdin.write(pickle.dumps((stage, str(place))).hex() + "\n")
        self._server.stdin.flush()
        return int(self._line())

    def ended(self) -> int:
        """Waits for its end: 0, 1 for an error, -9 when it was killed."""
        return int(self._line())

    def run(self, stage: Stage, place: Path) -> int:
        self.start(stage, place)
        return self.ended()

    def _line(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline().strip()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(saccade.__file__).parents[1])}


def undisturbed(scenario: Scenario, place: Path, nursery: Nursery) -> Undisturbed:
    scenario.begin(place)
    begun = time.monotonic()
    assert nursery.run(scenario.stage, place) == 0, "it failed without a kill"
    return Undisturbed(time.monotonic() - begun, contents(Workspace(place)))


def kill_often(
    scenario: Scenario, wanted: Undisturbed, folder: Path, nursery: Nursery, shares: Sequence[float]
) -> tuple[int, list[str]]:
    """A kill at each share of the time, a second one after the first; (kills that came, differences)."""
    landed: Counter[str] = Counter()
    faults: list[str] = []
    for number, share in enumerate(shares):
        place = scenario.begin(folder / f"{scenario.name}-{number}")
        for part in (share,) if number else (share, 0.7):
            where, progress = kill(scenario.stage, place, wanted.seconds * part, nursery)
            landed[where] += 1
            say(f"  {scenario.name} killed at {part:.0%} of {wanted.seconds:.2f} s: {where}, {progress}")
        faults += [f"{scenario.name}, kill {number}: {what}" for what in resumed(scenario, place, wanted)]
        shutil.rmtree(place)
    told = ", ".join(f"{count} {where}" for where, count in sorted(landed.items()))
    say(f"{scenario.name}: {told}; {len(faults)} differences")
    return landed.total() - landed["after"], faults


def resumed(scenario: Scenario, place: Path, wanted: Undisturbed) -> list[str]:
    """Run to the end; what differs from the undisturbed run, and whether one more run finds work."""
    ws = Workspace(place, create=True)
    scenario.stage.run(ws)
    faults = differing(ws, wanted.contents)
    return [*faults, "one more run wrote something"] if scenario.stage.run(ws).changed else faults


def kill(stage: Stage, place: Path, seconds: float, nursery: Nursery) -> tuple[str, str]:
    """`kill -9` after so many seconds: (before, inside or after its writes; what there was)."""
    before = _commits(place)
    child = nursery.start(stage, place)
    time.sleep(seconds)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    ended = nursery.ended()
    assert ended in (0, -signal.SIGKILL), f"it failed by itself: {ended}"
    begun = len(list(place.glob("indexes/*/.building")))
    commits, ws = _commits(place) - before, Workspace(place)
    rows = sum(ws.table(name).count() for name in ws.tables() if name != "runs")
    where = "after" if ended == 0 else "inside" if commits or begun else "before"
    return where, f"{commits} commits, {rows} rows" + ", an index under way" * begun


def _commits(place: Path) -> int:
    """Versions of all tables, and of the index."""
    return len([*place.glob("tables/**/_versions/*.manifest"), *place.glob("indexes/*/[0-9]*")])


# -- comparing ---------------------------------------------------------------------------------------


def differing(ws: Workspace, wanted: Contents) -> list[str]:
    """One line for each table that is not as wanted."""
    found = contents(ws)
    faults = []
    for name in sorted(found.keys() | wanted.keys()):
        have, want = Counter(found.get(name, [])), Counter(wanted.get(name, []))
        if have != want:
            extra, missing = have - want, want - have
            counts = f"{extra.total()} rows too many, {missing.total()} missing"
            faults.append(f"{name}: {counts}, such as {next(iter(extra or missing))[:300]}")
    return faults


def contents(ws: Workspace) -> Contents:
    """Every row of every table, the models, and the index with what it answers, as texts."""
    found = {name: _rows(ws.table(name).read()) for name in ws.tables() if name != "runs"}
    files = sorted(path for path in ws.local_dir("models").rglob("*") if path.is_file())
    return {**found, "models": [f"{path.name} {image_id(path.read_bytes())}" for path in files], **_index(ws)}


def _rows(table: pa.Table) -> list[str]:
    """Floats print in full, so equal texts are equal bits."""
    kept = [name for name in table.column_names if name not in TIMES]
    return sorted(map(repr, table.select(kept).to_pylist()))


def _index(ws: Workspace) -> Contents:
    if index_info(ws) is None:
        return {}
    index, info = open_index(ws)
    with index:
        queries = np.random.default_rng(9).normal(size=(20, info.dim)).astype(np.float32)
        points = index.search(queries[:1], info.count + 1, exact=True, with_payload=True)[0]
        vectors = index.vector([point.id for point in points])
        kept = [f"{p.id} {p.payload} {v.tobytes().hex()}" for p, v in zip(points, vectors, strict=True)]
        nearest = index.search(queries, 10, exact=True)
        answers = [str([(hit.id, hit.score) for hit in hits]) for hits in nearest]
    return {"index points": kept, "index answers": answers, "index count": [str(info.count)]}


# -- two writers, and no room ------------------------------------------------------------------------


def command(*words: str, place: Path) -> subprocess.CompletedProcess[str]:
    """One `saccade` command line."""
    line = [sys.executable, "-m", "saccade.cli.main", *words, "-w", str(place), "-q"]
    return subprocess.run(line, capture_output=True, text=True, env=_environment(), check=False)


def two_writers(
    scenario: Scenario, other: str, place: Path, wanted: Undisturbed, nursery: Nursery
) -> list[str]:
    """The first is halted while it holds the workspace, the second tries to ingest `other`."""
    first = nursery.start(scenario.stage, scenario.begin(place))
    while not (place / "holder.json").exists():
        time.sleep(0.001)
    os.killpg(first, signal.SIGSTOP)
    second = command("ingest", other, place=place)
    os.killpg(first, signal.SIGCONT)
    ended = nursery.ended()
    say(f"two writers: the second ended with {second.returncode}: {second.stderr.strip()}")
    faults = _no_line(second, f"process {first} ") + ([f"the first ended with {ended}"] if ended else [])
    return [f"two writers: {what}" for what in faults + differing(Workspace(place), wanted.contents)]


def _no_line(ended: subprocess.CompletedProcess[str], *words: str) -> list[str]:
    """A fault unless it ended with 2 and one line that has one of the words."""
    text = ended.stderr.strip()
    if ended.returncode == 2 and "\n" not in text and any(word in text for word in words):
        return []
    return [f"expected exit code 2 and one line, found {ended.returncode} and {text[-600:]!r}"]


def full_disk(
    scenario: Scenario, disk: Path, wanted: Undisturbed, nursery: Nursery, shares: Sequence[float]
) -> list[str]:
    """Runs with a share of the room that they need, then with enough; nothing where it cannot mount."""
    try:
        return _full_disk(scenario, disk, wanted, nursery, shares)
    except PermissionError as error:
        say(f"full disk: left out, {error}")
        return []


def _full_disk(
    scenario: Scenario, disk: Path, wanted: Undisturbed, nursery: Nursery, shares: Sequence[float]
) -> list[str]:
    with small_disk(disk) as resize:
        place, faults = disk / "ws", []
        scenario.begin(place)
        base = _used(disk)
        assert nursery.run(scenario.stage, place) == 0
        need = _used(disk) - base
        for share in shares:
            shutil.rmtree(place)
            scenario.begin(place)
            resize(_used(disk) + int(need * share))
            ended = command(*scenario.command, place=place)
            resize(ROOM)
            room = f"{share:.0%} of {need >> 10} KiB"
            say(f"full disk: {scenario.name} with {room}: {ended.stderr.strip()[-200:]}")
            found = _no_line(ended, "the disk is full", "MiB free")
            found += resumed(scenario, place, wanted)
            faults += [f"full disk, {scenario.name}, {share:.0%} of the room: {what}" for what in found]
    return faults


@contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[int], None]]:
    """A tmpfs in `folder`, with a function that gives it a size in bytes."""
    folder.mkdir(exist_ok=True)

    def mount(*words: str) -> None:
        done = subprocess.run(["mount", *words, str(folder)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise PermissionError(done.stderr.strip())

    mount("-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs")
    try:
        yield lambda size: mount("-o", f"remount,size={size}")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _used(disk: Path) -> int:
    found = os.statvfs(disk)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


if __name__ == "__main__":
    main()
