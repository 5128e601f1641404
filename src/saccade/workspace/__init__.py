"""One folder or URI that holds everything: versioned tables, files, lineage, the lock, the stages' shape."""

from __future__ import annotations

from saccade.workspace.stage import Clock, Plan, Report, Stage
from saccade.workspace.tables import Table, Version
from saccade.workspace.workspace import Workspace

__all__ = ["Clock", "Plan", "Report", "Stage", "Table", "Version", "Workspace"]
