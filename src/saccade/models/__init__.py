"""Backbones, embedding heads and model folders.

Nothing is imported here, so that hand-made models work on a machine without torch: import the module
that is needed, such as `saccade.models.folder`.
"""

from __future__ import annotations

__all__: list[str] = []
