"""What the clean process imports from which workers are forked: they start at once and share its memory.

Lance warns at every fork of a process that has imported it, because its threads would be lost. This process
imports it and never uses it, so there are no threads yet, and the warning is put aside here. Nobody else
imports this module.
"""

from __future__ import annotations

import importlib
import warnings

warnings.filterwarnings("ignore", message="lance is not fork-safe")
for _name in ("lance", "saccade.training.data.assemble", "saccade.training.data.resizing"):
    importlib.import_module(_name)
