"""Augmentation of one picture: which part, one resize, flip, colour, blur, erasing; or a phone's photo of it.

    augment = Augment.finetuning(224)
    pixels = augment(rgb, np.random.default_rng([seed, step, place]))     # uint8 [224, 224, 3]

Decided: the part of the picture is drawn before it is decoded (`view`), the rest after (`finish`); all draws
come from the generator that is passed in. uint8 throughout. Labels stay those of the picture: no MixUp or
CutMix. Hue stays as it is by default, because colour is a label of many catalogues.
Not here: the camera itself (`training.augment`), the evaluation's geometry (`vision.preprocess`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import cv2
import numpy as np

from saccade.errors import InputError
from saccade.training.augment import Camera, mask_of
from saccade.training.data.colour import recolour
from saccade.training.data.effects import blur, erase, trivial
from saccade.training.data.geometry import Pixels, Range, Region, random_region, resize, shrunk
from saccade.vision.preprocess import Preprocess

Interpolation = Literal["bilinear", "bicubic", "random"]
Behind = Callable[[float], Pixels | None]
"""Some other picture, uint8 [h, w, 3], for a number in [0, 1); None where that one cannot be read."""

_CHANCES = ("flip", "jitter", "grey", "trivial", "blur", "erase", "camera_share")
_STRENGTHS = ("brightness", "contrast", "saturation", "hue")
_SHARPER = 1.5  # the camera comes as near as 1.35


@dataclass(frozen=True, slots=True)
class View:
    """What is decided before decoding. photo: taken by the camera. draft: see `vision.decode`."""

    region: Region
    photo: bool
    draft: int


@dataclass(frozen=True)
class Augment:
    """Field-standard augmentation; chances are in 0..1 and zero switches a thing off.

    Attributes:
        size: side in pixels of what comes out.
        scale, ratio: share of the area and width / height of the Inception crop (`random_region`).
        interpolation: "random" is bilinear or bicubic, as likely as not, as in timm.
        flip: chance of a mirrored picture.
        jitter: chance that light and colour change: factors within 1 +- `brightness`, `contrast`,
            `saturation`, and hue turned by up to +- `hue` (0.5 is half the circle).
        grey: chance of a grey picture.
        trivial: chance of one operation of TrivialAugment (`effects.trivial`).
        blur, blur_sigma: chance and range of a Gaussian blur, for 224 pixels; scaled with `size`.
        erase: chance of a rectangle of noise (`effects.erase`).
        camera, camera_share: a photo of the picture, instead of all of the above but erasing, for this share.
        camera_scale: share of the area that such a photo is taken of; all of it for a product on paper.
        exact: the geometry of an evaluation, and nothing else; `size` is then not used.
    """

    size: int = 224
    scale: Range = (0.08, 1.0)
    ratio: Range = (3 / 4, 4 / 3)
    interpolation: Interpolation = "random"
    flip: float = 0.5
    jitter: float = 0.0
    brightness: float = 0.4
    contrast: float = 0.4
    saturation: float = 0.4
    hue: float = 0.0
    grey: float = 0.0
    trivial: float = 0.0
    blur: float = 0.0
    blur_sigma: Range = (0.1, 2.0)
    erase: float = 0.0
    camera: Camera | None = None
    camera_share: float = 0.0
    camera_scale: Range = (0.6, 1.0)
    exact: Preprocess | None = None

    def __post_init__(self) -> None:
        _require(self.size >= 1, "size", "a positive number of pixels", self.size)
        for name in ("scale", "camera_scale"):
            low, high = getattr(self, name)
            _require(0 < low <= high <= 1, name, "two shares, 0 < low <= high <= 1", (low, high))
        for name in ("ratio", "blur_sigma"):
            low, high = getattr(self, name)
            _require(0 < low <= high, name, "two numbers, 0 < low <= high", (low, high))
        for name in _CHANCES:
            _require(0 <= getattr(self, name) <= 1, name, "a chance in 0..1", getattr(self, name))
        for name in _STRENGTHS:
            _require(0 <= getattr(self, name) <= 1, name, "a strength in 0..1", getattr(self, name))
        known = get_args(Interpolation)
        _require(self.interpolation in known, "interpolation", " or ".join(known), self.interpolation)
        _require(self.camera is not None or not self.camera_share, "camera_share", "0 without a camera",
                 self.camera_share)  # fmt: skip

    @classmethod
    def pretraining(cls, size: int = 224) -> Augment:
        """Inception crop and flip, as for weak labels in BiT (arXiv 1912.11370) and ViT (2010.11929)."""
        return cls(size)

    @classmethod
    def finetuning(cls, size: int = 224) -> Augment:
        """Milder crops, light and a little colour; our own choice for some thousand pictures."""
        return cls(
            size, scale=(0.35, 1.0), jitter=0.8, brightness=0.3, contrast=0.3, saturation=0.2, erase=0.1
        )

    @classmethod
    def camera_photos(cls, size: int = 224, share: float = 0.5) -> Augment:
        """`finetuning`, and for a share of the pictures a phone's photo of them; our own choice."""
        return replace(cls.finetuning(size), camera=Camera(), camera_share=share)

    @classmethod
    def none(cls, preprocess: Preprocess) -> Augment:
        """What an evaluation sees: `Preprocess.prepare_uint8`, the same draft included."""
        return cls(preprocess.size[0], exact=preprocess)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of what comes out."""
        return (self.size, self.size) if self.exact is None else self.exact.size

    def __call__(self, rgb: Pixels, rng: np.random.Generator, behind: Behind | None = None) -> Pixels:
        """uint8 [H, W, 3] to uint8 [size, size, 3]; `behind` gives backdrops for products on paper."""
        return self.finish(rgb, self.view(rgb.shape[0], rgb.shape[1], rng), rng, behind)

    def view(self, height: int, width: int, rng: np.random.Generator) -> View:
        """The part of an upright picture of this size that is seen."""
        if self.exact is not None:
            return View(Region.all_of(height, width), False, self.exact.draft)
        photo = bool(rng.random() < self.camera_share)
        region = random_region(height, width, self.camera_scale if photo else self.scale, self.ratio, rng)
        return View(region, photo, region.draft(self.size))

    def finish(
        self, rgb: Pixels, view: View, rng: np.random.Generator, behind: Behind | None = None
    ) -> Pixels:
        """The picture's part of that view; `rgb` may be decoded at `view.draft`."""
        if self.exact is not None:
            return self.exact.prepare_uint8(rgb)
        seen = (
            self._photo(rgb, view.region, rng, behind) if view.photo else self._plain(rgb, view.region, rng)
        )
        if rng.random() < self.erase:
            erase(seen, rng)
        return seen

    def _plain(self, rgb: Pixels, region: Region, rng: np.random.Generator) -> Pixels:
        filter_ = self.interpolation
        if filter_ == "random":
            filter_ = "bilinear" if rng.random() < 0.5 else "bicubic"
        seen = resize(region.of(rgb), self.size, self.size, filter_)
        if rng.random() < self.flip:
            seen = np.asarray(cv2.flip(seen, 1), np.uint8)
        seen = self._coloured(seen, rng)
        if rng.random() < self.trivial:
            seen = trivial(seen, rng)
        if rng.random() < self.blur:
            seen = blur(seen, rng.uniform(*self.blur_sigma) * self.size / 224)
        return seen

    def _coloured(self, seen: Pixels, rng: np.random.Generator) -> Pixels:
        jitter, grey = bool(rng.random() < self.jitter), bool(rng.random() < self.grey)
        if not jitter and not grey:
            return seen
        gains = [rng.uniform(1 - x, 1 + x) for x in (self.brightness, self.contrast, self.saturation)]
        turn = rng.uniform(-self.hue, self.hue)
        if not jitter:
            gains, turn = [1.0, 1.0, 1.0], 0.0
        return recolour(seen, gains[0], gains[1], 0.0 if grey else gains[2], turn)

    def _photo(self, rgb: Pixels, region: Region, rng: np.random.Generator, behind: Behind | None) -> Pixels:
        assert self.camera is not None
        paper = None if behind is None else mask_of(shrunk(rgb, self.size))
        if behind is None or paper is None:
            return self.camera(shrunk(region.of(rgb), round(_SHARPER * self.size)), self.size, rng)
        whole = shrunk(rgb, round(_SHARPER * self.size))  # a product that is cut out has no edge of a crop
        mask = cv2.resize(paper, whole.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return self.camera(whole, self.size, rng, np.asarray(mask, np.uint8), behind(rng.random()))


def _require(good: bool, name: str, expected: object, found: object) -> None:
    if not good:
        raise InputError(f"augmentation {name}: expected {expected}, found {found}")
