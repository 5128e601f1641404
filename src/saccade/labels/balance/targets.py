"""What is learned from a picture: annotations with phrases become labels with weights.

A label is a cluster of phrases. Its weight on a picture joins the scores of those of its phrases that are
said of the picture, the weakest labels go, and the few best stay.

Decided: `max` is the default. Scores are already the chance that a phrase is true given everything that was
said, and phrases of one label (synonyms, translations) are said by the same people in the same breath, so
`noisy_or`, 1 - prod(1 - score), which takes them for independent, says too much.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.errors import InputError
from saccade.labels.hashing import Hashes, word_hashes
from saccade.metrics.columns import spread

SCHEMA = pa.schema({"image_id": pa.string(), "label_id": pa.string(), "weight": pa.float32()})
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TargetSettings:
    """How scores of phrases become weights of labels."""

    join: Literal["max", "noisy_or"] = "max"
    """Of several phrases of one label on one picture."""
    threshold: float = 0.3
    """Least weight of a label, before `normalise`; 0..1."""
    top: int = 16
    """Most labels of a picture, the heaviest first; 0: all."""
    normalise: bool = False
    """Make the weights of a picture sum to 1 (a softmax target) instead of 0..1 each (a sigmoid target)."""
    purity: bool = False
    """Multiply by the purity of the label's cluster, where it is known."""

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1 or self.top < 0:
            raise InputError(f"threshold is 0..1 and top at least 0, found {self.threshold} and {self.top}")


@dataclass(frozen=True, eq=False)
class LabelIndex:
    """Which labels a phrase belongs to.

    Attributes:
        label_ids: string [L], ascending. purity: float64 [L], 1 where unknown.
        phrases: uint64 [P], ascending, hashes of phrase ids, one for each (phrase, label).
        labels: int64 [P], the label of each.
    """

    label_ids: pa.Array
    purity: Floats
    phrases: Hashes
    labels: Ints

    @classmethod
    def of(cls, labels: pa.Table) -> LabelIndex:
        """From columns `label_id`, `phrases` (ids) and, where there is one, `purity`."""
        labels = labels.sort_by("label_id").combine_chunks()
        listed = labels["phrases"].combine_chunks()
        phrases = word_hashes(listed.flatten())
        owner = np.asarray(pc.list_parent_indices(listed), np.int64)
        order = np.lexsort((owner, phrases))
        known = "purity" in labels.column_names
        purity = (
            np.asarray(pc.fill_null(labels["purity"], 1.0), np.float64) if known else np.ones(len(labels))
        )
        return cls(labels["label_id"].combine_chunks(), purity, phrases[order], owner[order])

    def find(self, phrase_ids: pa.Array) -> tuple[Ints, Ints]:
        """(row, label) of every label of every phrase; a phrase without a label has none."""
        wanted = word_hashes(phrase_ids)
        first = np.searchsorted(self.phrases, wanted)
        count = np.searchsorted(self.phrases, wanted, side="right") - first
        return np.repeat(np.arange(len(wanted)), count), self.labels[spread(first, count)]


def targets(batch: pa.RecordBatch, index: LabelIndex, settings: TargetSettings) -> pa.RecordBatch:
    """Targets of the pictures of one batch.

    Args:
        batch: `image_id`, `phrase_id`, `score` (0..1), with all rows of each of its pictures.
        index: the labels.
        settings: how scores are joined and cut.

    Returns:
        Rows of `SCHEMA`, pictures in the order in which they come first, heaviest label first.
    """
    images = batch.column("image_id").dictionary_encode()
    row, label = index.find(batch.column("phrase_id"))
    image = np.asarray(images.indices, np.int64)[row]
    score = np.asarray(batch.column("score"), np.float64)[row]
    image, label, weight = _joined(image, label, score, len(index.label_ids), settings.join)
    if settings.purity:
        weight = weight * index.purity[label]
    image, label, weight = _chosen(image, label, weight, settings)
    if settings.normalise:
        weight = weight / np.bincount(image, weight, minlength=1)[image]
    columns = [images.dictionary.take(pa.array(image)), index.label_ids.take(pa.array(label)),
               pa.array(weight.astype(np.float32))]  # fmt: skip
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _joined(image: Ints, label: Ints, score: Floats, labels: int, join: str) -> tuple[Ints, Ints, Floats]:
    """One row for each (picture, label)."""
    key = image * max(labels, 1) + label
    order = np.argsort(key, kind="stable")
    key = key[order]
    starts = np.flatnonzero(np.concatenate((np.ones(min(len(key), 1), bool), key[1:] != key[:-1])))
    image, label = np.divmod(key[starts], max(labels, 1))
    if not len(starts):
        return image, label, np.empty(0)
    if join == "max":
        return image, label, np.maximum.reduceat(score[order], starts)
    return image, label, 1 - np.multiply.reduceat(1 - score[order], starts)


def _chosen(image: Ints, label: Ints, weight: Floats, settings: TargetSettings) -> tuple[Ints, Ints, Floats]:
    """The labels that are heavy enough, the `top` of each picture, heaviest first, ties by label."""
    keep = (weight >= settings.threshold) & (weight > 0)
    image, label, weight = image[keep], label[keep], weight[keep]
    order = np.lexsort((label, -weight, image))
    image, label, weight = image[order], label[order], weight[order]
    if settings.top:
        keep = np.arange(len(image)) - np.searchsorted(image, image) < settings.top
        image, label, weight = image[keep], label[keep], weight[keep]
    return image, label, weight
