"""Annotations of a photo, predicted from those of its nearest pictures.

Decided: what weak labelling said of the catalogue's pictures (tables `annotations` and `phrases`) lies in a
few arrays. A neighbour's say falls with its distance, exp(cosine / temperature) as in k-nearest-neighbour
classification (Wu et al. 2018), times the confidence of its annotation; pictures without annotations say
nothing. Of the phrases those are kept that tell most: chance times the information of hearing the phrase at
all, so that "sofa" does not crowd out "navy".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from saccade.discovery.lens.shapes import Floats, Word
from saccade.workspace import Workspace

FLOOR = 0.2  # annotations surer than this are kept
TEMPERATURE = 0.07
LEAST = 0.05  # chance below which a predictor says nothing
MOST = 8  # phrases of a photo
EACH = 32  # phrases of one predictor
CLASSIFIED = 0.5  # weight of a classifier against a vote of neighbours


class Classifier(Protocol):
    """Predicts phrases from vectors alone."""

    def __call__(self, vectors: Floats) -> list[list[Word]]:
        """The phrases of each row of float32 [N, D], likeliest first."""
        ...


@dataclass(frozen=True, eq=False)
class Annotations:
    """Who is said to show what.

    images: S32 [N] sorted; starts: int64 [N + 1], rows of `codes` (places in `phrases`) and `scores` of each.
    phrases: (phrase, language) each; rate: float64 [P], share of the annotated pictures that show a phrase.
    """

    images: NDArray[np.bytes_]
    starts: NDArray[np.int64]
    codes: NDArray[np.int64]
    scores: Floats
    phrases: Sequence[tuple[str, str | None]]
    rate: NDArray[np.float64]

    @staticmethod
    def read(ws: Workspace, floor: float = FLOOR) -> Annotations:
        """Those of a workspace; empty where nothing was labelled."""
        said = ws.table("annotations").read(["image_id", "phrase_id", "score"], f"score >= {floor}")
        return Annotations.of(said, ws.table("phrases").read(["phrase_id", "phrase", "language"]))

    @staticmethod
    def of(said: pa.Table, known: pa.Table) -> Annotations:
        """From rows of the two tables; annotations of unknown phrases are left out."""
        places = {name: place for place, name in enumerate(known.column("phrase_id").to_pylist())}
        codes = np.array([places.get(name, -1) for name in said.column("phrase_id").to_pylist()], np.int64)
        ids = np.array(said.column("image_id").to_pylist(), "S32")
        scores = np.asarray(said.column("score").to_numpy(), np.float32)
        order = np.argsort(ids, kind="stable")
        order = order[codes[order] >= 0]
        images, starts = np.unique(ids[order], return_index=True)
        phrases = list(zip(*(known.column(name).to_pylist() for name in ("phrase", "language")), strict=True))
        counted = np.bincount(codes[order], minlength=len(phrases)) / max(len(images), 1)
        edges = np.append(starts, len(order)).astype(np.int64)
        return Annotations(images, edges, codes[order], scores[order], phrases, counted)

    def __len__(self) -> int:
        return len(self.images)

    def vote(self, image_ids: Sequence[str], cosines: Sequence[float]) -> list[Word]:
        """Phrases of a photo with these nearest pictures, the most telling first, at most `EACH`."""
        rows = [self._row(image) for image in image_ids]
        known = [(row, cosine) for row, cosine in zip(rows, cosines, strict=True) if row is not None]
        if not known:
            return []
        weights = np.exp((np.array([cosine for _, cosine in known]) - known[0][1]) / TEMPERATURE)
        sums = np.zeros(len(self.phrases))
        for (row, _), weight in zip(known, weights / weights.sum(), strict=True):
            some = slice(self.starts[row], self.starts[row + 1])
            np.add.at(sums, self.codes[some], weight * self.scores[some])
        return self._telling(sums)

    def shown(self, rows: NDArray[np.int64], sure: float) -> NDArray[np.bool_]:
        """bool [rows, P]: which phrases are said of these pictures (places in `images`) with `sure` or
        more.
        """
        found = np.zeros((len(rows), len(self.phrases)), bool)
        for place, row in enumerate(rows.tolist()):
            some = slice(self.starts[row], self.starts[row + 1])
            found[place, self.codes[some][self.scores[some] >= sure]] = True
        return found

    def information(self, word: Word) -> float:
        """Bits that hearing a phrase gives: the rarer, the more; 1 for a phrase that nobody said."""
        place = self._places.get((word.phrase, word.language))
        return 1.0 if place is None else self._bits[place]

    @cached_property
    def _places(self) -> dict[tuple[str, str | None], int]:
        return {phrase: place for place, phrase in enumerate(self.phrases)}

    @cached_property
    def _bits(self) -> list[float]:
        return (-np.log2(np.clip(self.rate, 1 / max(len(self), 2), 1.0))).tolist()

    def _row(self, image_id: str) -> int | None:
        at = int(np.searchsorted(self.images, image_id.encode()))
        return at if at < len(self.images) and self.images[at] == image_id.encode() else None

    def _telling(self, chances: NDArray[np.float64]) -> list[Word]:
        best = np.argsort(-chances * np.array(self._bits), kind="stable")[:EACH]
        return [
            Word(self.phrases[code][0], self.phrases[code][1], min(float(chances[code]), 1.0), "neighbours")
            for code in best.tolist()
            if chances[code] >= LEAST
        ]


def merged(
    known: Annotations, votes: Sequence[list[Word]], classified: Sequence[list[Word]]
) -> tuple[Word, ...]:
    """The words of several predictors, the most telling first, at most `MOST`.

    A chance is the mean over the predictors; silence is 0, and a classifier counts as half
    a vote of neighbours (our own choice, from a few dozen photos of one marketplace).
    """
    said: dict[tuple[str, str | None], float] = {}
    weights = [1.0] * len(votes) + [CLASSIFIED] * len(classified)
    for weight, words in zip(weights, (*votes, *classified), strict=True):
        for word in words:
            key = (word.phrase, word.language)
            said[key] = said.get(key, 0.0) + weight * word.score / sum(weights)
    voted = {(word.phrase, word.language) for words in votes for word in words}
    means = [
        Word(key[0], key[1], chance, "neighbours" if key in voted else "classifier")
        for key, chance in said.items()
    ]
    return tuple(sorted(means, key=lambda word: (-word.score * known.information(word), word.phrase))[:MOST])
