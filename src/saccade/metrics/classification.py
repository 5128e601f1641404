"""One label against one label: accuracy, precision and recall by class, their means, and the confusion table.

`AP@1` of a classification task is the precision of the first label, averaged over pictures, which is the
accuracy (Beal et al. 2021); a mean over tasks is `averages.py`.

Decided, as scikit-learn does with `zero_division=0`: a class without predictions has precision 0, one
without pictures has recall 0, and macro means are over the classes that occur in truth or predictions.
`macro_accuracy` is the mean recall over the classes that occur in the truth (`balanced_accuracy_score`).

Not here: several labels a picture, any of which is right (`saccade.evaluation.labelled` settles them first).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saccade.errors import InputError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def accuracy(truth: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Share of the N pictures whose label was predicted; AP@1 of a task."""
    true, said = _pair(truth, predicted)
    return float((true == said).mean())


@dataclass(frozen=True, eq=False)
class Confusion:
    """int64 [K, K]: how often a picture of the true class (row) was given the class (column)."""

    counts: Ints

    @property
    def support(self) -> Ints:
        """int64 [K]: pictures of each class."""
        return self.counts.sum(axis=1)

    @property
    def predicted(self) -> Ints:
        """int64 [K]: predictions of each class."""
        return self.counts.sum(axis=0)

    @property
    def accuracy(self) -> float:
        """Share that lies on the diagonal."""
        return float(np.trace(self.counts) / self.counts.sum())

    @property
    def precision(self) -> Floats:
        """float64 [K]: share of the predictions of a class that are right."""
        return _share(np.diagonal(self.counts), self.predicted)

    @property
    def recall(self) -> Floats:
        """float64 [K]: share of the pictures of a class that are found."""
        return _share(np.diagonal(self.counts), self.support)

    @property
    def macro_precision(self) -> float:
        """Mean precision over the classes that occur."""
        return float(self.precision[self._occurs].mean())

    @property
    def macro_recall(self) -> float:
        """Mean recall over the classes that occur."""
        return float(self.recall[self._occurs].mean())

    @property
    def macro_accuracy(self) -> float:
        """Mean recall over the classes that occur in the truth: every class counts alike."""
        return float(self.recall[self.support > 0].mean())

    @property
    def _occurs(self) -> npt.NDArray[np.bool_]:
        return (self.support > 0) | (self.predicted > 0)


def confusion(truth: npt.ArrayLike, predicted: npt.ArrayLike, classes: int | None = None) -> Confusion:
    """The table of true against predicted classes.

    Args:
        truth, predicted: whole numbers from 0, [N] each.
        classes: K; by default as many as the numbers need.

    InputError for anything else, and for N = 0.
    """
    true, said = _pair(truth, predicted)
    needed = int(max(true.max(), said.max())) + 1
    count = needed if classes is None else classes
    if min(true.min(), said.min()) < 0 or needed > count:
        raise InputError(f"classes are numbers from 0 to {count - 1}, found others")
    flat = np.bincount(true * count + said, minlength=count * count)
    return Confusion(flat.reshape(count, count).astype(np.int64))


def _pair(truth: npt.ArrayLike, predicted: npt.ArrayLike) -> tuple[Ints, Ints]:
    true, said = np.asarray(truth), np.asarray(predicted)
    if true.ndim != 1 or true.shape != said.shape or not len(true):
        raise InputError(
            f"one true and one predicted class each are needed, found {true.shape}, {said.shape}"
        )
    if true.dtype.kind not in "iu" or said.dtype.kind not in "iu":
        raise InputError(f"classes are whole numbers, found {true.dtype} and {said.dtype}")
    return true.astype(np.int64), said.astype(np.int64)


def _share(part: Ints, whole: Ints) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
