"""From triangles in space to pixels: which triangle each pixel sees, and where a shadow falls.

Decided: a z-buffer in a few compiled loops (numba). OpenCV's polygon filling needs one call a polygon and
knows no depth; a real camera gives true angles, occlusion, boxes and shadows for nothing.

Not here: colour. A pixel keeps only its triangle (a visibility buffer); `shade` does the rest once for each
pixel that is seen, instead of once for each that is drawn.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from saccade.bazaar.arrays import Flags, Floats, Ints, Pixels, Scalar


@numba.njit(cache=True, fastmath=True)
def cover(screen: Floats, faces: Ints, closed: Flags, nearness: Floats, triangle: Ints) -> None:
    """Fill the visibility buffer.

    `screen` (N, 3) float32 holds pixel x, pixel y and 1 / distance; `faces` (M, 3) int32;
    `closed` (M,) bool marks faces of closed bodies, which are skipped when they look away. The buffers (H, W)
    are written in place: `nearness` is 1 / distance and starts at 0, `triangle` starts at -1.
    """
    height, width = triangle.shape
    one, tiny = np.float32(1.0), np.float32(1e-12)
    for m in range(faces.shape[0]):
        a, b, c = faces[m, 0], faces[m, 1], faces[m, 2]
        ax, ay, aw = screen[a, 0], screen[a, 1], screen[a, 2]
        bx, by, bw = screen[b, 0], screen[b, 1], screen[b, 2]
        cx, cy, cw = screen[c, 0], screen[c, 1], screen[c, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-6 or (closed[m] and area < 0):
            continue
        x0 = max(math.ceil(min(ax, bx, cx) - 0.5), 0)
        x1 = min(math.floor(max(ax, bx, cx) - 0.5), width - 1)
        y0 = max(math.ceil(min(ay, by, cy) - 0.5), 0)
        y1 = min(math.floor(max(ay, by, cy) - 0.5), height - 1)
        scale = np.float32(1.0) / area
        # All three weights are planes over the picture; each bounds the run of pixels that a row has inside.
        du, dv = (by - cy) * scale, (cy - ay) * scale
        dw = -du - dv
        fu, fv, fw = (
            one / (du if du != 0 else tiny),
            one / (dv if dv != 0 else tiny),
            one / (dw if dw != 0 else tiny),
        )
        px = np.float32(x0 + 0.5)
        for y in range(y0, y1 + 1):
            py = np.float32(y + 0.5)
            u = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * scale
            v = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * scale
            left, right = np.float32(0.0), np.float32(x1 - x0)
            left, right = _inside(u, du, fu, left, right)
            left, right = _inside(v, dv, fv, left, right)
            left, right = _inside(one - u - v, dw, fw, left, right)
            if right < left:
                continue
            start = int(left + np.float32(0.999))
            near = u * aw + v * bw + (one - u - v) * cw
            step = du * aw + dv * bw + dw * cw
            near += step * np.float32(start)
            for x in range(x0 + start, x0 + int(right) + 1):
                if near > nearness[y, x]:
                    nearness[y, x] = near
                    triangle[y, x] = m
                near += step


@numba.njit(cache=True, fastmath=True, inline="always")
def _inside(
    value: Scalar, step: Scalar, inverse: Scalar, left: Scalar, right: Scalar
) -> tuple[Scalar, Scalar]:
    """Narrow a run of pixels to where `value + step * x` is not negative (a hair more, so that no seam
    shows).
    """
    if step > 0:
        left = max(left, -value * inverse - np.float32(1e-3))
    elif step < 0:
        right = min(right, -value * inverse + np.float32(1e-3))
    elif value < 0:
        right = np.float32(-1.0)
    return left, right


@numba.njit(cache=True, fastmath=True)
def blacken(screen: Floats, faces: Ints, closed: Flags, mask: Pixels) -> None:
    """Set the pixels of `mask` (H, W) uint8 whose middle a triangle covers to 255."""
    height, width = mask.shape
    for m in range(faces.shape[0]):
        a, b, c = faces[m, 0], faces[m, 1], faces[m, 2]
        ax, ay = screen[a, 0], screen[a, 1]
        bx, by = screen[b, 0], screen[b, 1]
        cx, cy = screen[c, 0], screen[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-6 or (closed[m] and area < 0):
            continue
        x0 = max(math.ceil(min(ax, bx, cx) - 0.5), 0)
        x1 = min(math.floor(max(ax, bx, cx) - 0.5), width - 1)
        y0 = max(math.ceil(min(ay, by, cy) - 0.5), 0)
        y1 = min(math.floor(max(ay, by, cy) - 0.5), height - 1)
        sign = np.float32(1.0) if area > 0 else np.float32(-1.0)
        for y in range(y0, y1 + 1):
            py = np.float32(y + 0.5)
            for x in range(x0, x1 + 1):
                px = np.float32(x + 0.5)
                u = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * sign
                v = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * sign
                w = ((ax - px) * (by - py) - (ay - py) * (bx - px)) * sign
                if u >= 0 and v >= 0 and w >= 0:
                    mask[y, x] = 255


@numba.njit(cache=True, fastmath=True)
def project(
    points: Floats, turn: Floats, middle: Floats, distance: Scalar, scale: Scalar, x: Scalar, y: Scalar
) -> Floats:
    """World points (N, 3) to pixel x, pixel y and 1 / distance (N, 3), float32."""
    out = np.empty((points.shape[0], 3), np.float32)
    for i in range(points.shape[0]):
        a, b, c = points[i, 0] - middle[0], points[i, 1] - middle[1], points[i, 2] - middle[2]
        depth = distance - (turn[2, 0] * a + turn[2, 1] * b + turn[2, 2] * c)
        near = np.float32(1.0) / max(depth, np.float32(0.2))
        out[i, 0] = x + scale * near * (turn[0, 0] * a + turn[0, 1] * b + turn[0, 2] * c)
        out[i, 1] = y - scale * near * (turn[1, 0] * a + turn[1, 1] * b + turn[1, 2] * c)
        out[i, 2] = near
    return out


@numba.njit(cache=True, fastmath=True, inline="always")
def place_in(screen: Floats, i: int, j: int, k: int, px: Scalar, py: Scalar) -> tuple[Scalar, Scalar]:
    """Weights (perspective-correct) of corners `i` and `j` of a triangle at pixel (px, py)."""
    ax, ay, bx, by = screen[i, 0], screen[i, 1], screen[j, 0], screen[j, 1]
    cx, cy = screen[k, 0], screen[k, 1]
    scale = np.float32(1.0) / ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax))
    u = ((bx - px) * (cy - py) - (by - py) * (cx - px)) * scale
    v = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) * scale
    u, v, w = u * screen[i, 2], v * screen[j, 2], (np.float32(1.0) - u - v) * screen[k, 2]
    total = np.float32(1.0) / (u + v + w)
    return u * total, v * total


@numba.njit(cache=True)
def extent(screen: Floats) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    """(left, top, right, bottom) of projected points (N, 3)."""
    left, top, right, bottom = screen[0, 0], screen[0, 1], screen[0, 0], screen[0, 1]
    for i in range(screen.shape[0]):
        left, right = min(left, screen[i, 0]), max(right, screen[i, 0])
        top, bottom = min(top, screen[i, 1]), max(bottom, screen[i, 1])
    return left, top, right, bottom


def empty(height: int, width: int) -> tuple[Floats, Ints]:
    """Fresh buffers (H, W) for `cover`: nearness and triangle."""
    return np.zeros((height, width), np.float32), np.full((height, width), -1, np.int32)
