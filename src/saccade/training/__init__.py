"""Losses, augmentation and loops that train a backbone; `quick` is the short one of the demo."""

from __future__ import annotations

__all__: list[str] = []
