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
    Row("train-detector", "saccade.training.detection.stage:TrainDetector",
        ("model", "architecture", "named"), ("images", "image_bytes", "objects", "detections"),
        ("detectors/<detector>",)),
    Row("detect", "saccade.detection.stage:Detect", (),
        ("images", "image_bytes", "objects", "detections", "items", "item_images", "texts", "annotations",
         "phrases"),
        ("objects", "detections", "detectors/<detector>")),
    Row("assess-detector", "saccade.evaluation.detection:AssessDetector", ("label",),
        ("images", "image_bytes", "objects", "detections", "detectors/<detector>"),
        ("reports/detection/<label>",)),
    Row("fingerprint", "saccade.fingerprints.stage:Fingerprint", ("model", "store"),
        ("images", "image_bytes", "objects"), ("fingerprints/<model>",)),
    Row("colours", "saccade.fingerprints.colours:Colours", ("store",),
        ("images", "image_bytes", "objects"), ("colours",)),
    Row("index", "saccade.index.stage:BuildIndex", ("index",),
        ("fingerprints/<model>", "images", "item_images", "items", "objects"), ("indexes/<name>",)),
    Row("fit-complete", "saccade.discovery.complete.stage:FitComplete", ("label",),
        ("fingerprints/<model>", "boards", "board_items", "item_images", "items", "objects"),
        ("complete/<label>",)),
    Row("evaluate", "saccade.evaluation.stage:Evaluate", ("label",),
        ("fingerprints/<model>", "sources", "items", "item_images"), ("reports/evaluation/<label>",)),
)  # fmt: skip


def row_of(verb: str) -> Row | None:
    """The stage behind a verb, if it has one."""
    return next((row for row in STAGES if row.verb == verb), None)
