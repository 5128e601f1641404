"""The shapes of judging and of the labels on the wire.

Decided: nothing here says which run a result came from, nor its rank: raters judge blind. Verdicts of sides
are `left` and `right` as this rater saw them; the service knows what stood where.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from saccade.service.wire import Strict, WirePicture

Line = r"^[^\x00-\x1f\x7f]+$"
PlanName = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
QuestionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
RaterName = Annotated[
    str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")
]
Kind = Literal["grades", "sides"]


class GradeInfo(BaseModel):
    """A step of the scale."""

    value: int
    name: str
    meaning: str


class PlanInfo(BaseModel):
    """A plan, and how far it is: `done` of `wanted` answers, by `raters` people. depth: results a query."""

    name: str
    kind: Kind
    depth: int
    queries: int
    questions: int
    done: int
    wanted: int
    raters: int


class JudgingAnswer(BaseModel):
    """The plans, the scale, and whether this service takes ratings (it was started with write keys)."""

    plans: list[PlanInfo]
    grades: list[GradeInfo]
    writable: bool


class WireQuestion(BaseModel):
    """A query and what is to be judged: one list of one picture for grades, (left, right) for sides."""

    question: str
    query: WirePicture
    lists: list[list[WirePicture]]


class NextAnswer(BaseModel):
    """What a rater gets next. `mine` answers are this rater's, `left` questions wait for this rater."""

    plan: PlanInfo
    questions: list[WireQuestion]
    mine: int
    left: int


class JudgementBody(Strict):
    """One answer: a `grade` (0 to 4) in a plan of grades, a `side` in a plan of sides; with neither, what
    this rater said of the question is taken back."""

    plan: PlanName
    question: QuestionId
    rater: RaterName
    grade: int | None = Field(None, ge=0, le=4)
    side: Literal["left", "tie", "right"] | None = None


class JudgementAnswer(BaseModel):
    """What is now stored: whether there is an answer of this rater to the question."""

    question: str
    stored: bool


class LabelInfo(BaseModel):
    """A cluster of phrases. kind: head (frequent) or tail (rare ones); purity 0..1; samples: surest first."""

    label_id: str
    name: str
    kind: str
    images: int
    phrases: list[str]
    phrase_count: int
    languages: list[str]
    weight: float | None
    purity: float | None
    parent: str | None
    samples: list[WirePicture]


class Counted(BaseModel):
    """A value and how many labels have it."""

    value: str
    count: int


class LabelsAnswer(BaseModel):
    """A page of labels; `total` fit, of `every`. kinds and languages are counted over all labels."""

    labels: list[LabelInfo]
    total: int
    every: int
    kinds: list[Counted]
    languages: list[Counted]


class LabelPhrase(BaseModel):
    """A phrase of a label. support: texts that say it; images: annotated with it; score: mean, 0..1."""

    phrase: str
    language: str
    support: int
    images: int
    score: float | None


class LabelSample(WirePicture):
    """A picture of a label; `weight` of the label on it, and an item that shows it."""

    weight: float | None
    item_id: str | None


class LabelNear(BaseModel):
    """Another label. share: for those that occur beside it, of this label's pictures that carry both."""

    label_id: str
    name: str
    kind: str
    images: int
    share: float | None = None


class LabelDetail(BaseModel):
    """All that is known of a label. draws: expected in an epoch of training, where the last card says."""

    label_id: str
    name: str
    kind: str
    images: int
    languages: list[str]
    weight: float | None
    purity: float | None
    score: float | None
    draws: float | None
    phrases: list[LabelPhrase]
    phrase_count: int
    parent: LabelNear | None
    children: list[LabelNear]
    beside: list[LabelNear]
    samples: list[LabelSample]
