"""Everything that the card says, as plain dataclasses of numbers and texts.

Decided: nothing here grows with the catalogue. Curves are sampled at log-spaced ranks; the baseline, by which
the next card knows what changed, holds at most `baseline.KEPT` labels and phrases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from saccade.labels.card.given import Move, Rate, Setting

LAYOUT = 1
"""Number of the layout of `card.json`; a card of another layout is no baseline."""

Level = Literal["serious", "look"]


@dataclass(frozen=True)
class Finding:
    """Something to know before training. serious: do not train before it is dealt with."""

    level: Level
    text: str
    advice: str


@dataclass(frozen=True)
class Totals:
    """Counts of the whole. labelled: images with a label; annotations: scored (image, phrase) pairs; pairs:
    (image, label) pairs; classes: labels; heads: labels of head phrases; splits: images by split."""

    images: int
    labelled: int
    annotations: int
    above: int
    pairs: int
    phrases: int
    classes: int
    heads: int
    splits: Mapping[str, int]
    labels_per_image: tuple[int, ...]
    """How many labelled images have 1, 2, ... labels; the last counts that many or more."""


@dataclass(frozen=True)
class Curve:
    """How often the classes of one kind occur. points: (rank from 1, occurrences) at log-spaced ranks.

    ratio: largest to smallest; gini: 0 even, 1 all in one class; entropy: of the shares, in bits; classes
    that never occur are not counted."""

    name: str
    what: str
    classes: int
    total: float
    largest: float
    smallest: float
    ratio: float
    gini: float
    entropy: float
    points: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class SourceFact:
    """A source. coverage: share of images that have a text of it; supports: annotations at or above the
    threshold that it says; share: of all those; alone: those that no other source says."""

    source: str
    texts: int
    coverage: float
    precision: Rate | None
    recall: Rate | None
    supports: int
    share: float
    alone: int
    copied: float


@dataclass(frozen=True)
class LanguageFact:
    """A language: matched texts, phrases of the clusters, labels with a phrase in it."""

    language: str
    texts: int
    phrases: int
    classes: int


@dataclass(frozen=True)
class Reliability:
    """Scores against judgements, in ten bins of equal width. ece: expected calibration error, the mean gap
    between score and truth, weighted by pairs (Guo et al. 2017)."""

    by: str
    pairs: int
    ece: float
    bins: tuple[ReliabilityBin, ...]


@dataclass(frozen=True)
class ReliabilityBin:
    """Judged pairs of similar score: their number, mean score, and share that is true (Wilson interval)."""

    pairs: int
    score: float
    true: Rate


@dataclass(frozen=True)
class Member:
    """A phrase of a cluster. images: with an annotation of it; score: their mean."""

    phrase: str
    language: str
    support: int
    images: int
    score: float


@dataclass(frozen=True)
class Example:
    """A picture of a cluster. sure: among the highest scores, else among the lowest that reach the
    threshold."""

    image_id: str
    score: float
    sure: bool


@dataclass(frozen=True)
class Cluster:
    """A label as the picture sheets show it. size: number of phrases, of which members are the best known;
    score: mean over its annotations; draws: expected in an epoch, None where nobody said."""

    label_id: str
    name: str
    kind: str
    images: int
    draws: float | None
    purity: float | None
    score: float | None
    size: int
    members: tuple[Member, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Sheet:
    """Clusters chosen for one reason."""

    name: str
    why: str
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True)
class Change:
    """A number before and after."""

    name: str
    before: float
    after: float


@dataclass(frozen=True)
class Turnover:
    """What was born and what is gone: numbers and the largest examples. exact: False where both numbers are
    estimated from a sample."""

    born: int
    gone: int
    before: int
    after: int
    born_names: tuple[str, ...]
    gone_names: tuple[str, ...]
    exact: bool


@dataclass(frozen=True)
class Drift:
    """What changed since the last card. precision: of sources, where both cards know it."""

    since: str
    phrases: Turnover
    labels: Turnover
    moved: int
    moves: tuple[Move, ...]
    counts: tuple[Change, ...]
    precision: tuple[Change, ...]


@dataclass(frozen=True)
class Baseline:
    """What the next card compares with. labels: label_id to (name, images); phrases: phrase_id to (phrase,
    support, label_id or ""); each at most `KEPT`: labels with most images, phrases with the lowest ids."""

    labels: Mapping[str, tuple[str, int]]
    phrases: Mapping[str, tuple[str, int, str]]


@dataclass(frozen=True)
class CardFacts:
    """The whole card; `dataclasses.asdict` of it is `card.json`."""

    layout: int
    made: str
    threshold: float
    seed: int
    leaked: int | None
    findings: tuple[Finding, ...]
    totals: Totals
    curves: tuple[Curve, ...]
    sources: tuple[SourceFact, ...]
    languages: tuple[LanguageFact, ...]
    scores: tuple[int, ...]
    """Annotations by score, in twenty bins of equal width over 0..1."""
    reliability: Reliability | None
    signals: Mapping[str, int]
    sheets: tuple[Sheet, ...]
    drift: Drift | None
    settings: Mapping[str, Setting]
    versions: Mapping[str, int]
    seconds: Mapping[str, float]
    bottleneck: str
    baseline: Baseline
