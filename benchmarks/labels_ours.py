"""The job of `labels_peers` by saccade's kernels: the same files in, the same table out, in an own process.

Texts are set down in buckets by image, read by `read_signals` (Unicode, markup, lemmas: more than the peers
do), matched by `match` and written as (image, phrase, texts, sources). `steps` instead runs the steps of a
real labelling on a workspace, up to what is matched: that is what memory is measured on.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from saccade.labels.labelling import Labelling
from saccade.labels.match import match
from saccade.labels.mining.dictionary import read_dictionary
from saccade.labels.shapes import GATHERED
from saccade.labels.signals.phrases import phrase_words
from saccade.labels.signals.read import SignalSettings, read_signals
from saccade.labels.signals.teaching import fit_languages
from saccade.labels.stage import Label
from saccade.labels.vocabulary import Vocabulary
from saccade.progress import SILENT
from saccade.workspace import Clock, Workspace

THREADS, ROWS = 2, 100_000
SETTINGS = SignalSettings(languages=("en",))


def job(folder: Path) -> dict[str, float]:
    """Everything from `texts.parquet` and `vocabulary.parquet` to `ours.parquet`; seconds of its parts."""
    start = time.perf_counter()
    buckets = _buckets(folder / "texts.parquet")
    speech = fit_languages(buckets[0].slice(0, 20_000), SETTINGS)
    given = read_dictionary(
        str(folder / "vocabulary.parquet"), ("en",), lambda name, texts: phrase_words(texts, name, speech)
    )
    vocabulary = Vocabulary(given.rows)
    ready = time.perf_counter()
    sources = ("board", "description", "query", "title")

    def one(bucket: pa.Table) -> pa.Table:
        read = read_signals(bucket, SETTINGS, speech)
        return _summed(match(read.texts, vocabulary, sources), read.subjects, vocabulary)

    with ThreadPoolExecutor(THREADS) as pool, pq.ParquetWriter(folder / "ours.parquet", OUT) as writer:
        for found in pool.map(one, buckets):
            writer.write_table(found)
    end = time.perf_counter()
    return {"ready_seconds": ready - start, "match_seconds": end - ready}


OUT = pa.schema({"image": pa.string(), "phrase": pa.string(), "texts": pa.int64(), "sources": pa.int64()})


def _buckets(path: Path) -> list[pa.Table]:
    """Rows of `GATHERED` by image, about `ROWS` in each."""
    file = pq.ParquetFile(path)
    count = max(1, file.metadata.num_rows // ROWS)
    parts: list[list[pa.Table]] = [[] for _ in range(count)]
    for batch in file.iter_batches(1 << 18):
        ids = batch.column("image").cast(pa.string())
        rows = len(batch)
        columns = [
            ids, ids, batch.column("source"), batch.column("text").cast(pa.large_string()),
            pa.nulls(rows, pa.string()), pa.array(np.ones(rows, np.float32)),
        ]  # fmt: skip
        table = pa.table(columns, schema=GATHERED)
        place = np.asarray(batch.column("image")) % count
        for number in range(count):
            parts[number].append(table.filter(pa.array(place == number)))
    keys = [(name, "ascending") for name in ("family", "image_id", "source", "text")]
    return [pa.concat_tables(part).sort_by(keys) for part in parts]


def _summed(said: pa.Table, subjects: pa.Table, vocabulary: Vocabulary) -> pa.Table:
    found = said.group_by(["subject", "phrase"], use_threads=False).aggregate(
        [("texts", "sum"), ("source", "count")]
    )
    images = subjects.column("image_ids").combine_chunks()
    first = images.flatten().take(pa.array(images.offsets.to_numpy()[:-1]))
    columns = [
        first.take(found.column("subject").combine_chunks()),
        vocabulary.table.column("phrase").combine_chunks().take(found.column("phrase").combine_chunks()),
        found.column("texts_sum").cast(pa.int64()), found.column("source_count").cast(pa.int64()),
    ]  # fmt: skip
    return pa.table(columns, schema=OUT)


def steps(folder: Path) -> dict[str, float]:
    """The steps of a labelling with a given dictionary, from the tables of `folder/ws` to what is matched."""
    ws = Workspace(folder / "ws")
    work = Labelling(
        ws, Label(dictionary=str(folder / "vocabulary.parquet"), languages=("en",)), Clock(), SILENT
    )
    work.scratch.clear()
    start = time.perf_counter()
    work.match()
    seconds = time.perf_counter() - start
    found = {f"{name}_seconds": spent for name, spent in work.seconds().items() if spent}
    size = sum(path.stat().st_size for path in (folder / "ws" / "labels").rglob("*.arrow"))
    return {**found, "total_seconds": seconds, "scratch_bytes": size}


def fill(folder: Path) -> None:
    """`folder/ws`: a workspace with the texts of `texts.parquet`."""
    ws = Workspace(folder / "ws", create=True)
    for batch in pq.ParquetFile(folder / "texts.parquet").iter_batches(1 << 19):
        columns = {
            "image_id": batch.column("image").cast(pa.string()),
            "source": batch.column("source"),
            "text": batch.column("text"),
        }
        ws.table("texts").append(pa.table(columns))


def apart(what: str, folder: Path) -> dict[str, Any]:
    """Run `job` or `steps` in a process of its own: its seconds and peak memory."""
    done = subprocess.run(
        [sys.executable, __file__, what, str(folder)], stdout=subprocess.PIPE, text=True, check=True,
        env={**os.environ, "OMP_NUM_THREADS": str(THREADS)},
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    what, folder = sys.argv[1], Path(sys.argv[2])
    start, used = time.perf_counter(), time.process_time()
    if what == "warm":  # compiles the kernels into their cache
        fill(folder)
        steps(folder)
        job(folder)
    found: dict[str, float] = {"job": job, "steps": steps}.get(what, lambda _: {})(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    figures = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - used,
        "peak_mib": peak >> 20,
    }
    print(json.dumps({**found, **figures}))


if __name__ == "__main__":
    main()
