"""The box of what stands out in a photo: the main object where no detector says better.

Decided: the bounding box of the largest connected part of the salient region, with a margin; none where
nothing stands out against the rest. The same box cut from catalogue pictures and from photos brings a product
to one scale.
"""

from __future__ import annotations

import cv2
import numpy as np

from saccade.discovery.lens.shapes import Pixels
from saccade.vision.boxes import Box, clip
from saccade.vision.salience import salience, salient_mask

MARGIN = 0.04  # of the box's sides
LEAST_AREA = 0.01  # share of the photo
STANDS_OUT = 0.3  # the weight that something must reach


def salient_box(rgb: Pixels) -> Box | None:
    """The box of what stands out in a picture, uint8 [H, W, 3]; None where nothing does."""
    if min(rgb.shape[:2]) < 8 or float(salience(rgb).max()) < STANDS_OUT:
        return None
    mask = salient_mask(rgb).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return None
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    left, top, width, height, area = (int(value) for value in stats[best])
    down, across = mask.shape
    if area < LEAST_AREA * down * across:
        return None
    x, y, wide, high = left / across, top / down, width / across, height / down
    return clip(x - MARGIN * wide, y - MARGIN * high, (1 + 2 * MARGIN) * wide, (1 + 2 * MARGIN) * high)
