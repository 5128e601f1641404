"""Pixels without learning: safe decoding, identity, boxes, preprocessing, perceptual hashes."""

from __future__ import annotations

__all__: list[str] = []
