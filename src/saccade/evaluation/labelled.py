"""A classification task: which pictures teach a label, which are tested on it, and what is right.

Decided:
- The gallery teaches, the queries are tested. What may not answer a query (`leave_out`: itself, pictures of
  its item, near-duplicates) may not teach either, for any query, so a probe sees no test picture.
- A picture with several labels (of two items that share it) teaches each of them, and any of them is right.
- A test picture whose labels nobody taught stays in and counts as wrong; such classes are counted.
"""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from saccade.catalog.catalogue import ITEM, Catalogue
from saccade.errors import InputError
from saccade.metrics.columns import Ints, lookup

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Labelled:
    """One task.

    Attributes:
        name: of the label.
        classes: K names, sorted; those of the training part and of the test part.
        teachers: int64 [n] gallery rows; a row may come twice. taught: int64 [n], the class each teaches.
        tested: int64 [m] query rows, ascending. truth: int64 [m], the first of their classes.
        labels: (place in `tested`, class) pairs, int64 [p] each, ordered: all that is right.
        units: int64 [n] and int64 [m], products of teachers and of tested pictures; equal ones hang together.
    """

    name: str
    classes: tuple[str, ...]
    teachers: Ints
    taught: Ints
    tested: Ints
    truth: Ints
    labels: tuple[Ints, Ints]
    units: tuple[Ints, Ints]

    def right(self, predicted: Ints) -> Flags:
        """bool [m]: whether the predicted class is one of the picture's."""
        width = len(self.classes)
        pairs = self.labels[0] * width + self.labels[1]
        return np.isin(np.arange(len(self.tested)) * width + predicted, pairs)

    def settled(self, predicted: Ints) -> Ints:
        """int64 [m]: the true class; of several, the predicted one where it is among them."""
        return np.where(self.right(predicted), predicted, self.truth)

    def among(self, keep: Flags) -> Labelled:
        """The task with fewer tested pictures, bool [m]; what is taught stays."""
        place = np.cumsum(keep) - 1
        pairs = keep[self.labels[0]]
        labels = place[self.labels[0][pairs]], self.labels[1][pairs]
        units = self.units[0], self.units[1][keep]
        return replace(self, tested=self.tested[keep], truth=self.truth[keep], labels=labels, units=units)

    @cached_property
    def majority(self) -> int:
        """The class that most teachers have; the first of equals."""
        return int(np.bincount(self.taught, minlength=len(self.classes)).argmax())

    @property
    def counts(self) -> dict[str, int]:
        """Classes and pictures of both parts, and classes that are tested but not taught."""
        taught, tested = np.unique(self.taught), np.unique(self.labels[1])
        return {
            "classes": len(taught), "train": len(np.unique(self.teachers)), "test": len(self.tested),
            "untaught_classes": len(np.setdiff1d(tested, taught)),
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Parts:
    """The pictures of both parts: `queries` and `gallery` are image ids, ascending; `barred` gallery rows may
    not teach."""

    queries: pa.Array
    gallery: pa.Array
    barred: Ints

    def task(self, catalogue: Catalogue, name: str) -> Labelled:
        """The task of one label; InputError where a part has no label, or the training part one class."""
        table = catalogue.labels_of_images(name)
        labels, images = _texts(table["label"]), _texts(table["image_id"])
        rows, taught = _pairs(images, labels, self.gallery)
        free = ~np.isin(rows, self.barred)
        rows, taught = rows[free], taught[free]
        tested, said = _pairs(images, labels, self.queries)
        self._refuse_nothing(catalogue, name, rows, tested)
        classes = np.unique(np.concatenate((taught, said)))
        if len(set(taught)) < 2:
            raise InputError(f"the training part has one class of {name}, {taught[0]!r}: a task needs two")
        units = products(catalogue)
        query, place = np.unique(tested, return_inverse=True)
        code = np.searchsorted(classes, said)
        first = np.unique(place, return_index=True)[1]
        return Labelled(
            name, tuple(classes.tolist()), rows, np.searchsorted(classes, taught), query, code[first],
            (place, code), (_units(units, self.gallery, rows), _units(units, self.queries, query)),
        )  # fmt: skip

    def _refuse_nothing(self, catalogue: Catalogue, name: str, taught: Ints, tested: Ints) -> None:
        if not len(tested) or not len(taught):
            side = "training (gallery)" if len(tested) else "test (queries)"
            known = ", ".join(["category", *catalogue.attributes(), *_imported(catalogue)])
            raise InputError(f"no picture of the {side} part has a label {name!r}; labels are {known}")


def products(catalogue: Catalogue) -> pa.Table:
    """`image_id`, `label`: one item of every picture that an item shows; the first by id."""
    shown = catalogue.labels_of_images(ITEM)
    return shown.group_by("image_id").aggregate([("label", "min")]).rename_columns(["image_id", "label"])


def group_names(catalogue: Catalogue, by: str, images: pa.Array) -> list[str]:
    """The group of each picture: its label of `by`, the first of several, "" where it has none."""
    table = catalogue.labels_of_images(by)
    known = table.group_by("image_id").aggregate([("label", "min")])
    row = lookup(images, _texts(known["image_id"]))
    names = _texts(known["label_min"]).to_pylist()
    found = ["" if at < 0 else names[at] for at in row.tolist()]
    if not any(at >= 0 for at in row.tolist()):
        raise InputError(
            f"no query picture has a label {by!r} to be grouped by; labels are "
            f"{', '.join(['category', *catalogue.attributes(), *_imported(catalogue)])}"
        )
    return found


def _imported(catalogue: Catalogue) -> Sequence[str]:
    return sorted(set(catalogue.tasks["task"].to_pylist()))


def _pairs(images: pa.Array, labels: pa.Array, among: pa.Array) -> tuple[Ints, npt.NDArray[np.object_]]:
    """(row in `among`, label) of every label of these pictures, ordered."""
    row = lookup(images, among)
    keep = np.flatnonzero(row >= 0)
    text = np.asarray(labels.take(pa.array(keep)).to_pylist(), object)
    order = np.lexsort((text.astype(str), row[keep]))
    return row[keep][order], text[order]


def _units(units: pa.Table, images: pa.Array, rows: Ints) -> Ints:
    """A number for the product of each row; a picture without one stands alone."""
    known = lookup(images.take(pa.array(rows)), _texts(units["image_id"]))
    code = np.asarray(_texts(units["label"]).dictionary_encode().indices, np.int64)
    return np.where(known >= 0, code[known], -1 - rows) if len(code) else -1 - rows


def _texts(column: pa.ChunkedArray) -> pa.Array:
    return pc.cast(column, pa.string()).combine_chunks()
