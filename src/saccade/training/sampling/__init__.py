"""Which pictures a step sees: within a task, and from which task."""

from __future__ import annotations

__all__: list[str] = []
