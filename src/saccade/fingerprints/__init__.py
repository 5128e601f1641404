"""Fingerprints: images or boxes × a model version → vectors, incremental and crash-safe."""

from __future__ import annotations

from saccade.fingerprints.coverage import Coverage, coverage
from saccade.fingerprints.stage import Fingerprint

__all__ = ["Coverage", "Fingerprint", "coverage"]
