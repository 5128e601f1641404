"""Features that nobody trained: where which colours are, and which way the edges run.

Decided: a Lab colour histogram on a spatial grid beside a histogram of oriented gradients (after Dalal and
Triggs 2005), square roots taken (Hellinger), then a linear projection fitted in closed form. With groups
of pictures of one product the projection whitens the differences within a product (what turning, light
and camera do), so what is left tells products apart: linear discriminant analysis.
NumPy and OpenCV only: it runs where torch is not installed.
Not here: anything that wants a gradient (`training/quick.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from saccade.errors import InputError
from saccade.models.config import ModelConfig
from saccade.vision.preprocess import Preprocess

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
PREPROCESS = Preprocess(
    size=(96, 96), crop_pct=1.0, interpolation="bilinear", mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)
)


@dataclass(frozen=True)
class HandmadeSettings:
    """Resolution of the histograms.

    grid: cells of the colour grid along each side. light, colour: bins of L and of each of a, b.
    cells: HOG cells along each side. angles: bins of edge direction over 180 degrees.
    shape: weight of shape against colour, 0..1.
    """

    grid: int = 3
    light: int = 6
    colour: int = 8
    cells: int = 6
    angles: int = 9
    shape: float = 0.5


@dataclass(frozen=True)
class Handmade:
    """Hand-made features with a linear projection; a model like any other.

    mean [W], projection [W, dim]: from `fit_handmade`; the vector is normalise((raw - mean) @ projection).
    """

    mean: Floats
    projection: Floats
    settings: HandmadeSettings = field(default_factory=HandmadeSettings)

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return int(self.projection.shape[1])

    def __call__(self, batch_N3HW: NDArray[np.float32] | Pixels) -> Floats:
        """Preprocessed pictures (float 0..1 or uint8, see `PREPROCESS`) to unit vectors [N, dim] float32."""
        raw = raw_features(as_pixels(batch_N3HW), self.settings)
        return unit(np.asarray((raw - self.mean) @ self.projection, np.float32))

    def arrays(self) -> dict[str, Floats]:
        """The fitted numbers, by name."""
        return {"mean": self.mean, "projection": self.projection}

    def describe(self, preprocess: Preprocess, name: str | None, licence: str, source: str) -> ModelConfig:
        """The config of a model folder that holds these numbers."""
        return ModelConfig(
            name=name or "handmade",
            kind="handmade",
            architecture="lab-hog",
            dim=self.dim,
            preprocess=preprocess,
            kwargs=asdict(self.settings),
            licence=licence,
            source=source,
        )


def as_pixels(batch_N3HW: NDArray[np.float32] | Pixels) -> Pixels:
    """[N, 3, H, W] float 0..1 or uint8 to uint8 [N, H, W, 3]."""
    if batch_N3HW.ndim != 4 or batch_N3HW.shape[1] != 3:
        raise InputError(f"hand-made features take [N, 3, H, W], found {list(batch_N3HW.shape)}")
    if batch_N3HW.dtype != np.uint8:
        batch_N3HW = np.clip(np.rint(batch_N3HW * 255), 0, 255)
    return np.ascontiguousarray(batch_N3HW.transpose(0, 2, 3, 1), np.uint8)


def raw_features(pictures_NHW3: Pixels, settings: HandmadeSettings) -> Floats:
    """Colour and shape side by side, [N, W] float32, each of weighted unit length."""
    rows = [
        np.concatenate(
            (
                (1 - settings.shape) * unit(np.sqrt(_colours(picture, settings))),
                settings.shape * unit(np.sqrt(_edges(picture, settings))),
            )
        )
        for picture in pictures_NHW3
    ]
    return np.asarray(rows, np.float32)


def unit(x: Floats) -> Floats:
    """Rows of unit length; a row of zeros stays zero."""
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)


def _cell_of(side: int, cells: int) -> NDArray[np.int64]:
    return np.arange(side) * cells // side


def _colours(picture: Pixels, settings: HandmadeSettings) -> Floats:
    """Per cell of the grid: a histogram of L and one of (a, b) together, flattened."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2Lab).astype(np.int64)
    rows, columns = (_cell_of(side, settings.grid) for side in picture.shape[:2])
    cell = (rows[:, None] * settings.grid + columns).ravel()
    light = lab[..., 0].ravel() * settings.light // 256
    # a and b of ordinary pictures stay within 64 of the neutral 128, so the bins do too.
    a, b = (
        np.clip((lab[..., c].ravel() - 64) * settings.colour // 128, 0, settings.colour - 1) for c in (1, 2)
    )
    cells = settings.grid**2
    lights = np.bincount(cell * settings.light + light, minlength=cells * settings.light)
    plane = settings.colour**2
    colours = np.bincount(cell * plane + a * settings.colour + b, minlength=cells * plane)
    return np.concatenate((lights, colours)).astype(np.float32)


def _edges(picture: Pixels, settings: HandmadeSettings) -> Floats:
    """Per cell: gradient length by direction, the cell's vector of unit length unless it is flat."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    dx, dy = (cv2.Sobel(grey, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    turn = np.mod(np.arctan2(dy, dx), np.pi) / np.pi * settings.angles
    low = np.floor(turn).astype(np.int64)
    rest, length = turn - low, np.hypot(dx, dy)
    rows, columns = (_cell_of(side, settings.cells) for side in picture.shape[:2])
    base = (rows[:, None] * settings.cells + columns) * settings.angles
    bins = settings.cells**2 * settings.angles
    total = np.zeros(bins, np.float64)
    for at, share in ((low, 1 - rest), (low + 1, rest)):
        total += np.bincount((base + at % settings.angles).ravel(), (share * length).ravel(), minlength=bins)
    cells = total.reshape(-1, settings.angles)
    floor = 0.1 * np.linalg.norm(cells, axis=1).mean() + 1e-6
    return (cells / (np.linalg.norm(cells, axis=1, keepdims=True) + floor)).astype(np.float32).ravel()


def fit_handmade(
    features: Floats,
    groups: Sequence[object] | None = None,
    *,
    dim: int = 128,
    shrink: float = 0.1,
    settings: HandmadeSettings | None = None,
) -> Handmade:
    """Fit the projection in closed form.

    Args:
        features: `raw_features` of the pictures, [N, W].
        groups: which product each row shows; None whitens all variation alike.
        dim: width of the vectors, lowered to what N and W allow.
        shrink: share of the mean variance added to every direction, so rare ones are not blown up.
        settings: those that made `features`.
    """
    if features.ndim != 2 or len(features) < 2:
        raise InputError(f"the projection is fitted on at least two pictures, found {list(features.shape)}")
    mean = features.mean(0)
    centred = (features - mean).astype(np.float64)
    whiten = np.eye(centred.shape[1])
    if groups is not None:
        whiten = _inverse_root(_within(centred, groups), shrink)
    values, vectors = np.linalg.eigh(_covariance(_centres(centred @ whiten, groups)))
    keep = np.argsort(values)[::-1][: min(dim, len(features) - 1)]
    scale = 1 if groups is not None else 1 / np.sqrt(values[keep] + shrink * values.mean() + 1e-12)
    projection = (whiten @ vectors[:, keep] * scale).astype(np.float32)
    return Handmade(mean.astype(np.float32), projection, settings or HandmadeSettings())


def _covariance(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    return centred.T @ centred / len(centred)


def _labels(groups: Sequence[object]) -> NDArray[np.int64]:
    return np.unique(np.asarray([str(group) for group in groups]), return_inverse=True)[1]


def _centres(x: NDArray[np.float64], groups: Sequence[object] | None) -> NDArray[np.float64]:
    """The mean of each group; the rows themselves without groups."""
    if groups is None:
        return x
    labels = _labels(groups)
    sums = np.zeros((labels.max() + 1, x.shape[1]))
    np.add.at(sums, labels, x)
    return sums / np.bincount(labels)[:, None]


def _within(x: NDArray[np.float64], groups: Sequence[object]) -> NDArray[np.float64]:
    """Covariance of the rows around the centre of their group."""
    return _covariance(x - _centres(x, groups)[_labels(groups)])


def _inverse_root(covariance: NDArray[np.float64], shrink: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    floor = shrink * values.mean() + 1e-12
    return (vectors / np.sqrt(np.maximum(values, 0) + floor)) @ vectors.T


def read_handmade(config: ModelConfig, weights: Path) -> Handmade:
    """Open the numbers of a model folder. InputError when they are not those of `Handmade`."""
    try:
        arrays: Mapping[str, Floats] = load_file(weights)
        settings = HandmadeSettings(**config.kwargs)  # type: ignore[arg-type]
    except (SafetensorError, OSError) as error:
        raise InputError(f"{weights} is no safetensors file: {error}") from error
    except TypeError as error:
        raise InputError(f"settings of {config.name} are not those of hand-made features: {error}") from error
    if arrays.keys() != {"mean", "projection"} or arrays["projection"].ndim != 2:
        raise InputError(f"{weights}: expected mean and projection, found {', '.join(sorted(arrays))}")
    return Handmade(arrays["mean"], arrays["projection"], settings)
