"""Scored pairs of a bucket become rows of the table `annotations`, one for every picture of a subject."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.labels.scoring.evidence import Evidence
from saccade.labels.vocabulary import Vocabulary
from saccade.workspace.schemas import EVIDENCE, SPECS

SCHEMA = SPECS["annotations"].schema
Floats = npt.NDArray[np.float32]


def annotation_rows(
    evidence: Evidence, scores: Floats, subjects: pa.Table, vocabulary: Vocabulary, floor: float
) -> pa.Table:
    """Rows of `annotations`: pairs with a score of at least `floor`, on each image of their subject.

    evidence: of the bucket that `subjects` (rows of `SUBJECTS`) are of; scores: float32 [pairs]. Sorted as
    pairs are, then by image.
    """
    kept = np.flatnonzero(scores >= floor)
    images = subjects.column("image_ids").combine_chunks()
    lengths = np.asarray(pc.list_value_length(images))
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1])) if len(lengths) else lengths
    subject = evidence.subject[kept]
    pair = np.repeat(kept, lengths[subject])
    first = np.repeat(starts[subject], lengths[subject])
    within = np.arange(len(pair)) - np.repeat(
        np.cumsum(lengths[subject]) - lengths[subject], lengths[subject]
    )
    columns = [
        images.flatten().take(pa.array(first + within)),
        vocabulary.table.column("phrase_id").combine_chunks().take(pa.array(evidence.phrase[pair])),
        pa.array(scores[pair], pa.float32()),
        said_lists(evidence).take(pa.array(pair)),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def said_lists(evidence: Evidence) -> pa.Array:
    """What each pair's sources say: a list of `EVIDENCE` for each pair."""
    names = pa.array(evidence.sources, pa.string()).take(evidence.said.column("source").combine_chunks())
    fields = [
        names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names,
        *(evidence.said.column(field.name).combine_chunks().cast(field.type) for field in list(EVIDENCE)[1:]),
    ]
    structs = pa.StructArray.from_arrays(fields, fields=list(EVIDENCE))
    offsets = pa.array(np.append(evidence.starts, evidence.said.num_rows), pa.int32())
    return pa.ListArray.from_arrays(offsets, structs, type=pa.list_(EVIDENCE))
