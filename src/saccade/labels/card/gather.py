"""From the tables of a workspace and the words of the stage to the facts of the card."""

from __future__ import annotations

from dataclasses import replace

from saccade.labels.card.baseline import baseline, previous
from saccade.labels.card.checks import BALANCED, FEW, MIXED, Counted, findings
from saccade.labels.card.clusters import HEAD, Clusters, load
from saccade.labels.card.counting import Annotated, count_annotations, count_labels
from saccade.labels.card.curves import curve
from saccade.labels.card.drift import drift
from saccade.labels.card.facts import LAYOUT, CardFacts, Curve, SourceFact, Totals
from saccade.labels.card.given import RunFacts, SourceGiven
from saccade.labels.card.reliability import reliability
from saccade.labels.card.sheets import sheets
from saccade.workspace import Workspace


def gather_facts(ws: Workspace, run: RunFacts) -> CardFacts:
    """Read `images`, `phrases`, `annotations`, `labels` and `image_labels` once (`annotations` twice).

    Memory is that of the vocabulary; the two large tables are streamed. The card that lies in the workspace
    is what changes are measured against, so call it before `write_card` replaces that one.
    """
    annotated, labelled = count_annotations(ws, run.threshold), count_labels(ws)
    clusters = load(ws, run, annotated, labelled)
    totals = _totals(ws, clusters)
    sources = _sources(run, annotated, totals.images)
    facts = CardFacts(
        layout=LAYOUT, made=run.made, threshold=run.threshold, seed=run.seed, leaked=run.leaked, findings=(),
        totals=totals, curves=_curves(clusters), sources=sources,
        languages=clusters.languages(dict(run.languages)), scores=tuple(annotated.scores.tolist()),
        reliability=reliability(run.judged), signals=dict(run.signals),
        sheets=sheets(ws, clusters, run.threshold, run.seed),
        drift=drift(previous(ws), clusters, sources, run), settings=dict(run.settings),
        versions=dict(run.versions), seconds=dict(run.seconds), bottleneck=run.bottleneck,
        baseline=baseline(clusters),
    )  # fmt: skip
    return replace(facts, findings=findings(facts, _counted(clusters)))


def _totals(ws: Workspace, clusters: Clusters) -> Totals:
    labelled, annotated = clusters.labelled, clusters.annotated
    return Totals(
        images=ws.table("images").count("status = 'ok'"), labelled=int(labelled.per_image.sum()),
        annotations=annotated.rows, above=annotated.above, pairs=labelled.rows,
        phrases=len(clusters.phrases), classes=len(clusters.labels),
        heads=sum(label.kind == HEAD for label in clusters.labels.values()),
        splits=labelled.splits, labels_per_image=tuple(labelled.per_image.tolist()),
    )  # fmt: skip


def _curves(clusters: Clusters) -> tuple[Curve, ...]:
    phrases = (images for images, _ in clusters.annotated.phrases.values())
    made = (
        curve("Phrases", "images that a phrase is said of", phrases),
        curve("Labels", "images with a label", clusters.labelled.images.values()),
    )
    draws = clusters.draws.values()
    return (*made, curve(BALANCED, "expected draws of a label in an epoch", draws)) if draws else made


def _sources(run: RunFacts, annotated: Annotated, images: int) -> tuple[SourceFact, ...]:
    given = {one.source: one for one in run.sources}
    for source in annotated.sources:
        given.setdefault(source, SourceGiven(source, 0, 0))
    made = (_source(one, annotated, images) for one in given.values())
    return tuple(sorted(made, key=lambda one: (-one.supports, one.source)))


def _source(one: SourceGiven, annotated: Annotated, images: int) -> SourceFact:
    supports, alone = annotated.sources.get(one.source, (0, 0))
    return SourceFact(
        one.source, one.texts, one.images / images if images else 0.0, one.precision, one.recall, supports,
        supports / annotated.above if annotated.above else 0.0, alone,
        one.copied / one.texts if one.texts else 0.0,
    )  # fmt: skip


def _counted(clusters: Clusters) -> Counted:
    known = [label.purity for label in clusters.labels.values() if label.purity is not None]
    small = sum(0 < clusters.images(name) < FEW for name in clusters.labels)
    return Counted(small, sum(value < MIXED for value in known))
