"""The table of contents: every stage in order, what it reads and what it writes.

Decided: rows name their stage as text, so that this table is read without loading any of them; lineage
(`Workspace.runs`) tells what a run really read and wrote.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from saccade.workspace import Stage


@dataclass(frozen=True)
class Row:
    """One stage: its verb, its class, the settings that tell two uses of it apart, its tables."""

    verb: str
    place: str
    identity: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]

    def load(self) -> type[Stage]:
        """The stage's class."""
        module, name = self.place.split(":")
        return getattr(import_module(module), name)


STAGES = (
    Row("ingest", "saccade.catalog.ingest:Ingest", ("source",), (),
        ("sources", "images", "image_bytes", "items", "item_images", "texts", "objects")),
    Row("import", "saccade.catalog.imports:Import", ("table", "source"), (),
        ("texts", "boards", "board_items", "events", "judgements", "objects", "tasks")),
    Row("dedup", "saccade.catalog.dedup:Deduplicate", (), ("images",), ("duplicates",)),
    Row("label", "saccade.labels.stage:Label", (),
        ("texts", "boards", "board_items", "events", "objects", "item_images", "duplicates", "images"),
        ("phrases", "annotations", "labels", "image_labels", "reports/labels")),
    Row("pretrain", "saccade.training.stage:Pretrain", ("model", "tasks", "named"),
        ("images", "image_bytes", "labels", "image_labels"), ("models/<model>",)),
    Row("train", "saccade.training.stage:Train", ("model", "tasks", "named"),
        ("images", "image_bytes", "items", "item_images", "tasks", "image_labels"), ("models/<model>",)),
    Row("assess", "saccade.evaluation.assess:Assess", ("model",),
        ("images", "image_bytes", "items", "item_images", "tasks", "models/<model>"), ("models/<model>",)),
    Row("fingerprint", "saccade.fingerprints.stage:Fingerprint", ("model", "store"),
        ("images", "image_bytes", "objects"), ("fingerprints/<model>",)),
    Row("index", "saccade.index.stage:BuildIndex", ("index",),
        ("fingerprints/<model>", "images", "item_images", "items"), ("indexes/<name>",)),
    Row("evaluate", "saccade.evaluation.stage:Evaluate", ("label",),
        ("fingerprints/<model>", "sources", "items", "item_images"), ("reports/evaluation/<label>",)),
)  # fmt: skip


def row_of(verb: str) -> Row | None:
    """The stage behind a verb, if it has one."""
    return next((row for row in STAGES if row.verb == verb), None)
