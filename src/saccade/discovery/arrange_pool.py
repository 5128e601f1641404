"""The candidates of one query, with what is known of them: looked up once, when a step asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.engine import Row
from saccade.discovery.looks import Looks, Shares
from saccade.discovery.looks_columns import Said, Tones

Mask = NDArray[np.bool_]


class Pool:
    """Rows in order of score; every mask and list below has one value for each of them."""

    def __init__(self, rows: Sequence[Row], looks: Looks) -> None:
        self.rows, self.looks = rows, looks
        self._labels: dict[str, list[str | None]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def images(self) -> list[str]:
        """The picture that matched."""
        return [row.image_id or "" for row in self.rows]

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """Cosines."""
        return np.array([row.score for row in self.rows], np.float64)

    @cached_property
    def said(self) -> Said:
        """Annotations."""
        return self.looks.annotations(self.images)

    @cached_property
    def tones(self) -> Tones:
        """Salient colours."""
        return self.looks.colours(self.images)

    @cached_property
    def copies(self) -> list[str]:
        """The picture that stands for its near-duplicates."""
        return self.looks.copies(self.images)

    @cached_property
    def shares(self) -> Shares:
        """Shares of the values of attributes among all items."""
        return self.looks.shares()

    def labels(self, task: str) -> list[str | None]:
        """Labels for a task."""
        if task not in self._labels:
            self._labels[task] = self.looks.labels(task, self.images)
        return self._labels[task]

    def values(self, name: str) -> list[str | None]:
        """Values of an attribute, or the category."""
        if name == "category":
            return [row.item.category if row.item else None for row in self.rows]
        return [row.item.attributes.get(name) if row.item else None for row in self.rows]

    def phrase(self, code: int) -> Mask:
        """Which rows have a phrase."""
        found = np.zeros(len(self), np.bool_)
        found[self.said.which[self.said.codes == code]] = True
        return found
