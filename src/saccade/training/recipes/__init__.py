"""Ways to fine-tune with few resources, each a short object."""

from __future__ import annotations

__all__: list[str] = []
