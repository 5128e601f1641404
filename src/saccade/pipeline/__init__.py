"""The stages in order, and how a workspace is brought up to date."""

from __future__ import annotations

__all__: list[str] = []
