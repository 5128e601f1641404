"""The card of a model as data: what a person must know before using the weights, and what it still lacks.

`card.json` lies beside the weights; `README.md` is the same for people (`readme.py`).

Decided:
- A model that saccade trained (`origin="trained"`) is released when its card is complete: `missing` says what
  it lacks, and `saccade fingerprint` refuses it until then. A model from elsewhere (`origin="external"`: a
  timm name, a file of weights, features fitted in closed form) is released with what its user stated, and its
  README marks what nobody stated.
- What cannot be measured may be waived with a reason (`waived`), which the README shows first.
- Measurements name the model that they were made with, so a head or another preprocessing that is put on
  a measured model leaves it unmeasured. Nothing of the card is part of the `model_id`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

from saccade.errors import InputError
from saccade.metrics.groups import LEAST

CARD_DATA = "card.json"
FORMAT = 1
UNKNOWN = "unknown"
Origin = Literal["external", "trained"]
Domain = Literal["in", "out"]
INTENDED = "Nearest-neighbour search over pictures by the cosine of their vectors."
WAIVABLE = ("out_of_domain", "groups", "baseline")
"""Parts of a complete card that a reason can stand for."""


@dataclass(frozen=True)
class DataUsed:
    """One table that training read.

    version: of the table in its workspace. rows: that were used. split: which of them, as a selection
    (`folder=train`) or in words.
    """

    table: str
    version: int
    rows: int
    split: str = ""


@dataclass(frozen=True)
class TaskLearnt:
    """One task of the training.

    label: what is learnt (`category`, an attribute, ...). kind: single, multi, retrieval, distil. classes,
    images: of the training part.
    """

    name: str
    label: str
    kind: str
    loss: str
    classes: int
    images: int
    weight: float = 1.0


@dataclass(frozen=True)
class TrainingFacts:
    """What the trainer knows and nobody else can say afterwards.

    data: tables that were read. tasks: what was learnt. recipe: name of the recipe. settings: JSON values
    that repeat the run. code: `workspace.lineage.code_version()`. seeds: of this run. steps: of the
    optimiser. pictures: seen in all, repeats counted. minutes: wall time. hardware: processor, GPUs. base:
    model_id (or folder) of the frozen model that training began with, "untrained" for random weights.
    trained: parameters that learnt at some step.
    """

    data: tuple[DataUsed, ...]
    tasks: tuple[TaskLearnt, ...]
    recipe: str
    settings: Mapping[str, object]
    code: str
    seeds: tuple[int, ...]
    steps: int
    pictures: int
    minutes: float
    hardware: str
    base: str
    trained: int = 0


@dataclass(frozen=True)
class Cost:
    """What it costs to use the model.

    flops: floating-point operations of one picture (two a multiply-add), None where there is no network.
    float_bytes, binary_bytes: of one stored vector. latency_ms: median of one picture at a time, preprocessed
    before; rate: pictures a second in batches. runner, machine: what they were measured with.
    """

    parameters: int
    flops: int | None
    float_bytes: int
    binary_bytes: int
    latency_ms: float
    rate: float
    runner: str
    machine: str


@dataclass(frozen=True)
class Result:
    """One measured number with its 95 % interval, and that of the baseline on the same queries.

    task: what makes an answer right (`item`, `article_type`). metric: `hit@1`, `AP@1 of 20-NN`, ...
    """

    domain: Domain
    task: str
    metric: str
    vectors: Literal["float", "binary"]
    count: int
    value: float
    low: float
    high: float
    baseline: float | None = None
    baseline_low: float | None = None
    baseline_high: float | None = None
    p: float | None = None
    """Two-sided p value of the paired randomisation test against the baseline."""


@dataclass(frozen=True)
class GroupResult:
    """One group of queries: accuracy of the first answer, macro precision and recall; the latter two
    are None where answers have no classes, as in retrieval."""

    domain: Domain
    task: str
    by: str
    group: str
    count: int
    accuracy: float
    low: float
    high: float
    precision: float | None = None
    recall: float | None = None


@dataclass(frozen=True)
class Gap:
    """The largest difference between two groups of `by` in one metric; small groups are left out of it."""

    domain: Domain
    task: str
    by: str
    metric: str
    gap: float
    worst: str
    best: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """Everything that was measured, of which model, on which pictures. Empty `out_of_domain`: not asked."""

    model_id: str
    baseline: str
    queries: str
    gallery: str
    out_of_domain: str
    code: str
    results: tuple[Result, ...]
    groups: tuple[GroupResult, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Card:
    """What is known of a model.

    name: readable part of the `model_id`, by default the architecture's. licence: SPDX name or a sentence.
    source: where the weights come from. intended_use, out_of_scope, limitations, training: a sentence or a
    paragraph. metrics: names to other measured values. facts: from the trainer. waived: part of the card →
    why it is not there.
    """

    name: str | None = None
    licence: str = UNKNOWN
    source: str = UNKNOWN
    intended_use: str = INTENDED
    training: str = "Not stated."
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    origin: Origin = "external"
    out_of_scope: str = ""
    limitations: str = ""
    facts: TrainingFacts | None = None
    cost: Cost | None = None
    assessment: Assessment | None = None
    waived: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        if strange := sorted(self.waived.keys() - set(WAIVABLE)):
            raise InputError(f"what may be waived is {', '.join(WAIVABLE)}; found {', '.join(strange)}")
        if bare := sorted(name for name, why in self.waived.items() if not why.strip()):
            raise InputError(f"a waived part needs a reason, {', '.join(bare)} has none")


def missing(card: Card, model_id: str) -> list[str]:
    """What a complete card of this model still lacks, in words; nothing for a model from elsewhere."""
    if card.origin != "trained":
        return []
    stated = {
        "intended use": card.intended_use,
        "out-of-scope use": card.out_of_scope,
        "limitations": card.limitations,
        "licence": "" if card.licence == UNKNOWN else card.licence,
        "source": "" if card.source == UNKNOWN else card.source,
    }
    lacks = [name for name, text in stated.items() if not text.strip()]
    lacks += _unknown_facts(card.facts) + ([] if card.cost else ["cost"])
    return lacks + _unmeasured(card, model_id)


def _unknown_facts(facts: TrainingFacts | None) -> list[str]:
    if facts is None:
        return ["training facts"]
    words = {"data": "training data", "code": "code version", "base": "base model"}
    wanted = "data tasks recipe settings code seeds steps minutes hardware base".split()
    return [words.get(name, name) for name in wanted if not getattr(facts, name)]


def _unmeasured(card: Card, model_id: str) -> list[str]:
    found = card.assessment
    if found is None:
        return ["metrics"]
    if found.model_id != model_id:
        return [f"metrics of this model (they are of {found.model_id})"]
    inside = [one for one in found.results if one.domain == "in"]
    there = {
        "metrics of floats": any(one.vectors == "float" for one in inside),
        "metrics of sign bits": any(one.vectors == "binary" for one in inside),
        "out-of-domain metrics": _has(
            card, "out_of_domain", any(one.domain == "out" for one in found.results)
        ),
        "a baseline": _has(card, "baseline", bool(inside) and all(o.baseline is not None for o in inside)),
        "a table of groups with the largest gap": _has(card, "groups", _parted(found)),
    }
    return [name for name, is_there in there.items() if not is_there]


def _parted(found: Assessment) -> bool:
    """Groups, and a gap wherever two of one kind are large enough for one."""
    large = Counter((one.domain, one.task, one.by) for one in found.groups if one.count >= LEAST)
    known = {(one.domain, one.task, one.by) for one in found.gaps}
    return bool(found.groups) and all(key in known for key, count in large.items() if count > 1)


def _has(card: Card, part: str, is_there: bool) -> bool:
    return is_there or part in card.waived


def write_card(folder: Path, card: Card, model_id: str) -> None:
    """`card.json`, whole or not at all."""
    partial = folder / f"{CARD_DATA}.part"
    partial.write_text(to_json(card, model_id))
    partial.replace(folder / CARD_DATA)


def to_json(card: Card, model_id: str) -> str:
    """Indented JSON; `missing` is written for readers and computed again by ours."""
    about = {"format": FORMAT, "model_id": model_id, "missing": missing(card, model_id)}
    try:
        return json.dumps({**about, **asdict(card)}, indent=1, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise InputError(f"the card of {model_id} must hold JSON values: {error}") from error


def read_card(folder: Path) -> Card:
    """The card of a model folder; that of a model from elsewhere where none was written. InputError."""
    try:
        text = (folder / CARD_DATA).read_bytes()
    except FileNotFoundError:
        return Card()
    return parse_card(text, str(folder / CARD_DATA))


def parse_card(text: bytes, where: str) -> Card:
    """A card from its JSON; InputError in one line names `where` and the first wrong field."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Card).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(f"{where} is no model card ({place}: {first['msg']}): mend or delete it") from error
