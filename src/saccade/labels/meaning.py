"""From finds to labels: supports, vectors, scorer, clusters; what is decided once for all buckets.

Decided: vectors come from the corpus unless a model of sentences is named; pictures join in where a model
with fingerprints is. Meaning is found before confidence, since how well a phrase fits what else is said is
part of its evidence. The previous labels are looked at for their ids alone.

Not here: how confidences are fitted (`judging`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from saccade.labels import steps
from saccade.labels.clustering.context import Company, company
from saccade.labels.clustering.cooccurrence import added_up
from saccade.labels.clustering.labels import ClusterSettings, make_labels
from saccade.labels.clustering.purity import purity
from saccade.labels.clustering.vectors import combined, composed, meanings
from saccade.labels.judging import SAMPLE
from saccade.labels.lexicon import supported
from saccade.labels.mining.visualness import FEWEST, PictureSums
from saccade.labels.scratch import Mark
from saccade.labels.steps import families_of
from saccade.workspace.schemas import SPECS

if TYPE_CHECKING:
    from saccade.labels.labelling import Labelling

PICTURES = 0.3
"""Weight of the cosine of pictures where a phrase has some; the rest is the texts'. Own choice."""
Floats = npt.NDArray[np.float32]


def find(work: Labelling) -> Mark:
    """Match every text; the vocabulary then knows how many families really say each phrase."""
    marks = work.each("find", steps.find)
    table = supported(work.bench, work.buckets)
    if work.options.model is not None:
        with work.clock.computing():
            table = _visual(work, table)
    work.scratch.write("phrases", table)
    work.bench.forget("vocabulary")
    return {"said": sum(mark["said"] for mark in marks)}


def vectors(work: Labelling) -> Mark:
    """What the phrases mean: float32 [V, dim], rows of length 1."""
    if work.options.vectors == "corpus":
        found = _from_corpus(work)
    else:
        from saccade.labels.clustering.sentences import sentence_vectors

        with work.clock.computing():
            found = sentence_vectors(
                work.bench.vocabulary.table.column("phrase").to_pylist(), work.options.vectors
            )
    if work.options.model is not None:
        found = combined([(found, 1 - PICTURES), (work.scratch.read_array("pictures"), PICTURES)])
    work.scratch.write_array("vectors", found)
    return {"dim": found.shape[1]}


def labels(work: Labelling) -> Mark:
    """Put phrases together to labels; ids of the previous version stay."""
    options, table = work.options, work.bench.vocabulary.table
    settings = ClusterSettings(options.head, options.clusters, parents=options.parents, seed=options.seed)
    before = work.ws.table("labels").read(["label_id", "name", "kind", "phrases"])
    with work.clock.computing():
        made = make_labels(table, work.bench.vectors, settings, before if len(before) else None)
        table = _whole(made.table, purity(made.label, _company(work), len(made.table)))
    work.scratch.write("labels", table)
    kinds = made.table.column("kind").to_pylist()
    return {"labels": len(kinds), "head": kinds.count("head")}


def _company(work: Labelling) -> Company:
    """Where phrases are met, in as many buckets as a scorer is fitted on."""
    met = Company(np.zeros(work.bench.vectors.shape), np.zeros(len(work.bench.vocabulary), np.int64))
    rows = 0
    for bucket in range(work.buckets):
        said = work.scratch.read(f"said/{bucket}")
        met, rows = met + company(said, work.bench.vectors, work.bench.keys), rows + len(said)
        if rows >= SAMPLE:
            break
    return met


def _whole(labels: pa.Table, pure: Floats) -> pa.Table:
    """Rows of the table `labels`, their pictures not counted yet."""
    column = pa.array(pure, pa.float32(), mask=np.isnan(pure))
    labels = labels.set_column(labels.column_names.index("purity"), "purity", column)
    counts = {"images": pa.nulls(len(labels), pa.int64()), "weight": pa.nulls(len(labels), pa.float64())}
    for name, column in counts.items():
        labels = labels.append_column(name, column)
    return labels.select(SPECS["labels"].schema.names)


def _from_corpus(work: Labelling) -> Floats:
    work.each("together", steps.together)
    with work.clock.computing():
        together = added_up(work.scratch.read(f"together/{bucket}") for bucket in range(work.buckets))
        found = meanings(work.bench.units, work.bench.counted, together, seed=work.options.seed)
        return composed(work.bench.units, found)


def _visual(work: Labelling, table: pa.Table) -> pa.Table:
    """The phrases with their visualness; their mean pictures are kept for `vectors`."""
    assert work.options.model is not None
    prints = work.ws.fingerprints(work.options.model)
    width = prints.schema.field("vector").type.list_size
    sums = PictureSums.empty(len(table), width)
    for bucket in range(work.buckets):
        said, subjects = work.scratch.read(f"said/{bucket}"), work.scratch.read(f"subjects/{bucket}")
        seen = steps.pictures(prints, subjects, width)
        sums = sums.merge(PictureSums.of(said, seen, len(table), families_of(subjects)))
    mean = np.zeros((len(table), width), np.float32)
    enough = sums.families >= FEWEST
    mean[sums.phrases[enough]] = sums.sums[enough]
    work.scratch.write_array("pictures", mean)
    visual = sums.visualness()
    column = pa.array(visual, pa.float32(), mask=np.isnan(visual))
    return table.set_column(table.column_names.index("visualness"), "visualness", column)
