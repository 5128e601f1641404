"""The index against bare Qdrant Edge, faiss HNSW and usearch: queries a second at recall@10 of at least 0.98.

One thread for every search, 256 queries a call, k = 10, on clustered unit vectors; queries are drawn from the
same clusters and are not in the index. Each peer's search width is raised until it reaches the recall. Bare
Edge reads the very shard that ours wrote, with the same settings, and reads id and score of each hit, as any
user would; faiss and usearch answer in arrays and are not asked for more. Rates are queries a second of
processor time (all threads together; with one thread that is wall time on a still machine), rounds alternate
between the contestants, and the median of the rounds' ratios counts, because a machine is never quite still.

    .venv/bin/python benchmarks/index.py [--quick]      # SACCADE_BENCH_VECTORS=50000 for another size
"""

# ruff: noqa: E402  (the number of threads must be set before numpy is imported)
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import faiss
import numpy as np
import qdrant_edge
from common import emit, parse_args
from usearch.index import Index as Usearch

from saccade.index.choose import Constraints, propose, tune
from saccade.index.edge import EdgeIndex
from saccade.index.exact import ExactIndex
from saccade.index.filters import Equals, Filter
from saccade.index.recall import Recall, measure
from saccade.index.settings import Settings

DIM, K, BATCH, TARGET, ROUNDS = 256, 10, 256, 0.98, 7
WIDTHS = (10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512)
Search = Callable[[np.ndarray], object]


@dataclass
class Data:
    """Gallery and queries, unit float32; exact neighbours of `test` as rows [Q, K]."""

    gallery: np.ndarray
    calibration: np.ndarray
    test: np.ndarray
    truth: np.ndarray


def draw(count: int, seed: int) -> Data:
    """Clusters of a hundred; within them 256 random directions, so that neighbours are not trivial."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(count // 100, DIM)).astype(np.float32)

    def some(n: int) -> np.ndarray:
        found = random.normal(scale=0.8, size=(n, DIM)).astype(np.float32)
        found += centres[random.integers(0, len(centres), n)]
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    gallery, calibration, test = some(count), some(512), some(2048)
    blocks = (test[s : s + BATCH] @ gallery.T for s in range(0, len(test), BATCH))
    truth = np.concatenate([np.argpartition(-block, K, axis=1)[:, :K] for block in blocks])
    return Data(gallery, calibration, test, truth)


def identity(row: int) -> str:
    return f"{row:032x}"


def build(folder: Path, data: Data, settings: Settings) -> EdgeIndex:
    """Our index over Edge, with two fields of random values: a tenth and a hundredth of the points."""
    start, random = time.perf_counter(), np.random.default_rng(1)
    tenth, hundredth = random.integers(0, 10, len(data.gallery)), random.integers(0, 100, len(data.gallery))
    index = EdgeIndex(folder, DIM, settings)
    payloads = [{"tenth": f"t{t}", "hundredth": f"h{h}"} for t, h in zip(tenth, hundredth, strict=True)]
    index.upsert([identity(r) for r in range(len(data.gallery))], data.gallery, payloads)  # pyright: ignore
    index.optimize()
    print(f"built Edge ({settings.quantization}) in {time.perf_counter() - start:.0f} s")
    return index


def batched(search: Search) -> Callable[[np.ndarray], list[object]]:
    return lambda queries: [search(queries[s : s + BATCH]) for s in range(0, len(queries), BATCH)]


def bare_edge(shard: qdrant_edge.EdgeShard, settings: Settings) -> Search:
    """Edge as its own documentation uses it, asked the same way as ours."""
    params = qdrant_edge.SearchParams(hnsw_ef=settings.ef)
    if settings.quantization != "none":
        bits = qdrant_edge.QuantizationSearchParams(rescore=True, oversampling=settings.oversampling)
        params = qdrant_edge.SearchParams(hnsw_ef=settings.ef, quantization=bits)

    def search(queries: np.ndarray) -> list[list[tuple[object, float]]]:
        requests = [
            qdrant_edge.QueryRequest(limit=K, query=qdrant_edge.Query.Nearest(q), params=params)  # pyright: ignore
            for q in queries.tolist()
        ]
        answers = shard.query_batch(qdrant_edge.QueryBatchRequest(requests))
        return [[(p.id, p.score) for p in points] for points in answers]

    return search


def faiss_hnsw(data: Data) -> Search:
    start = time.perf_counter()
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    index = faiss.IndexHNSWFlat(DIM, 16, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = 100
    index.add(data.gallery)  # pyright: ignore
    faiss.omp_set_num_threads(1)

    def at(width: int) -> Search:
        def search(queries: np.ndarray) -> np.ndarray:
            index.hnsw.efSearch = width
            return index.search(queries, K)[1]  # pyright: ignore

        return search

    print(f"built faiss HNSW in {time.perf_counter() - start:.0f} s")
    return widened("faiss HNSW", at, data)


def usearch_hnsw(data: Data) -> Search:
    start = time.perf_counter()
    index = Usearch(ndim=DIM, metric="ip", connectivity=16, expansion_add=100)
    index.add(np.arange(len(data.gallery)), data.gallery, threads=os.cpu_count() or 1)

    def at(width: int) -> Search:
        def search(queries: np.ndarray) -> np.ndarray:
            index.expansion_search = width
            return np.asarray(index.search(queries, K, threads=1).keys).astype(np.int64)  # pyright: ignore

        return search

    print(f"built usearch in {time.perf_counter() - start:.0f} s")
    return widened("usearch", at, data)


def widened(name: str, at: Callable[[int], Search], data: Data) -> Search:
    """The narrowest search that reaches the target."""
    found = 0.0
    for width in WIDTHS:
        rows = np.concatenate(batched(at(width))(data.test))  # pyright: ignore
        pairs = zip(rows.tolist(), data.truth.tolist(), strict=True)
        found = float(np.mean([len(set(r) & set(t)) / K for r, t in pairs]))
        if found >= TARGET:
            print(f"{name}: width {width}, recall {found:.4f}")
            return at(width)
    print(f"{name}: recall {found:.4f} at width {WIDTHS[-1]}, below the target")
    return at(WIDTHS[-1])


def rates(contestants: dict[str, Search], queries: np.ndarray) -> dict[str, list[float]]:
    """Queries a second of processor time of each contestant by round; all take part in every round."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, search in contestants.items():
            start = time.process_time()
            batched(search)(queries)
            found[name].append(len(queries) / (time.process_time() - start))
    return found


def ratio(found: dict[str, list[float]], of: str, to: str) -> float:
    return float(np.median(np.array(found[of]) / np.array(found[to])))


def filtered(index: EdgeIndex, data: Data, filter: Filter, bare: Settings) -> Recall:
    """Our recall under a filter, beside that of Edge's graph alone, and how the two compare in speed."""
    found = measure(index, data.test[:512], K, filter=filter)
    kept = index.settings
    shares: list[float] = []
    for _ in range(3):
        start = time.process_time()
        index.search(data.test[:512], K, filter=filter)
        middle = time.process_time()
        index.settings = bare
        index.search(data.test[:512], K, filter=filter)
        index.settings = kept
        shares.append((time.process_time() - middle) / (middle - start))
    index.settings = bare
    graph = measure(index, data.test[:512], K, filter=filter)
    index.settings = kept
    print(f"  {found.line()}; the graph alone {graph.value:.4f} at {1 / np.median(shares):.2f} of our speed")
    return found


def sizes(name: str, index: EdgeIndex) -> tuple[int, int]:
    found = index.bytes()
    print(f"{name}: {found.memory / 2**20:.0f} MiB of memory, {found.disk / 2**20:.0f} MiB on disk")
    return found.memory, found.disk


def file_bytes(folder: Path, name: str) -> int:
    return sum(p.stat().st_size for p in folder.rglob(name))


def main() -> None:
    args = parse_args(__doc__ or "")
    count = int(os.environ.get("SACCADE_BENCH_VECTORS", "10000" if args.quick else "200000"))
    data = draw(count, args.seed)
    print(
        f"{len(data.gallery):,} × {DIM} vectors, {len(data.test):,} queries, {BATCH} a call, k={K}, 1 thread"
    )
    with tempfile.TemporaryDirectory() as folder:
        figures = compare(Path(folder), data)
    emit(figures)


def compare(folder: Path, data: Data) -> dict[str, float | int | None]:
    wanted = Constraints(TARGET)
    ours = build(folder / "ours", data, propose(data.gallery[:20_000], len(data.gallery), wanted, ("edge",)))
    choice = tune(ours, data.calibration, wanted)
    print(f"chosen: {choice.line()}; scans filters that leave at most {ours.settings.scan_below:,}")
    recall = measure(ours, data.test, K)
    print(f"ours on the held-out queries: {recall.line()}")
    ours.flush()
    bare = qdrant_edge.EdgeShard.load(str(folder / "ours" / "shard"))
    contestants: dict[str, Search] = {
        "ours": lambda q: ours.search(q, K),
        "bare Edge": bare_edge(bare, ours.settings),
        "faiss": faiss_hnsw(data),
        "usearch": usearch_hnsw(data),
    }
    found = rates(contestants, data.test)
    for name, rounds in found.items():
        share = ratio(found, "ours", name)
        print(f"{name}: {np.median(rounds):,.0f} queries per processor second, ours at {share:.2f} of it")
    graph = replace(ours.settings, scan_below=0)
    tenth = filtered(ours, data, Equals("tenth", "t3"), graph)
    hundredth = filtered(ours, data, Equals("hundredth", "h7"), graph)
    bits = compare_bits(folder, data, ours)
    bare.close()
    ours.close()
    return {
        "recall": round(recall.value, 4),
        "qps_ratio_to_qdrant_edge": round(ratio(found, "ours", "bare Edge"), 3),
        "qps_ratio_to_faiss_hnsw": round(ratio(found, "ours", "faiss"), 3),
        "qps_ratio_to_usearch": round(ratio(found, "ours", "usearch"), 3),
        "recall_filtered_10pct": round(tenth.value, 4),
        "recall_filtered_1pct": round(hundredth.value, 4),
        **bits,
    }


def compare_bits(folder: Path, data: Data, floats: EdgeIndex) -> dict[str, float | int | None]:
    """Sign bits: what they save, and what they lose before and after rescoring."""
    bits = build(folder / "bits", data, Settings(quantization="binary"))
    choice = tune(bits, data.calibration, Constraints(TARGET))
    print(f"chosen: {choice.line()}")
    recall = measure(bits, data.test, K)
    alone = ExactIndex(DIM, Settings("exact", "binary", oversampling=1.0))
    alone.upsert([identity(r) for r in range(len(data.gallery))], data.gallery)
    print(f"bits rescored: {recall.line()}; bits alone {measure(alone, data.test[:128], K).value:.4f}")
    both: dict[str, Search] = {"ours": lambda q: floats.search(q, K), "bits": lambda q: bits.search(q, K)}
    found = rates(both, data.test[:1024])
    print(f"bits run at {ratio(found, 'bits', 'ours'):.2f} of the speed of ours")
    memory, disk = np.array(sizes("ours, bytes beside floats", floats)) / np.array(
        sizes("sign bits, floats cold", bits)
    )
    stored = folder / "bits"
    vectors = file_bytes(stored, "matrix.dat") / max(1, file_bytes(stored, "quantized.data"))
    print(f"vectors take {vectors:.1f} times their bits; the index {memory:.2f} (memory), {disk:.2f} (disk)")
    filters = {"10pct": Equals("tenth", "t3"), "1pct": Equals("hundredth", "h7")}
    found = {name: measure(bits, data.test[:512], K, filter=f).value for name, f in filters.items()}
    under = {f"recall_binary_filtered_{name}": round(value, 4) for name, value in found.items()}
    bits.close()
    return {
        "bytes_ratio_binary": round(vectors, 2), "memory_ratio_binary": round(float(memory), 2),
        "recall_binary": round(recall.value, 4), **under,
    }  # fmt: skip


if __name__ == "__main__":
    main()
