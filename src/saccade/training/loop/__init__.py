"""The one loop: devices, precision, accumulation, checkpoints, logs.

from saccade.training.loop.run import fit
from saccade.training.loop.settings import LoopSettings
"""

from __future__ import annotations

__all__: list[str] = []
