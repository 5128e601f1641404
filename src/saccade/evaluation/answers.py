"""Put the questions to one model, in floats and in sign bits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from saccade.evaluation.classify import Predicted, predict
from saccade.evaluation.questions import Asked, Questions
from saccade.evaluation.vectors import FORMS, Fingerprints, Form, Vectors, scorer
from saccade.metrics.ranking import Scores, measure
from saccade.metrics.trec import Run
from saccade.progress import Progress
from saccade.workspace import Clock


@dataclass(frozen=True)
class Answer:
    """What one model in one form found in one domain."""

    domain: str
    model: str
    form: Form
    run: Run
    scores: Scores


@dataclass(frozen=True)
class Answers:
    """Everything that models said, in the order in which they were asked."""

    found: tuple[Answer, ...] = ()
    predicted: tuple[Predicted, ...] = ()

    def __add__(self, other: Answers) -> Answers:
        return Answers(self.found + other.found, self.predicted + other.predicted)


def steps(asked: Asked) -> int:
    """Steps of progress of one model."""
    return len(FORMS) * (len(asked.retrieval) + len(asked.labelled))


def ask(
    asked: Asked, questions: Questions, model: str, vectors: Vectors, clock: Clock, progress: Progress
) -> Answers:
    """All answers of one model."""
    with clock.reading():
        queries, gallery = vectors(model, asked.queries), vectors(model, asked.gallery)
    with clock.computing():
        found = tuple(_found(asked, questions, model, queries, gallery, progress))
        predicted = tuple(_predicted(asked, model, queries, gallery, progress))
    return Answers(found, predicted)


def _found(
    asked: Asked, questions: Questions, model: str, queries: Fingerprints, gallery: Fingerprints,
    progress: Progress,
) -> Iterator[Answer]:  # fmt: skip
    for form in FORMS:
        for domain, task in asked.retrieval.items():
            mine, theirs = queries.of(task.queries), gallery.of(task.gallery)
            run = task.run(scorer(mine, theirs, form), questions.depth)
            yield Answer(domain, model, form, run, measure(task.qrels, run, questions.metrics))
            progress.advance()


def _predicted(
    asked: Asked, model: str, queries: Fingerprints, gallery: Fingerprints, progress: Progress
) -> Iterator[Predicted]:
    for form in FORMS:
        for task in asked.labelled:
            yield predict(task, model, form, queries, gallery)
            progress.advance()
