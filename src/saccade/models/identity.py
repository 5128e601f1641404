"""`model_id`: a readable name and a short hash of all that changes a model's output.

Decided: the hash covers the weights, the architecture with its settings, pooling, head and preprocessing; not
the licence, the source or the format of the file. Weights are hashed as little-endian float32 in order of
name, so a half-precision file and the float32 it was read into are one model on every machine.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[np.float32]]


def model_id(name: str, arrays: Arrays, settings: Mapping[str, object]) -> str:
    """`name-0123456789`: letters, digits, dot, dash and underscore only, so it can name a table.

    Args:
        name: readable part; other characters become a dash.
        arrays: names to weights; any float type.
        settings: JSON-able values (architecture, pooling, head, preprocessing); the order of keys is free.
    """
    digest = hashlib.blake2b(digest_size=5)
    digest.update(json.dumps(settings, sort_keys=True, separators=(",", ":")).encode())
    for key in sorted(arrays):
        array = np.ascontiguousarray(arrays[key], "<f4")
        digest.update(f"\n{key} {list(array.shape)}\n".encode())
        digest.update(array.data if array.size else b"")
    return f"{_slug(name)}-{digest.hexdigest()}"


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "model"
