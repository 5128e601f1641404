"""Do weak labels from text make a better embedding, and do clusters of phrases do so better than phrases?

    python studies/pretraining.py            # three seeds, about 20 minutes on two cores
    python studies/pretraining.py --quick    # a small form, about a minute

Labels {none, raw, clustered} x data {1 %, 10 %, 100 %} x backbone {CNN, ViT}: the shape of the claim of Beal
et al. 2021 (arXiv 2108.05887), whose relevance at rank 1 rose by 36 %. `learn_labels` says what the labels
are.

Decided:
- Every pretraining has the same steps, batches, augmentation (half of the pictures as camera photos) and
  learning rate, whatever its data: compute is the same, small data are seen more often.
- Then every network, also the one that was never pretrained, is tuned in the same way: `--few` products of
  training with all their pictures, as a retrieval task, for `--few-steps` steps. Its normalisation layers go
  on learning in all of them.
- P@1: camera photos of held products against the main and other seller pictures of all held products. No
  text, picture or colourway of theirs was in training. Beside it the labels that neighbours among the
  seller pictures of training give the photos: category and colour.
- `p1_<labels>` are at the full data, the mean over backbones and seeds. `relative_gain` is how much clustered
  adds to none, in relation to none; `_low` and `_high` are the ends of its 95 % interval.
- Scaling curves are error = a n^-b + c over the number of pictures (`learn_curves`).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from learn_cells import Figures, grouped, run_cells
from learn_curves import Curve, fit
from learn_labels import CLUSTERED, KINDS, NONE, RAW, SETTINGS, chosen, teach, teach_items
from learn_market import HELD, PHOTO, SELLER, TRAIN, Opened, Shop
from learn_measures import Figure, Sample, gain, hits, interval, labels_right
from learn_report import COLOURS, page, plot, table
from learn_study import arguments, command, drawn, last_line, parsed, seeds_of, shop_of
from learn_train import Recipe, embed, train_cell, untrained

from saccade.metrics import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME, CODE = "pretraining", 1
CNN, VIT = "CNN", "ViT"
Found = Sequence[tuple["Cell", Figures]]


@dataclass(frozen=True)
class Cell:
    """One pretraining and its tuning. network: as `learn_train.untrained`; share: of the data, 0 for none."""

    shop: Shop
    backbone: str
    network: str
    labels: str
    share: float
    pretraining: Recipe
    tuning: Recipe
    few: int
    seed: int


def cells(args: argparse.Namespace) -> list[Cell]:
    """The grid; without labels there is one cell a backbone and seed."""
    first = Recipe("full", args.steps, args.batch, args.lr, "camera", args.side, args.dim, args.workers)
    then = replace(first, steps=args.few_steps, batch=args.few_batch, lr=args.few_lr, augment="finetuning")
    slower = args.vit_lr / args.lr
    backbones = (
        (CNN, args.cnn, first, then),
        (VIT, args.vit, replace(first, lr=args.vit_lr), replace(then, lr=slower * args.few_lr)),
    )
    kinds = [(NONE, 0.0), *((kind, share) for kind in (RAW, CLUSTERED) for share in args.shares)]
    return [
        Cell(shop(args, seed), backbone, network, kind, share, pre, tune, args.few, seed)
        for seed in seeds_of(args)
        for backbone, network, pre, tune in backbones
        for kind, share in kinds
    ]


def shop(args: argparse.Namespace, seed: int) -> Shop:
    """The marketplace of a seed."""
    return Shop(seed, args.products, args.drawn, people=args.products // 12)


def work(cell: Cell, scratch: Path) -> Figures:
    """Pretrain, tune and measure."""
    opened = shop_of(cell.shop, scratch)
    base, pictures, minutes = untrained(scratch / "base", cell.network, cell.tuning.size, cell.seed), 0, 0.0
    if cell.labels != NONE:
        ws = opened.copy(scratch / "pretrain")
        pictures = teach(opened, ws, cell.labels, cell.share)
        how = replace(cell.pretraining, more=SETTINGS[cell.labels])
        made = train_cell(ws, base, ("labels",), how, cell.seed, fresh=True)
        base, minutes = made.folder, made.minutes
    ws = opened.copy(scratch / "tune")
    items = chosen(opened, 1.0, "few")[: cell.few]
    teach_items(opened, ws, "few", items)
    tuned = train_cell(ws, base, ("few:retrieval",), cell.tuning, cell.seed, fresh=True)
    return {"pictures": pictures, "minutes": minutes, **measured(opened, tuned.folder)}


def measured(opened: Opened, model: Path) -> Figures:
    """Hits of the held photos, and the labels that their neighbours give them."""
    asking, shown = opened.where(HELD, PHOTO), opened.where(HELD, SELLER)
    seen = opened.where(TRAIN, SELLER) & (opened.column("view") == 0)
    asked, gallery, taught = (
        embed(model, opened.pixels[np.flatnonzero(rows)]) for rows in (asking, shown, seen)
    )
    item = opened.column("item")
    found: Figures = {
        "items": item[asking].tolist(),
        "hits": hits(asked, item[asking], gallery, item[shown]),
        "hits_bits": hits(asked, item[asking], gallery, item[shown], bits=True),
    }
    for task in ("category", "colour"):
        labels = opened.column(task)
        found[task] = labels_right(asked, labels[asking], taught, labels[seen])
    return found


def samples(found: Found, conditions: Sequence[Mapping[str, Any]], what: str = "hits") -> list[Sample]:
    """A sample a seed: for each condition (settings that a cell must have) the values of the queries, the
    mean over the cells that fit, such as both backbones.
    """
    made: list[Sample] = []
    for (_,), some in grouped(found, "seed").items():
        rows = [
            np.mean([figures[what] for cell, figures in some if _fits(cell, condition)], axis=0)
            for condition in conditions
        ]
        made.append(Sample(np.array(rows, np.float64), some[0][1]["items"]))
    return made


def _fits(cell: Cell, condition: Mapping[str, Any]) -> bool:
    return all(getattr(cell, name) == value for name, value in condition.items())


def whole(kind: str, found: Found) -> dict[str, Any]:
    """The condition of a kind of labels at its full data."""
    return {
        "labels": kind,
        "share": max((cell.share for cell, _ in found if cell.labels == kind), default=0.0),
    }


def figures_of(found: Found) -> dict[str, float | Interval]:
    """The figures of the last line."""
    out: dict[str, float | Interval] = {}
    ends = {kind: whole(kind, found) for kind in KINDS}
    for kind, condition in ends.items():
        out[f"p1_{kind}"] = interval(samples(found, [condition]))
        for backbone in (CNN, VIT):
            one = samples(found, [{**condition, "backbone": backbone}])
            out[f"p1_{kind}_{backbone.lower()}"] = interval(one)
        out[f"category_{kind}"] = interval(samples(found, [condition], "category"))
        out[f"colour_{kind}"] = interval(samples(found, [condition], "colour"))
    compared: dict[str, tuple[str, str, Figure]] = {
        "relative_gain": (NONE, CLUSTERED, gain),
        "relative_gain_raw": (NONE, RAW, gain),
        "relative_gain_over_raw": (RAW, CLUSTERED, gain),
    }
    for name, (base, other, of) in compared.items():
        out[name] = interval(samples(found, [ends[base], ends[other]]), of)
        for backbone in (CNN, VIT):
            both = [{**ends[kind], "backbone": backbone} for kind in (base, other)]
            out[f"{name}_{backbone.lower()}"] = interval(samples(found, both), of)
    none, clustered = out["p1_none"], out["p1_clustered"]
    assert isinstance(none, Interval) and isinstance(clustered, Interval)
    out["intervals_apart"] = float(clustered.low > none.high)
    return out


def curves(found: Found) -> dict[tuple[str, str], Curve]:
    """The error's curve over the pictures, for each backbone and kind of labels with two sizes or more."""
    out: dict[tuple[str, str], Curve] = {}
    for (backbone, kind), some in grouped(found, "backbone", "labels").items():
        sizes = [figures["pictures"] for _, figures in some]
        if kind != NONE and len(set(sizes)) > 1:
            out[backbone, kind] = fit(sizes, [1 - np.mean(figures["hits"]) for _, figures in some])
    return out


def table_of(found: Found) -> str:
    """A row for each backbone, kind and share."""
    rows = [
        [
            backbone, kind, f"{share:.0%}" if share else "",
            round(float(np.mean([figures["pictures"] for _, figures in some]))),
            *(
                interval(samples(found, [{"backbone": backbone, "labels": kind, "share": share}], what))
                for what in ("hits", "category", "colour")
            ),
        ]
        for (backbone, kind, share), some in grouped(found, "backbone", "labels", "share").items()
    ]  # fmt: skip
    head = ("backbone", "labels", "data", "pictures", "P@1", "category by neighbours", "colour by neighbours")
    return table(head, rows)


def draw(axes: Sequence[Axes], found: Found) -> None:
    """One panel a backbone: P@1 over pictures, with the fitted curves."""
    fitted = curves(found)
    for ax, backbone in zip(axes, (CNN, VIT), strict=True):
        for place, kind in enumerate((RAW, CLUSTERED)):
            _points(ax, found, backbone, kind, COLOURS[place], fitted.get((backbone, kind)))
        base = interval(samples(found, [{"backbone": backbone, "labels": NONE}]))
        ax.axhline(base.mean, color=COLOURS[6], linestyle="--", linewidth=1, label="no pretraining")
        ax.axhspan(base.low, base.high, color=COLOURS[6], alpha=0.08, linewidth=0)
        ax.set(xscale="log", xlabel="pictures of pretraining", ylabel="P@1 of held products", title=backbone)
        ax.set_ylim(bottom=0)
        ax.legend(loc="upper left")


def _points(ax: Axes, found: Found, backbone: str, kind: str, colour: str, curve: Curve | None) -> None:
    some = grouped([one for one in found if _fits(one[0], {"backbone": backbone, "labels": kind})], "share")
    sizes = [float(np.mean([figures["pictures"] for _, figures in cells])) for cells in some.values()]
    means = [
        interval(samples(found, [{"backbone": backbone, "labels": kind, "share": share}]))
        for (share,) in some
    ]
    spread = [[one.mean - one.low for one in means], [one.high - one.mean for one in means]]
    ax.errorbar(sizes, [one.mean for one in means], yerr=spread, fmt="o", color=colour, capsize=2, label=kind)
    if curve is not None:
        n = np.geomspace(min(sizes), max(sizes), 50)
        ax.plot(n, 1 - curve(n), color=colour, linewidth=1)


def report(found: Found, figures: Mapping[str, float | Interval]) -> None:
    """Write the page and the plot."""
    from learn_report import DOCS

    plot(lambda axes: draw(axes, found), DOCS / f"{NAME}.svg", panels=2)
    lines = [(b, k, curve.text(), curve.rmse) for (b, k), curve in curves(found).items()]
    gained = [(name, value) for name, value in figures.items() if name.startswith("relative_gain")]
    cell = found[0][0]
    parts = [
        "Pretraining on weak labels from text, then the same short tuning for all: camera photos of products "
        "that were never seen, against the seller pictures of all held products. Values are means over "
        f"{len(grouped(found, 'seed'))} seeds, each a marketplace of {cell.shop.products:,} products, "
        "with 95% "
        "intervals from a bootstrap of seeds and products.",
        table_of(found),
        "How much one kind of labels adds to another at the full data, in relation to it:\n\n"
        + table(("gain", "value"), gained),
        "Fitted curves of the error 1 - P@1. Three sizes and three parameters make a summary, not a test.\n\n"
        + table(("backbone", "labels", "error", "rmse"), lines),
        f"Networks: `{cell.network}` and others as the command says, {cell.pretraining.steps} steps of "
        f"{cell.pretraining.batch} pictures of {cell.pretraining.size} pixels, then {cell.tuning.steps} "
        "steps on "
        f"{cell.few} products. These are small networks on drawn pictures: the order of the conditions is "
        "the "
        "finding, not the figures.",
    ]
    picture = "P@1 over the number of pictures in pretraining, for two backbones and three kinds of labels"
    page(NAME, "Pretraining on weak labels", parts, command(NAME), picture)


def main() -> None:
    parser = arguments(__doc__, steps=200)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.01, 0.1, 1.0], help="of the data")
    parser.add_argument("--few", type=int, default=200, help="products of the tuning")
    parser.add_argument("--few-steps", type=int, default=100)
    parser.add_argument("--few-batch", type=int, default=64)
    parser.add_argument("--few-lr", type=float, default=2e-3)
    args = parsed(
        parser,
        seeds=1,
        products=400,
        steps=30,
        batch=64,
        shares=[0.1, 1.0],
        few=40,
        few_steps=20,
        few_batch=32,
    )
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
