"""saccade: visual discovery for catalogues.

    from saccade import Engine, Query, Workspace
    engine = Engine(Workspace("catalogue.saccade"))
    engine.search(Query(text="red shoe"))

Decided: these names are the public surface; each is loaded when it is first used, so `import saccade` takes
milliseconds and neither torch nor a table library comes with it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.catalog.dedup import Deduplicate
    from saccade.catalog.imports import Import
    from saccade.catalog.ingest import Ingest
    from saccade.discovery.answer import Answer, Result
    from saccade.discovery.engine import Engine
    from saccade.discovery.query import Query
    from saccade.errors import SaccadeError
    from saccade.evaluation.assess import Assess
    from saccade.evaluation.stage import Evaluate
    from saccade.fingerprints.stage import Fingerprint
    from saccade.index.stage import BuildIndex
    from saccade.labels.export.stage import Export
    from saccade.labels.stage import Label
    from saccade.training.stage import Pretrain, Train
    from saccade.vision.boxes import Box
    from saccade.workspace.workspace import Workspace

__all__ = [
    "Answer", "Assess", "Box", "BuildIndex", "Deduplicate", "Engine", "Evaluate", "Export", "Fingerprint",
    "Import", "Ingest", "Label", "Pretrain", "Query", "Result", "SaccadeError", "Train", "Workspace",
]  # fmt: skip

_PLACES = {
    "Answer": "discovery.answer", "Assess": "evaluation.assess", "Box": "vision.boxes",
    "BuildIndex": "index.stage", "Deduplicate": "catalog.dedup", "Engine": "discovery.engine",
    "Evaluate": "evaluation.stage", "Export": "labels.export.stage", "Fingerprint": "fingerprints.stage",
    "Import": "catalog.imports", "Ingest": "catalog.ingest", "Label": "labels.stage",
    "Pretrain": "training.stage", "Query": "discovery.query", "Result": "discovery.answer",
    "SaccadeError": "errors", "Train": "training.stage", "Workspace": "workspace.workspace",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"saccade.{_PLACES[name]}"), name)
