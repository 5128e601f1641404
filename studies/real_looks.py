"""Similar, lens, object search and complete the look on real packs.

    python studies/real_looks.py            # about fifteen minutes on one core
    python studies/real_looks.py --quick    # some pictures of each

Vectors are MobileNetV2's with its published weights, boxes YOLOX-nano's or people's; nothing is trained.

| figures | what |
|---|---|
| `grocery_similar_p1`, `_p10`, `fashion_similar_p1`, `_p10` | nearest pictures show the product, the type |
| `grocery_lens_<source>`, `_blend`, `_gain`, `_hit1` | mean_p@20 and P@1 of shelf photos; gain over best |
| `fashion_lens_...` | the same asked with shop pictures, since fashion has no others |
| `grocery_objects_p1`, `grocery_whole_p1`, `grocery_over` | a detector's things against whole pictures |
| `coco_objects_p1`, `coco_whole_p1`, `coco_over` | people's boxes → scenes with that category |
| `outfits`, `outfits_popularity`, `outfits_over` | which category is missing from an outfit; chance 0.25 |

Intervals are bootstraps over what hangs together: products, groups, pictures, outfits.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from learn_report import COLOURS, DOCS, page, plot, table
from learn_study import arguments, command, last_line, parsed
from real_looks_measures import (
    LENS_METRICS,
    THRESHOLDS,
    Alike,
    Scenes,
    detected,
    drawn,
    lens,
    outfits,
    scenes,
    similar,
)
from real_looks_packs import LookPack, fashion, grocery, open_coco, open_look
from real_memory import KeptBoxes
from real_packs import needed, yolox

from saccade.detection.detector import open_detector
from saccade.evaluation.complete import FilledIn
from saccade.evaluation.lens import BLEND, LensScores
from saccade.metrics import Interval
from saccade.metrics.compare import paired
from saccade.metrics.intervals import bootstrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "real_looks"
FIRST, DEEP = LENS_METRICS
Figures = dict[str, float | Interval | None]


@dataclass(frozen=True, eq=False)
class Found:
    """What was measured, by pack."""

    similar: Mapping[str, Alike]
    lens: Mapping[str, Mapping[str, LensScores]]
    groups: Mapping[str, list[str]]
    scenes: Mapping[str, Scenes]
    outfits: FilledIn


def measured(data: Path, cache: Path, args: argparse.Namespace) -> Found:
    """Everything."""
    packs = (grocery(data, args.most, args.asked), fashion(data, args.most, args.asked))
    boxes = KeptBoxes(open_detector(yolox(data, cache / "yolox"), threads=1), cache / "boxes.npz")
    alike: dict[str, Alike] = {}
    blended: dict[str, Mapping[str, LensScores]] = {}
    found: dict[str, Scenes] = {}
    for pack in packs:
        alone, both = open_look(pack, data, cache)
        alike[pack.name] = similar(both, pack)
        blended[pack.name] = lens(alone, pack, data / pack.name, boxes, cache / f"{pack.name}.npz")
        boxes.kept.save()
        if pack.detect:
            found[pack.name] = scenes(both, detected(both, pack), None)
    ws = open_coco(data, cache, args.most)
    found["coco"] = scenes(ws, drawn(ws)[: args.things], "")
    missing = outfits(data / "outfits" / "outfits_train.parquet")
    return Found(alike, blended, {pack.name: _asked(pack) for pack in packs}, found, missing)


def _asked(pack: LookPack) -> list[str]:
    """What hangs together, of the photos that lens is asked with, in the order of `LensScores`."""
    names = sorted(row["item_id"] for row in pack.asking)
    relevant = pack.relevant
    return [pack.group[name] for name in names if pack.label[name] in relevant]


def figures_of(found: Found) -> Figures:
    """The figures of the last line."""
    out: Figures = {}
    for name, one in found.similar.items():
        out[f"{name}_similar_p1"] = bootstrap(one.first, one.groups)
        out[f"{name}_similar_p10"] = bootstrap(one.ten, one.groups)
        for at, least in enumerate(THRESHOLDS):
            out[f"{name}_precision_{least:g}"] = one.precision[at]
            out[f"{name}_coverage_{least:g}"] = one.coverage[at]
            out[f"{name}_answered_{least:g}"] = one.answered[at]
    for name, metrics in found.lens.items():
        out |= _lens(f"{name}_lens", metrics, found.groups[name])
    for name, some in found.scenes.items():
        if some.groups:
            out[f"{name}_objects_p1"] = bootstrap(some.objects[1], some.groups)
            out[f"{name}_whole_p1"] = bootstrap(some.whole[1], some.groups)
            out[f"{name}_over"] = paired(some.whole[1], some.objects[1], some.groups).difference
            out[f"{name}_things"] = float(len(some.groups))
    out |= {"outfits": found.outfits["categories"], "outfits_popularity": found.outfits["popularity"]}
    return out | {"outfits_over": found.outfits.against("popularity", "categories").difference}


def _lens(name: str, metrics: Mapping[str, LensScores], groups: list[str]) -> Figures:
    """Of one pack: every source, the blend, and what blending adds to the best source."""
    deep, first = metrics[DEEP], metrics[FIRST]
    out: Figures = {f"{name}_{line}": bootstrap(deep.values[line], groups) for line in _lines(deep)}
    out |= {f"{name}_{line}_hit1": float(first.means[line]) for line in _lines(first)}
    out[f"{name}_gain"] = paired(deep.values[deep.best], deep.values[BLEND], groups).difference
    return out


def _lines(scores: LensScores) -> list[str]:
    """The sources that found anything, and the blend."""
    return [name for name in (*scores.sources, BLEND) if scores.means[name] > 0 or name == BLEND]


def similar_table(found: Found) -> str:
    """A row a pack and threshold."""
    rows = [
        [name, f"{least:g}", one.precision[at], one.answered[at], one.coverage[at]]
        for name, one in found.similar.items()
        for at, least in enumerate(THRESHOLDS)
    ]
    return table(
        ("pack", "least agreement", "precision of what is shown", "questions answered", "coverage"), rows
    )


def lens_table(found: Found) -> str:
    """A row a pack and source."""
    rows = [
        [name, line, bootstrap(metrics[DEEP].values[line], found.groups[name]), metrics[FIRST].means[line]]
        for name, metrics in found.lens.items()
        for line in _lines(metrics[DEEP])
    ]
    return table(("pack", "source", DEEP, FIRST), rows)


def scenes_table(found: Found) -> str:
    """A row a pack."""
    rows: list[list[object]] = []
    for name, some in found.scenes.items():
        if some.groups:
            pairs = [bootstrap(side[1], some.groups) for side in (some.objects, some.whole)]
            over = paired(some.whole[1], some.objects[1], some.groups).difference
            tens = [float(side[10].mean()) for side in (some.objects, some.whole)]
            rows.append([name, len(some.groups), *pairs, over, *tens])
    heads = ("P@1 by objects", "P@1 by whole pictures", "difference", "P@10 by objects", "by whole")
    return table(("pack", "questions", *heads), rows)


def draw(axes: Sequence[Axes], found: Found) -> None:
    """Precision and coverage over the threshold."""
    for at, (name, one) in enumerate(found.similar.items()):
        axes[0].plot(THRESHOLDS, one.precision, "o-", color=COLOURS[at], label=f"{name}, precision")
        axes[0].plot(THRESHOLDS, one.coverage, "o--", color=COLOURS[at], label=f"{name}, coverage")
    axes[0].set(xlabel="least agreement of metadata", ylabel="share", ylim=(0, 1.02))
    axes[0].legend()


def report(found: Found, figures: Figures) -> None:
    """Write the page and the plot."""
    plot(lambda axes: draw(axes, found), DOCS / f"{NAME}.svg")
    told = {name: figures[name] for name in ("outfits", "outfits_popularity", "outfits_over")}
    parts = [
        "Nothing is trained here: MobileNetV2 with its published weights makes the vectors, YOLOX-nano, "
        "imported, or people made the boxes. 95% bootstrap intervals over products, groups or pictures.",
        "**Similar.** Validation pictures ask the training pictures: right are the same product (grocery) "
        "and the same article type (fashion). Results whose metadata agree too little are left out; the "
        "metadata do not name what is right.",
        similar_table(found),
        "**Lens.** Asked with shelf photos (grocery), and with shop pictures, since there are no others "
        "(fashion). A source that found nothing is left out.",
        lens_table(found),
        "**Object search.** Things in pictures ask for whole pictures: those of the same product by what a "
        "detector finds (grocery), and scenes with the same category by boxes that people drew (coco).",
        scenes_table(found),
        "**Complete the look.** Which of four categories is missing from an outfit; chance is a quarter.",
        table(("figure", "value"), [[name, value] for name, value in told.items()]),
    ]
    page(NAME, "Products on real pictures", parts, command(NAME), "precision and coverage of similar")


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--most", type=int, default=3000, help="pictures of a catalogue at most")
    parser.add_argument("--asked", type=int, default=300, help="pictures of a pack that ask at most")
    parser.add_argument("--things", type=int, default=1000, help="objects of coco that ask at most")
    args = parsed(parser, most=60, asked=12, things=20)
    data = needed("grocery", "fashion", "coco", "outfits", "weights")
    found = measured(data, args.cache / NAME, args)
    print("\n\n".join((similar_table(found), lens_table(found), scenes_table(found))))
    figures = figures_of(found)
    if args.write:
        report(found, figures)
    last_line(figures)


if __name__ == "__main__":
    main()
