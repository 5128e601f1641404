"""Phrases by classifier: how near a photo lies to the mean of the pictures that show a label.

Decided: nearest class means (Mensink et al. 2013) over the annotations of the workspace, for they need no
gradient and a new phrase costs nothing; phrases and not clusters of them, since titles are searched by
phrases. A cosine becomes a chance by Bayes' rule with two normal distributions of equal width, pictures with
the label and pictures without. It only knows how a label's pictures differ from others on average; a model
with a trained head may bring its own `words.Classifier`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from saccade.discovery.lens.shapes import Floats, Word
from saccade.discovery.lens.words import EACH, LEAST, Annotations
from saccade.workspace import Workspace

FEWEST = 5  # pictures that a phrase needs
TAUGHT = 20_000  # pictures that are looked at
MOST_LABELS = 1000  # phrases, the commonest
SURE = 0.5  # annotations from this score on are taken for true


@dataclass(frozen=True, eq=False)
class ClassMeans:
    """means: float32 [L, D] of unit length; slope, bias: float64 [L] of the log odds of a cosine."""

    names: tuple[tuple[str, str | None], ...]
    means: Floats
    slope: NDArray[np.float64]
    bias: NDArray[np.float64]

    @staticmethod
    def fit(vectors: Floats, shown: NDArray[np.bool_], names: list[tuple[str, str | None]]) -> ClassMeans:
        """From vectors [N, D] of unit length and which labels [N, L] they show."""
        means = shown.T.astype(np.float32) @ vectors
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        cosines, counts = (vectors @ means.T).astype(np.float64), shown.sum(0)
        others = np.maximum(len(vectors) - counts, 1)
        inside = (cosines * shown).sum(0) / np.maximum(counts, 1)
        outside = (cosines * ~shown).sum(0) / others
        spread = np.where(shown, cosines - inside, cosines - outside)
        variance = (spread**2).mean(0) + 1e-6
        slope = (inside - outside) / variance
        bias = (outside**2 - inside**2) / (2 * variance) + np.log(np.maximum(counts, 0.5) / others)
        return ClassMeans(tuple(names), means, slope, bias)

    @staticmethod
    def read(ws: Workspace, model_id: str, annotations: Annotations) -> ClassMeans | None:
        """Fitted on the annotated pictures of a workspace; None where there are none with vectors."""
        ids = [name.decode() for name in annotations.images[:TAUGHT]]
        if not ids or model_id not in ws.models_with_fingerprints():
            return None
        rows = ws.fingerprints(model_id).take(ids, ["id", "vector", "status"]).to_pylist()
        found = {row["id"]: row["vector"] for row in rows if row["status"] == "ok" and row["vector"]}
        at = np.array([row for row, name in enumerate(ids) if name in found], np.int64)
        if len(at) < FEWEST:
            return None
        shown = annotations.shown(at, SURE)
        counts = shown.sum(0)
        kept = np.flatnonzero((counts >= FEWEST) & (counts < len(at)))
        kept = kept[np.argsort(-counts[kept], kind="stable")][:MOST_LABELS]
        vectors = np.array([found[ids[row]] for row in at.tolist()], np.float32)
        names = [annotations.phrases[code] for code in kept.tolist()]
        return ClassMeans.fit(vectors, shown[:, kept], names) if len(kept) else None

    def __call__(self, vectors: Floats) -> list[list[Word]]:
        odds = (vectors @ self.means.T).astype(np.float64) * self.slope + self.bias
        chances = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        return [self._words(row) for row in chances]

    def _words(self, chances: NDArray[np.float64]) -> list[Word]:
        best = np.argsort(-chances, kind="stable")[:EACH]
        return [
            Word(self.names[at][0], self.names[at][1], float(chances[at]), "classifier")
            for at in best.tolist()
            if chances[at] >= LEAST
        ]
