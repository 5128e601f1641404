"""What only the stage knows and tells the card: sources, languages, judged pairs, settings, times.

Everything is optional: what is missing is said to be missing on the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Setting = str | int | float | bool | None


@dataclass(frozen=True)
class Rate:
    """A share 0..1 with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class SourceGiven:
    """One source as the stage saw it.

    texts: rows that may be matched. images: images with at least one of them. copied: texts that say the same
    as a text of another source. precision: how often a phrase that the source says is true of the image.
    recall: how often the source says a phrase that is true and that it could have said. None: not estimated.
    """

    source: str
    texts: int
    images: int
    copied: int = 0
    precision: Rate | None = None
    recall: Rate | None = None


@dataclass(frozen=True)
class JudgedPairs:
    """(image, phrase) pairs that somebody judged: scores 0..1, and whether the phrase is true; same length.

    by: who judged, shown with the curve.
    """

    scores: tuple[float, ...]
    true: tuple[bool, ...]
    by: str = "judges"


@dataclass(frozen=True)
class Move:
    """A phrase whose label changed; before and after are names of labels, None where it had or has none."""

    phrase: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class RunFacts:
    """What the stage tells `gather_facts`; JSON-able.

    made: when, ISO 8601 in UTC. threshold: score 0..1 from which an annotation counts as a label.
    languages: texts that may be matched, by language. signals: what the signals did, by name, as counts
    (boilerplate dropped, spam dropped, copies, ...). draws: label_id to expected draws in an epoch after
    balancing; empty: nothing is said of balancing. leaked: families with images in more than one split, None
    when nobody looked. moved: how many phrases changed their label, and moves: the most telling of them;
    None: found by comparing with the last card. settings, seed: of the run. versions: table to version that
    was read or written. seconds: step to wall seconds. bottleneck: the step or resource that the run waited
    for.
    """

    made: str = ""
    threshold: float = 0.0
    sources: tuple[SourceGiven, ...] = ()
    languages: Mapping[str, int] = field(default_factory=dict)
    signals: Mapping[str, int] = field(default_factory=dict)
    judged: JudgedPairs | None = None
    draws: Mapping[str, float] = field(default_factory=dict)
    leaked: int | None = None
    moved: int | None = None
    moves: tuple[Move, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    seed: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    bottleneck: str = ""
