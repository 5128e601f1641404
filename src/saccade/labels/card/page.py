"""The page of the label card: what it shows, in the order in which a hurried reader needs it.

Decided: one file without scripts and without anything fetched (a policy in the head says so too); warnings
come first; every chart has a table; light and dark follow the reader's system.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from saccade.labels.card.changes import changes
from saccade.labels.card.charts import head_and_tail, histogram, reliability_chart
from saccade.labels.card.facts import CardFacts, Curve
from saccade.labels.card.gallery import gallery
from saccade.labels.card.html import (
    UNKNOWN,
    Cell,
    clean,
    count,
    details,
    number,
    percent,
    plural,
    rate,
    said,
    section,
    share,
    table,
    words,
)  # fmt: skip
from saccade.labels.card.style import STYLE

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_PARTS = {
    "classes": "Labels", "sources": "Sources", "languages": "Languages", "scores": "Scores",
    "pictures": "Pictures", "changes": "Changes", "making": "How it was made",
}  # fmt: skip


def render(facts: CardFacts, pictures: Mapping[str, str]) -> str:
    """The page as HTML. pictures: image_id to a `data:` address; those that are missing are left blank."""
    links = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title in _PARTS.items())
    body = "\n".join((
        _classes(facts), _sources(facts), _languages(facts), _scores(facts), gallery(facts, pictures),
        changes(facts), _making(facts),
    ))  # fmt: skip
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>Label card</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">Skip to the card</a>\n<header>{_head(facts)}\n'
        f'<nav aria-label="Parts of the card"><ul>{links}</ul></nav></header>\n'
        f'<main id="main">\n{_findings(facts)}\n{body}\n</main>\n</body>\n</html>\n'
    )


def _head(facts: CardFacts) -> str:
    totals = facts.totals
    known = [one for one in facts.languages if one.language not in UNKNOWN and one.classes]
    tiles = (
        (number(totals.images), "images"),
        (percent(totals.labelled / totals.images) if totals.images else "none", "have a label"),
        (f"{totals.pairs / totals.labelled:.1f}" if totals.labelled else "0", "labels per labelled image"),
        (number(totals.phrases), "phrases"),
        (number(totals.classes), f"labels, {totals.heads:,} of the head"),
        (number(len(known)), "language" if len(known) == 1 else "languages"),
    )
    shown = "".join(f"<li><strong>{value}</strong> <span>{clean(what)}</span></li>" for value, what in tiles)
    made = f"Made {clean(facts.made)}. " if facts.made else ""
    return (
        f'<h1>Label card</h1>\n<p class="verdict">{clean(_verdict(facts))}</p>\n'
        f'<ul class="tiles">{shown}</ul>\n'
        f'<p class="soft">{made}A label counts from a score of {facts.threshold:.2f}.</p>'
    )


def _verdict(facts: CardFacts) -> str:
    serious = sum(one.level == "serious" for one in facts.findings)
    look = len(facts.findings) - serious
    rest = f"{plural(look, 'thing', 'things')} to look at"
    if serious:
        return f"Not fit to train on as it is: {plural(serious, 'serious fault', 'serious faults')}, {rest}."
    return f"Fit to train on, with {rest} first." if look else "Fit to train on: no check found anything."


def _findings(facts: CardFacts) -> str:
    leak = "No family of images lies in more than one split." if facts.leaked == 0 else ""
    items = "".join(
        f'<li class="{one.level}"><strong>{"Serious" if one.level == "serious" else "Look"}</strong> '
        f'<span>{clean(one.text)} <span class="soft">{clean(one.advice)}</span></span></li>'
        for one in facts.findings
    )
    listed = f'<ul class="findings">{items}</ul>' if items else ""
    return section("findings", "Before you train", leak or "What the checks found.", listed)


def _classes(facts: CardFacts) -> str:
    header = (
        "curve",
        "classes",
        "occurrences",
        "largest",
        "smallest",
        "largest : smallest",
        "Gini",
        "entropy (bits)",
    )
    rows = (
        (words(clean(one.name)), count(one.classes), count(one.total), count(one.largest),
         count(one.smallest), count(one.ratio), Cell(f"{one.gini:.2f}"), Cell(f"{one.entropy:.1f}"))
        for one in facts.curves
    )  # fmt: skip
    lead = (
        "How often classes occur: raw phrases, labels after clustering, and, where balancing was told, what "
        "an epoch draws. A flatter line is a fairer diet."
    )
    return section(
        "classes", "Labels", lead, head_and_tail(facts.curves),
        table("Head and tail in numbers", header, rows),
        details("The curves as a table", _points(facts.curves)), _per_image(facts), _splits(facts),
    )  # fmt: skip


def _points(curves: Sequence[Curve]) -> str:
    rows = (
        (words(clean(one.name)), count(rank), count(value)) for one in curves for rank, value in one.points
    )
    return table("Occurrences at sampled ranks", ("curve", "rank", "occurrences"), rows)


def _per_image(facts: CardFacts) -> str:
    counts = facts.totals.labels_per_image
    total = sum(counts)
    rows = [
        (words(f"{at}{' or more' if at == len(counts) else ''}"), count(value), share(value / total))
        for at, value in enumerate(counts, start=1)
        if value
    ]
    return details("Labels per image", table("Labels per image", ("labels", "images", "share"), rows))


def _splits(facts: CardFacts) -> str:
    total = sum(facts.totals.splits.values())
    rows = [
        (words(said(name or "none")), count(value), share(value / total))
        for name, value in facts.totals.splits.items()
    ]
    return details("Splits", table("Images by split", ("split", "images", "share"), rows))


def _sources(facts: CardFacts) -> str:
    header = (
        "source", "texts", "images that have it", "precision", "recall", "share of labels", "on its own",
        "copies",
    )  # fmt: skip
    rows = (
        (words(said(one.source)), count(one.texts), share(one.coverage), rate(one.precision),
         rate(one.recall), share(one.share), share(one.alone / one.supports if one.supports else 0.0),
         share(one.copied))
        for one in facts.sources
    )  # fmt: skip
    lead = (
        "Precision: how often what a source says is true. Recall: how often it says what is true. Both "
        "estimated, with 95% intervals. On its own: the part of its labels that no other source says. "
        "Copies: its texts that repeat another source's."
    )
    signals = ((words(clean(name.replace("_", " "))), count(value)) for name, value in facts.signals.items())
    told = (
        details("What was dropped or marked", table("Signals", ("signal", "count"), signals))
        if facts.signals
        else ""
    )
    return section("sources", "Sources", lead, table("Sources of labels", header, rows, hidden=True), told)


def _languages(facts: CardFacts) -> str:
    texts = sum(one.texts for one in facts.languages) or 1
    phrases, classes = max(facts.totals.phrases, 1), max(facts.totals.classes, 1)
    header = ("language", "texts", "of texts", "phrases", "of phrases", "labels", "of labels")
    rows = (
        (words("unknown" if one.language in UNKNOWN else said(one.language)),
         count(one.texts), share(one.texts / texts), count(one.phrases), share(one.phrases / phrases),
         count(one.classes), share(one.classes / classes))
        for one in facts.languages
    )  # fmt: skip
    lead = (
        "A label with phrases in two languages counts for both. "
        "A language with many texts and few labels is lost."
    )
    return section("languages", "Languages", lead, table("Language mix", header, rows, hidden=True))


def _scores(facts: CardFacts) -> str:
    above, rows = facts.totals.above, facts.totals.annotations
    kept = percent(above / rows) if rows else "none"
    lead = f"{rows:,} phrases were scored on images; {above:,} ({kept}) reach the threshold."
    found = facts.reliability
    if found is None:
        judged = '<p class="soft">Nobody judged pairs, so whether a score is a probability is not known.</p>'
    else:
        judged = f"<p>{found.pairs:,} pairs judged by {said(found.by)}: ECE {found.ece:.3f}.</p>"
    charts = histogram(facts.scores, facts.threshold) + (reliability_chart(found) if found else "")
    return section(
        "scores", "Scores", lead, f'<div class="charts">{charts}</div>', judged,
        details("The distribution as a table", _distribution(facts)), _bins(facts),
    )  # fmt: skip


def _distribution(facts: CardFacts) -> str:
    width = 1 / max(len(facts.scores), 1)
    rows = (
        (words(f"{at * width:.2f} to {(at + 1) * width:.2f}"), count(value))
        for at, value in enumerate(facts.scores)
    )
    return table("Annotations by score", ("score", "annotations"), rows)


def _bins(facts: CardFacts) -> str:
    if facts.reliability is None:
        return ""
    rows = ((words(f"{one.score:.2f}"), count(one.pairs), rate(one.true)) for one in facts.reliability.bins)
    return details("Reliability as a table", table("Reliability", ("mean score", "pairs", "true"), rows))


def _making(facts: CardFacts) -> str:
    settings = [(words(clean(name)), words(said(str(value)))) for name, value in facts.settings.items()]
    settings.append((words("seed"), words(str(facts.seed))))
    versions = ((words(clean(name)), count(version)) for name, version in facts.versions.items())
    total = sum(facts.seconds.values()) or 1.0
    steps = (
        (words(clean(name)), Cell(f"{value:,.1f}"), share(value / total))
        for name, value in facts.seconds.items()
    )
    waited = f"The bottleneck was {facts.bottleneck}." if facts.bottleneck else "Settings, inputs and times."
    return section(
        "making", "How it was made", waited, '<div class="side">',
        table("Seconds by step", ("step", "seconds", "share"), steps),
        table("Settings", ("setting", "value"), settings),
        table("Versions of the tables", ("table", "version"), versions), "</div>",
    )  # fmt: skip
