"""Ways to fine-tune with few resources: what each gains, in how many minutes, with how many weights.

    python studies/finetuning.py                           # all packs that are there, and the marketplace
    python studies/finetuning.py --packs market --quick    # a small form, about a minute

Recipes are those of `saccade.training.recipes`; packs and what is asked of them are those of `learn_packs`.
For each pack: `<pack>_hit1_frozen`, the model that all start from; for each recipe
`<pack>_<recipe>_hit1_tuned`, `_hit1_binary` (sign bits of the tuned model), `_minutes`, `_trainable_share`
(the most of trunk and head that learns at once). `<pack>_hit1_tuned`, `_hit1_binary`, `_minutes`,
`_trainable_share` are those of the recipe `--headline`.

Decided: every recipe has the same steps, batches and pictures, but `cached`, whose steps cost next to
nothing: it has `--cached` times as many. Minutes are those of this machine with `--jobs` trainings at once,
reading of pictures and cached features included. Validation pictures are looked at here and in no training.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from learn_cells import Figures, grouped, run_cells
from learn_market import Shop, open_shop
from learn_measures import Sample, difference, first, interval
from learn_packs import MARKET, REAL, base_of, open_pack
from learn_report import COLOURS, DOCS, page, plot, table
from learn_study import arguments, command, last_line, packs_folder, parsed, seeds_of
from learn_train import Recipe, train_cell

from saccade.metrics import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME, CODE = "finetuning", 1
FROZEN = "frozen"
RECIPES = ("linear-probe", "cached", "lp-ft", "gradual", "layerwise", "partial", "lora", "full")
Found = Sequence[tuple["Cell", Figures]]


@dataclass(frozen=True)
class Cell:
    """One training. data: the folder of packs; first: how the marketplace's base was pretrained."""

    pack: str
    recipe: str
    shop: Shop
    network: str
    data: str
    how: Recipe
    first: Recipe
    seed: int


def cells(args: argparse.Namespace) -> list[Cell]:
    """Every recipe on every pack and seed, and what all start from."""
    data = packs_folder()
    packs = [name for name in args.packs if name == MARKET or (data is not None and (data / name).is_dir())]
    made: list[Cell] = []
    for seed in seeds_of(args):
        for pack in packs:
            real = pack != MARKET
            side, batch = (args.pack_side, args.pack_batch) if real else (args.side, args.batch)
            steps, dim = args.pack_steps if real else args.tuning_steps, args.dim
            first = Recipe("full", args.steps, args.batch, args.lr, "camera", args.side, dim, args.workers)
            for name in (FROZEN, *args.recipes):
                lr = args.pack_lr if real else args.tuning_lr
                often = steps * args.cached if name == "cached" else steps
                # the same view count serves all; only the recipe `cached` looks at it
                how = Recipe(
                    name, often, batch, lr, "finetuning", side, dim, args.workers, more={"views": args.views}
                )
                made.append(Cell(pack, name, shop(args, seed), args.cnn, str(data or ""), how, first, seed))
    return made


def shop(args: argparse.Namespace, seed: int) -> Shop:
    """The marketplace of a seed."""
    return Shop(seed, args.products, args.drawn, people=args.products // 12)


def work(cell: Cell, scratch: Path) -> Figures:
    """Tune one model and measure it."""
    shops = scratch.parents[1] / "shops"
    data = Path(cell.data) if cell.data else None
    base = base_of(cell.pack, data, cell.shop, cell.network, cell.first, shops)
    pack, ws = open_pack(cell.pack, data, cell.shop, shops, scratch / "ws")
    found: Figures = {"groups": pack.asked.groups, "minutes": 0.0, "trainable_share": 0.0}
    model = base
    if cell.recipe != FROZEN:
        made = train_cell(ws, base, pack.tasks, cell.how, cell.seed, held=pack.held)
        model, found["minutes"], found["trainable_share"] = made.folder, made.minutes, made.trainable_share
    floats, bits = pack.hit1(model)
    return {**found, "hits": floats, "hits_bits": bits}


def samples(found: Found, pack: str, recipes: Sequence[str], what: str = "hits") -> list[Sample]:
    """A sample a seed: a row a recipe."""
    return [
        Sample(
            np.array([_of(some, pack, recipe)[what] for recipe in recipes], np.float64),
            _of(some, pack, recipes[0])["groups"],
        )
        for some in grouped(found, "seed").values()
    ]


def _of(found: Found, pack: str, recipe: str) -> Figures:
    return next(figures for cell, figures in found if (cell.pack, cell.recipe) == (pack, recipe))


def spent(found: Found, pack: str, recipe: str, what: str) -> float:
    """The mean of `minutes` or `trainable_share` over seeds."""
    some = [figures[what] for cell, figures in found if (cell.pack, cell.recipe) == (pack, recipe)]
    return float(np.mean(some))


def figures_of(found: Found, headline: str) -> dict[str, float | Interval]:
    """The figures of the last line."""
    out: dict[str, float | Interval] = {}
    for (pack,), some in grouped(found, "pack").items():
        out[f"{pack}_hit1_frozen"] = interval(samples(found, pack, [FROZEN]))
        out[f"{pack}_hit1_frozen_binary"] = interval(samples(found, pack, [FROZEN], "hits_bits"))
        recipes = [recipe for (recipe,) in grouped(some, "recipe") if recipe != FROZEN]
        for recipe in recipes:
            names = [f"{pack}_{recipe.replace('-', '_')}_"] + ([f"{pack}_"] if recipe == headline else [])
            for name in names:
                out[f"{name}hit1_tuned"] = interval(samples(found, pack, [recipe]), first)
                out[f"{name}hit1_binary"] = interval(samples(found, pack, [recipe], "hits_bits"))
                out[f"{name}gain"] = interval(samples(found, pack, [FROZEN, recipe]), difference)
                out[f"{name}minutes"] = spent(found, pack, recipe, "minutes")
                out[f"{name}trainable_share"] = spent(found, pack, recipe, "trainable_share")
    return out


def table_of(found: Found) -> str:
    """A row for each pack and recipe."""
    rows = [
        [
            pack, recipe, interval(samples(found, pack, [recipe])),
            interval(samples(found, pack, [recipe], "hits_bits")),
            spent(found, pack, recipe, "minutes"), spent(found, pack, recipe, "trainable_share"),
            round(float(np.mean([cell.how.steps for cell, _ in some]))) if recipe != FROZEN else 0,
        ]
        for (pack, recipe), some in grouped(found, "pack", "recipe").items()
    ]  # fmt: skip
    return table(("pack", "recipe", "hit@1", "hit@1 of bits", "minutes", "weights that learn", "steps"), rows)


def draw(axes: Sequence[Axes], found: Found) -> None:
    """hit@1 over minutes, one panel a pack; the size of a point is the share of weights that learn."""
    for ax, ((pack,), some) in zip(axes, grouped(found, "pack").items(), strict=True):
        recipes = [recipe for (recipe,) in grouped(some, "recipe") if recipe != FROZEN]
        for place, recipe in enumerate(recipes):
            one = interval(samples(found, pack, [recipe]))
            minutes, share = (spent(found, pack, recipe, what) for what in ("minutes", "trainable_share"))
            ax.errorbar([minutes], [one.mean], yerr=[[one.mean - one.low], [one.high - one.mean]],
                        fmt="none", ecolor="#999999", elinewidth=1, capsize=2)  # fmt: skip
            ax.scatter([minutes], [one.mean], s=25 + 150 * share, color=COLOURS[place % len(COLOURS)],
                       marker="os"[place // len(COLOURS)], zorder=3, label=recipe)  # fmt: skip
        frozen = interval(samples(found, pack, [FROZEN]))
        ax.axhline(frozen.mean, color=COLOURS[6], linestyle="--", linewidth=1, label=FROZEN)
        ax.set(xlabel="minutes", ylabel="hit@1", title=pack, xscale="log")
        ax.legend(fontsize=7)


def report(found: Found, figures: Mapping[str, float | Interval]) -> None:
    """Write the page and the plot."""
    packs = len(grouped(found, "pack"))
    plot(lambda axes: draw(axes, found), DOCS / f"{NAME}.svg", panels=packs, size=(4.2, 3.8))
    gains = [(name.removesuffix("_gain"), value) for name, value in figures.items() if name.endswith("_gain")]
    parts = [
        "What each recipe makes of the same start, and what it costs: minutes of this machine, and the "
        "most of "
        f"trunk and head that learns at once. Means over {len(grouped(found, 'seed'))} seeds with 95% "
        "intervals. In "
        "the plot a point is the larger the more weights learn.",
        table_of(found),
        "What is gained over the frozen model:\n\n" + table(("pack and recipe", "hit@1"), gains),
        "Real packs are measured on their validation parts, after settings that were chosen without "
        "looking at "
        "them; `market` is the drawn marketplace, and starts from a small network that was pretrained on "
        "the weak "
        "labels of another one.",
    ]
    page(
        NAME, "Fine-tuning with few resources", parts, command(NAME), "hit@1 over minutes, by recipe and pack"
    )


def prepare(todo: Sequence[Cell], args: argparse.Namespace) -> None:
    """What cells share, made before they start."""
    shops = args.cache / "shops"
    for cell in {f"{cell.pack} {cell.seed}": cell for cell in todo}.values():
        if cell.pack == MARKET:
            for seed in (cell.shop.seed, cell.shop.seed + 1000):
                open_shop(shop(args, seed), shops, args.jobs)
        data = Path(cell.data) if cell.data else None
        base_of(cell.pack, data, cell.shop, cell.network, cell.first, shops)


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--packs", nargs="+", choices=(*REAL, MARKET), default=[*REAL, MARKET])
    parser.add_argument("--recipes", nargs="+", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("--headline", choices=RECIPES, default="lp-ft")
    parser.add_argument("--tuning-steps", type=int, default=200, help="on the marketplace")
    parser.add_argument("--tuning-lr", type=float, default=2e-3)
    parser.add_argument("--pack-side", type=int, default=128, help="pixels, on the real packs")
    parser.add_argument("--pack-steps", type=int, default=400)
    parser.add_argument("--pack-batch", type=int, default=32)
    parser.add_argument("--pack-lr", type=float, default=1e-3)
    parser.add_argument("--cached", type=int, default=10, help="times the steps for the recipe cached")
    parser.add_argument("--views", type=int, default=4, help="versions of a picture that are cached")
    args = parsed(
        parser, seeds=1, products=300, steps=30, batch=48, tuning_steps=12, packs=[MARKET], views=2,
        recipes=["linear-probe", "cached", "lp-ft", "lora", "full"],
    )  # fmt: skip
    todo = cells(args)
    prepare(todo, args)
    found = run_cells(todo, work, args.cache / NAME, args.jobs, CODE)
    figures = figures_of(found, args.headline)
    print(table_of(found))
    if args.write:
        report(found, figures)
    last_line(figures)


if __name__ == "__main__":
    main()
