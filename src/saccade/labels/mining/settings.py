"""What the user may say about mining, each with its default and its limits."""

from __future__ import annotations

from dataclasses import dataclass

from saccade.errors import InputError
from saccade.labels.vocabulary import LONGEST

LIMITS: dict[str, tuple[float, float]] = {
    "support": (1, 1e9),
    "sources": (1, 64),
    "longest": (1, LONGEST),
    "cohesion": (-1.0, 1.0),
    "nested": (0.5, 1.01),
    "whole": (0.0, 1.0),
    "size": (1, 100_000_000),
}


@dataclass(frozen=True)
class MiningSettings:
    """When a sequence of words is a phrase. Raises `InputError` for a value outside its limits."""

    support: int = 5
    """Families that must say it."""
    sources: int = 2
    """Kinds of text that must say it (title, query, …); at most as many as the corpus has."""
    longest: int = LONGEST
    """Words of the longest phrase, 1 to 6."""
    cohesion: float = 0.2
    """Normalised pointwise mutual information (-1..1) that its weakest joint must reach."""
    nested: float = 0.9
    """Share of its families in which one longer phrase covers it, from which on it is a mere fragment."""
    whole: float = 0.4
    """Share of its families in which several words must be a constituent of the text, no slice across two."""
    size: int = 500_000
    """Most phrases; the best by support × cohesion stay."""

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(f"expected {name} from {low:g} to {high:g}, found {value}: choose one there")
