"""The phrases and labels of the workspace, as the card needs them: by id, with what was counted of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from saccade.labels.card.counting import Annotated, Labelled
from saccade.labels.card.facts import Cluster, LanguageFact, Member
from saccade.labels.card.given import RunFacts
from saccade.workspace import Workspace

HEAD = "head"
SHOWN = 12  # phrases of a cluster


@dataclass(frozen=True)
class Label:
    """A row of `labels`."""

    label_id: str
    name: str
    kind: str
    phrases: tuple[str, ...]
    languages: tuple[str, ...]
    purity: float | None


@dataclass(frozen=True)
class Clusters:
    """Everything by id, in order of id. phrases: phrase_id to (phrase, language, support)."""

    phrases: dict[str, tuple[str, str, int]]
    labels: dict[str, Label]
    annotated: Annotated
    labelled: Labelled
    draws: Mapping[str, float]

    def images(self, label_id: str) -> int:
        """Images that carry a label."""
        return self.labelled.images.get(label_id, 0)

    def score(self, label: Label) -> float | None:
        """Mean score over the annotations of a label's phrases; None where there are none."""
        counted = [self.annotated.phrases[name] for name in label.phrases if name in self.annotated.phrases]
        rows = sum(images for images, _ in counted)
        return sum(images * score for images, score in counted) / rows if rows else None

    def cluster(self, label_id: str) -> Cluster:
        """A label with its best known phrases, without pictures."""
        label = self.labels[label_id]
        members = sorted(map(self._member, label.phrases), key=lambda one: (-one.images, one.phrase))
        return Cluster(
            label_id, label.name, label.kind, self.images(label_id), self.draws.get(label_id),
            label.purity, self.score(label), len(label.phrases), tuple(members[:SHOWN]), (),
        )  # fmt: skip

    def languages(self, texts: dict[str, int]) -> tuple[LanguageFact, ...]:
        """The language mix, most texts first; `texts` by language."""
        phrases = Counter(language for _, language, _ in self.phrases.values())
        classes = Counter(language for label in self.labels.values() for language in label.languages)
        names = sorted({*texts, *phrases, *classes}, key=lambda name: (-texts.get(name, 0), name))
        return tuple(LanguageFact(name, texts.get(name, 0), phrases[name], classes[name]) for name in names)

    def _member(self, phrase_id: str) -> Member:
        phrase, language, support = self.phrases.get(phrase_id, (phrase_id, "", 0))
        images, score = self.annotated.phrases.get(phrase_id, (0, 0.0))
        return Member(phrase, language, support, images, score)


def load(ws: Workspace, run: RunFacts, annotated: Annotated, labelled: Labelled) -> Clusters:
    """Reads `phrases` and `labels`, whose size is the vocabulary's and not the catalogue's."""
    return Clusters(_phrases(ws), _labels(ws), annotated, labelled, run.draws)


def _phrases(ws: Workspace) -> dict[str, tuple[str, str, int]]:
    found: dict[str, tuple[str, str, int]] = {}
    for batch in ws.table("phrases").scan(["phrase_id", "phrase", "language", "support"]):
        for row in batch.to_pylist():
            name = row["phrase"] or row["phrase_id"]
            found[row["phrase_id"]] = (name, row["language"] or "", row["support"] or 0)
    return dict(sorted(found.items()))


def _labels(ws: Workspace) -> dict[str, Label]:
    found: dict[str, Label] = {}
    columns = ["label_id", "name", "kind", "phrases", "languages", "purity"]
    for batch in ws.table("labels").scan(columns):
        for row in batch.to_pylist():
            found[row["label_id"]] = Label(
                row["label_id"], row["name"] or row["label_id"], row["kind"] or "",
                tuple(row["phrases"] or ()), tuple(row["languages"] or ()), _known(row["purity"]),
            )  # fmt: skip
    return dict(sorted(found.items()))


def _known(value: float | None) -> float | None:
    """NaN stands for nothing, and JSON has no word for it."""
    return value if value is not None and math.isfinite(value) else None
