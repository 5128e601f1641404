"""Features of a frozen trunk, computed once and kept."""

from __future__ import annotations

__all__: list[str] = []
