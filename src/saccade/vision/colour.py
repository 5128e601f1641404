"""Salient colours of a picture: few Lab colours with their shares of what stands out, and their names.

After Jing et al. 2015 (Visual Search at Pinterest): find the salient region, k-means of its pixels in CIE
Lab, keep the cluster colours.

Decided:
- Every picture is first squashed to 96 x 96 by averaging (`PREPARE`): colours do not mind their aspect ratio,
  and the time does not depend on the picture.
- k-means is deterministic: it runs on a histogram of the pixels and starts from the heaviest bin, then
  whichever is far and heavy (k-means++ without the dice).
- Clusters closer than `MERGE` delta E 2000 become one, those below `SMALL` are dropped; what is left keeps
  its share of all salient pixels.

Not here: what is salient (`salience.py`), names (`families.py`), the table (`fingerprints.colours`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from saccade.vision.families import NAMES, family_numbers, named
from saccade.vision.lab import delta_e2000, to_lab
from saccade.vision.preprocess import Preprocess
from saccade.vision.salience import checked, salient_mask

Floats = NDArray[np.float32]
PREPARE = Preprocess(size=(96, 96), crop_pct=1.0, crop_mode="squash", interpolation="box")
MERGE = 8.0
"""Clusters closer than this (delta E 2000) are one colour."""
SMALL = 0.04
"""The least share of a colour."""
NEAR = 12.0
"""Delta E 2000 within which a colour counts as a wanted one."""
ENOUGH = 0.25
"""The share from which a picture "has" a colour, to narrow by."""
_CLUSTERS = 8
_ROUNDS = 12
_BIN = 4.0  # delta E: side of a bin of the histogram


@dataclass(frozen=True, eq=False)
class Palette:
    """Salient colours of a picture or an object, the largest share first; at least one.

    `lab`: float32 [K, 3], CIE Lab (D65; L 0..100). `shares`: float32 [K], of the salient pixels, together at
    most 1.
    """

    lab: Floats
    shares: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """The colour family of each colour, one of `families.NAMES`."""
        return tuple(named(self.lab))

    @property
    def family(self) -> str:
        """The family with the largest share, all its shades together."""
        return NAMES[int(np.bincount(family_numbers(self.lab), self.shares, len(NAMES)).argmax())]


def salient_colours(rgb: NDArray[np.uint8], most: int = 5, tight: bool = False) -> Palette:
    """The salient colours of an upright picture, uint8 [H, W, 3] of any size: 1 to `most` of them.

    `tight`: the picture is a crop around one thing (a box). `InputError` for an array of another shape or
    type. About four milliseconds on one core.
    """
    small = PREPARE.prepare_uint8(checked(rgb))
    return palette(to_lab(small)[_inner(salient_mask(small, tight))], most)


def _inner(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without the pixels on the edge, which are half background; thin things keep theirs."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1).astype(bool)
    return inner if inner.sum() >= mask.sum() / 2 else mask


def palette(lab_N3: Floats, most: int = 5) -> Palette:
    """The main colours of pixels in Lab [N, 3], N at least 1."""
    points, weights = _histogram(lab_N3)
    centres, shares = _merged(*_clusters(points, weights, min(_CLUSTERS, len(points))))
    order = np.argsort(-shares, kind="stable")[:most]
    order = order[shares[order] >= min(SMALL, shares.max())]
    return Palette(centres[order].astype(np.float32), shares[order].astype(np.float32))


def _histogram(lab: Floats) -> tuple[Floats, Floats]:
    """Mean colour [B, 3] and share [B] of the pixels in each bin that is not empty."""
    cells = np.floor(lab / _BIN).astype(np.int64) + 64
    codes = (cells[:, 0] * 128 + cells[:, 1]) * 128 + cells[:, 2]
    _, which, counts = np.unique(codes, return_inverse=True, return_counts=True)
    sums = np.stack([np.bincount(which, lab[:, channel]) for channel in range(3)], axis=1)
    return (sums / counts[:, None]).astype(np.float32), (counts / len(lab)).astype(np.float32)


def _clusters(points: Floats, weights: Floats, k: int) -> tuple[Floats, Floats]:
    """Weighted k-means: centres [k, 3] and shares [k]."""
    centres, mine = _start(points, weights, k), np.zeros(len(points), np.int64)
    for _ in range(_ROUNDS):
        found = _squares(points, centres).argmin(axis=1)
        if (found == mine).all():
            break
        mine = found
        shares = np.bincount(mine, weights, k)
        sums = np.stack([np.bincount(mine, weights * points[:, c], k) for c in range(3)], axis=1)
        centres = np.where(shares[:, None] > 0, sums / np.maximum(shares, 1e-9)[:, None], centres)
        centres = centres.astype(np.float32)
    shares = np.bincount(_squares(points, centres).argmin(axis=1), weights, k).astype(np.float32)
    return centres[shares > 0], shares[shares > 0]


def _start(points: Floats, weights: Floats, k: int) -> Floats:
    """The heaviest bin, then again and again whichever is far from those chosen and heavy."""
    chosen = [int(weights.argmax())]
    nearest = _squares(points, points[chosen])[:, 0]
    while len(chosen) < k:
        chosen.append(int((weights * nearest).argmax()))
        nearest = np.minimum(nearest, _squares(points, points[chosen[-1:]])[:, 0])
    return points[chosen]


def _squares(points: Floats, centres: Floats) -> Floats:
    return ((points[:, None] - centres) ** 2).sum(axis=-1)


def _merged(centres: Floats, shares: Floats) -> tuple[Floats, Floats]:
    """The two closest become one, weighted by share, until all are `MERGE` apart."""
    while len(centres) > 1:
        apart = delta_e2000(centres[:, None], centres)
        np.fill_diagonal(apart, np.inf)
        i, j = divmod(int(apart.argmin()), len(centres))
        if apart[i, j] >= MERGE:
            break
        total = shares[i] + shares[j]
        centres[i] = (shares[i] * centres[i] + shares[j] * centres[j]) / total
        shares[i] = total
        keep = np.arange(len(centres)) != j
        centres, shares = centres[keep], shares[keep]
    return centres, shares
