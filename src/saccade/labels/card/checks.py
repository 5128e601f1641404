"""What should make a reader stop: rules over the facts, each with what to do about it.

The limits are our own choice: points at which people who train on weak labels usually look, not laws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from saccade.labels.card.facts import CardFacts, Finding, SourceFact
from saccade.labels.card.html import UNKNOWN, percent, plural

BALANCED = "Balanced"  # name of the curve of draws
PRECISE = 0.7  # precision that a source should have
WEIGHTY = 0.2  # share of labels from which an imprecise source spoils the whole
ALONE = 0.8  # share of labels that hang on one source
LARGE = 0.2  # share of draws that one label gets
FEW = 20  # images that a label needs at least
LABELLED = 0.5  # share of images that should have a label
MIXED = 0.5  # purity below which a cluster is not one thing
COPIED = 0.5  # share of a source's texts that may be copies
UNTOLD = 0.2  # share of texts whose language may be unknown
MISCALIBRATED = 0.1  # expected calibration error
RENEWED = 0.2  # share of phrases that may be gone since the last version


@dataclass(frozen=True)
class Counted:
    """Labels with too few images (1 to `FEW` - 1), and labels whose purity is known and below `MIXED`."""

    small: int
    mixed: int


def findings(facts: CardFacts, counted: Counted) -> tuple[Finding, ...]:
    """Everything that the rules find, serious ones first."""
    if not facts.totals.pairs:
        nothing = "Lower the threshold, or look at the sources below."
        return (Finding("serious", "No image has a label.", nothing),)
    found = [
        *_splits(facts), *_labels(facts, counted), *_precision(facts), *_sources(facts), *_languages(facts),
        *_scores(facts), *_drift(facts),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.level != "serious"))


def _splits(facts: CardFacts) -> Iterator[Finding]:
    if facts.leaked is None:
        yield Finding(
            "look",
            "Nobody checked whether families of images lie in more than one split.",
            "Run the leak check before trusting a held-out figure.",
        )
    elif facts.leaked:
        lie = "family lies" if facts.leaked == 1 else "families lie"
        yield Finding(
            "serious",
            f"{facts.leaked:,} {lie} in more than one split.",
            "Split again by family, or every held-out figure will flatter.",
        )


def _labels(facts: CardFacts, counted: Counted) -> Iterator[Finding]:
    totals, last = facts.totals, facts.curves[-1]
    if totals.images and totals.labelled < LABELLED * totals.images:
        yield Finding(
            "look",
            f"Only {percent(totals.labelled / totals.images)} of the images have a label.",
            "Lower the threshold, add sources, or train on the labelled part knowingly.",
        )
    if last.total and last.largest > LARGE * last.total:
        of = "draws after balancing" if last.name == BALANCED else "labels given, and nothing is balanced"
        yield Finding(
            "look",
            f"One label gets {percent(last.largest / last.total)} of the {of}.",
            "Lower the cap of images a label, or raise the strength of balancing.",
        )
    join = "Raise the support a label needs, or join them with their neighbours."
    yield from _many(counted.small, totals.classes, f"fewer than {FEW} images", join)
    part = "Look at the most doubtful labels; raise the similarity that joins phrases."
    yield from _many(counted.mixed, totals.classes, f"a purity below {MIXED}", part)


def _many(count: int, classes: int, what: str, advice: str) -> Iterator[Finding]:
    if count:
        have = "has" if count == 1 else "have"
        share = percent(count / max(classes, 1))
        yield Finding("look", f"{plural(count, 'label', 'labels')} ({share}) {have} {what}.", advice)


def _precision(facts: CardFacts) -> Iterator[Finding]:
    if all(one.precision is None for one in facts.sources):
        yield Finding(
            "look",
            "Nobody estimated how often the sources are right.",
            "Judge some hundred pairs, or compare sources with one another.",
        )
    for one in facts.sources:
        yield from _precise(one)


def _precise(one: SourceFact) -> Iterator[Finding]:
    rate = one.precision
    if rate is None or rate.value >= PRECISE:
        return
    serious = rate.high < PRECISE and one.share >= WEIGHTY
    yield Finding(
        "serious" if serious else "look",
        f"The source “{one.source}”, behind {percent(one.share)} of the labels, has an estimated precision "
        f"of {rate.value:.2f} [{rate.low:.2f}, {rate.high:.2f}].",
        "Leave it out, or ask for a second source beside it.",
    )


def _sources(facts: CardFacts) -> Iterator[Finding]:
    for one in facts.sources:
        if one.share > ALONE:
            yield Finding(
                "look",
                f"The source “{one.source}” stands behind {percent(one.share)} of the labels.",
                "Its habits become the model's; add other sources or cap it.",
            )
        if one.copied > COPIED:
            yield Finding(
                "look",
                f"{percent(one.copied)} of the texts of “{one.source}” are copies of another source.",
                "They add no evidence; check what fills this field.",
            )


def _languages(facts: CardFacts) -> Iterator[Finding]:
    texts = sum(one.texts for one in facts.languages)
    unknown = sum(one.texts for one in facts.languages if one.language in UNKNOWN)
    if unknown > UNTOLD * texts:
        yield Finding(
            "look",
            f"The language of {percent(unknown / texts)} of the texts is unknown.",
            "Tell languages where they are known, or name those to expect.",
        )


def _scores(facts: CardFacts) -> Iterator[Finding]:
    found = facts.reliability
    if found is not None and found.ece > MISCALIBRATED:
        yield Finding(
            "look",
            f"Scores are off by {found.ece:.2f} on average (ECE over {found.pairs:,} judged pairs).",
            "Do not read a score as a probability; fit the scorer on more judged pairs.",
        )


def _drift(facts: CardFacts) -> Iterator[Finding]:
    turn = facts.drift.phrases if facts.drift else None
    if turn and turn.gone > RENEWED * turn.before:
        yield Finding(
            "look",
            f"{percent(turn.gone / turn.before)} of the phrases of the last version are gone.",
            "A model trained on the last version does not carry over; compare the settings.",
        )
