"""What a phone does to a catalogue picture: one random camera for each picture.

Decided: one warp does viewpoint, rotation, distance and framing together, so a picture is resampled once.
A product on plain paper is cut out (`mask_of`) and set before something else, because the paper is what all
catalogue pictures share and no photo has. Then light, colour cast, blur, noise and JPEG. All draws come from
the generator that is passed in. NumPy and OpenCV; no torch. The strengths are our own choice.
Not here: policies that are learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Matrix = NDArray[np.float64]
EVEN = 0.5  # chance of a thing that is as likely as not


@dataclass(frozen=True)
class Camera:
    """Strengths of the distortions; zero switches one off.

    turn: degrees. tilt: corners move by this share of the side. near, far: how large the picture's middle
    appears. shift: share of the side. light: stops, +-. cast: gain of a channel, +-. contrast: +-.
    blur: sigma in pixels. noise: grey levels. jpeg: chance of a save at quality 30-90. flip: chance.
    backdrop: chance that plain paper is replaced by the backdrop that is passed in.
    """

    turn: float = 15.0
    tilt: float = 0.10
    near: float = 1.35
    far: float = 0.8
    shift: float = 0.1
    light: float = 0.6
    cast: float = 0.12
    contrast: float = 0.25
    blur: float = 1.2
    noise: float = 8.0
    jpeg: float = 0.3
    flip: float = 0.5
    backdrop: float = 0.8

    def __call__(
        self,
        picture: Pixels,
        side: int,
        rng: np.random.Generator,
        mask: Pixels | None = None,
        behind: Pixels | None = None,
    ) -> Pixels:
        """One photo of a picture.

        Args:
            picture: uint8 [H, W, 3].
            side: of the photo, uint8 [side, side, 3].
            rng: of all draws.
            mask: from `mask_of`, uint8 [H, W]; None for a picture that is no product on paper.
            behind: any other picture; a piece of it becomes the backdrop.
        """
        matrix = self._viewpoint(picture.shape[:2], side, rng)
        seen = self._seen(picture, matrix, side, rng)
        if mask is not None and behind is not None and rng.random() < self.backdrop:
            seen = _before(seen, _warped(mask, matrix, side), backdrop(behind, side, rng))
        return self._sensor(self._light(seen, rng), rng)

    def _viewpoint(self, shape: tuple[int, ...], side: int, rng: np.random.Generator) -> Matrix:
        """Homography from the picture to the photo: the picture's corners, turned, scaled, moved, flipped."""
        height, width = shape[:2]
        angle = np.deg2rad(rng.uniform(-self.turn, self.turn))
        zoom = np.exp(rng.uniform(np.log(self.far), np.log(self.near)))
        corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        seen = zoom * corners @ turn.T + rng.uniform(-self.tilt, self.tilt, (4, 2))
        seen += 0.5 + rng.uniform(-self.shift, self.shift, 2)
        if rng.random() < self.flip:
            corners = corners * [-1, 1]
        source = ((corners + 0.5) * [width, height]).astype(np.float32)
        return np.asarray(cv2.getPerspectiveTransform(source, (seen * side).astype(np.float32)), np.float64)

    def _seen(self, picture: Pixels, matrix: Matrix, side: int, rng: np.random.Generator) -> Pixels:
        """The picture through the homography; beyond its edge its border goes on, or one colour."""
        colour = [int(x) for x in rng.integers(0, 256, 3)]
        mode = cv2.BORDER_REPLICATE if rng.random() < EVEN else cv2.BORDER_CONSTANT
        return _warped(picture, matrix, side, mode, colour)

    def _light(self, picture: Pixels, rng: np.random.Generator) -> NDArray[np.float32]:
        gain = 2 ** rng.uniform(-self.light, self.light) * (1 + rng.uniform(-self.cast, self.cast, 3))
        x = picture.astype(np.float32) * gain.astype(np.float32)
        return (x - 128) * np.float32(1 + rng.uniform(-self.contrast, self.contrast)) + 128

    def _sensor(self, x: NDArray[np.float32], rng: np.random.Generator) -> Pixels:
        if self.blur and rng.random() < EVEN:
            x = np.asarray(cv2.GaussianBlur(x, (0, 0), rng.uniform(0.2, self.blur)), np.float32)
        if self.noise and rng.random() < EVEN:
            grain = rng.standard_normal(x.shape, np.float32)
            x += grain * np.float32(rng.uniform(0, self.noise))
        picture = np.clip(x, 0, 255).astype(np.uint8)
        if rng.random() >= self.jpeg:
            return picture
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 91))]
        return np.asarray(cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR), np.uint8)


def mask_of(picture: Pixels, threshold: float = 12.0) -> Pixels | None:
    """Where the product is, uint8 [H, W] of 0 or 255; None when the border is not plain paper.

    Paper is what is connected to the border and, in Lab, close to its neighbours and to the border's median.
    """
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2Lab).astype(np.float32)
    border = np.concatenate((lab[0], lab[-1], lab[:, 0], lab[:, -1]))
    paper = np.median(border, axis=0)
    # A shadow on paper changes its lightness, hardly its colour.
    distance = np.abs(lab - paper) @ np.array([0.35, 1.0, 1.0], np.float32)
    plain = (distance < threshold).astype(np.uint8)
    _, parts = cv2.connectedComponents(plain, connectivity=4)
    edge = np.unique(np.concatenate((parts[0], parts[-1], parts[:, 0], parts[:, -1])))
    ground = np.isin(parts, edge[edge > 0])
    share = float(ground.mean())
    return None if share < 0.2 or share > 0.97 else np.where(ground, 0, 255).astype(np.uint8)


def backdrop(behind: Pixels, side: int, rng: np.random.Generator) -> Pixels:
    """A random piece of another picture, recoloured and more or less out of focus: uint8 [side, side, 3]."""
    height, width = behind.shape[:2]
    size = int(rng.integers(max(2, min(height, width) // 6), min(height, width)))
    top, left = int(rng.integers(0, height - size + 1)), int(rng.integers(0, width - size + 1))
    piece = cv2.resize(behind[top : top + size, left : left + size], (side, side)).astype(np.float32)
    piece = piece[..., rng.permutation(3)] * rng.uniform(0.5, 1.0, 3).astype(np.float32)
    grey = np.float32(rng.uniform(0, 1))
    piece += grey * (piece.mean(axis=2, keepdims=True) - piece)
    if rng.random() < EVEN:
        piece = cv2.GaussianBlur(piece, (0, 0), rng.uniform(1.0, side / 8)).astype(np.float32)
    return np.clip(piece + rng.uniform(-20, 60), 0, 255).astype(np.uint8)


def _warped(
    picture: Pixels,
    matrix: Matrix,
    side: int,
    mode: int = cv2.BORDER_CONSTANT,
    colour: Sequence[int] = (0, 0, 0),
) -> Pixels:
    size, flags = (side, side), cv2.INTER_LINEAR
    seen = cv2.warpPerspective(picture, matrix, size, flags=flags, borderMode=mode, borderValue=colour)
    return np.asarray(seen, np.uint8)


def _before(product: Pixels, mask: Pixels, ground: Pixels) -> Pixels:
    share = mask[..., None].astype(np.float32) / 255
    return (product * share + ground * (1 - share)).astype(np.uint8)
