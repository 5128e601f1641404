"""`saccade assess-detector`: detectors side by side on pictures whose boxes people drew.

Reads objects, detections, images (or a COCO file); writes `reports/evaluation/<label>/`: `metrics.json`,
`table.md`, of each detector `results-<detector>.json` (the standard list of image_id, category_id, bbox and
score) with `truth.json` (the COCO file that those ids belong to), `nms.svg` and of each detector
`worst-<detector>.html`.

Decided: formulas are the reference evaluator's (`metrics.detection`); latency stands beside AP, since one is
bought with the other. An assessment whose inputs and settings are those of the last one is not repeated.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from saccade.detection.detector import RUNNERS, Detector, identify, open_detector
from saccade.detection.kept import kept_detectors, locate
from saccade.errors import InputError, NotFoundError
from saccade.evaluation.detection_measure import THRESHOLDS, Line, Looked, flat, look, match_names, score
from saccade.evaluation.detection_page import curve_svg, worst_page, worst_pictures
from saccade.evaluation.detection_set import LabelledSet, of_coco, of_workspace
from saccade.evaluation.folder import REPORTS, Folder
from saccade.progress import Progress
from saccade.workspace import Clock, Plan, Stage, Workspace
from saccade.workspace.lineage import Value, code_version

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class AssessDetector(Stage):
    """Measure detectors on labelled boxes: AP, AP50, AP by size, AR@100 without categories, ms a picture."""

    name: ClassVar[str] = "assess-detector"

    detectors: tuple[str, ...] = ()
    """Detector folders, or ids of detectors that the workspace keeps; empty: all that it keeps."""
    truth: str | None = None
    """A COCO file of labelled pictures; by default the boxes that people drew in the workspace."""
    root: str | None = None
    """Folder of the pictures of the COCO file; by default `images` beside it, or its own folder."""
    pictures: str = ""
    """Which pictures of the workspace (`folder=val`, `role=scene`, ...); empty: all with boxes."""
    label: str = "detectors"
    """Name of the report, under reports/evaluation/."""
    score: float = 0.3
    """The score at which precision and recall are told and the worst pictures are found."""
    resamples: int = 200
    """Bootstrap samples of the interval of AP; 0: none."""
    curve: bool = True
    """Measure AP against the threshold of suppression too."""
    worst: int = 24
    """Pictures on the page of the worst."""
    runner: str = "auto"
    """auto, onnxruntime, openvino or torch."""
    threads: int | None = None
    """Cores to use, all by default."""
    seed: int = 0
    """Of the bootstrap."""

    def __post_init__(self) -> None:
        if not _LABEL.fullmatch(self.label):
            raise InputError(f"a label has letters, digits, '.', '_', '-', found {self.label!r}")
        if not 0 <= self.score < 1:
            raise InputError(f"score is from 0 to below 1, found {self.score}")
        if min(self.worst, self.resamples) < 0:
            raise InputError(f"worst and resamples are at least 0, found {self.worst}, {self.resamples}")
        if self.runner not in RUNNERS:
            raise InputError(f"runner is one of {', '.join(RUNNERS)}, found {self.runner!r}")

    def plan(self, ws: Workspace) -> Plan:
        """How many pictures each detector would look at."""
        folders = self._folders(ws)
        if self._unchanged(ws, folders):
            return Plan(self.name, 0, "pictures")
        return Plan(self.name, len(folders) * len(self._labelled(ws)), "pictures", None, tuple(folders))

    def _run(self, ws: Workspace, clock: Clock, progress: Progress) -> Mapping[str, Value]:
        with clock.reading():
            folders = self._folders(ws)
            if self._unchanged(ws, folders):
                note = f"nothing changed since {self._folder}/metrics.json"
                return {"pictures": 0, "detectors": 0, "note": note}
            labelled = self._labelled(ws)
            detectors = [self._open(folder) for folder in folders.values()]
        for detector in detectors:
            match_names(detector.categories, labelled.categories)
        progress.start("assess-detector", len(labelled))
        with clock.computing():
            looked = look(labelled, detectors, self.curve, progress)
            progress.stop()
            lines = [score(labelled, one, self.score, self.resamples, self.seed) for one in looked]
        with clock.writing():
            self._write(ws, folders, labelled, looked, lines)
        notes = {f"note {at}": text for at, text in enumerate(_alone(lines))}
        return {"pictures": len(labelled), "boxes": len(labelled.truth.picture), "detectors": len(lines),
                "ap": lines[0].scores.ap, **notes, "note": f"report: {ws.path(self._folder)}"}  # fmt: skip

    @property
    def _folder(self) -> str:
        return f"{REPORTS}/{self.label}"

    def _folders(self, ws: Workspace) -> dict[str, Path]:
        """Folders by detector_id, in the order asked; InputError for one that is named twice."""
        asked = self.detectors or tuple(kept_detectors(ws))
        if not asked:
            raise NotFoundError(f"{ws.uri} keeps no detector yet: name a detector folder")
        found = [(identify(folder), folder) for folder in (locate(ws, one) for one in asked)]
        if len(dict(found)) < len(found):
            raise InputError(f"expected each detector once, found {', '.join(name for name, _ in found)}")
        return dict(found)

    def _labelled(self, ws: Workspace) -> LabelledSet:
        return of_coco(self.truth, self.root) if self.truth else of_workspace(ws, self.pictures)

    def _open(self, folder: Path) -> Detector:
        return open_detector(folder, runner=self.runner, threads=self.threads)

    def _write(
        self, ws: Workspace, folders: Mapping[str, Path], labelled: LabelledSet, looked: Sequence[Looked],
        lines: Sequence[Line],
    ) -> None:  # fmt: skip
        put = Folder(ws, self._folder)
        put.text("truth.json", json.dumps(labelled.as_coco()))
        for one in looked:
            put.text(f"results-{one.detector_id}.json", json.dumps(coco_results(labelled, one)))
            bad = worst_pictures(labelled, one, self.score, count=self.worst)
            facts = [f"score {self.score} or more", "overlap 0.5 or more", f"{len(labelled)} pictures"]
            page = worst_page(labelled, bad, f"Worst pictures of {one.detector_id}", facts)
            put.text(f"worst-{one.detector_id}.html", page)
        put.text("nms.svg", curve_svg(lines))
        put.text("table.md", f"# Detectors {self.label}\n\n{markdown(lines)}\n")
        # last: its presence with this signature says that the rest is there
        about = {
            "signature": self._signature(ws, folders),
            "settings": self.settings(),
            "pictures": len(labelled),
            "boxes": len(labelled.truth.picture),
            "suppression": list(THRESHOLDS),
            "detectors": [_plain(line, labelled) for line in lines],
        }
        put.text("metrics.json", json.dumps(about, indent=1))

    def _unchanged(self, ws: Workspace, folders: Mapping[str, Path]) -> bool:
        try:
            last = json.loads(ws.read_bytes(f"{self._folder}/metrics.json"))
            return last["signature"] == self._signature(ws, folders)
        except (NotFoundError, ValueError, KeyError, TypeError):
            return False

    def _signature(self, ws: Workspace, folders: Mapping[str, Path]) -> str:
        """Changes with the settings, the code, the detectors, and the tables or the file that are read."""
        state: dict[str, object] = {"settings": self.settings(), "code": code_version(), "who": list(folders)}
        if self.truth:
            place = Path(self.truth)
            if not place.is_file():
                raise NotFoundError(f"there is no file {place}")
            state["truth"] = hashlib.blake2b(place.read_bytes()).hexdigest()
        else:
            state |= {name: ws.table(name).version for name in ("objects", "detections", "images", "sources")}
        return hashlib.blake2b(json.dumps(state, sort_keys=True).encode(), digest_size=16).hexdigest()


def coco_results(labelled: LabelledSet, looked: Looked) -> list[dict[str, object]]:
    """The standard list: image_id, category_id, bbox in pixels, score.

    Boxes of categories without a counterpart are left out; a detector without categories writes the first.
    """
    names = match_names(looked.categories, labelled.categories)
    found = flat(labelled, looked.found, names, named_only=True)
    columns = (found.picture.tolist(), found.category.tolist(), found.boxes.tolist(), found.scores.tolist())
    return [
        {"image_id": int(labelled.ids[at]), "category_id": labelled.category_ids[kind],
         "bbox": [round(side, 3) for side in box], "score": round(value, 6)}
        for at, kind, box, value in zip(*columns, strict=True)
    ]  # fmt: skip


HEADER = (
    "detector", "AP", "AP50", "AP75", "small", "medium", "large", "AR@100 any", "precision", "recall", "ms",
)  # fmt: skip


def rows(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """A row of `HEADER` for each detector; a dash where there is no truth to measure by."""
    return [
        (line.detector, _with_interval(line), *map(_number, (
            line.scores.ap50, line.scores.ap75, line.scores.ap_small, line.scores.ap_medium,
            line.scores.ap_large, line.ar100_agnostic, line.precision, line.recall)),
         f"{line.milliseconds:.1f}")
        for line in lines
    ]  # fmt: skip


def markdown(lines: Sequence[Line]) -> str:
    """The table as GitHub Markdown, with what has no counterpart below."""
    table = [HEADER, tuple("---" for _ in HEADER), *rows(lines)]
    parts = ["\n".join(f"| {' | '.join(row)} |" for row in table), *_alone(lines)]
    return "\n\n".join(parts)


def _with_interval(line: Line) -> str:
    shown = _number(line.scores.ap)
    return shown if line.interval is None else f"{shown} [{line.interval.low:.3f}, {line.interval.high:.3f}]"


def _number(value: float) -> str:
    return f"{value:.3f}" if value == value else "–"


def _alone(lines: Sequence[Line]) -> list[str]:
    said: list[str] = []
    for line in lines:
        for who, names in (("the detector", line.only_detector), ("the truth", line.only_truth)):
            if names:
                more = f" and {len(names) - 8} more" if len(names) > 8 else ""
                said.append(f"{line.detector}: only {who} has {', '.join(names[:8])}{more}")
    return list(dict.fromkeys(said))


def _plain(line: Line, labelled: LabelledSet) -> dict[str, object]:
    """JSON of one line; NaN becomes null, categories get their names."""
    scores = asdict(line.scores)
    by_name = {labelled.categories[at]: value for at, value in line.scores.per_category.items()}
    values = {**asdict(line), "scores": {**scores, "per_category": by_name}}
    return json.loads(json.dumps(values), parse_constant=lambda _: None)


def table(ws: Workspace, label: str = "detectors") -> str:
    """The last assessment with this label, as Markdown; `NotFoundError` when there was none."""
    return ws.read_bytes(f"{REPORTS}/{label}/table.md").decode()
