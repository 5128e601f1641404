"""What turns a batch of pictures into vectors: torch, OpenVINO or a plain function, behind one class.

Nothing is imported here: torch and OpenVINO load only where their runner is opened (`choose.open_runner`).
"""

from __future__ import annotations

__all__: list[str] = []
