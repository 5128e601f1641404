"""Does it help phone photos to be found when training makes photographs of catalogue pictures?

    python studies/camera.py            # three seeds
    python studies/camera.py --quick    # a small form, about a minute

A network learns which product a picture shows, from seller pictures alone, with and without the camera of
`saccade.training.augment`. Two kinds of held query ask the main pictures of the held products: `clean` ones
are their other seller pictures, `degraded` ones are shoppers' photos. `degraded_gain` and `clean_gain` are
differences of hit@1, paired; the bar is a gain above 0 and a loss of at most 0.01.

Decided: both trainings have the same steps and batches. With the camera half of the pictures are photographs
(`Augment.camera_photos`), so each sees half as many clean ones as without it.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from learn_cells import Figures, grouped, run_cells
from learn_labels import chosen, teach_items
from learn_market import HELD, PHOTO, SELLER, Shop
from learn_measures import Sample, difference, hits, interval
from learn_report import DOCS, bars, page, plot, table
from learn_study import arguments, command, drawn, last_line, parsed, seeds_of, shop_of
from learn_train import Recipe, embed, train_cell, untrained

from saccade.metrics import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME, CODE = "camera", 1
OFF, ON = "finetuning", "camera"
TOLD = {OFF: "without", ON: "with the camera"}
QUERIES = ("clean", "degraded")
Found = Sequence[tuple["Cell", Figures]]


@dataclass(frozen=True)
class Cell:
    """One training; augment: `OFF` or `ON`, as in `how`."""

    shop: Shop
    backbone: str
    network: str
    augment: str
    how: Recipe
    seed: int


def cells(args: argparse.Namespace) -> list[Cell]:
    """With and without, for each backbone and seed."""
    return [
        Cell(
            Shop(seed, args.products, args.drawn, weak=False, people=0), backbone, network, augment,
            Recipe("full", args.steps, args.batch, lr, augment, args.side, args.dim, args.workers), seed,
        )
        for seed in seeds_of(args)
        for backbone, network, lr in (("CNN", args.cnn, args.lr), ("ViT", args.vit, args.vit_lr))
        if backbone in args.backbones
        for augment in (OFF, ON)
    ]  # fmt: skip


def work(cell: Cell, scratch: Path) -> Figures:
    """Train on seller pictures and ask with clean and degraded queries."""
    opened = shop_of(cell.shop, scratch)
    base, ws = (
        untrained(scratch / "base", cell.network, cell.how.size, cell.seed),
        opened.copy(scratch / "train"),
    )
    teach_items(opened, ws, "product", chosen(opened, 1.0))
    made = train_cell(
        ws, base, ("product:retrieval",), cell.how, cell.seed, pictures="role=seller", fresh=True
    )
    item, main = opened.column("item"), opened.column("view") == 0
    seller, photos = opened.where(HELD, SELLER), opened.where(HELD, PHOTO)
    parts = {"gallery": seller & main, "clean": seller & ~main, "degraded": photos}
    vectors = {name: embed(made.folder, opened.pixels[np.flatnonzero(rows)]) for name, rows in parts.items()}
    found: Figures = {"minutes": made.minutes}
    for name in QUERIES:
        asked, shown = item[parts[name]], item[parts["gallery"]]
        found[name] = hits(vectors[name], asked, vectors["gallery"], shown)
        found[f"{name}_items"] = asked.tolist()
    return found


def samples(found: Found, queries: str, backbone: str | None = None) -> list[Sample]:
    """A sample a seed: without, then with the camera; the mean over backbones unless one is named."""
    made: list[Sample] = []
    for some in grouped(found, "seed").values():
        fits = [(cell, figures) for cell, figures in some if backbone in (None, cell.backbone)]
        rows = [
            np.mean([figures[queries] for cell, figures in fits if cell.augment == augment], axis=0)
            for augment in (OFF, ON)
        ]
        made.append(Sample(np.array(rows, np.float64), fits[0][1][f"{queries}_items"]))
    return made


def second(means: np.ndarray) -> np.ndarray:
    """With the camera."""
    return means[..., 1]


def figures_of(found: Found) -> dict[str, float | Interval]:
    """The figures of the last line."""
    out: dict[str, float | Interval] = {}
    backbones = [backbone for (backbone,) in grouped(found, "backbone")]
    for queries in QUERIES:
        for backbone in (None, *backbones):
            end, some = f"_{backbone.lower()}" if backbone else "", samples(found, queries, backbone)
            out[f"{queries}_without{end}"] = interval(some)
            out[f"{queries}_with{end}"] = interval(some, second)
            out[f"{queries}_gain{end}"] = interval(some, difference)
    return out


def table_of(found: Found) -> str:
    """A row for each backbone and kind of query."""
    rows = [
        [
            backbone,
            queries,
            *(interval(samples(found, queries, backbone), of) for of in (_without, second, difference)),
        ]
        for (backbone,) in grouped(found, "backbone")
        for queries in QUERIES
    ]
    return table(("backbone", "queries", "hit@1 without", "hit@1 with the camera", "difference"), rows)


def _without(means: np.ndarray) -> np.ndarray:
    return means[..., 0]


def draw(axes: Sequence[Axes], found: Found) -> None:
    """One panel a backbone."""
    for ax, (backbone,) in zip(axes, grouped(found, "backbone"), strict=True):
        named = {
            told: {name: interval(samples(found, name, backbone), of) for name in QUERIES}
            for told, of in zip(TOLD.values(), (_without, second), strict=True)
        }
        bars(ax, named, "hit@1 of held products")
        ax.set_title(backbone)


def report(found: Found, figures: Mapping[str, float | Interval]) -> None:
    """Write the page and the plot."""
    panels = len(grouped(found, "backbone"))
    plot(lambda axes: draw(axes, found), DOCS / f"{NAME}.svg", panels=panels)
    cell = found[0][0]
    parts = [
        "A network learns products from seller pictures alone, with and without the camera that makes "
        "photographs of half of them. Clean queries are other seller pictures of held products, degraded "
        "ones "
        f"are shoppers' photos; both ask their main pictures. Means over {len(grouped(found, 'seed'))} "
        "seeds, each a "
        f"marketplace of {cell.shop.products:,} products, with 95% intervals; differences are paired.",
        table_of(found),
        table(
            ("figure", "value"), [one for one in figures.items() if one[0] in ("degraded_gain", "clean_gain")]
        ),
    ]
    page(
        NAME,
        "Camera augmentation",
        parts,
        command(NAME),
        "hit@1 of clean and degraded queries, both trainings",
    )


def main() -> None:
    parser = arguments(__doc__, products=2000, steps=400)
    parser.add_argument("--backbones", nargs="+", choices=("CNN", "ViT"), default=["CNN"])
    args = parsed(parser, seeds=1, products=300, steps=40, batch=64)
    todo = cells(args)
    drawn((cell.shop for cell in todo), args)
    found = run_cells(todo, work, args.cache / NAME, args.jobs, CODE)
    figures = figures_of(found)
    print(table_of(found))
    if args.write:
        report(found, figures)
    last_line(figures)


if __name__ == "__main__":
    main()
