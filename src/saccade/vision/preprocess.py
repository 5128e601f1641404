"""From an upright picture to what a model was trained to see. Travels in the model's folder.

Decided: the geometry of timm's and torchvision's evaluation transforms, reproduced with Pillow's
`resize(box=...)`: only the pixels that survive the crop are computed, and the result is equal to "resize,
then crop" within one grey level. Pixels stay uint8 HWC until the last moment (`prepare_uint8`), so that a
whole batch is normalised at once, here or on the device (`normalise`). No torch here: every runner uses it.
Not here: training augmentation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from saccade.errors import InputError

CropMode = Literal["center", "squash", "border"]
Interpolation = Literal["nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"]
Triple = tuple[float, float, float]

_FILTERS: dict[str, Image.Resampling] = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
    "hamming": Image.Resampling.HAMMING,
}

# Pixels to each side that the widest filter (Lanczos) reaches when it enlarges.
_TAPS = 3


@dataclass(frozen=True, slots=True)
class Preprocess:
    """Resize, crop and normalise, as the model's training decided.

    `size`: (height, width) in pixels of what the model gets. `crop_pct`: share of the resized picture that
    the crop keeps, in (0, 1]; the resize goes to floor(size / crop_pct). `crop_mode`: "center" scales the
    shorter side and crops the middle, "squash" ignores the aspect ratio, "border" scales the longer side
    and pads with the mean colour. `mean`, `std`: per channel RGB in 0..1.
    `resize`: the resized side in pixels when it is not floor(size / crop_pct), as torchvision's recipes
    state it (256 for a 224 crop).
    """

    size: tuple[int, int] = (224, 224)
    crop_pct: float = 0.875
    crop_mode: CropMode = "center"
    interpolation: Interpolation = "bicubic"
    mean: Triple = (0.485, 0.456, 0.406)
    std: Triple = (0.229, 0.224, 0.225)
    resize: int | None = None

    def __post_init__(self) -> None:
        _require(len(self.size) == 2 and min(self.size) >= 1, "size", "two positive numbers", self.size)
        _require(0 < self.crop_pct <= 1, "crop_pct", "a share in (0, 1]", self.crop_pct)
        _require(self.crop_mode in get_args(CropMode), "crop_mode", get_args(CropMode), self.crop_mode)
        known = get_args(Interpolation)
        _require(self.interpolation in known, "interpolation", known, self.interpolation)
        _require(len(self.mean) == 3, "mean", "three numbers", self.mean)
        _require(len(self.std) == 3 and min(self.std) > 0, "std", "three positive numbers", self.std)
        _require(self.resize is None or self.resize >= 1, "resize", "a positive number", self.resize)

    @classmethod
    def from_timm(cls, config: Mapping[str, object]) -> Preprocess:
        """From timm's `data_config` (`resolve_model_data_config`) or a model's `pretrained_cfg`."""
        shape = cast("tuple[int, ...]", config.get("input_size", (3, 224, 224)))
        return cls.from_dict(
            {
                "size": shape[-2:],
                "crop_pct": config.get("crop_pct") or 0.875,
                "crop_mode": config.get("crop_mode") or "center",
                "interpolation": config.get("interpolation") or "bicubic",
                "mean": config.get("mean") or cls().mean,
                "std": config.get("std") or cls().std,
            }
        )

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Preprocess:
        """From what `to_dict` wrote, or JSON read back; `InputError` for an unknown or bad value."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        _require(not unknown, "preprocess", f"only {sorted(known)}", unknown)
        clean = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        try:
            return cls(**clean)  # pyright: ignore[reportArgumentType]  # __post_init__ checks the values
        except TypeError as error:
            raise InputError(
                f"preprocess: expected numbers and names, found {dict(values)}: {error}"
            ) from None

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON; `from_dict` reads them back."""
        plain = asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}

    @property
    def draft(self) -> int:
        """The shortest side in pixels that `decode(draft=...)` may return without a visible loss here.

        Twice the side that the resize aims at, so that the resize still averages over real pixels.
        """
        return 2 * max(self._scaled())

    def __call__(self, rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
        """One picture (uint8 HWC, upright) to the model's input (float32 CHW, normalised)."""
        return self.normalise(self.prepare_uint8(rgb)[None])[0]

    def prepare_uint8(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Geometry only: uint8 HWC of any size to uint8 HWC of `size`."""
        height, width = rgb.shape[:2]
        scaled_height, scaled_width = self._target(height, width)
        down = _Side.centred(height, scaled_height, self.size[0])
        across = _Side.centred(width, scaled_width, self.size[1])
        part = _resize(rgb, down, across, _FILTERS[self.interpolation])
        return part if part.shape[:2] == self.size else self._padded(part, down.pad, across.pad)

    def normalise(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        """uint8 [N, H, W, 3] to float32 [N, 3, H, W]: (pixel / 255 - mean) / std, contiguous."""
        scale = 1 / (255 * np.asarray(self.std, np.float32))
        shift = np.asarray(self.mean, np.float32) / np.asarray(self.std, np.float32)
        out_NCHW = np.empty((batch.shape[0], 3, *batch.shape[1:3]), np.float32)
        for channel in range(3):
            plane = out_NCHW[:, channel]
            np.multiply(batch[..., channel], scale[channel], out=plane)
            plane -= shift[channel]
        return out_NCHW

    def _scaled(self) -> tuple[int, int]:
        """Height and width that the resize aims at, before the crop."""
        if self.resize is not None:
            return self.resize, self.resize
        return math.floor(self.size[0] / self.crop_pct), math.floor(self.size[1] / self.crop_pct)

    def _target(self, height: int, width: int) -> tuple[int, int]:
        """The picture's whole size after the resize, with the rounding of the transform that it mirrors."""
        rows, columns = self._scaled()
        if self.crop_mode == "squash":
            return rows, columns
        if self.crop_mode == "center" and rows == columns:
            # torchvision's Resize with one number cuts the longer side's fraction off.
            long = int(rows * max(height, width) / min(height, width))
            return (rows, long) if height <= width else (long, rows)
        choose = max if self.crop_mode == "border" else min
        ratio = choose(height / rows, width / columns)
        return max(round(height / ratio), 1), max(round(width / ratio), 1)

    def _padded(self, part: NDArray[np.uint8], top: int, left: int) -> NDArray[np.uint8]:
        """The part on a full canvas: mean colour for "border" as in timm, else black as in torchvision."""
        fill = [round(255 * value) for value in self.mean] if self.crop_mode == "border" else [0, 0, 0]
        canvas = np.empty((*self.size, 3), np.uint8)
        canvas[:] = fill
        canvas[top : top + part.shape[0], left : left + part.shape[1]] = part
        return canvas


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of the picture: `length` pixels become `scaled`; `keep` from `start` on survive the crop."""

    length: int
    scaled: int
    start: int
    keep: int
    pad: int

    @classmethod
    def centred(cls, length: int, scaled: int, wanted: int) -> _Side:
        if wanted > scaled:
            return cls(length, scaled, 0, scaled, (wanted - scaled) // 2)
        return cls(length, scaled, round((scaled - wanted) / 2), wanted, 0)

    @property
    def box(self) -> tuple[float, float]:
        """The part of the source, in its pixels, that becomes what is kept."""
        step = self.length / self.scaled
        return self.start * step, min((self.start + self.keep) * step, self.length)

    def trimmed(self, taps: float) -> tuple[int, int]:
        """First and last source pixel that a filter of this many taps to each side can reach."""
        reach = taps * max(self.length / self.scaled, 1) + 2
        low, high = self.box
        return max(math.floor(low - reach), 0), min(math.ceil(high + reach), self.length)


def _resize(
    rgb: NDArray[np.uint8], down: _Side, across: _Side, filter_: Image.Resampling
) -> NDArray[np.uint8]:
    """What "resize the whole, then crop" gives, computing only what the crop keeps."""
    if filter_ is Image.Resampling.NEAREST:
        return _resize_nearest(rgb, down, across)
    if _rows_first(down, across):
        left, right = across.trimmed(_TAPS)
        image = Image.fromarray(np.ascontiguousarray(rgb[:, left:right]))
        image = image.resize(
            (right - left, down.keep), filter_, box=(0, down.box[0], right - left, down.box[1])
        )
        low, high = across.box
        return np.asarray(
            image.resize((across.keep, down.keep), filter_, box=(low - left, 0, high - left, down.keep))
        )
    top, bottom = down.trimmed(_TAPS)
    image = Image.fromarray(rgb[top:bottom])
    image = image.resize(
        (across.keep, bottom - top), filter_, box=(across.box[0], 0, across.box[1], bottom - top)
    )
    low, high = down.box
    return np.asarray(
        image.resize((across.keep, down.keep), filter_, box=(0, low - top, across.keep, high - top))
    )


def _rows_first(down: _Side, across: _Side) -> bool:
    """Does Pillow shrink the height before the width? Found by experiment with Pillow 13.

    It matters because the picture is rounded to 8 bits between the two passes: in the other order bicubic
    and Lanczos differ by up to 40 grey levels at sharp edges.
    """
    lost_rows, lost_columns = down.length - down.scaled, across.length - across.scaled
    return lost_rows > 0 and lost_rows > 2 * lost_columns


def _resize_nearest(rgb: NDArray[np.uint8], down: _Side, across: _Side) -> NDArray[np.uint8]:
    """The whole, then the crop: this filter is cheap, and which pixel it takes depends on the last bit."""
    whole = np.asarray(Image.fromarray(rgb).resize((across.scaled, down.scaled), Image.Resampling.NEAREST))
    return whole[down.start : down.start + down.keep, across.start : across.start + across.keep]


def _require(good: bool, name: str, expected: object, found: object) -> None:
    if not good:
        raise InputError(f"preprocess {name}: expected {expected}, found {found}: correct the model's config")
