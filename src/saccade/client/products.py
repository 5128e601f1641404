"""What the products of discovery answer, as frozen dataclasses; the names are those of the API.

Decided: as in `answers`. Calls are in `product_calls`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from saccade.client.answers import Box, Item, Picture, Result


@dataclass(frozen=True)
class Part:
    """A thing in a picture; (`x`, `y`) is its centre, in 0..1, where a dot goes."""

    box: Box
    object_id: str | None
    category: str | None
    score: float | None
    x: float
    y: float


@dataclass(frozen=True)
class Why:
    """Why a result is there: what was compared ("picture", "crop", "object"), how alike it is, what of the
    metadata agrees, what matched in the result's picture; `text` is a sentence for a person."""

    source: str
    score: float
    agreement: float | None
    agreed: tuple[str, ...]
    part: Part | None
    text: str


@dataclass(frozen=True)
class Found(Result):
    """A found item; it stands for `folded` near-duplicates more."""

    folded: int
    why: Why | None


@dataclass(frozen=True)
class Chip:
    """One way to narrow results: give its `id` back in `chips`.

    `lift`: how many times as common it is among the results as in the catalogue.
    """

    id: str
    kind: str
    text: str
    name: str | None
    language: str | None
    count: int
    coverage: float
    lift: float


@dataclass(frozen=True)
class Swatch:
    """A colour among results, as #rrggbb, and the share of them that have it."""

    name: str
    hex: str
    count: int
    share: float


@dataclass(frozen=True)
class Step:
    """A step that took candidates away."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Told:
    """`notes` are sentences for a person; `seconds` the time by step."""

    notes: tuple[str, ...]
    seconds: Mapping[str, float]


@dataclass(frozen=True)
class SimilarAnswer(Told):
    """Results, best first, with ways to narrow them. `coverage`: share of the candidates that agreed enough;
    `cost`: mean score that diversity gave up; `effect`: what it gained."""

    results: tuple[Found, ...]
    chips: tuple[Chip, ...]
    palette: tuple[Swatch, ...]
    steps: tuple[Step, ...]
    coverage: float
    cost: float
    effect: Mapping[str, object] | None
    model_id: str
    index_version: int
    image_id: str


@dataclass(frozen=True)
class FlashlightAnswer(SimilarAnswer):
    """`how` the part was chosen ("crop", "object", "around", "whole"), its `box`, the `object` that it is,
    and the dots."""

    how: str
    box: Box | None
    object: Part | None
    dots: tuple[Part, ...]


@dataclass(frozen=True)
class Dots(Told):
    """The things in a picture that get a dot; `source` is "stored", "detector" or "none"."""

    parts: tuple[Part, ...]
    found: int
    source: str
    image_id: str


@dataclass(frozen=True)
class Match:
    """A part of a scene that looks like the query."""

    part: Part
    score: float


@dataclass(frozen=True)
class Scene:
    """A picture that contains the thing, and the items that show it."""

    rank: int
    score: float
    picture: Picture
    items: tuple[Item, ...]
    matches: tuple[Match, ...]
    why: Why
    folded: int


@dataclass(frozen=True)
class ObjectAnswer(Told):
    """Scenes, best first; `part` is what was searched with, None for a whole picture."""

    scenes: tuple[Scene, ...]
    part: Part | None
    model_id: str
    index_version: int
    image_id: str


@dataclass(frozen=True)
class ShopGroup:
    """A thing of a scene: the very product where that is certain, and look-alikes."""

    part: Part
    exact: Found | None
    results: tuple[Found, ...]
    same_category: bool
    note: str


@dataclass(frozen=True)
class ShopAnswer(Told):
    """The things of a scene."""

    groups: tuple[ShopGroup, ...]
    model_id: str
    index_version: int
    image_id: str


@dataclass(frozen=True)
class Seen:
    """A thing in a photo; `origin` is who says so: "detector", "person" or "salient"."""

    box: Box
    category: str
    score: float
    origin: str


@dataclass(frozen=True)
class Word:
    """A phrase that a photo is thought to show, with its chance 0..1."""

    phrase: str
    language: str | None
    score: float
    origin: str


@dataclass(frozen=True)
class Tone:
    """A salient colour: #rrggbb, CIE Lab, share 0..1."""

    name: str
    hex: str
    lab: tuple[float, ...]
    share: float


@dataclass(frozen=True)
class Quality:
    """How far a photo can be trusted; `flaws` say what is wrong with it."""

    sharpness: float
    brightness: float
    contrast: float
    colourful: float
    side: int
    confidence: float
    flaws: tuple[str, ...]


@dataclass(frozen=True)
class Understanding:
    """What is known of a photo before anything is found."""

    objects: tuple[Seen, ...]
    main: Seen | None
    words: tuple[Word, ...]
    colours: tuple[Tone, ...]
    quality: Quality


@dataclass(frozen=True)
class Share:
    """A source's part in a result."""

    source: str
    share: float
    rank: int
    score: float


@dataclass(frozen=True)
class LensResult(Result):
    """A found item and which sources said so; `score` is blended, 0..1."""

    shares: tuple[Share, ...]
    why: str


@dataclass(frozen=True)
class Source:
    """How a source fared: confidence 0..1, weight among all of them, and why it found nothing."""

    name: str
    confidence: float
    weight: float
    found: int
    note: str | None


@dataclass(frozen=True)
class LensAnswer(Told):
    """The answer to a photo; `blend` is "fixed" or the name of a learned one."""

    results: tuple[LensResult, ...]
    understanding: Understanding
    sources: tuple[Source, ...]
    blend: str
    model_id: str
    index_version: int
    image_id: str


@dataclass(frozen=True)
class CompleteResult(Result):
    """A thing that goes with the query: `score` is compatibility 0..1, `together` counts looks with both."""

    together: int
    why: str


@dataclass(frozen=True)
class CompleteGroup:
    """A category that goes with the query's: `lift` times as often as by chance, in `looks` looks."""

    category: str
    lift: float
    looks: int
    results: tuple[CompleteResult, ...]


@dataclass(frozen=True)
class CompleteAnswer(Told):
    """What goes with a thing, by category."""

    category: str | None
    groups: tuple[CompleteGroup, ...]
    model_id: str
    index_version: int
    label: str


@dataclass(frozen=True)
class Discovery:
    """What the products have to work with; `notes` say how to get what is missing. `tasks`: their labels."""

    detector: str | None
    categories: tuple[str, ...]
    objects: bool
    colours: bool
    annotations: bool
    labels: bool
    complete: bool
    tasks: Mapping[str, Sequence[str]]
    spread: tuple[str, ...]
    notes: tuple[str, ...]
