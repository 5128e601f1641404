"""How far vectors of an exported model are from torch's, and what that costs in search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saccade.errors import InputError

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Parity:
    """Of N pictures.

    largest: largest absolute difference of a coordinate. mean_cosine: of a vector with its reference, mean
    over the pictures. same_nearest: share of the pictures whose nearest other picture stays the same; None
    for fewer than three.
    """

    pictures: int
    largest: float
    mean_cosine: float
    same_nearest: float | None


def compare(reference: Floats, other: Floats) -> Parity:
    """Compare unit vectors [N, D] of the same pictures. InputError for other shapes or no picture.

    Every picture is a query for the others, so the measure is that of the users: a picture whose neighbour
    changes is counted whatever the distance. Among near-duplicates, where distances tie, it is severe.
    """
    if reference.shape != other.shape or reference.ndim != 2 or not len(reference):
        raise InputError(
            f"parity compares vectors [N, D] of the same pictures, found {list(reference.shape)} and "
            f"{list(other.shape)}"
        )
    same = float(np.mean(nearest(reference) == nearest(other))) if len(reference) > 2 else None
    cosine = float(np.mean(np.sum(reference * other, axis=1, dtype=np.float64)))
    return Parity(len(reference), float(np.abs(reference - other).max()), cosine, same)


def nearest(vectors: Floats) -> NDArray[np.int64]:
    """For each unit vector [N, D] the number of the most similar other one, [N]."""
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -np.inf)
    return similarity.argmax(axis=1)
