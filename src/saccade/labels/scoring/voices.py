"""Who has a vote of its own: sources that hang together are one *voice*, and what a voice can do.

A voice is one source, or several that agree more than their truth explains (title and description of one
seller). For a pair it does one of a few things, its *outcome*:

    -1 has no text in the phrase's language    0 is silent
    one source:      1 says it only inside longer phrases   2 says it once   3 says it in two texts or more
    several sources: 1..7, the set of its members that say it (bits), or how many do where there are over
    three

Decided: only texts that are no copies count. A voice of several sources is one variable with an outcome for
each combination, so their dependence needs no model: nothing is counted twice, and "both say it" may still
mean more than "one does".

Not here: which sources hang together (`dependence`), what an outcome is worth (`label_model`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from saccade.labels.scoring.evidence import Dense

OUTCOMES = 8
"""Outcomes of a voice that has something to say, silence (0) among them."""

Codes = npt.NDArray[np.int8]
Voices = tuple[tuple[int, ...], ...]
"""For each voice the columns of its sources."""


def outcomes(view: Dense, voices: Voices) -> Codes:
    """int8 [pairs, voices]: what each voice does, -1..7."""
    own = np.where(view.copied < 1, view.texts, 0)
    own = np.maximum(np.round(own * (1 - view.copied)), np.minimum(own, 1)).astype(np.int32)
    found = [
        _single(view, own, voice[0]) if len(voice) == 1 else _several(view, own, voice) for voice in voices
    ]
    return np.stack(found, axis=1) if found else np.empty((len(view.texts), 0), np.int8)


def alone(columns: int) -> Voices:
    """Every column a voice of its own."""
    return tuple((column,) for column in range(columns))


def speaks(view: Dense, voices: Voices) -> npt.NDArray[np.bool_]:
    """bool [pairs, voices]: whether a voice has a text in the phrase's language."""
    return np.stack([(view.heard[:, list(voice)] > 0).any(axis=1) for voice in voices], axis=1)


def _single(view: Dense, own: npt.NDArray[np.int32], column: int) -> Codes:
    texts, heard = own[:, column], view.heard[:, column]
    said = np.where(view.longest[:, column] > 0, np.where(texts > 1, 3, 2), 1)
    return np.where(texts > 0, said, np.where(heard > 0, 0, -1)).astype(np.int8)


def _several(view: Dense, own: npt.NDArray[np.int32], voice: Sequence[int]) -> Codes:
    says = own[:, list(voice)] > 0
    weights = 1 << np.arange(len(voice)) if len(voice) <= 3 else np.ones(len(voice), np.int64)
    code = np.minimum((says * weights).sum(axis=1), OUTCOMES - 1)
    heard = (view.heard[:, list(voice)] > 0).any(axis=1)
    return np.where(heard, code, -1).astype(np.int8)
