"""Which clusters are worth looking at, and which of their pictures.

Decided:
- Four sheets: drawn by chance, largest, smallest, most doubtful. A label that two of them choose stands in
  both, or neither would be what it says.
- Doubt is the lower of purity and mean score: either alone is reason enough to look.
- Half of the pictures are among the surest, half among the least sure that reach the threshold. Of equal
  scores (to a hundredth) a hash of image and seed chooses, so three views of one product seldom stand side by
  side and every run shows the same ones.
- Pictures are found in one more pass over `annotations`, for the phrases shown only.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from saccade.labels.card.clusters import Clusters
from saccade.labels.card.counting import BATCH
from saccade.labels.card.facts import Example, Sheet
from saccade.labels.hashing import word_hashes
from saccade.workspace import Workspace
from saccade.workspace.tables import any_of

CLUSTERS = 6  # of a sheet
PICTURES = 8  # of a cluster
SPARE = 4  # times as many candidates as pictures, because one image may come by several phrases
WHY = {
    "By chance": "Drawn at random from all labels: what an ordinary label looks like.",
    "Largest": "The labels with the most images. A fault here costs the most.",
    "Smallest": "The labels with the fewest images. Are there enough to learn from?",
    "Most doubtful": "The labels with the lowest purity or mean score. Do pictures and name agree?",
}

Ranked = tuple[float, int, str, float]


def sheets(ws: Workspace, clusters: Clusters, threshold: float, seed: int) -> tuple[Sheet, ...]:
    """The four sheets with the pictures to show."""
    chosen = choose(clusters, seed)
    wanted = sorted({label for labels in chosen.values() for label in labels})
    pictures = examples(ws, clusters, wanted, threshold, seed)
    return tuple(
        Sheet(name, WHY[name], tuple(
            replace(clusters.cluster(label), examples=pictures.get(label, ())) for label in chosen[name]
        ))
        for name in WHY
    )  # fmt: skip


def choose(clusters: Clusters, seed: int) -> dict[str, list[str]]:
    """Ids of the labels of each sheet; labels without an image are left out."""
    ids = [name for name in clusters.labels if clusters.images(name)]
    return {
        "By chance": np.random.default_rng(seed).permutation(ids).tolist()[:CLUSTERS],
        "Largest": heapq.nsmallest(CLUSTERS, ids, key=lambda name: (-clusters.images(name), name)),
        "Smallest": heapq.nsmallest(CLUSTERS, ids, key=lambda name: (clusters.images(name), name)),
        "Most doubtful": heapq.nsmallest(CLUSTERS, ids, key=lambda name: (_trust(clusters, name), name)),
    }


def _trust(clusters: Clusters, label_id: str) -> float:
    label = clusters.labels[label_id]
    score = clusters.score(label)
    return min(1.0 if score is None else score, 1.0 if label.purity is None else label.purity)


def examples(
    ws: Workspace, clusters: Clusters, labels: Sequence[str], threshold: float, seed: int
) -> Mapping[str, tuple[Example, ...]]:
    """Up to `PICTURES` pictures of each label, the surest first."""
    owner = {
        phrase: label for label in labels for phrase in _most_said(clusters, clusters.labels[label].phrases)
    }
    pools = {label: (_Pool(), _Pool()) for label in labels}
    chosen = f"{any_of('phrase_id', owner)} AND score >= {float(threshold)!r}"
    scan = ws.table("annotations").scan(["image_id", "phrase_id", "score"], chosen, BATCH)
    for batch in scan if owner else ():
        salted = (word_hashes(batch["image_id"]) ^ np.uint64(seed)).tolist()
        columns = (batch["image_id"].to_pylist(), batch["phrase_id"].to_pylist(), batch["score"].to_pylist())
        for image, phrase, score, salt in zip(*columns, salted, strict=True):
            surest, weakest = pools[owner[phrase]]
            surest.add(-round(score, 2), salt, image, score)
            weakest.add(round(score, 2), salt, image, score)
    return {label: _picked(*pair) for label, pair in pools.items()}


def _most_said(clusters: Clusters, phrases: Sequence[str], most: int = 64) -> list[str]:
    def images(phrase: str) -> int:
        return clusters.annotated.phrases.get(phrase, (0, 0.0))[0]

    return sorted(phrases, key=lambda phrase: (-images(phrase), phrase))[:most]


class _Pool:
    """The lowest few by (value, salt, image)."""

    def __init__(self) -> None:
        self._heap: list[Ranked] = []

    def add(self, value: float, salt: int, image: str, score: float) -> None:
        item = (-value, -salt, image, score)  # the heap's first is the worst that is kept
        if len(self._heap) < SPARE * PICTURES:
            heapq.heappush(self._heap, item)
        elif item > self._heap[0]:
            heapq.heapreplace(self._heap, item)

    def images(self) -> dict[str, float]:
        """Best first, each image once."""
        found: dict[str, float] = {}
        for _, _, image, score in sorted(self._heap, reverse=True):
            found.setdefault(image, score)
        return found


def _picked(surest: _Pool, weakest: _Pool) -> tuple[Example, ...]:
    sure, weak = surest.images(), weakest.images()
    half = list(sure)[: PICTURES // 2]
    near = [image for image in weak if image not in half][: PICTURES - len(half)]
    more = [image for image in sure if image not in half and image not in near]
    half += more[: PICTURES - len(half) - len(near)]
    low = sorted(near, key=lambda image: (-weak[image], image))
    return (*(Example(image, sure[image], True) for image in half),
            *(Example(image, weak[image], False) for image in low))  # fmt: skip
