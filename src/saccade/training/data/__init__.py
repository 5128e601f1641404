"""Pictures from the workspace's tables to batches: random access, decoding and augmentation in workers."""

from __future__ import annotations

__all__: list[str] = []
