"""The command `saccade`: one verb a stage, options from the stages' own fields."""

from __future__ import annotations

__all__: list[str] = []
