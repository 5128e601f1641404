"""The vocabulary of a labelling: mined level by level over the buckets, or read from a dictionary.

Decided: counts of a level are added up here, range by range of hashes, and what survived is kept as a file
that the next level's buckets read. A block list holds for a given dictionary too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError
from saccade.labels.mining.admission import admit
from saccade.labels.mining.dictionary import read_dictionary
from saccade.labels.mining.levels import Level, survivors
from saccade.labels.mining.merging import merge_counts, merge_forms
from saccade.labels.mining.settings import MiningSettings
from saccade.labels.scratch import Mark
from saccade.labels.steps import Bench, Count, constituents

if TYPE_CHECKING:
    from saccade.labels.labelling import Labelling


def build(work: Labelling) -> Mark:
    """Write the phrases that are looked for; returns how many, and what was refused by reason."""
    blocked = _blocked(work)
    if work.options.dictionary is not None:
        rows, refused = _given(work, work.options.dictionary, blocked)
    else:
        rows, refused = _mined(work, blocked)
    if not len(rows):
        raise InputError(_none(work, refused))
    work.scratch.write("phrases", rows)
    return {"phrases": len(rows), "refused": refused}


def _none(work: Labelling, refused: dict[str, int]) -> str:
    why = ", ".join(f"{count:,} {reason}" for reason, count in refused.items() if count)
    return (
        f"no phrase is said of {work.options.support} families in {work.options.agree} kinds of text"
        f"{f' (left out: {why})' if why else ''}: lower --support or --agree, or give a --dictionary"
    )


def _mined(work: Labelling, blocked: list[tuple[str, str]]) -> tuple[pa.Table, dict[str, int]]:
    options, sources = work.options, work.bench.gathered.sources
    settings = MiningSettings(support=options.support, sources=options.agree, size=options.size)
    levels: list[Level] = []
    while len(levels) < settings.longest:
        level = _level(work, len(levels) + 1, settings)
        if not len(level.table):
            break
        levels.append(level)
    if not levels:
        return work.bench.ws.table("phrases").schema.empty_table(), {}
    work.once("levels", lambda: {"levels": len(levels)})
    whole = _whole(work, sum(len(level.table) for level in levels))
    with work.clock.computing():
        forms = (work.scratch.read(f"forms/{bucket}") for bucket in range(work.buckets))
        named = merge_forms(forms, levels[0].column("suffix"))
        found = admit(levels, named, sources, work.bench.lemmas, settings, blocked, whole)
    return found.rows, found.refused


def _whole(work: Labelling, rows: int) -> npt.NDArray[np.uint32]:
    """uint32 [rows of all levels]: in how many families each n-gram is a constituent."""
    work.each("whole", constituents)
    total = np.zeros(rows, np.uint32)
    for bucket in range(work.buckets):
        total += work.scratch.read(f"whole/{bucket}").column("families").to_numpy()
    return total


def _level(work: Labelling, words: int, settings: MiningSettings) -> Level:
    """The n-grams of so many words that survive over all buckets."""
    if work.scratch.marked(f"level/{words}") is None:
        work.each(f"count {words}", Count(words))
        with work.clock.computing():
            tables = [work.scratch.read(f"counts/{words}/{bucket}") for bucket in range(work.buckets)]
            below = work.bench.level(words - 1) if words > 1 else None
            level = survivors(merge_counts(tables, settings.support), settings, below)
        work.scratch.write(f"level/{words}", level.table)
        work.scratch.mark(f"level/{words}", {})
        del tables
        work.scratch.drop(f"counts/{words}")
    return work.bench.level(words)


def _given(work: Labelling, path: str, blocked: list[tuple[str, str]]) -> tuple[pa.Table, dict[str, int]]:
    given = read_dictionary(path, work.bench.languages, work.bench.lemmas)
    refused = {**given.refused, "the same as another": given.folded}
    if not blocked:
        return given.rows, refused
    rows = given.rows
    stop = {f"{language} {key}" for language, key in blocked}
    keep = [
        not any(f"{language} {part}" in stop for part in _parts(key))
        for language, key in zip(rows["language"].to_pylist(), rows["key"].to_pylist(), strict=True)
    ]
    return rows.filter(pa.array(keep)), {**refused, "blocked": keep.count(False)}


def _parts(key: str) -> list[str]:
    """Every run of whole words of a key."""
    words = key.split(" ")
    return [" ".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1)]


def _blocked(work: Labelling) -> list[tuple[str, str]]:
    """(language, key) of every phrase of the block list."""
    if work.options.block is None:
        return []
    return read_dictionary(work.options.block, work.bench.languages, work.bench.lemmas).keys


def supported(bench: Bench, buckets: int) -> pa.Table:
    """The phrases with the families that really say them, as the kernel counted."""
    total = np.zeros(len(bench.vocabulary), np.int64)
    for bucket in range(buckets):
        total += bench.scratch.read(f"support/{bucket}").column("families").to_numpy()
    table = bench.vocabulary.table
    return table.set_column(table.column_names.index("support"), "support", pa.array(total))
