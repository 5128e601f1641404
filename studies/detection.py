"""How well are objects found, by a transformer and by CNNs in the same minutes, and what does a tap give?

    python studies/detection.py            # about half an hour a seed on one core
    python studies/detection.py --quick    # a small form, some minutes

On scenes of the marketplace that nobody learned from. Detectors: ViT-FRCNN (Beal et al. 2020, arXiv
2012.09958), the same without classes, Faster R-CNN on a CNN, and the single-shot one. `ap`, `ap50`: of
ViT-FRCNN with classes; `ap_baseline`, `ap50_baseline`: of Faster R-CNN on the CNN; `ap_ssd`, `ap50_ssd`;
`ar100_agnostic`: recall of the one without classes; `tap_class_at_1`, `tap_product_at_1`: share of the
products of held scenes where a tap gives the category, and the product, first; `scene_p1_ratio`: precision
at 1 of products from a scene by its objects, over that of the whole picture.

Decided:
- Every detector starts from a trunk that learned products from seller pictures alone, and trains for
  `--minutes` of processor time: twelve steps are timed first, and as many are taken as fit. So minutes are
  equal and steps are not; the table shows both.
- The retrieval model of taps is the trunk that ViT-FRCNN starts from, asked with the crop of the picture.
- AP is a mean over classes and overlaps, no mean over pictures: its spread over seeds is shown, lowest and
  highest. Taps have intervals over seeds and scenes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from learn_cells import Figures, grouped, run_cells
from learn_measures import Sample, interval
from learn_report import COLOURS, DOCS, page, plot, table
from learn_study import arguments, command, last_line, parsed, seeds_of
from learn_train import untrained
from scenes_market import OpenedRooms, Rooms, open_rooms
from scenes_measures import taps_and_rooms

from saccade.detection.detector import open_detector
from saccade.detection.kept import kept_detector
from saccade.evaluation.detection_measure import THRESHOLDS, look, score
from saccade.evaluation.detection_set import of_coco
from saccade.fingerprints.store import kept_model
from saccade.metrics import Interval
from saccade.training.detection.stage import TrainDetector
from saccade.training.stage import Pretrain
from saccade.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME, CODE = "detection", 1
VIT, AGNOSTIC, CNN, SSD = "ViT-FRCNN", "ViT-FRCNN, no classes", "Faster R-CNN", "single-shot"
KINDS = (VIT, AGNOSTIC, CNN, SSD)
ARCHITECTURE = {VIT: "vit-frcnn", AGNOSTIC: "vit-frcnn", CNN: "faster-rcnn", SSD: "ssd"}
LEAN: Mapping[str, Any] = {"neck_width": 96, "box_width": 256, "sampled": 48, "proposals": 60}
TIMED = 12  # steps
Found = Sequence[tuple["Cell", Figures]]


@dataclass(frozen=True)
class Cell:
    """One detector. network: of its trunk, as `learn_train.untrained` names it."""

    rooms: Rooms
    kind: str
    network: str
    trunk_steps: int
    trunk_side: int
    side: int
    batch: int
    lr: float
    minutes: float
    steps: int
    seed: int


def cells(args: argparse.Namespace) -> list[Cell]:
    """Every detector for every seed."""
    networks = {VIT: args.vit, AGNOSTIC: args.vit, CNN: args.cnn, SSD: args.cnn}
    return [
        Cell(
            Rooms(seed, args.products, 2, args.drawn, args.scenes, args.held), kind, networks[kind],
            args.trunk_steps, args.trunk_side, args.side, args.batch,
            args.vit_lr if "ViT" in kind else args.lr, args.minutes, args.steps, seed,
        )
        for seed in seeds_of(args)
        for kind in args.kinds
    ]  # fmt: skip


def work(cell: Cell, scratch: Path) -> Figures:
    """Train a detector and measure it."""
    rooms = open_rooms(cell.rooms, scratch.parents[1] / "shops")
    ws = rooms.copy(scratch / "ws")
    trunk = trunk_of(cell, rooms, scratch.parents[1] / "trunks")
    stage, minutes = trained(cell, rooms, ws, trunk)
    detector = open_detector(kept_detector(ws, stage.outcome(ws)[0]), runner="torch", threads=1)
    labelled = of_coco(rooms.truth, rooms.folder)
    line = score(labelled, look(labelled, [detector], curve=True)[0], 0.5, 0)
    scores = line.scores
    found: Figures = {
        "ap": scores.ap, "ap50": scores.ap50, "small": scores.ap_small, "medium": scores.ap_medium,
        "large": scores.ap_large, "ar100": line.ar100_agnostic, "curve": list(line.curve), "minutes": minutes,
        "steps": stage.steps, "milliseconds": line.milliseconds,
    }  # fmt: skip
    return found | (taps_and_rooms(rooms, trunk, detector) if cell.kind == VIT else {})


def trunk_of(cell: Cell, rooms: OpenedRooms, cache: Path) -> Path:
    """The model folder of a trunk that has learned products from seller pictures; made once."""
    name = f"{cell.rooms.name}-{cell.network}-{cell.trunk_steps}-{cell.trunk_side}".replace("/", "_")
    folder = cache / name.replace(":", "-").replace("=", "").replace(",", "-")
    ws = Workspace(folder / "ws") if (folder / "done").is_file() else rooms.copy(folder / "ws")
    base = folder / "base"
    if not base.is_dir():
        untrained(base, cell.network, cell.trunk_side, cell.seed)
    stage = Pretrain(
        model=str(base), tasks=("item", "category"), pictures="role=seller", held=f"file={rooms.held_list}",
        steps=cell.trunk_steps, batch=64, lr=1.5e-3 if "vit" in cell.network else 4e-3, augment="camera",
        size=(cell.trunk_side,), dim=128, workers=0, ema=0.0, trackers=(), every=1e6, seed=cell.seed,
    )  # fmt: skip
    stage.run(ws)
    (folder / "done").touch()
    return kept_model(ws, stage.outcome(ws)[0])


def trained(cell: Cell, rooms: OpenedRooms, ws: Workspace, trunk: Path) -> tuple[TrainDetector, float]:
    """The stage that has run, with its steps, and its minutes of processor time."""
    steps = cell.steps
    if not steps:
        spent = _spent(_stage(cell, rooms, trunk, TIMED), ws) - _spent(_stage(cell, rooms, trunk, 2), ws)
        steps = max(TIMED, round(60 * cell.minutes * (TIMED - 2) / spent))
    stage = _stage(cell, rooms, trunk, steps)
    return stage, _spent(stage, ws) / 60


def _stage(cell: Cell, rooms: OpenedRooms, trunk: Path, steps: int) -> TrainDetector:
    return TrainDetector(
        model=str(trunk), architecture=ARCHITECTURE[cell.kind], agnostic=cell.kind == AGNOSTIC,  # type: ignore[arg-type]
        held=f"file={rooms.held_list}", size=cell.side, steps=steps, batch=cell.batch, lr=cell.lr, workers=0,
        trackers=(), every=1e6, seed=cell.seed, details={} if cell.kind == SSD else dict(LEAN),
    )  # fmt: skip


def _spent(stage: TrainDetector, ws: Workspace) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    stage.run(ws)
    return time.process_time() - start


def over_seeds(found: Found, kind: str, what: str) -> Interval:
    """Mean, lowest and highest over seeds."""
    values = [float(figures[what]) for cell, figures in found if cell.kind == kind]
    return Interval(float(np.mean(values)), min(values), max(values), "range over seeds")


def samples(found: Found, names: Sequence[str], groups: str = "") -> list[Sample]:
    """A sample a seed, a row a name; what hangs together by `groups`."""
    return [
        Sample(
            np.array([figures[name] for name in names], np.float64),
            figures[groups] if groups else list(range(len(figures[names[0]]))),
        )
        for cell, figures in found
        if cell.kind == VIT
    ]


def ratio(means: np.ndarray) -> np.ndarray:
    """The first condition over the second."""
    return means[..., 0] / np.maximum(means[..., 1], 1e-9)


def figures_of(found: Found) -> dict[str, float | Interval | None]:
    """The figures of the last line."""
    kinds = {kind for (kind,) in grouped(found, "kind")}
    out: dict[str, float | Interval | None] = {}
    for kind, end in ((VIT, ""), (CNN, "_baseline"), (SSD, "_ssd")):
        for what in ("ap", "ap50"):
            out[f"{what}{end}"] = over_seeds(found, kind, what) if kind in kinds else None
    out["ar100_agnostic"] = over_seeds(found, AGNOSTIC, "ar100") if AGNOSTIC in kinds else None
    if VIT in kinds:
        out["tap_class_at_1"] = interval(samples(found, ["class"], "taps_of"))
        out["tap_product_at_1"] = interval(samples(found, ["product"], "taps_of"))
        out["scene_p1_objects"] = interval(samples(found, ["objects"]))
        out["scene_p1_whole"] = interval(samples(found, ["whole"]))
        out["scene_p1_ratio"] = interval(samples(found, ["objects", "whole"]), ratio)
    return out


def table_of(found: Found) -> str:
    """A row a detector."""
    whats = ("ap", "ap50", "small", "medium", "large", "ar100", "milliseconds", "minutes")
    rows = [
        [kind, *(over_seeds(some, kind, what) for what in whats), f"{some[0][1]['steps']:,}"]
        for (kind,), some in grouped(found, "kind").items()
    ]
    heads = ("AP", "AP50", "small", "medium", "large", "AR@100 of any object", "ms", "minutes", "steps")
    return table(("detector", *heads), rows)


def draw(axes: Sequence[Axes], found: Found) -> None:
    """AP over the overlap at which suppression drops a box."""
    for place, ((kind,), some) in enumerate(grouped(found, "kind").items()):
        curve = np.mean([figures["curve"] for _, figures in some if figures["curve"]], axis=0)
        if np.ndim(curve):
            axes[0].plot(THRESHOLDS, curve, "o-", color=COLOURS[place], label=kind)
    axes[0].set(xlabel="overlap above which the lesser box goes", ylabel="AP on held scenes")
    axes[0].set_ylim(bottom=0)
    axes[0].legend()


def report(found: Found, figures: Mapping[str, float | Interval | None]) -> None:
    """Write the page and the plot."""
    plot(lambda axes: draw(axes, found), DOCS / f"{NAME}.svg")
    cell, seeds = found[0][0], len(grouped(found, "seed"))
    shop = cell.rooms
    said = {name: value for name, value in figures.items() if name.startswith(("tap", "scene"))}
    parts = [
        f"Detectors trained on {shop.scenes - shop.held:,} scenes of the marketplace from trunks that "
        f"learned products, for {cell.minutes:g} minutes of processor time each, measured on {shop.held:,} "
        f"other scenes; {seeds} seed{'s' if seeds > 1 else ''}, lowest and highest in brackets. Pictures are "
        f"fitted into {cell.side} × {cell.side} pixels.",
        table_of(found),
        "The plot shows how AP depends on suppression: the paper claims that transformers lean on it less.",
        "What a tap on a product of a held scene gives, and what a scene gives by its objects and as a "
        f"whole, among {shop.products:,} products; 95% intervals over seeds and scenes:",
        table(("figure", "value"), [[name, value] for name, value in said.items()]),
    ]
    page(NAME, "Finding objects", parts, command(NAME), "AP of each detector over the suppression threshold")


def main() -> None:
    parser = arguments(
        __doc__, products=1000, drawn=160, side=224, batch=16, steps=0, lr=2e-3, vit_lr=1e-3,
        cnn="mobilenetv4_conv_small_050", vit="vit_tiny_patch16_224:embed_dim=192,depth=6,num_heads=3",
    )  # fmt: skip
    parser.add_argument("--scenes", type=int, default=1600, help="held ones among them")
    parser.add_argument("--held", type=int, default=300, help="scenes that nobody learns from")
    parser.add_argument("--minutes", type=float, default=9, help="of processor time for each detector")
    parser.add_argument("--trunk-steps", type=int, default=600)
    parser.add_argument("--trunk-side", type=int, default=112)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    quick = {"products": 60, "scenes": 60, "held": 20, "seeds": 1, "steps": 8, "trunk_steps": 8}
    args = parsed(parser, **quick, drawn=64, side=96, trunk_side=64)
    grid = cells(args)
    for rooms in dict.fromkeys(cell.rooms for cell in grid):
        open_rooms(rooms, args.cache / "shops", args.jobs)
    found = run_cells(grid, work, args.cache / NAME, args.jobs, CODE)
    figures = figures_of(found)
    print(table_of(found))
    if args.write:
        report(found, figures)
    last_line(figures)


if __name__ == "__main__":
    main()
