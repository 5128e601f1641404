"""Vectors of phrases from a sentence-transformers model: any by its name, or from a folder.

Decided: the package is wanted here alone and loaded when it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from saccade.errors import InputError, NotFoundError

BATCH = 256


def sentence_vectors(phrases: Sequence[str], name: str) -> npt.NDArray[np.float32]:
    """float32 [V, dim], rows of length 1. name: of a model on the Hugging Face hub, or a folder.

    Raises `InputError` where sentence-transformers is not installed, `NotFoundError` where there is no such
    model.
    """
    model = _loaded(name)
    if not len(phrases):
        return np.empty((0, int(model.get_sentence_embedding_dimension() or 0)), np.float32)
    found = model.encode(list(phrases), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(found, np.float32)


def _loaded(name: str) -> Any:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise InputError(
            "vectors from a model need sentence-transformers: pip install sentence-transformers, "
            "or choose corpus"
        ) from None
    try:
        return SentenceTransformer(name, device="cpu")
    except (OSError, ValueError) as error:
        first = str(error).strip().splitlines() or [type(error).__name__]
        raise NotFoundError(f"no sentence-transformers model {name!r}: {first[0]}") from None
