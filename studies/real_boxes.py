"""Real boxes: a transformer, a CNN and a single-shot detector in the same minutes, on photographs.

    python studies/real_boxes.py            # four detectors, five minutes of processor time each
    python studies/real_boxes.py --quick    # a few steps each

The pack `coco`: 258 training pictures with 80 categories, measured on its 116 validation pictures. Beside
them YOLOX-nano of the pack `weights`, imported through ONNX, which others trained on all of COCO: the bar.
Last line: `ap`, `ap50`, `ar100` of ViT-FRCNN; `*_untrained_cnn`, Faster R-CNN from random weights too;
`*_baseline`, Faster R-CNN from MobileNetV2 of the pack; `*_ssd`, the single-shot one from it; `*_yolox`.
`ar100`: AR@100 of any object. AP has a bootstrap interval over pictures.

Decided:
- No transformer with published weights is among the packs, so ViT-FRCNN starts from random ones; the same
  Faster R-CNN is trained from random weights too, so that there is a fair pair.
- Minutes are equal and steps are not, as in `detection.py`: twelve steps are timed first. One seed by
  default: these trainings are far from their end, and the bar beside them says so.
- Every detector is asked for boxes of a score from 0.01 on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from detector_runs import draw_suppression, in_minutes
from learn_cells import Figures, grouped, run_cells
from learn_report import DOCS, page, plot, table
from learn_study import arguments, command, last_line, packs_folder, parsed, seeds_of
from learn_train import untrained
from real_packs import TRAIN, VAL, Row, lines, needed, published, yolox

from saccade.catalog.ingest import Ingest
from saccade.detection.detector import open_detector
from saccade.detection.kept import kept_detector
from saccade.evaluation.detection_measure import look, score
from saccade.evaluation.detection_set import of_coco
from saccade.metrics import Interval
from saccade.training.detection.stage import TrainDetector
from saccade.workspace import Workspace

NAME, CODE = "real_boxes", 1
VIT, BARE, CNN, SSD, BAR = (
    "ViT-FRCNN", "Faster R-CNN, untrained trunk", "Faster R-CNN", "single-shot", "YOLOX-nano, imported",
)  # fmt: skip
KINDS = (VIT, BARE, CNN, SSD)
ENDS = {VIT: "", BARE: "_untrained_cnn", CNN: "_baseline", SSD: "_ssd", BAR: "_yolox"}
ARCHITECTURE = {VIT: "vit-frcnn", BARE: "faster-rcnn", CNN: "faster-rcnn", SSD: "ssd"}
LEAN: Mapping[str, Any] = {"neck_width": 96, "box_width": 256, "sampled": 48, "proposals": 100}
TIMED = (2, 12)  # steps
LEAST = 0.01  # score of a box
Found = Sequence[tuple["Cell", Figures]]


@dataclass(frozen=True)
class Cell:
    """One detector. minutes, steps: of its training; both 0 for the one that is imported."""

    kind: str
    vit: str
    cnn: str
    side: int
    batch: int
    lr: float
    minutes: float
    steps: int
    resamples: int
    seed: int


def cells(args: argparse.Namespace) -> list[Cell]:
    """Every detector for every seed, and the imported one."""
    how = (args.vit, args.cnn, args.side, args.batch, args.lr)
    made = [
        Cell(kind, *how, args.minutes, args.steps, args.resamples, seed)
        for seed in seeds_of(args)
        for kind in args.kinds
    ]
    return [*made, Cell(BAR, "", "", 0, 0, 0.0, 0.0, 0, args.resamples, 0)]


def work(cell: Cell, scratch: Path) -> Figures:
    """Train a detector, or import it, and measure it on the validation pictures."""
    data = packs_folder()
    assert data is not None
    truth = {side: coco_file(data / "coco", side, scratch / f"{side}.json") for side in (TRAIN, VAL)}
    folder, spent = yolox(data, scratch / "yolox"), {"minutes": 0.0, "steps": 0}
    if cell.kind != BAR:
        ws = Workspace(scratch / "ws", create=True)
        for file in truth.values():
            Ingest(str(file), role="scene", root=str(data / "coco")).run(ws)
        stage, minutes = trained(cell, ws, trunk(cell, data, scratch / "trunk"))
        folder = kept_detector(ws, stage.outcome(ws)[0])
        spent = {"minutes": minutes, "steps": stage.steps}
    return measured(folder, truth[VAL], data / "coco", cell.resamples) | spent


def measured(folder: Path, truth: Path, root: Path, resamples: int) -> Figures:
    """The figures of a detector's folder on a COCO file."""
    detector = open_detector(folder, threads=1, threshold=LEAST)
    labelled = of_coco(truth, root)
    line = score(labelled, look(labelled, [detector], curve=True)[0], 0.5, resamples)
    scores, between = line.scores, line.interval
    assert between is not None
    return {
        "ap": [scores.ap, between.low, between.high], "ap50": scores.ap50, "small": scores.ap_small,
        "medium": scores.ap_medium, "large": scores.ap_large, "ar100": line.ar100_agnostic,
        "curve": list(line.curve), "milliseconds": line.milliseconds,
    }  # fmt: skip


def coco_file(pack: Path, side: str, target: Path, most: int = 1000) -> Path:
    """The first rows of one side of the pack as a COCO file; names of pictures are relative to the pack."""
    rows, names = lines(pack / f"{side}.jsonl")[:most], lines(pack / "categories.jsonl")
    images: list[Row] = []
    notes: list[Row] = []
    for number, row in enumerate(rows, 1):
        images.append(
            {"id": number, "file_name": row["image"], "width": row["width"], "height": row["height"]}
        )
        for thing in row["objects"]:
            note = {name: thing[name] for name in ("bbox", "category_id", "iscrowd")}
            area = thing["bbox"][2] * thing["bbox"][3]
            notes.append({"id": len(notes) + 1, "image_id": number, "area": area, **note})
    kinds = [{"id": row["category_id"], "name": row["name"]} for row in names]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"images": images, "annotations": notes, "categories": kinds}))
    return target


def trunk(cell: Cell, data: Path, folder: Path) -> Path:
    """The model folder that a detector starts from."""
    if cell.kind in (CNN, SSD):
        return published(data, folder)
    return untrained(folder, cell.vit if cell.kind == VIT else cell.cnn, cell.side, cell.seed)


def trained(cell: Cell, ws: Workspace, base: Path) -> tuple[TrainDetector, float]:
    """The stage that has run, with its steps, and its minutes of processor time."""
    return in_minutes(partial(_stage, cell, base), ws, cell.minutes, cell.steps, TIMED)


def _stage(cell: Cell, base: Path, steps: int) -> TrainDetector:
    return TrainDetector(
        model=str(base), architecture=ARCHITECTURE[cell.kind],  # type: ignore[arg-type]
        held="folder=images/val", recipe="full", norms="learned" if cell.kind == BARE else "auto",
        size=cell.side, steps=steps, batch=cell.batch, lr=cell.lr, workers=0, trackers=(), every=1e6,
        seed=cell.seed, details={} if cell.kind == SSD else dict(LEAN),
    )  # fmt: skip


def over_seeds(found: Found, what: str) -> Interval:
    """Of one kind: the mean over seeds; AP's interval over pictures with one seed, else the range."""
    values = np.array([figures[what] for _, figures in found], np.float64)
    if values.ndim == 2:
        if len(values) == 1:
            mean, low, high = values[0].tolist()
            return Interval(mean, low, high, "bootstrap over pictures")
        values = values[:, 0]
    return Interval(float(values.mean()), float(values.min()), float(values.max()), "range over seeds")


def figures_of(found: Found) -> dict[str, float | Interval | None]:
    """The figures of the last line."""
    out: dict[str, float | Interval | None] = {}
    for (kind,), some in grouped(found, "kind").items():
        out[f"ap{ENDS[kind]}"] = over_seeds(some, "ap")
        out |= {f"{what}{ENDS[kind]}": over_seeds(some, what).mean for what in ("ap50", "ar100")}
    return out | {"seeds": float(len({cell.seed for cell, _ in found if cell.kind != BAR}))}


def table_of(found: Found) -> str:
    """A row a detector."""
    whats = ("ap50", "small", "medium", "large", "ar100", "milliseconds", "minutes")
    rows = [
        [kind, over_seeds(some, "ap"), *(over_seeds(some, what).mean for what in whats), some[0][1]["steps"]]
        for (kind,), some in grouped(found, "kind").items()
    ]
    heads = ("AP", "AP50", "small", "medium", "large", "AR@100 of any object", "ms", "minutes", "steps")
    return table(("detector", *heads), rows)


def report(found: Found) -> None:
    """Write the page and the plot."""
    plot(lambda axes: draw_suppression(axes, found, "validation pictures"), DOCS / f"{NAME}.svg")
    cell, seeds = found[0][0], len({cell.seed for cell, _ in found if cell.kind != BAR})
    between = "intervals are over pictures" if seeds == 1 else "lowest and highest over seeds in brackets"
    parts = [
        f"Detectors trained on the 258 training pictures of a part of COCO for {cell.minutes:g} minutes of "
        f"processor time each, measured on its 116 validation pictures; {seeds} "
        f"seed{'s' if seeds > 1 else ''}, {between}. Pictures are fitted into {cell.side} × {cell.side} "
        "pixels. The last row was trained by others on all of COCO and is imported: it is what these minutes "
        "are far from.",
        table_of(found),
        "ViT-FRCNN starts from random weights, since no transformer with published weights was at hand; the "
        "row below it is a CNN (the same MobileNetV2) that starts from random weights too. The other two "
        "start from weights that were trained on ImageNet.",
        "The plot shows how AP depends on suppression, for detectors that can leave it out.",
    ]
    page(NAME, "Real boxes", parts, command(NAME), "AP of each detector over the suppression threshold")


def main() -> None:
    parser = arguments(
        __doc__, seeds=1, first=0, side=256, batch=16, steps=0, lr=1e-3, jobs=1, cnn="mobilenetv2_100",
        vit="vit_tiny_patch16_224:embed_dim=192,depth=6,num_heads=3",
    )  # fmt: skip
    parser.add_argument("--minutes", type=float, default=5, help="of processor time for each detector")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--resamples", type=int, default=200, help="of the interval of AP")
    args = parsed(parser, steps=3, side=96, batch=4, resamples=20)
    needed("coco", "weights")
    found = run_cells(cells(args), work, args.cache / NAME, args.jobs, CODE)
    print(table_of(found))
    if args.write:
        report(found)
    last_line(figures_of(found))


if __name__ == "__main__":
    main()
