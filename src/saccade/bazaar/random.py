"""Where every random choice of the marketplace comes from.

Decided: a choice is drawn from a stream that is named by what is being chosen (`"form"`, `"photo"`, …) and by
whole numbers (the product, the view). Streams are Philox counters keyed through `SeedSequence`, so a product
or a picture is a pure function of the seed and its own numbers; order and process count cannot matter.

Not here: any state. Nothing in the package keeps a generator between two calls.
"""

from __future__ import annotations

import zlib

import numpy as np

from saccade.errors import InputError


def stream(seed: int, what: str, *numbers: int) -> np.random.Generator:
    """A generator of its own for `what` and `numbers` (all ≥ 0), the same on every call.

    Raises `InputError` for a negative seed or number.
    """
    if seed < 0 or any(number < 0 for number in numbers):
        raise InputError(
            f"expected a seed and numbers of 0 or more, found {seed} {numbers}: use a positive seed"
        )
    key = (zlib.crc32(what.encode()), *numbers)
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))


def pick(dice: np.random.Generator, weights: dict[str, float]) -> str:
    """One name, drawn by weight (weights are ≥ 0 and need not sum to 1)."""
    edges = np.cumsum(list(weights.values()))
    place = int(np.searchsorted(edges, dice.random() * edges[-1], side="right"))
    return list(weights)[min(place, len(weights) - 1)]
