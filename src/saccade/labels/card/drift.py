"""What changed since the last card: phrases and labels born and gone, moves, class sizes, sources.

Decided: of class sizes those are shown whose change is largest against what chance would do, by the z of two
Poisson counts (own choice): 1000 to 900 says more than 3 to 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from saccade.labels.card.baseline import KEPT, Previous, baseline, owners
from saccade.labels.card.clusters import Clusters
from saccade.labels.card.facts import Change, Drift, SourceFact, Turnover
from saccade.labels.card.given import Move, RunFacts

SHOWN = 12


def drift(
    last: Previous | None, clusters: Clusters, sources: Iterable[SourceFact], run: RunFacts
) -> Drift | None:
    """The change since `last`; None for a first card."""
    if last is None:
        return None
    moved, moves = _moves(last, clusters)
    return Drift(
        last.made, _phrases(last, clusters), _labels(last, clusters),
        moved if run.moved is None else run.moved, run.moves or moves, _counts(last, clusters),
        tuple(Change(one.source, last.precision[one.source], one.precision.value)
              for one in sources if one.precision is not None and one.source in last.precision),
    )  # fmt: skip


def _phrases(last: Previous, clusters: Clusters) -> Turnover:
    then, now = last.baseline.phrases, baseline(clusters).phrases
    bound = _bound(then, last.phrases), _bound(now, len(clusters.phrases))
    lowest = min(bound)
    before = {key: (row[1], row[0]) for key, row in then.items() if key <= lowest}
    after = {key: (row[1], row[0]) for key, row in now.items() if key <= lowest}
    return _turnover(before, after, last.phrases, len(clusters.phrases))


def _labels(last: Previous, clusters: Clusters) -> Turnover:
    before = {key: (images, name) for key, (name, images) in last.baseline.labels.items()}
    whole = len(before) >= last.labels
    after = {key: (clusters.images(key), one.name) for key, one in clusters.labels.items()}
    if not whole:  # only the largest were kept: a small one that is missing there was not born
        floor = min(images for images, _ in before.values())
        after = {key: row for key, row in after.items() if row[0] > floor or key in before}
    return _turnover(before, after, last.labels, len(clusters.labels), scaled=False, exact=whole)


def _bound(kept: Mapping[str, object], count: int) -> str:
    """The id up to which every phrase is kept."""
    return max(kept) if len(kept) < count and kept else "~"


def _turnover(
    before: Mapping[str, tuple[int, str]], after: Mapping[str, tuple[int, str]],
    was: int, are: int, *, scaled: bool = True, exact: bool | None = None,
) -> Turnover:  # fmt: skip
    born, gone = after.keys() - before.keys(), before.keys() - after.keys()
    up = are / len(after) if scaled and after else 1.0
    down = was / len(before) if scaled and before else 1.0
    sure = (len(after), len(before)) == (are, was) if exact is None else exact
    return Turnover(
        round(len(born) * up), round(len(gone) * down), was, are,
        _names(after[key] for key in born), _names(before[key] for key in gone), sure,
    )  # fmt: skip


def _names(rows: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(name for _, name in sorted(rows, key=lambda row: (-row[0], row[1]))[:SHOWN])


def _moves(last: Previous, clusters: Clusters) -> tuple[int, tuple[Move, ...]]:
    """Phrases that are in both versions under different labels, the best supported first."""
    owner, found = owners(clusters), list[tuple[int, Move]]()
    kept = last.baseline
    for key, (phrase, support, before) in kept.phrases.items():
        after = owner.get(key, "")
        if key in clusters.phrases and before != after:
            names = kept.labels.get(before, (before, 0))[0], _name(clusters, after)
            found.append((support, Move(phrase, names[0] or None, names[1] or None)))
    found.sort(key=lambda pair: (-pair[0], pair[1].phrase))
    scale = max(1.0, last.phrases / KEPT)
    return round(len(found) * scale), tuple(move for _, move in found[:SHOWN])


def _name(clusters: Clusters, label_id: str) -> str:
    found = clusters.labels.get(label_id)
    return found.name if found else ""


def _counts(last: Previous, clusters: Clusters) -> tuple[Change, ...]:
    changes = [
        Change(clusters.labels[key].name, before, clusters.images(key))
        for key, (_, before) in last.baseline.labels.items()
        if key in clusters.labels and before != clusters.images(key)
    ]
    return tuple(sorted(changes, key=lambda one: (-_surprise(one), one.name))[:SHOWN])


def _surprise(change: Change) -> float:
    return abs(change.after - change.before) / (change.after + change.before) ** 0.5
