"""What of each thing is seen: counts and bounds from the buffer of samples, and what there would be to see.

Not here: what a thing is (`scenes`).
"""

from __future__ import annotations

import math

import numba
import numpy as np

from saccade.bazaar.arrays import Flags, Floats, Ints


@numba.njit(cache=True)
def tally(seen: Ints, owner: Ints, owners: int) -> Ints:
    """Count, left, top, right and bottom (owners, 5) of the samples of owners 0..owners - 1. Counted is every
    second sample of every second row, which is what `alone` counts.

    `seen` (H, W) holds faces or -1; `owner` (M,) the owner of each face, anything outside the range for
    nobody's. right and bottom are one past the last sample; without samples a row is (0, W, H, 0, 0).
    """
    height, width = seen.shape
    out = np.zeros((owners, 5), np.int32)
    out[:, 1], out[:, 2] = width, height
    for y in range(height):
        for x in range(width):
            face = seen[y, x]
            if face < 0:
                continue
            who = owner[face]
            if who < 0 or who >= owners:
                continue
            row = out[who]
            row[0] += (x | y) & 1 ^ 1
            row[1], row[3] = min(row[1], x), max(row[3], x + 1)
            row[2], row[4] = min(row[2], y), max(row[4], y + 1)
    return out


@numba.njit(cache=True)
def reach(screen: Floats, faces: Ints, bits: Ints) -> Floats:
    """(left, top, right, bottom) of the projected corners of the faces with a bit set; zeros if none has."""
    out, first = np.zeros(4, np.float32), True
    for m in range(faces.shape[0]):
        if bits[m] == 0:
            continue
        for k in range(3):
            x, y = screen[faces[m, k], 0], screen[faces[m, k], 1]
            if first:
                out[0], out[1], out[2], out[3] = x, y, x, y
                first = False
            out[0], out[2] = min(out[0], x), max(out[2], x)
            out[1], out[3] = min(out[1], y), max(out[3], y)
    return out


@numba.njit(cache=True, fastmath=True)
def alone(screen: Floats, faces: Ints, closed: Flags, bits: Ints, stamp: Ints, groups: int) -> Ints:
    """How many samples each of `groups` (at most 31) would cover if nothing stood before it: (groups,).

    `screen` (N, 3) is in samples; `bits` (M,) has bit g of each face of group g set; a face may be of several
    groups. `stamp` (H, W) starts at 0; samples outside it are not counted.
    """
    height, width = stamp.shape
    slack = np.float32(1e-3)
    out = np.zeros(groups, np.int32)
    for m in range(faces.shape[0]):
        mine = bits[m]
        if mine == 0:
            continue
        a, b, c = faces[m, 0], faces[m, 1], faces[m, 2]
        ax, ay, bx, by = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1]
        cx, cy = screen[c, 0], screen[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-6 or (closed[m] and area < 0):
            continue
        scale = np.float32(1.0) / area
        x0 = max(math.ceil(min(ax, bx, cx) - 0.5), 0)
        x1 = min(math.floor(max(ax, bx, cx) - 0.5), width - 1)
        y0 = max(math.ceil(min(ay, by, cy) - 0.5), 0)
        y1 = min(math.floor(max(ay, by, cy) - 0.5), height - 1)
        du, dv = (by - cy) * scale, (cy - ay) * scale
        near_u, near_v, near_w = -slack * abs(du), -slack * abs(dv), -slack * abs(du + dv)
        for y in range(y0, y1 + 1):
            py, px = np.float32(y + 0.5), np.float32(x0 + 0.5)
            u = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * scale
            v = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * scale
            for x in range(x0, x1 + 1):
                if u >= near_u and v >= near_v and np.float32(1.0) - u - v >= near_w:
                    new = mine & ~stamp[y, x]
                    if new != 0:
                        stamp[y, x] |= new
                        for g in range(groups):
                            out[g] += (new >> g) & 1
                u += du
                v += dv
    return out
