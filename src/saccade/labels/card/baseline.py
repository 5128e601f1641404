"""What the next card compares with, kept in `card.json`.

Decided: ids of phrases are hashes, so those below a bound are a fair sample, and the same phrases fall
into it in every version. Up to `KEPT` phrases the comparison is exact; beyond, numbers are scaled up and said
to be estimates. Of labels, those with the most images are kept, because there a change matters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from saccade.errors import NotFoundError
from saccade.labels.card.clusters import Clusters
from saccade.labels.card.facts import LAYOUT, Baseline
from saccade.workspace import Workspace
from saccade.workspace.schemas import LABEL_CARD

KEPT = 20_000


@dataclass(frozen=True)
class Previous:
    """What is read of an older card. precision: source to estimate."""

    made: str
    baseline: Baseline
    phrases: int
    labels: int
    precision: Mapping[str, float]
    versions: Mapping[str, int]


def baseline(clusters: Clusters) -> Baseline:
    """The baseline that this vocabulary is for the next card."""
    owner = owners(clusters)
    largest = sorted(clusters.labels, key=lambda name: (-clusters.images(name), name))[:KEPT]
    labels = {name: (clusters.labels[name].name, clusters.images(name)) for name in largest}
    phrases = {
        name: (phrase, support, owner.get(name, ""))
        for name, (phrase, _, support) in list(clusters.phrases.items())[:KEPT]
    }
    return Baseline(labels, phrases)


def owners(clusters: Clusters) -> dict[str, str]:
    """phrase_id to the label that holds it."""
    return {phrase: label.label_id for label in clusters.labels.values() for phrase in label.phrases}


def previous(ws: Workspace) -> Previous | None:
    """The card that lies in the workspace; None where there is none or it is of another layout."""
    try:
        card = json.loads(ws.read_bytes(f"{LABEL_CARD}/card.json"))
        return _parsed(card) if card["layout"] == LAYOUT else None
    except (NotFoundError, ValueError, KeyError, TypeError):
        return None


def _parsed(card: dict[str, dict[str, object] | object]) -> Previous:
    kept: dict[str, dict[str, tuple[object, ...]]] = card["baseline"]  # pyright: ignore[reportAssignmentType]
    sources: list[dict[str, object]] = card["sources"]  # pyright: ignore[reportAssignmentType]
    totals: dict[str, int] = card["totals"]  # pyright: ignore[reportAssignmentType]
    precision: dict[str, float] = {
        str(one["source"]): rate["value"] for one in sources if isinstance(rate := one["precision"], dict)
    }
    labels = {key: (str(name), int(str(images))) for key, (name, images) in kept["labels"].items()}
    phrases = {
        key: (str(text), int(str(support)), str(label))
        for key, (text, support, label) in kept["phrases"].items()
    }
    versions: dict[str, int] = card["versions"]  # pyright: ignore[reportAssignmentType]
    old = Baseline(labels, phrases)
    return Previous(str(card["made"]), old, totals["phrases"], totals["classes"], precision, versions)
