"""What passes between the parts of lens, and what comes out of it.

Decided: everything is a small frozen shape, so that a service can turn an answer into its wire format field
by field. A candidate is an item, or a picture that belongs to none; both are found under one `key`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.answer import Result, Timed
from saccade.discovery.query import MAX_K
from saccade.errors import InputError
from saccade.index.filters import Filter
from saccade.vision.boxes import Box

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Origin = Literal["detector", "person", "salient"]


@dataclass(frozen=True, eq=False)
class LensQuery:
    """One photo: the bytes of a picture file.

    `box`, what a person marked (0..1 of the upright picture), is taken for the main object. `k` results, 1 to
    1000, of items that meet `filter`. Raises `InputError`.
    """

    image: bytes
    box: Box | None = None
    filter: Filter | None = None
    k: int = 20

    def __post_init__(self) -> None:
        if not self.image:
            raise InputError("expected the bytes of a picture file, found none: send the photo itself")
        if not 1 <= self.k <= MAX_K:
            raise InputError(f"k is 1 to {MAX_K}, found {self.k}")


@dataclass(frozen=True)
class Seen:
    """An object in the photo. score 0..1; origin: who says so."""

    box: Box
    category: str
    score: float
    origin: Origin


@dataclass(frozen=True)
class Word:
    """A phrase that the photo is thought to show, with its chance 0..1."""

    phrase: str
    language: str | None
    score: float
    origin: Literal["neighbours", "classifier"]


@dataclass(frozen=True)
class Tone:
    """A salient colour: its name, `#rrggbb`, CIE Lab, and its share 0..1 of the salient pixels."""

    name: str
    hex: str
    lab: tuple[float, float, float]
    share: float


@dataclass(frozen=True)
class Quality:
    """How far a photo can be trusted.

    sharpness: variance of the Laplacian (grey levels squared); brightness, contrast, colourful: 0..1; side:
    pixels of the shorter side; confidence: all of it as one number 0..1; flaws: words for what is wrong.
    """

    sharpness: float
    brightness: float
    contrast: float
    colourful: float
    side: int
    confidence: float
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True)
class Understanding:
    """What is known of the photo before anything is found. objects: best first; main: the one searched
    for.
    """

    objects: tuple[Seen, ...]
    main: Seen | None
    words: tuple[Word, ...]
    colours: tuple[Tone, ...]
    quality: Quality


@dataclass(frozen=True, eq=False)
class Photo:
    """What a source may ask with: pixels, vectors [D] of the whole and of the main object, and words."""

    rgb: Pixels
    whole: Floats
    crop: Floats | None = None
    words: tuple[Word, ...] = ()
    filter: Filter | None = None


@dataclass(frozen=True)
class Candidate:
    """What a source found. key: an item's id, or a picture's where `item_id` is None.

    score: the source's own, larger is better; image_id: the picture that matched, None for words.
    """

    key: str
    score: float
    item_id: str | None
    image_id: str | None


@dataclass(frozen=True)
class Found:
    """A source's answer, best first and each key once; `note` says why it found nothing or was not asked."""

    source: str
    candidates: tuple[Candidate, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class Share:
    """A source's part in a result: share 0..1 of its score, rank (from 1) and score that the source gave."""

    source: str
    share: float
    rank: int
    score: float


@dataclass(frozen=True)
class Blended:
    """A candidate after blending: score 0..1, shares largest first, summing to 1."""

    candidate: Candidate
    score: float
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class SourceReport:
    """How a source fared. confidence: calibrated chance 0..1 that it is right; weight: of all sources, sum
    1.
    """

    name: str
    confidence: float
    weight: float
    found: int
    note: str | None = None


@dataclass(frozen=True)
class LensResult:
    """A found item or picture (`result.score`: blended, 0..1), which sources said so, and why in words."""

    result: Result
    shares: tuple[Share, ...]
    why: str


@dataclass(frozen=True)
class LensAnswer(Timed):
    """The answer to one photo.

    `notes` are sentences for a person. `blend` is `fixed` or the name of a learned one. `seconds` maps
    decode, detect, embed, search, words, understand, blend and hydrate to their time.
    """

    results: tuple[LensResult, ...]
    understanding: Understanding
    sources: tuple[SourceReport, ...]
    notes: tuple[str, ...]
    blend: str
    model_id: str
    index_version: int
    image_id: str
    seconds: Mapping[str, float] = field(default_factory=dict)
