"""Results in another order: less alike among themselves (`mmr`), or fairer to groups (`spread`)."""

from __future__ import annotations

from saccade.discovery.diversity.effect import Effect, effect_of
from saccade.discovery.diversity.mmr import mmr
from saccade.discovery.diversity.spread import Spread, spread

__all__ = ["Effect", "Spread", "effect_of", "mmr", "spread"]
