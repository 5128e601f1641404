"""`/v1/labels`: browse the clusters that `saccade label` made, with pictures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from saccade.errors import NotFoundError
from saccade.index.protocol import Hit
from saccade.service.browsing import Book, Label, Phrase, Sort
from saccade.service.context import Context, context
from saccade.service.errors import responses
from saccade.service.routes.judgements import wire_pictures
from saccade.service.wire_judging import (
    Counted,
    LabelDetail,
    LabelInfo,
    LabelNear,
    LabelPhrase,
    LabelSample,
    LabelsAnswer,
    Line,
)

router = APIRouter(tags=["labels"])
MOST, SHOWN, PHRASES = 100, 6, 200  # labels of a page; samples of a label there; phrases of one label
NEAR = 50  # children
LabelId = Annotated[str, Path(min_length=1, max_length=200, pattern=Line)]
Text = Annotated[str, Query(max_length=200, description="words that a name or a phrase has, all of them")]
Word = Annotated[str, Query(max_length=40)]


@router.get("/v1/labels", response_model=LabelsAnswer, responses=responses(404, 422, 429))
async def labels(
    request: Request,
    q: Text = "",
    kind: Word = "",
    language: Word = "",
    sort: Sort = "images",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 24,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> LabelsAnswer:
    """A page of labels, largest first unless `sort` says else; 404 where nothing was labelled."""
    found = context(request)

    def read() -> LabelsAnswer:
        book = found.browsing.book()
        fitting = book.chosen(q, kind, language, sort)
        shown = fitting[offset : offset + limit]
        samples = found.browsing.samples([one.label_id for one in shown])
        return LabelsAnswer(
            labels=[_info(found, book, one, samples[one.label_id]) for one in shown],
            total=len(fitting), every=len(book.labels),
            kinds=_counts(book.kinds), languages=_counts(book.languages),
        )  # fmt: skip

    return await found.waiting(read)


@router.get("/v1/labels/{label_id}", response_model=LabelDetail, responses=responses(404, 422, 429))
async def label(request: Request, label_id: LabelId) -> LabelDetail:
    """All that is known of a label: phrases, parent, children, labels beside it, its surest pictures."""
    found = context(request)
    return await found.waiting(_detail, found, label_id)


def _detail(found: Context, label_id: str) -> LabelDetail:
    book = found.browsing.book()
    one = book.labels.get(label_id)
    if one is None:
        raise NotFoundError(f"there is no label {label_id!r}")
    samples = found.browsing.samples([label_id])[label_id]
    beside = found.browsing.beside(label_id, [image for image, _ in samples]) if samples else []
    phrases, score = _phrases(found, book, one)
    return LabelDetail(
        label_id=one.label_id, name=one.name, kind=one.kind, images=one.images, languages=list(one.languages),
        weight=one.weight, purity=one.purity, score=score, draws=found.browsing.draws(label_id),
        phrases=phrases, phrase_count=len(one.phrases), parent=_near(book, one.parent),
        children=[_nearby(child) for child in _largest(book.children.get(label_id, []))],
        beside=[
            _nearby(book.labels[name], share) for name, share in beside if name in book.labels
        ],
        samples=_samples(found, samples),
    )  # fmt: skip


def _info(found: Context, book: Book, one: Label, samples: list[tuple[str, float | None]]) -> LabelInfo:
    sizes = found.live.shelf.sizes(image for image, _ in samples)
    there = [image for image, _ in samples if image in sizes][:SHOWN]
    return LabelInfo(
        label_id=one.label_id, name=one.name, kind=one.kind, images=one.images,
        phrases=[book.said(phrase) for phrase in one.phrases[:8]], phrase_count=len(one.phrases),
        languages=list(one.languages), weight=one.weight, purity=one.purity, parent=one.parent,
        samples=wire_pictures(there, sizes),
    )  # fmt: skip


def _phrases(found: Context, book: Book, one: Label) -> tuple[list[LabelPhrase], float | None]:
    """The phrases, most annotated first, and the mean score over all their annotations."""
    said = found.browsing.said(one.phrases)
    made: list[LabelPhrase] = []
    for name in one.phrases:
        phrase = book.phrases.get(name, Phrase(name, "", 0))
        made.append(
            LabelPhrase(
                phrase=phrase.phrase,
                language=phrase.language,
                support=phrase.support,
                images=said[name].images,
                score=said[name].score,
            )
        )
    made.sort(key=lambda row: (-row.images, -row.support, row.phrase))
    total = sum(row.images for row in made)
    score = sum(row.images * (row.score or 0.0) for row in made) / total if total else None
    return made[:PHRASES], score


def _samples(found: Context, samples: list[tuple[str, float | None]]) -> list[LabelSample]:
    shelf, owners = found.live.shelf, found.live.shelf.owners
    sizes = shelf.sizes(image for image, _ in samples)
    made: list[LabelSample] = []
    for image, weight in samples:
        if image in sizes:
            (picture,) = wire_pictures([image], sizes)
            item = next(iter(owners(Hit(image, 0.0))), None) if callable(owners) else None
            made.append(LabelSample(**picture.model_dump(), weight=weight, item_id=item))
    return made


def _near(book: Book, label_id: str | None) -> LabelNear | None:
    one = None if label_id is None else book.labels.get(label_id)
    return None if one is None else _nearby(one)


def _nearby(one: Label, share: float | None = None) -> LabelNear:
    return LabelNear(label_id=one.label_id, name=one.name, kind=one.kind, images=one.images, share=share)


def _largest(labels: list[Label]) -> list[Label]:
    return sorted(labels, key=lambda one: (-one.images, one.name))[:NEAR]


def _counts(pairs: list[tuple[str, int]]) -> list[Counted]:
    return [Counted(value=value, count=count) for value, count in pairs]
