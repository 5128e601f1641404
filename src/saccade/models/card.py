"""The card of a model folder: what a person must know before using the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from saccade.models.config import ModelConfig


@dataclass(frozen=True)
class Card:
    """What a person says about a model.

    name: readable part of the `model_id`, by default the architecture's. licence: SPDX name or a sentence.
    source: where the weights come from. intended_use, training: a sentence or a paragraph.
    metrics: names to measured values; an empty one leaves a marked place for `saccade evaluate`.
    """

    name: str | None = None
    licence: str = "unknown"
    source: str = "unknown"
    intended_use: str = "Nearest-neighbour search over pictures by the cosine of their vectors."
    training: str = "Not stated."
    metrics: Mapping[str, float] = field(default_factory=dict)


def render(config: ModelConfig, card: Card, model_id: str, parameters: int) -> str:
    """Markdown of the card, with the front matter that model hubs read."""
    return f"""---
license: {config.licence}
library_name: saccade
tags: [image-feature-extraction]
---

# {config.name}

`{model_id}`: pictures to vectors of {config.dim} numbers, unit length, float32.

| | |
|---|---|
| architecture | {_architecture(config)} |
| parameters | {parameters:,} |
| pooling, head | {config.pool}, {f"embedding head to {config.head_dim}" if config.head_dim else "none"} |
| preprocessing | {_preprocessing(config)} |
| licence | {config.licence} |
| source | {config.source} |

## Intended use

{card.intended_use}

## Training

{card.training}

## Metrics

{_metrics(card)}
"""


def _architecture(config: ModelConfig) -> str:
    settings = ", ".join(f"{key}={value}" for key, value in sorted(config.kwargs.items()))
    return f"{config.kind} `{config.architecture}`" + (f" ({settings})" if settings else "")


def _preprocessing(config: ModelConfig) -> str:
    return ", ".join(
        f"{key} {value}" for key, value in config.preprocess.to_dict().items() if value is not None
    )


def _metrics(card: Card) -> str:
    if not card.metrics:
        return "<!-- metrics -->\nNot measured yet."
    rows = "\n".join(f"| {name} | {value:.4g} |" for name, value in card.metrics.items())
    return f"<!-- metrics -->\n| metric | value |\n|---|---|\n{rows}"
