"""What survives a level, and that a level can be kept as a table."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from saccade.labels.hashing import key_hash
from saccade.labels.mining.counting import count_level
from saccade.labels.mining.levels import SURVIVORS, Level, survivors
from saccade.labels.mining.passes import Bucket
from saccade.labels.mining.settings import MiningSettings
from saccade.labels.vocabulary import slot_of

SOURCES = ("query", "title")


def test_support_and_sources_decide(bucket: Callable[..., Bucket]) -> None:
    rows = [(f"f{i}", source, "en", "both") for i in range(5) for source in SOURCES]
    rows += [(f"f{i}", "title", "en", "single") for i in range(5)]
    rows += [(f"f{i}", source, "en", "rare") for i in range(4) for source in SOURCES]
    rows += [(f"f{i}", "query", "en", f"query{i % 2}") for i in range(20)]
    made = bucket(rows)
    level = survivors(count_level(made.texts, made.families, SOURCES), MiningSettings())
    assert level.hashes.tolist() == [key_hash("en", "both")]
    assert level.table.schema == SURVIVORS


def test_a_source_that_says_little_is_not_asked_for(bucket: Callable[..., Bucket]) -> None:
    rows = [(f"f{i}", "title", "en", " ".join(f"word{j}" for j in range(20))) for i in range(5)]
    made = bucket([*rows, ("f1", "query", "en", "word3")])
    assert len(survivors(count_level(made.texts, made.families, SOURCES), MiningSettings()).table) == 20


def test_a_level_comes_back_from_a_file(bucket: Callable[..., Bucket]) -> None:
    made = bucket([("f1", "title", "en", "a b c")])
    level = survivors(count_level(made.texts, made.families, SOURCES), MiningSettings(support=1))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, level.table.schema) as writer:
        writer.write_table(level.table)
    again = Level(level.words, pa.ipc.open_file(sink.getvalue()).read_all())
    pairs = [count_level(made.texts, made.families, SOURCES, state) for state in (level, again)]
    assert pairs[0].equals(pairs[1])
    assert len(pairs[0]) == 2


def test_slots_find_what_is_there_and_nothing_else() -> None:
    hashes = np.sort(np.random.default_rng(0).integers(1, 2**63, 1000).astype(np.uint64))
    level = Level(1, pa.table({"hash": hashes}))
    assert all(level.slots[slot_of(level.slots, value)] == value for value in hashes)
    assert level.slots[slot_of(level.slots, np.uint64(12345))] == 0
    assert level.rows(hashes[[3, 700]]).tolist() == [3, 700]
