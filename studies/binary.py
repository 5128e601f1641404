"""How much a search loses when an embedding keeps only the signs of its coordinates.

    python studies/binary.py            # five widths, three seeds
    python studies/binary.py --quick    # a small form, about a minute

A network learns which product a picture shows, behind the affine-free head whose signs are the code (Zhai et
al. 2019, arXiv 1908.01707), once for each width of the embedding. Held camera photos ask the held seller
pictures. `hit1_float_<dim>`, `hit1_binary_<dim>`, `lost_<dim>` in points of 0..1; `lost` is that of the
widest, and the bar is 0.02. A float embedding has 32 bits a number here, so bits are 32 times smaller at
every width.

Decided: all widths start from the same random trunk and see the same batches. The loss is taken from the
same queries, so its interval is paired.
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
from learn_report import COLOURS, DOCS, page, plot, table
from learn_study import arguments, command, drawn, last_line, parsed, seeds_of, shop_of
from learn_train import Recipe, embed, train_cell, untrained

from saccade.metrics import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME, CODE = "binary", 1
Found = Sequence[tuple["Cell", Figures]]


@dataclass(frozen=True)
class Cell:
    """One width. how: with it."""

    shop: Shop
    network: str
    dim: int
    how: Recipe
    seed: int


def cells(args: argparse.Namespace) -> list[Cell]:
    """Every width and seed."""
    return [
        Cell(
            Shop(seed, args.products, args.drawn, weak=False, people=0), args.cnn, dim,
            Recipe("full", args.steps, args.batch, args.lr, "camera", args.side, dim, args.workers), seed,
        )
        for seed in seeds_of(args)
        for dim in args.dims
    ]  # fmt: skip


def work(cell: Cell, scratch: Path) -> Figures:
    """Train one width and ask by floats and by bits."""
    opened = shop_of(cell.shop, scratch)
    base, ws = (
        untrained(scratch / "base", cell.network, cell.how.size, cell.seed),
        opened.copy(scratch / "train"),
    )
    teach_items(opened, ws, "product", chosen(opened, 1.0))
    model = train_cell(ws, base, ("product:retrieval",), cell.how, cell.seed, fresh=True).folder
    asking, shown = opened.where(HELD, PHOTO), opened.where(HELD, SELLER)
    asked, gallery = (embed(model, opened.pixels[np.flatnonzero(rows)]) for rows in (asking, shown))
    item = opened.column("item")
    floats, bits = (hits(asked, item[asking], gallery, item[shown], by) for by in (False, True))
    return {"items": item[asking].tolist(), "float": floats, "binary": bits}


def samples(found: Found, dim: int) -> list[Sample]:
    """A sample a seed: floats, then bits."""
    return [
        Sample(np.array([figures["float"], figures["binary"]], np.float64), figures["items"])
        for cell, figures in found
        if cell.dim == dim
    ]


def bits_alone(means: np.ndarray) -> np.ndarray:
    """The second condition's mean."""
    return means[..., 1]


def figures_of(found: Found) -> dict[str, float | Interval]:
    """The figures of the last line."""
    out: dict[str, float | Interval] = {}
    dims = sorted(dim for (dim,) in grouped(found, "dim"))
    for dim in dims:
        some = samples(found, dim)
        lost = interval(some, difference)
        out[f"hit1_float_{dim}"] = interval(some)
        out[f"hit1_binary_{dim}"] = interval(some, bits_alone)
        out[f"lost_{dim}"] = Interval(-lost.mean, -lost.high, -lost.low, lost.method)
    return {**out, "lost": out[f"lost_{dims[-1]}"]}


def table_of(found: Found, figures: Mapping[str, float | Interval]) -> str:
    """A row a width."""
    rows = [
        [
            dim,
            dim * 4,
            dim // 8,
            *(figures[f"{what}_{dim}"] for what in ("hit1_float", "hit1_binary", "lost")),
        ]
        for dim in sorted(dim for (dim,) in grouped(found, "dim"))
    ]
    return table(
        ("width", "bytes of floats", "bytes of bits", "hit@1 of floats", "hit@1 of bits", "lost"), rows
    )


def draw(axes: Sequence[Axes], found: Found, figures: Mapping[str, float | Interval]) -> None:
    """hit@1 over bytes of a vector."""
    dims = sorted(dim for (dim,) in grouped(found, "dim"))
    for place, (what, scale) in enumerate((("float", 4.0), ("binary", 1 / 8))):
        some = [figures[f"hit1_{what}_{dim}"] for dim in dims]
        means = [one.mean for one in some if isinstance(one, Interval)]
        low = [one.mean - one.low for one in some if isinstance(one, Interval)]
        high = [one.high - one.mean for one in some if isinstance(one, Interval)]
        size = [dim * scale for dim in dims]
        axes[0].errorbar(size, means, yerr=[low, high], fmt="o-", color=COLOURS[place], capsize=2, label=what)
        for at, mean, dim in zip(size, means, dims, strict=True):
            axes[0].annotate(str(dim), (at, mean), textcoords="offset points", xytext=(4, 5), fontsize=8)
    axes[0].set(xscale="log", xlabel="bytes of a vector", ylabel="hit@1 of held products")
    axes[0].set_ylim(bottom=0)
    axes[0].legend()


def report(found: Found, figures: Mapping[str, float | Interval]) -> None:
    """Write the page and the plot."""
    plot(lambda axes: draw(axes, found, figures), DOCS / f"{NAME}.svg")
    cell = found[0][0]
    parts = [
        "One network for each width of the embedding, trained to tell products apart; held camera photos "
        "ask the "
        "seller pictures of held products, by floats and by the signs of the same vectors. Means over "
        f"{len(grouped(found, 'seed'))} seeds, each a marketplace of {cell.shop.products:,} products, "
        "with 95% "
        "intervals; the loss is paired.",
        table_of(found, figures),
        "The papers lose 0.2 to 1.7 points at 2,048 numbers (arXiv 1811.12649). The fewer numbers, the "
        "more each "
        "sign has to say.",
    ]
    page(NAME, "Floats and sign bits", parts, command(NAME), "hit@1 over bytes of a vector, floats and bits")


def main() -> None:
    parser = arguments(__doc__, products=2000, steps=400)
    parser.add_argument("--dims", type=int, nargs="+", default=[32, 64, 128, 256, 512], help="widths")
    args = parsed(parser, seeds=1, products=300, steps=40, batch=64, dims=[32, 128])
    todo = cells(args)
    drawn((cell.shop for cell in todo), args)
    found = run_cells(todo, work, args.cache / NAME, args.jobs, CODE)
    figures = figures_of(found)
    print(table_of(found, figures))
    if args.write:
        report(found, figures)
    last_line(figures)


if __name__ == "__main__":
    main()
