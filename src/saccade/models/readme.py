"""`README.md` of a model folder: the card for people, with the front matter that model hubs read.

Decided: what nobody stated is marked as unknown instead of being left out, what a complete card lacks is
named at the top, and a waived part shows its reason there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from saccade.errors import StorageError
from saccade.models.card import (
    UNKNOWN,
    Assessment,
    Card,
    Cost,
    GroupResult,
    Result,
    TrainingFacts,
    missing,
    write_card,
)
from saccade.models.config import ModelConfig, read_config

WEIGHTS, CONFIG, README = "model.safetensors", "config.json", "README.md"
DOMAINS = {"in": "in domain", "out": "out of domain"}


@dataclass(frozen=True)
class Subject:
    """The model that the README is about."""

    config: ModelConfig
    model_id: str
    parameters: int


def render(config: ModelConfig, card: Card, model_id: str, parameters: int) -> str:
    """Markdown of the card."""
    parts = [
        _front(config, card),
        _head(Subject(config, model_id, parameters), card),
        _section("Intended use", card.intended_use),
        _section("Out-of-scope use", card.out_of_scope),
        _section("Limitations", card.limitations),
        _training(card),
        _cost(card.cost),
        _metrics(card),
    ]
    return "\n\n".join(parts) + "\n"


def _front(config: ModelConfig, card: Card) -> str:
    base = f"\nbase_model: {card.facts.base}" if card.facts else ""
    return (
        f"---\nlicense: {config.licence}\nlibrary_name: saccade{base}\ntags: [image-feature-extraction]\n---"
    )


def _head(about: Subject, card: Card) -> str:
    config = about.config
    rows = [
        ("architecture", _architecture(config)), ("parameters", f"{about.parameters:,}"),
        ("pooling, head", _pooling(config)), ("preprocessing", _preprocessing(config)),
        ("licence", config.licence), ("source", config.source), ("origin", card.origin),
    ]  # fmt: skip
    text = f"`{about.model_id}`: pictures to vectors of {config.dim} numbers, unit length, float32."
    notes = [f"**Incomplete**: lacks {', '.join(lacks)}."] if (lacks := missing(card, about.model_id)) else []
    notes += [f"**Waived**: {part.replace('_', ' ')}, since {why}" for part, why in card.waived.items()]
    table = "| | |\n|---|---|\n" + "\n".join(f"| {name} | {_cell(value)} |" for name, value in rows)
    return "\n\n".join([f"# {config.name}", text, *notes, table])


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text.strip() or 'Not stated.'}"


def _architecture(config: ModelConfig) -> str:
    settings = ", ".join(f"{key}={value}" for key, value in sorted(config.kwargs.items()))
    return f"{config.kind} `{config.architecture}`" + (f" ({settings})" if settings else "")


def _pooling(config: ModelConfig) -> str:
    return f"{config.pool}, {f'embedding head to {config.head_dim}' if config.head_dim else 'none'}"


def _preprocessing(config: ModelConfig) -> str:
    return ", ".join(
        f"{key} {value}" for key, value in config.preprocess.to_dict().items() if value is not None
    )


def _training(card: Card) -> str:
    parts = [_section("Training", card.training)]
    if card.facts:
        parts += [*_data(card.facts), _run(card.facts)]
    return "\n\n".join(parts)


def _data(facts: TrainingFacts) -> list[str]:
    read = [(one.table, str(one.version), one.split or "all", f"{one.rows:,}") for one in facts.data]
    learnt = [
        (one.name, one.label, one.kind, one.loss, f"{one.classes:,}", f"{one.images:,}", f"{one.weight:g}")
        for one in facts.tasks
    ]
    return [
        table(("data", "version", "part", "rows"), read),
        table(("task", "label", "kind", "loss", "classes", "pictures", "weight"), learnt),
    ]


def _run(facts: TrainingFacts) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in facts.settings.items())
    rows = [
        ("began with", facts.base), ("recipe", facts.recipe), ("settings", settings),
        ("steps, pictures seen", f"{facts.steps:,}, {facts.pictures:,}"),
        ("parameters that learnt", f"{facts.trained:,}"), ("minutes", f"{facts.minutes:.1f}"),
        ("hardware", facts.hardware), ("seeds", ", ".join(map(str, facts.seeds))), ("code", facts.code),
    ]  # fmt: skip
    return table(("run", ""), rows)


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return _section("Cost", "Not measured.")
    flops = "no network" if cost.flops is None else f"{cost.flops / 1e9:.3g} GFLOPs"
    rows = [
        ("parameters", f"{cost.parameters:,}"), ("one picture", flops),
        ("one stored vector", f"{cost.float_bytes:,} bytes as floats, {cost.binary_bytes:,} as sign bits"),
        ("latency of one picture", f"{cost.latency_ms:.1f} ms (median)"),
        ("in batches", f"{cost.rate:.0f} pictures/s"), ("measured with", f"{cost.runner}, {cost.machine}"),
    ]  # fmt: skip
    return f"## Cost\n\n{table(('cost', ''), rows)}"


def _metrics(card: Card) -> str:
    parts = ["## Metrics", "<!-- metrics -->"]
    if card.metrics:
        parts.append(table(("metric", "value"), [(n, f"{value:.4g}") for n, value in card.metrics.items()]))
    if card.assessment:
        parts += _assessed(card.assessment)
    return "\n\n".join(parts) if len(parts) > 2 else "\n\n".join([*parts, "Not measured yet."])


def _assessed(found: Assessment) -> list[str]:
    asked = [("queries", found.queries or "all"), ("gallery", found.gallery or "all"),
             ("out of domain", found.out_of_domain or "none"), ("baseline", found.baseline or "none"),
             ("code", found.code)]  # fmt: skip
    header = ("domain", "task", "metric", "vectors", "queries", "this model", "baseline", "p")
    parts = [table(("measured on", ""), asked), table(header, [_result(one) for one in found.results])]
    if found.groups:
        header = ("domain", "task", "group", "queries", "accuracy", "precision", "recall")
        parts += ["### Groups", table(header, [_group(one) for one in found.groups]), _gaps(found)]
    return parts


def _result(one: Result) -> tuple[str, ...]:
    base = "" if one.baseline is None else interval(one.baseline, one.baseline_low, one.baseline_high)
    p = "" if one.p is None else f"{one.p:.4f}"
    mine = interval(one.value, one.low, one.high)
    return DOMAINS[one.domain], one.task, one.metric, one.vectors, f"{one.count:,}", mine, base, p


def _group(one: GroupResult) -> tuple[str, ...]:
    return (
        DOMAINS[one.domain], one.task, f"{one.by}={one.group}", f"{one.count:,}",
        interval(one.accuracy, one.low, one.high), _share(one.precision), _share(one.recall),
    )  # fmt: skip


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _gaps(found: Assessment) -> str:
    rows = [
        (DOMAINS[one.domain], one.task, one.metric, f"{one.gap:.3f}", f"{one.worst} to {one.best}",
         ", ".join(one.left_out) or "none")
        for one in found.gaps
    ]  # fmt: skip
    return table(("domain", "task", "metric", "largest gap", "between", "too small to count"), rows)


def interval(value: float, low: float | None, high: float | None) -> str:
    """`0.812 [0.790, 0.833]`, or the value alone."""
    return f"{value:.3f}" + ("" if low is None or high is None else f" [{low:.3f}, {high:.3f}]")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of GitHub Markdown."""
    cells = [[_cell(cell) for cell in row] for row in (header, *rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(header), *lines[1:]])


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def update_card(folder: Path, card: Card, model_id: str) -> None:
    """Give a model folder another card: `card.json`, `README.md`, and licence and source of `config.json`.

    The weights are not read, and the `model_id` stays; so do licence and source that the card does not know.
    StorageError when the folder cannot be written.
    """
    config = read_config(folder / CONFIG)
    known = {
        key: now if (now := getattr(card, key)) != UNKNOWN else getattr(config, key)
        for key in ("licence", "source")
    }
    config, card = replace(config, **known), replace(card, name=config.name, **known)
    try:
        (folder / README).write_text(render(config, card, model_id, parameters(folder / WEIGHTS)))
        write_card(folder, card, model_id)
        config.write(folder / CONFIG)
    except OSError as error:
        raise StorageError(f"cannot write the card of {folder}: {error}") from error


def parameters(weights: Path) -> int:
    """Numbers in a safetensors file, from its header alone."""
    from safetensors import safe_open

    with safe_open(weights, "numpy") as file:
        return sum(math.prod(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118
