"""The HTTP service against what lies inside it, in one run: what does a request cost beside its search?

A catalogue of 100,000 items (one vector of 256 numbers each) is served by `saccade serve`, as many workers as
cores, on loopback; the load comes from a process of its own on the same cores (`service_load`), whose cost is
printed and not taken off. Bare and served runs take turns, and the median of their ratios counts. k = 20.

- overhead_ms_p50: one client, one request after another, vector queries: p50 over HTTP minus p50 of
  `Engine.search` in one process on the same queries, with the same index, settings and rows in memory.
- qps_ratio_vector, qps_ratio_item: queries/s under 64 clients over queries/s of the bare index asked from 64
  threads of one process, one query a call; by item its stored vector is read first. The service also parses,
  groups by item, dresses the results with their items and writes JSON.
- qps_ratio_image: 640-px JPEGs uploaded under 64 clients, over what one process reaches that only decodes and
  embeds them on all cores: threads with one picture each, or batches of 16, whichever is quicker.
- p50_ms_half_load, p95…, p99…: vector and item queries in turn, Poisson arrivals at half of the rate that 64
  clients reach with them; from the moment that a request should have been sent.
- failed_during_switch: requests not answered with 200 while new versions of the index are published.
- rss_growth_ratio: resident memory of all its processes after thousands of good and bad requests at once and
  a rest, over that before them.
- errors_5xx: answers of 500 and above, of all of these together.

    .venv/bin/python benchmarks/service.py [--quick]      # SACCADE_BENCH_ITEMS=20000 for another size
"""

# ruff: noqa: E402  (the number of threads must be set before numpy is imported)
from __future__ import annotations

import os

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
for _name in THREADS:  # of the bare calls, which have threads enough; the service is not told
    os.environ[_name] = "1"

import io
import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from common import emit, parse_args
from PIL import Image
from service_load import Arrival, Job, Outcome, begin, finish, load
from service_shop import Shop, make

from saccade.client import Client
from saccade.discovery.engine import Engine
from saccade.discovery.query import Query
from saccade.discovery.shelf import MemoryShelf
from saccade.index.opened import index_info, versions
from saccade.vision.decode import decode
from saccade.workspace import Workspace

K, CLIENTS = 20, 64
CORES = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Shape:
    """How large and how long: seconds of one turn, turns, versions published, requests of the storm."""

    items: int
    seconds: float
    turns: int
    lone: int
    publish: int
    storm: int
    together: int


QUICK = Shape(5_000, 0.8, 2, 200, 2, 2_000, 1_000)
FULL = Shape(100_000, 5.0, 3, 1_000, 8, 12_000, 3_000)


@dataclass
class Bench:
    """A shop, its service, and every outcome so far."""

    shop: Shop
    engine: Engine
    port: int
    process: int
    shape: Shape
    outcomes: list[Outcome] = field(default_factory=list)

    def ask(
        self, requests: Sequence[bytes], connections: int = CLIENTS, arrival: Arrival = "closed",
        rate: float = 0.0, seconds: float | None = None,
    ) -> Outcome:  # fmt: skip
        job = Job(self.port, requests, connections, seconds or self.shape.seconds, arrival, rate)
        self.outcomes.append(load(job))
        return self.outcomes[-1]


# -- requests ------------------------------------------------------------------------------------------------


def http(method: str, path: str, body: bytes = b"", kind: str = "application/json") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    if body:
        head += f"content-type: {kind}\r\ncontent-length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


def search(**query: object) -> bytes:
    return http("POST", "/v1/search", json.dumps({"k": K, **query}).encode())


def by_vector(shop: Shop) -> list[bytes]:
    return [search(vector=[round(float(x), 6) for x in row]) for row in shop.queries]


def by_item(shop: Shop) -> list[bytes]:
    return [search(item_id=shop.item(7 * row)) for row in range(2048)]


def by_image(pictures: Sequence[bytes]) -> list[bytes]:
    return [upload(one) for one in pictures]


def upload(picture: bytes) -> bytes:
    body = (
        b'--cut\r\ncontent-disposition: form-data; name="query"\r\n\r\n{"k": 20}\r\n'
        b'--cut\r\ncontent-disposition: form-data; name="image"; filename="a.jpg"\r\n'
        b"content-type: image/jpeg\r\n\r\n" + picture + b"\r\n--cut--\r\n"
    )
    return http("POST", "/v1/search", body, "multipart/form-data; boundary=cut")


def bad(shop: Shop) -> list[bytes]:
    """What must be refused: broken JSON, wrong types, unknown names, broken pictures, a bomb."""
    blank = io.BytesIO()
    Image.new("L", (8, 8)).save(blank, "PNG")
    bomb = blank.getvalue().replace((8).to_bytes(4, "big") * 2, (60_000).to_bytes(4, "big") * 2, 1)
    return [
        http("POST", "/v1/search", b'{"vector": [1, 2'), http("POST", "/v1/search", b"[" * 5000),
        search(vector=["a"]), search(vector=[1.0]), search(vector=[0.0] * 256), search(text="", k=0),
        search(item_id="nobody"), search(item_id="a", text="b"), search(text="lamp", filter={"field": "x"}),
        http("GET", "/v1/items/nobody/similar"), http("GET", "/v1/items?limit=0"), http("GET", "/v1/none"),
        http("GET", "/v1/pictures/" + "f" * 32), http("PUT", "/v1/items/a", b"{}"),
        upload(b"no picture"), upload(shop.pictures[0][:3000]), upload(bomb), http("DELETE", "/v1/items/a"),
    ]  # fmt: skip


def good(shop: Shop) -> list[bytes]:
    return [
        *by_vector(shop)[:20], *by_item(shop)[:20], *by_image(shop.pictures[:2]), search(text="red lamp"),
        http("GET", "/v1/items?limit=40&seed=3"), http("GET", f"/v1/items/{shop.item(3)}"),
        http("GET", f"/v1/pictures/{shop.image(3)}?side=160"), http("GET", "/v1/info"),
    ]  # fmt: skip


# -- figures -------------------------------------------------------------------------------------------------


def overhead(bench: Bench) -> float:
    requests, vectors = by_vector(bench.shop), bench.shop.queries[: bench.shape.lone]
    bench.ask(requests[: len(vectors)], 1, "each", seconds=60)  # so that both are warm
    for vector in vectors:
        bench.engine.search(Query(vector=vector, k=K))
    differences: list[float] = []
    for _ in range(bench.shape.turns):
        bare = 1000 * float(np.median([bare_seconds(bench.engine, vector) for vector in vectors]))
        served = bench.ask(requests[: len(vectors)], 1, "each", seconds=60)
        differences.append(served.percentile(50) - bare)
        print(f"alone: bare Engine.search p50 {bare:.2f} ms; served {served.line()}")
    return float(np.median(differences))


def bare_seconds(engine: Engine, vector: np.ndarray) -> float:
    start = time.perf_counter()
    engine.search(Query(vector=vector, k=K))
    return time.perf_counter() - start


def throughput(bench: Bench, name: str, requests: Sequence[bytes], bare: Callable[[int], object]) -> float:
    """Served over bare queries a second: the median of the turns' ratios."""
    ratios: list[float] = []
    for _ in range(bench.shape.turns):
        rate = from_threads(bare, CLIENTS, bench.shape.seconds)
        served = bench.ask(requests)
        ratios.append(served.rate / rate)
        print(f"{name}: bare {rate:,.0f} a second; served {served.line()}")
    return float(np.median(ratios))


def from_threads(work: Callable[[int], object], threads: int, length: float) -> float:
    """Calls a second of `work(number)` from this many threads."""
    done = [0] * threads
    end = time.perf_counter() + length

    def run(thread: int) -> None:
        while time.perf_counter() < end:
            work(thread + threads * done[thread])
            done[thread] += 1

    start, pool = time.perf_counter(), [threading.Thread(target=run, args=(n,)) for n in range(threads)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    return sum(done) / (time.perf_counter() - start)


def images(bench: Bench) -> float:
    pictures, runner = bench.shop.pictures, bench.engine.runner()

    def pixels(at: int) -> np.ndarray:
        found = decode(pictures[at % len(pictures)]).rgb
        assert found is not None
        return found

    def single(at: int) -> object:
        return runner.embed([pixels(at)])

    def batches() -> float:
        with ThreadPoolExecutor(CORES) as pool:
            start, done = time.perf_counter(), 0
            while time.perf_counter() - start < bench.shape.seconds:
                runner.embed(list(pool.map(pixels, range(done, done + 16))))
                done += 16
        return done / (time.perf_counter() - start)

    ratios: list[float] = []
    for _ in range(bench.shape.turns):
        singles, batched = from_threads(single, CORES, bench.shape.seconds), batches()
        served = bench.ask(by_image(pictures))
        ratios.append(served.rate / max(singles, batched))
        print(f"image: bare {singles:,.0f} in threads, {batched:,.0f} in batches; served {served.line()}")
    return float(np.median(ratios))


def half_load(bench: Bench) -> Outcome:
    mixed = [one for pair in zip(by_vector(bench.shop), by_item(bench.shop), strict=True) for one in pair]
    sustained = bench.ask(mixed)
    half = bench.ask(mixed, arrival="open", rate=sustained.rate / 2, seconds=3 * bench.shape.seconds)
    print(f"half load: {half.line()}")
    return half


def switches(bench: Bench) -> int:
    """Publish copies of the index as new versions while 16 clients ask; returns how many answers failed."""
    mixed = by_vector(bench.shop)[:512] + by_item(bench.shop)[:512]
    count, ws = bench.shape.publish, bench.shop.ws
    under_way = begin(Job(bench.port, mixed, 16, 2.5 * count + 1))
    for _ in range(count):
        time.sleep(1.0)
        publish(ws)
        time.sleep(1.5)
    bench.outcomes.append(found := finish(under_way))
    with Client(f"http://127.0.0.1:{bench.port}") as client:
        seen, wanted = client.info().index.version, index_info(ws)
    assert wanted is not None
    print(f"{count} switches, the service has version {seen} of {wanted.version}: {found.line()}")
    assert seen == wanted.version, "the service did not switch"
    return sum(found.statuses.values()) - found.statuses[200]


def publish(ws: Workspace) -> None:
    info, all_ = index_info(ws), versions(ws, "main")
    assert info is not None
    building = all_.begin(info.version)
    replace(info, version=all_.next()).save(building)
    all_.publish()


def memory(bench: Bench) -> float:
    shape = bench.shape
    some = good(bench.shop) + bad(bench.shop)
    order = np.random.default_rng(0).integers(0, len(some), shape.storm)
    before = resident(bench.process)
    found = bench.ask([some[at] for at in order], shape.together, "each", seconds=120)
    time.sleep(shape.seconds)
    after = resident(bench.process)
    print(f"storm of {shape.together:,} at once: {found.line()}")
    print(f"resident {before / 2**20:,.0f} MiB before, {after / 2**20:,.0f} MiB after")
    return after / before


def resident(process: int) -> int:
    """Bytes of a process and all below it."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return (int(found.group(1)) * 1024 if found else 0) + sum(resident(int(child)) for child in children)


# -- the run -------------------------------------------------------------------------------------------------


@contextmanager
def service(ws: Workspace) -> Iterator[tuple[int, int]]:
    """`saccade serve` in processes of its own: (port, process id)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "saccade.cli.main", "serve", "-w", ws.uri, "--port", str(port),
               "--workers", str(CORES), "--quiet"]  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if name not in THREADS}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    try:
        with Client(f"http://127.0.0.1:{port}") as client:
            client.wait_ready(120)
        time.sleep(3)  # the other workers
        yield port, process.pid
    finally:
        process.terminate()
        print(f"stopped with exit code {process.wait(60)}")


def measure(bench: Bench) -> dict[str, float | int | None]:
    index = bench.engine.index
    queries, shop = bench.shop.queries, bench.shop
    above = overhead(bench)
    vector = throughput(
        bench, "vector", by_vector(shop), lambda n: index.search(queries[n % len(queries)][None], K)
    )
    names = [shop.image(7 * row) for row in range(2048)]
    item = throughput(
        bench, "item", by_item(shop), lambda n: index.search(index.vector([names[n % len(names)]]), K)
    )
    image = images(bench)
    half = half_load(bench)
    failed = switches(bench)
    growth = memory(bench)
    return {
        "overhead_ms_p50": round(above, 3), "qps_ratio_vector": round(vector, 3),
        "qps_ratio_item": round(item, 3), "qps_ratio_image": round(image, 3),
        "p50_ms_half_load": round(half.percentile(50), 2), "p95_ms_half_load": round(half.percentile(95), 2),
        "p99_ms_half_load": round(half.percentile(99), 2),
        "errors_5xx": sum(outcome.faults for outcome in bench.outcomes),
        "failed_during_switch": failed, "rss_growth_ratio": round(growth, 3),
    }  # fmt: skip


def main() -> None:
    args = parse_args(__doc__ or "")
    shape = QUICK if args.quick else FULL
    shape = replace(shape, items=int(os.environ.get("SACCADE_BENCH_ITEMS", shape.items)))
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        shop = make(Path(folder) / "ws", shape.items, args.seed, quick=args.quick)
        info = index_info(shop.ws)
        assert info is not None
        print(f"{shape.items:,} items in {time.perf_counter() - start:.0f} s; {info.choice}")
        with service(shop.ws) as (port, process):
            engine = Engine(shop.ws, shelf=MemoryShelf(shop.ws))
            figures = measure(Bench(shop, engine, port, process, shape))
            engine.close()
    emit(figures)


if __name__ == "__main__":
    main()
