"""The one loop: devices, precision, accumulation, checkpoints, logs."""

from __future__ import annotations

__all__: list[str] = []
