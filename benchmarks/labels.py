"""Weak labels: phrases found and added up against Polars, DuckDB and Spark; memory, vocabulary, a cluster.

Expected: `seconds_1m_x_50k` ≤ 15 on 2 cores, `memory_ratio_at_10x` about 1, `vocabulary_10x_cost` < 1.5,
`ray_identical` 1. A ratio is the peer's wall seconds over ours: above 1 we are quicker. Peers and ours read
the same Parquet files and write the same table, each with two threads and in a process of its own. Memory is
the peak of a process that runs the steps of a real labelling (gather, languages, signals, clean, find) on a
workspace, at ten times the rows over one times. The cost of ten times the vocabulary is that of those steps
without `languages` and `phrases` (reading the dictionary), which do not grow with the texts; that of `find`
alone stands beside it. `--long` also measures a tenth of the rows.

Run: `.venv/bin/python benchmarks/labels.py [--quick]`; SACCADE_BENCH_TEXTS=1000000 names another size.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import labels_peers as peers
from common import emit, parse_args
from labels_ours import apart, fill

ROOT = Path(__file__).resolve().parents[1]
PEERS = {"polars": peers.run_polars, "duckdb": peers.run_duckdb, "spark": peers.run_spark}
CLUSTER = """
import sys, ray
from pathlib import Path
from saccade.bazaar import Bazaar
from saccade.labels import Label, gather
from saccade.labels.made import OUTPUTS
from saccade.workspace import Workspace
from tests.labels.shops import shop

gather.ROWS = 2_000
market = Bazaar(seed=0, products=int(sys.argv[2]), people=int(sys.argv[2]) // 10)
here, there = (shop(Path(sys.argv[1]) / name, market) for name in ("here", "there"))
ray.init(num_cpus=2, include_dashboard=False, logging_level="error", log_to_driver=False)
print(Label(card=False).run(here).line())
print(Label(card=False, engine="ray", workers=2).run(there).line())
ray.shutdown()
same = []
for name in OUTPUTS:
    keys = [(key, "ascending") for key in here.table(name).key]
    mine, theirs = (ws.table(name).read().sort_by(keys).combine_chunks() for ws in (here, there))
    same.append(mine.equals(theirs) and len(mine) > 0)
print(int(all(same)))
"""


def matching(folder: Path, rows: int, phrases: int, seed: int) -> dict[str, float | None]:
    """The job of the peers, by all."""
    peers.make_corpus(folder, rows, phrases, seed)
    apart("warm", smaller(folder / "warm", seed))
    ours = apart("job", folder)
    seconds = ours["ready_seconds"] + ours["match_seconds"]
    say("saccade", rows, seconds, ours["cpu_seconds"], ours["peak_mib"])
    found: dict[str, float | None] = {"seconds_1m_x_50k": round(seconds * 1_000_000 / rows, 2)}
    for name, run in PEERS.items():
        theirs = run(folder)
        if theirs:
            say(name, rows, theirs["seconds"], theirs["cpu_seconds"], theirs["peak_mib"])
        found[f"ratio_to_{name}"] = round(theirs["seconds"] / seconds, 2) if theirs else None
        found["rows_ratio"] = (
            round(ours_rows(folder) / theirs["rows"], 4) if theirs else found.get("rows_ratio")
        )
    return found


def ours_rows(folder: Path) -> int:
    import pyarrow.parquet as pq

    return pq.ParquetFile(folder / "ours.parquet").metadata.num_rows


def smaller(folder: Path, seed: int) -> Path:
    """A little corpus, which lets the kernels be compiled before anything is measured."""
    return peers.make_corpus(folder, 3_000, 300, seed)


def say(name: str, rows: int, seconds: float, cpu: float, peak: float) -> None:
    print(
        f"{name}: {rows:,} texts in {seconds:.1f} s ({cpu:.1f} s of processors), peak {peak:,.0f} MiB",
        flush=True,
    )


def stepped(folder: Path, rows: int, phrases: int, seed: int) -> dict[str, Any]:
    """The steps of a labelling on a workspace of so many rows."""
    peers.make_corpus(folder, rows, phrases, seed)
    fill(folder)
    found = apart("steps", folder)
    steps = ", ".join(
        f"{name.removesuffix('_seconds')} {found[name]:.1f} s" for name in found if name in STEPS
    )
    scratch = found["scratch_bytes"] / rows
    print(f"{rows:,} texts x {phrases:,} phrases: {found['total_seconds']:.1f} s ({steps}), peak "
          f"{found['peak_mib']:,} MiB, {scratch:.0f} bytes a text on disk", flush=True)  # fmt: skip
    shutil.rmtree(folder)
    return found


STEPS = [f"{name}_seconds" for name in ("gather", "languages", "signals", "clean", "phrases", "find")]


def worked(found: dict[str, Any]) -> float:
    """Seconds of all steps but for what is done once for a vocabulary or a corpus of any size."""
    return sum(found[name] for name in STEPS if name not in ("languages_seconds", "phrases_seconds"))


def on_ray(folder: Path, products: int) -> int:
    """1 where a local cluster writes the same tables as the threads of this process."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    quiet = {
        "DAFT_PROGRESS_BAR": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", CLUSTER, str(folder), str(products)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, **quiet, "PYTHONPATH": path}, check=True,
    )  # fmt: skip
    print(done.stdout.strip())
    return int(done.stdout.splitlines()[-1])


def main() -> None:
    long = "--long" in sys.argv
    sys.argv = [word for word in sys.argv if word != "--long"]
    args = parse_args(__doc__ or "")
    rows = int(os.environ.get("SACCADE_BENCH_TEXTS", "50000" if args.quick else "1000000"))
    phrases = 5_000 if args.quick else 50_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = matching(folder / "texts", rows, phrases, args.seed)
        shutil.rmtree(folder / "texts")
        one = stepped(folder / "one", rows, phrases, args.seed)
        wide = stepped(folder / "wide", rows, 10 * phrases, args.seed)
        ten = stepped(folder / "ten", 10 * rows, phrases, args.seed)
        if long:
            stepped(folder / "tenth", rows // 10, phrases, args.seed)
        figures["memory_ratio_at_10x"] = round(ten["peak_mib"] / one["peak_mib"], 2)
        figures["vocabulary_10x_cost"] = round(worked(wide) / worked(one), 2)
        figures["vocabulary_10x_find"] = round(wide["find_seconds"] / one["find_seconds"], 2)
        figures["ray_identical"] = on_ray(folder / "ray", 150 if args.quick else 600)
    emit(figures)


if __name__ == "__main__":
    main()
