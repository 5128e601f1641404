"""Phrases that somebody gives, read as the texts of the corpus are: so that they meet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from saccade.labels.signals.cleaning import clean
from saccade.labels.signals.languages import LanguageModel
from saccade.labels.signals.lemmas import lemmas
from saccade.labels.signals.words import cut


def phrase_words(texts: Sequence[str], language: str, model: LanguageModel) -> list[list[str]]:
    """For each text the lemmas that `read_signals` finds in one of this language; breaks are passed over."""
    if not texts:
        return []
    words = cut(clean(pa.array(texts, pa.large_string()), max(map(len, texts)) + 1).texts)
    spelling, lemma = model.spellings.get(language, {}), lemmas()
    surfaces = [str(found) for found in words.surfaces.to_pylist()]
    bases = [lemma(language, spelling.get(found, found)) for found in surfaces]
    kept = words.tokens >= 0
    ends = np.concatenate(([0], np.cumsum(kept)))[words.offsets]
    said = [bases[token] for token in words.tokens[kept].tolist()]
    return [said[start:end] for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]
