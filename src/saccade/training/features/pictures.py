"""The views of a run's pictures: read, decoded and augmented as the loader of pictures would do it.

Decided: view 0 is `Augment.none`, so cached features of it are those of an evaluation. The others decode the
picture each for itself, no larger than their crop needs, so that a view does not depend on which others are
asked for. A backdrop (camera photographs) is drawn from the whole list, so with one a view does depend on the
list of pictures that it was computed with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from saccade.errors import InputError
from saccade.fingerprints.keys import Keys
from saccade.fingerprints.runners.base import Pixels
from saccade.training.data.pictures import Encoded, PictureSource
from saccade.training.data.transforms import Augment
from saccade.training.features.store import as_keys
from saccade.training.features.views import view_rng
from saccade.vision.preprocess import Preprocess


@dataclass(frozen=True)
class PictureViews:
    """`Views` of a source of pictures.

    preprocess: the trunk's. augment: of views 1, 2, ...; None for a store of view 0 alone. seed: of them.
    InputError when the two do not give pictures of one size.
    """

    source: PictureSource
    preprocess: Preprocess
    augment: Augment | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.augment is not None and self.augment.shape != self.preprocess.size:
            raise InputError(
                f"expected an augmentation for pictures of {self.preprocess.size} pixels, which the trunk "
                f"takes, found one for {self.augment.shape}"
            )

    @property
    def ids(self) -> Sequence[str] | pa.Array:
        """Of the pictures."""
        return self.source.ids

    @property
    def augmentation(self) -> str:
        """All strengths in words."""
        return "none" if self.augment is None else repr(self.augment)

    @cached_property
    def _keys(self) -> Keys:
        return as_keys(self.source.ids)

    def read(self, rows: Sequence[int], views: Sequence[range]) -> list[Pixels | None]:
        """As `Views.read`."""
        encoded = self.source.read(np.asarray(rows, np.int64))
        return [self._all(*one) for one in zip(rows, encoded, views, strict=True)]

    def _all(self, row: int, encoded: Encoded, views: range) -> Pixels | None:
        made = [self._one(row, encoded, view) for view in views]
        good = [pixels for pixels in made if pixels is not None]
        return np.stack(good) if len(good) == len(made) else None

    def _one(self, row: int, encoded: Encoded, number: int) -> Pixels | None:
        size = encoded.size()
        if isinstance(size, str):
            return None
        augment = self._augment(number)
        rng = view_rng(self.seed, number, bytes(self._keys[row]))
        view = augment.view(*size, rng)
        rgb = encoded.decode(view.draft)
        return None if isinstance(rgb, str) else augment.finish(rgb, view, rng, self._backdrop)

    def _augment(self, number: int) -> Augment:
        if number == 0:
            return Augment.none(self.preprocess)
        if self.augment is None:
            raise InputError("expected an augmentation for more than one view of a picture, found none")
        return self.augment

    def _backdrop(self, share: float) -> Pixels | None:
        """Some picture of the list, coarse: it is out of focus as a rule."""
        encoded = self.source.read(np.array([int(share * len(self.source))]))[0]
        rgb = encoded.decode(max(1, self.preprocess.size[0] // 2))
        return None if isinstance(rgb, str) else rgb
