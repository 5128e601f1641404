"""Which image is this? Names made from content, so that the same bytes are one image everywhere.

Decided: BLAKE2b cut to 128 bits. It is the fastest strong hash in the standard library, and 32 hex digits
are also a valid UUID, which vector stores want as a point id. At a billion images the chance of any
collision is about 1e-21. Not here: perceptual likeness, see `vision.hashing`.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.vision.boxes import Box

_DIGEST_BYTES = 16


def image_id(data: bytes) -> str:
    """The name of the image with these bytes: 32 lower-case hex digits (BLAKE2b, 128 bits)."""
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()


def object_id(image: str, box: Box) -> str:
    """The name of a part of an image: 32 hex digits made from the image's name and the box.

    The box counts as float32, as tables store it, so a trip through a table keeps the name.
    """
    # Adding zero turns -0.0 into 0.0, whose bytes differ.
    sides = struct.pack("<4f", box.x + 0.0, box.y + 0.0, box.width, box.height)
    return hashlib.blake2b(image.encode() + sides, digest_size=_DIGEST_BYTES).hexdigest()
