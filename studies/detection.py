"""How well are objects found, by a transformer and by CNNs in the same minutes, and what does a tap give?

    python studies/detection.py            # about half an hour of one core a seed, twice that for the first
    python studies/detection.py --quick    # a small form, some minutes

On scenes of the marketplace that nobody learned from. Detectors: ViT-FRCNN (Beal et al. 2020, arXiv
2012.09958) for every seed; the single-shot one, with classes and without, and Faster R-CNN for the first
`--compared` seeds. `ap`, `ap50`: of ViT-FRCNN; `ap_baseline`, `ap50_baseline`: of Faster R-CNN on
the CNN; `ap_ssd`, `ap50_ssd`; `ar100_agnostic`: recall of the one without classes; `tap_class_at_1`,
`tap_product_at_1`: share of the products of held scenes where a tap gives the category, and the product,
first, with the boxes of ViT-FRCNN; `scene_p1_ratio`: precision at 1 of the one list of products that a
scene's objects give together, over that of the whole picture; `scene_p1_each_ratio`: the same with the first
product of each object, averaged.

Decided:
- Every detector starts from a trunk that learned products from seller pictures alone, and trains for
  `--minutes` of processor time: some steps are timed first, and as many are taken as fit. So minutes are
  equal and steps are not; the table shows both.
- The transformer is an XCiT (El-Nouby et al. 2021, arXiv 2106.09681): a plain ViT learns next to nothing of
  two thousand pictures in minutes. The trunk's pictures are alone on paper and scenes are not, so batch norms
  learn their statistics anew.
- The retrieval model of taps is the demo's, hand-made features fitted to the seller pictures, asked with the
  crop of the picture.
- AP is a mean over classes and overlaps, no mean over pictures: its spread over seeds is shown, lowest and
  highest. Taps have intervals over seeds and scenes.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from detector_runs import draw_suppression
from learn_cells import Figures, digest, grouped, run_cells
from learn_measures import Sample, interval
from learn_report import DOCS, page, plot, table
from learn_study import arguments, command, last_line, parsed, seeds_of
from scenes_market import OpenedRooms, Rooms, open_rooms
from scenes_measures import taps_and_rooms
from scenes_train import AGNOSTIC, CNN, CODE, KINDS, SSD, VIT, Cell, Trunk, taught, trained

from saccade.detection.detector import open_detector
from saccade.detection.kept import kept_detector
from saccade.evaluation.detection_measure import look, score
from saccade.evaluation.detection_set import of_coco
from saccade.fingerprints.store import keep_model, open_kept
from saccade.metrics import Interval
from saccade.pipeline.models import fit_to_catalogue
from saccade.workspace import Workspace

NAME = "detection"
TAPS = 2  # changes with the rules of taps
Found = Sequence[tuple[Cell, Figures]]


def cells(args: argparse.Namespace) -> list[Cell]:
    """ViT-FRCNN for every seed, the others for the first `--compared`."""
    return [
        Cell(
            Trunk(
                Rooms(seed, args.products, 2, args.drawn, args.scenes, args.held),
                args.vit if kind == VIT else args.cnn, args.trunk_steps, args.trunk_side, seed,
            ),
            kind, args.vit_side if kind == VIT else args.side, args.batch,
            args.vit_lr if kind == VIT else args.lr, args.minutes, args.steps,
        )
        for seed in seeds_of(args)
        for kind in args.kinds
        if kind == VIT or seed < args.first + args.compared
    ]  # fmt: skip


def work(cell: Cell, scratch: Path) -> Figures:
    """Train a detector and measure it."""
    rooms = open_rooms(cell.trunk.rooms, scratch.parents[1] / "shops")
    ws = rooms.copy(scratch / "ws")
    stage, minutes = trained(cell, rooms, ws, cell.trunk.folder(scratch.parents[1]))
    folder = kept_detector(ws, stage.outcome(ws)[0])
    detector = open_detector(folder, runner="torch", threads=1)
    labelled = of_coco(rooms.truth, rooms.folder)
    line = score(labelled, look(labelled, [detector], curve=True)[0], 0.5, 0)
    scores = line.scores
    found: Figures = {
        "ap": scores.ap, "ap50": scores.ap50, "small": scores.ap_small, "medium": scores.ap_medium,
        "large": scores.ap_large, "ar100": line.ar100_agnostic, "curve": list(line.curve), "minutes": minutes,
        "steps": stage.steps, "milliseconds": line.milliseconds,
    }  # fmt: skip
    if cell.kind == VIT:
        shutil.copytree(folder, Taps(cell).detector(scratch), dirs_exist_ok=True)
    return found


@dataclass(frozen=True)
class Taps:
    """What the boxes of a detector give; apart, since the rules of taps change more often than detectors."""

    cell: Cell

    def detector(self, scratch: Path) -> Path:
        """Where the folder of the detector lies."""
        return scratch.parents[1] / "detectors" / digest(self.cell, CODE)


def tapped(taps: Taps, scratch: Path) -> Figures:
    """See `taps_and_rooms`, with the demo's model."""
    rooms = open_rooms(taps.cell.trunk.rooms, scratch.parents[1] / "shops")
    ws = rooms.copy(scratch / "ws")
    detector = open_detector(taps.detector(scratch), runner="torch", threads=1)
    return taps_and_rooms(rooms, open_kept(ws, hand_made(rooms, ws)), detector)


def hand_made(rooms: OpenedRooms, ws: Workspace) -> str:
    """The model id of the demo's features, fitted to the seller pictures and kept in the workspace."""
    folder = Path(ws.uri).parent / "hand-made"
    fit_to_catalogue(ws, folder, rooms.rooms.seed)
    return keep_model(ws, folder)


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
    for kind, end in ((VIT, ""), (SSD, "_ssd"), (CNN, "_baseline")):
        for what in ("ap", "ap50"):
            out[f"{what}{end}"] = over_seeds(found, kind, what) if kind in kinds else None
    out["ar100_agnostic"] = over_seeds(found, AGNOSTIC, "ar100") if AGNOSTIC in kinds else None
    if VIT in kinds:
        out["tap_class_at_1"] = interval(samples(found, ["class"], "taps_of"))
        out["tap_product_at_1"] = interval(samples(found, ["product"], "taps_of"))
        out["scene_p1_objects"] = interval(samples(found, ["objects"]))
        out["scene_p1_whole"] = interval(samples(found, ["whole"]))
        out["scene_p1_each"] = interval(samples(found, ["each"]))
        out["scene_p1_ratio"] = interval(samples(found, ["objects", "whole"]), ratio)
        out["scene_p1_each_ratio"] = interval(samples(found, ["each", "whole"]), ratio)
    return out


def table_of(found: Found) -> str:
    """A row a detector."""
    whats = ("ap", "ap50", "small", "medium", "large", "ar100", "milliseconds", "minutes")
    rows = [
        [kind, len(some), *(_told(over_seeds(some, kind, what)) for what in whats), some[0][1]["steps"]]
        for (kind,), some in grouped(found, "kind").items()
    ]
    heads = ("seeds", "AP", "AP50", "small", "medium", "large", "AR@100 of any object", "ms", "minutes")
    return table(("detector", *heads, "steps"), rows)


def _told(value: Interval) -> Interval | float:
    return value if value.high > value.low else value.mean


def report(found: Found, figures: Mapping[str, float | Interval | None], trunk_minutes: Interval) -> None:
    """Write the page and the plot."""
    plot(lambda axes: draw_suppression(axes, found, "held scenes"), DOCS / f"{NAME}.svg")
    cell, seeds = found[0][0], len(grouped(found, "seed"))
    shop = cell.trunk.rooms
    said = {name: value for name, value in figures.items() if name.startswith(("tap", "scene"))}
    parts = [
        f"Detectors trained on {shop.scenes - shop.held:,} scenes of the marketplace from trunks that "
        f"learned products, for {cell.minutes:g} minutes of processor time each, measured on {shop.held:,} "
        f"other scenes; {seeds} seed{'s' if seeds > 1 else ''} at most, lowest and highest in brackets. "
        + "Pictures are fitted into squares of "
        + ", ".join(f"{side} pixels ({kind})" for kind, side in grouped(found, "kind", "side"))
        + f". The trunks learned for {trunk_minutes.mean:.1f} minutes ({trunk_minutes.low:.1f} to "
        f"{trunk_minutes.high:.1f}) before that.",
        table_of(found),
        "The plot shows how AP depends on suppression: the paper claims that transformers lean on it less.",
        "What a tap on a product of a held scene gives, and what a scene gives by its objects and as a "
        f"whole, among {shop.products:,} products; 95% intervals over seeds and scenes:",
        table(("figure", "value"), [[name, value] for name, value in said.items()]),
    ]
    page(NAME, "Finding objects", parts, command(NAME), "AP of each detector over the suppression threshold")


def main() -> None:
    parser = arguments(
        __doc__, products=1000, drawn=160, side=192, batch=16, steps=0, lr=2.5e-3, vit_lr=1.5e-3,
        cnn="mobilenetv4_conv_small_050", vit="xcit_nano_12_p8_224:embed_dim=128,depth=4,num_heads=4",
    )  # fmt: skip
    parser.add_argument("--scenes", type=int, default=3000, help="held ones among them")
    parser.add_argument("--held", type=int, default=300, help="scenes that nobody learns from")
    parser.add_argument("--minutes", type=float, default=9, help="of processor time for each detector")
    parser.add_argument("--vit-side", type=int, default=160, help="pixels that the transformer sees")
    parser.add_argument(
        "--compared", type=int, default=1, help="seeds of the detectors that are there to compare"
    )
    parser.add_argument("--trunk-steps", type=int, default=900)
    parser.add_argument("--trunk-side", type=int, default=112)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    quick = {"products": 60, "scenes": 60, "held": 20, "seeds": 1, "steps": 8, "trunk_steps": 8}
    args = parsed(parser, **quick, drawn=64, side=96, vit_side=96, trunk_side=64)
    grid = cells(args)
    trunks = list(dict.fromkeys(cell.trunk for cell in grid))
    for rooms in dict.fromkeys(trunk.rooms for trunk in trunks):
        open_rooms(rooms, args.cache / "shops", args.jobs)
    learned = run_cells(trunks, taught, args.cache / f"{NAME}-trunks", args.jobs, CODE)
    spent = [float(figures["minutes"]) for _, figures in learned]
    found = run_cells(grid, work, args.cache / NAME, args.jobs, CODE)
    asked = [Taps(cell) for cell in grid if cell.kind == VIT]
    answered = run_cells(asked, tapped, args.cache / f"{NAME}-taps", args.jobs, TAPS)
    of_taps = {taps.cell: figures for taps, figures in answered}
    found = [(cell, figures | of_taps.get(cell, {})) for cell, figures in found]
    figures = figures_of(found)
    print(table_of(found))
    if args.write:
        report(found, figures, Interval(float(np.mean(spent)), min(spent), max(spent), "range"))
    last_line(figures)


if __name__ == "__main__":
    main()
