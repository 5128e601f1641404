"""The scorer of a labelling: fitted on a sample of buckets, and on what people judged where they did.

Decided: the sample is whole buckets, which are random families, up to `SAMPLE` pairs; a scorer is small, and
ten million pairs would say the same. Judged pairs may lie in any bucket: their subjects are picked out of all
of them and stand in the sample beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.errors import InputError
from saccade.labels.scoring.evidence import Evidence, join
from saccade.labels.scoring.judged import JUDGED, join_judged, read_judged
from saccade.labels.scoring.learned import fit_learned
from saccade.labels.scoring.scorer import Scorer
from saccade.labels.scoring.unsupervised import fit_unsupervised
from saccade.labels.scratch import Mark
from saccade.workspace.tables import any_of

if TYPE_CHECKING:
    from saccade.labels.labelling import Labelling

SAMPLE = 500_000
Ints = npt.NDArray[np.int32]


def scorer(work: Labelling) -> Mark:
    """Fit the scorer and keep it; returns its table of sources, and judged pairs with their confidences."""
    with work.clock.computing():
        sample = _sample(work)
    phrases = work.bench.vocabulary.table
    if work.options.judged is None:
        with work.clock.computing():
            found: Scorer = fit_unsupervised(sample, phrases, work.options.seed)
        mark: Mark = {"kind": "unsupervised"}
    else:
        found, mark = _learned(work, sample, phrases)
    work.scratch.write_bytes("scorer.json", found.to_json().encode())
    return {**mark, "sources": found.source_table().to_pylist()}


def _sample(work: Labelling) -> Evidence:
    parts: list[Evidence] = []
    for bucket in range(work.buckets):
        parts.append(work.bench.evidence(bucket))
        if sum(map(len, parts)) >= SAMPLE:
            break
    return join(parts)


def _learned(work: Labelling, sample: Evidence, phrases: pa.Table) -> tuple[Scorer, Mark]:
    """A scorer that learned from the judged pairs, and how it sees them."""
    rows = read_judged(work.options.judged or "")
    wanted = work.options.scorer
    parts, pairs = _judged(work, rows)
    whole, pairs = join([sample, *parts]), _moved(pairs, len(sample))
    with work.clock.computing():
        if wanted == "unsupervised":
            found: Scorer = fit_unsupervised(sample, phrases, work.options.seed)
        else:
            kind = "lightgbm" if wanted == "lightgbm" else "logistic"
            found = fit_learned(whole, phrases, pairs, kind, work.options.seed)
        seen = found.confidence(whole, phrases)[pairs.column("pair").to_numpy()]
    said = {"scores": seen.tolist(), "true": pairs.column("good").to_pylist()}
    return found, {"kind": wanted, "judged": said, "rows": rows.num_rows, "used": len(pairs)}


def _judged(work: Labelling, rows: pa.Table) -> tuple[list[Evidence], pa.Table]:
    """The evidence of judged subjects, and the judged pairs as they are numbered when it is joined."""
    items, phrases = _items(work, rows), work.bench.vocabulary.table
    parts: list[Evidence] = []
    pairs = [JUDGED.empty_table()]
    for bucket in range(work.buckets):
        evidence = work.bench.evidence(bucket)
        found = join_judged(rows, work.scratch.read(f"subjects/{bucket}"), evidence, phrases, items)
        if len(found.pairs):
            part, numbers = picked(evidence, found.pairs)
            pairs.append(_moved(numbers, sum(map(len, parts))))
            parts.append(part)
    if not parts:
        raise InputError(
            f"--judged: none of {rows.num_rows:,} judgements is about a phrase that is said of an image here"
        )
    return parts, pa.concat_tables(pairs)


def picked(evidence: Evidence, pairs: pa.Table) -> tuple[Evidence, pa.Table]:
    """The evidence of the subjects of some pairs (rows of `JUDGED`), and those pairs as numbered in it."""
    wanted = pairs.column("pair").to_numpy()
    subjects = np.unique(evidence.subject[wanted])
    inside = np.isin(evidence.subject, subjects)
    kept = Evidence(
        _of(evidence.said, subjects), _of(evidence.heard, subjects), evidence.similarity[inside],
        evidence.sources, evidence.languages,
    )  # fmt: skip
    place = (np.cumsum(inside) - 1)[wanted]
    return kept, pairs.set_column(0, "pair", pa.array(place, pa.int64()))


def _of(table: pa.Table, subjects: Ints) -> pa.Table:
    """Rows about some subjects, numbered from 0."""
    column = table.column("subject").to_numpy()
    mine = np.isin(column, subjects)
    number = np.searchsorted(subjects, column[mine]).astype(np.int32)
    return table.filter(pa.array(mine)).set_column(0, table.schema.field("subject"), pa.array(number))


def _moved(pairs: pa.Table, by: int) -> pa.Table:
    return pairs.set_column(0, "pair", pa.array(pairs.column("pair").to_numpy() + by, pa.int64()))


def _items(work: Labelling, rows: pa.Table) -> dict[str, list[str]]:
    """The images of the items that were judged."""
    named = sorted({name for name in rows.column("item_id").to_pylist() if name is not None})
    found: dict[str, list[str]] = {}
    for start in range(0, len(named), 4096):
        wanted = any_of("item_id", named[start : start + 4096])
        for row in work.ws.table("item_images").read(["item_id", "image_id"], wanted).to_pylist():
            found.setdefault(row["item_id"], []).append(row["image_id"])
    return found
