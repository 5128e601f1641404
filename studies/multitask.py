"""One model for ten tasks against ten models for one task each, and against a network that learned nothing.

    python studies/multitask.py            # three seeds
    python studies/multitask.py --quick    # a small form, about a minute

Ten classification tasks of the marketplace (`learn_tasks`), on three sets of pictures: products, scenes,
people. AP@1 of a task is the share of held pictures whose neighbours among the training pictures give them
the right label; `ap1_<model>` is its mean over the ten.

Decided:
- `multi` is one model that learns all ten at once; `single` are ten models, each measured on its own task;
  `untrained` is the network that all start from; `pretrained` is one that `--base` names, a model folder, and
  then all start from it and that row is the frozen model.
- Compute: the ten single-task models together have as many steps as the one multi-task model, unless
  `--single-steps` says otherwise: what is compared is one budget spent in two ways. `single_full` gives each
  of the ten the whole budget, ten times as much in all.
- Skin tone has four ranges of the Monk scale. It is reported for each of the ten tones with the largest gap
  between tones that have twenty held pictures or more, since an average hides whom a model serves badly.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from learn_cells import Figures, grouped, run_cells
from learn_market import HELD, PERSON, PHOTO, SCENE, SELLER, TRAIN, Opened, Shop
from learn_measures import Sample, difference, interval, labels_right
from learn_report import DOCS, bars, page, plot, table
from learn_study import arguments, command, drawn, last_line, parsed, seeds_of, shop_of
from learn_tasks import OF_PEOPLE, OF_PRODUCTS, OF_SCENES, RANGES, SKIN, TASKS
from learn_train import Recipe, embed, train_cell, untrained

from saccade.metrics import Interval
from saccade.metrics.groups import Groups, by_group

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME, CODE = "multitask", 1
UNTRAINED, SINGLE, SINGLE_FULL, MULTI = "untrained", "single", "single_full", "multi"
MODELS = (UNTRAINED, SINGLE, SINGLE_FULL, MULTI)
KINDS = {**dict.fromkeys(OF_PRODUCTS, (SELLER, PHOTO)), **dict.fromkeys(OF_SCENES, (SCENE,)),
         **dict.fromkeys(OF_PEOPLE, (PERSON,))}  # fmt: skip
"""The pictures of each task."""
Found = Sequence[tuple["Cell", Figures]]


@dataclass(frozen=True)
class Cell:
    """One model. task: the one that it learns, or all ten for `multi`, or none. base: a model folder, or
    empty for the network from nothing.
    """

    shop: Shop
    model: str
    task: str
    network: str
    base: str
    how: Recipe
    seed: int


def cells(args: argparse.Namespace) -> list[Cell]:
    """Ten single-task models with each budget, one multi-task model and the start, for each seed."""
    how = Recipe("full", args.steps, args.batch, args.lr, "finetuning", args.side, args.dim, args.workers)
    short = replace(how, steps=args.single_steps or max(1, args.steps // len(TASKS)))
    runs = [(UNTRAINED, "", how), (MULTI, "", how)]
    runs += [(SINGLE, task, short) for task in TASKS]
    if args.full:
        runs += [(SINGLE_FULL, task, how) for task in TASKS]
    return [
        Cell(shop(args, seed), model, task, args.cnn, args.base, one, seed)
        for seed in seeds_of(args)
        for model, task, one in runs
    ]


def shop(args: argparse.Namespace, seed: int) -> Shop:
    """A marketplace with scenes and people, and no weak labels."""
    return Shop(seed, args.products, args.drawn, views=2, photos=1, scenes=args.scenes, people=0, weak=False)


def work(cell: Cell, scratch: Path) -> Figures:
    """Train one model and measure it on its tasks."""
    opened = shop_of(cell.shop, scratch)
    base = (
        Path(cell.base) if cell.base else untrained(scratch / "base", cell.network, cell.how.size, cell.seed)
    )
    minutes, model, tasks = 0.0, base, TASKS
    if cell.model != UNTRAINED:
        tasks = (cell.task,) if cell.task else TASKS
        ws = opened.copy(scratch / "train")
        made = train_cell(ws, base, tasks, cell.how, cell.seed, fresh=not cell.base)
        model, minutes = made.folder, made.minutes
    return {"minutes": minutes, "tasks": measured(opened, model, tasks)}


def measured(opened: Opened, model: Path, tasks: Sequence[str]) -> Figures:
    """For each task: whether held pictures got the right label, their groups, and Monk tones of people."""
    vectors: dict[tuple[str, ...], dict[str, np.ndarray]] = {}
    found: Figures = {}
    for task in tasks:
        kinds = KINDS[task]
        rows = {side: np.flatnonzero(opened.where(side, *kinds)) for side in (TRAIN, HELD)}
        if kinds not in vectors:
            vectors[kinds] = {side: embed(model, opened.pixels[some]) for side, some in rows.items()}
        labels = opened.column(task)
        right = labels_right(
            vectors[kinds][HELD], labels[rows[HELD]], vectors[kinds][TRAIN], labels[rows[TRAIN]]
        )
        found[task] = {
            "right": right,
            "groups": [f"{opened.column('item')[row]} {_scene(opened, row)}" for row in rows[HELD].tolist()],
            **({"tones": opened.column("tone")[rows[HELD]].tolist()} if task == SKIN else {}),
        }
    return found


def _scene(opened: Opened, row: int) -> str:
    """The scene that a picture is of; people of one scene hang together."""
    return "" if opened.column("item")[row] >= 0 else Path(opened.column("file")[row]).stem.split("-")[0]


def samples(found: Found, models: Sequence[str], task: str) -> list[Sample]:
    """A sample a seed of one task: a row a model."""
    made: list[Sample] = []
    for some in grouped(found, "seed").values():
        said = [_of(some, model, task) for model in models]
        made.append(Sample(np.array([one["right"] for one in said], np.float64), said[0]["groups"]))
    return made


def _of(found: Found, model: str, task: str) -> Figures:
    return next(
        figures["tasks"][task] for cell, figures in found if cell.model == model and cell.task in ("", task)
    )


def mean_over_tasks(found: Found, models: Sequence[str]) -> list[Sample]:
    """A sample a seed: right answers, scaled so that the mean over pictures is the mean over tasks."""
    made: list[Sample] = []
    for some in grouped(found, "seed").values():
        values, groups = list[np.ndarray](), list[str]()
        total = sum(len(_of(some, models[0], task)["groups"]) for task in TASKS)
        for task in TASKS:
            said = [_of(some, model, task) for model in models]
            scale = total / (len(TASKS) * len(said[0]["groups"]))
            values.append(scale * np.array([one["right"] for one in said], np.float64))
            groups += said[0]["groups"]
        made.append(Sample(np.concatenate(values, axis=1), groups))
    return made


def tones(found: Found, model: str) -> Groups:
    """Skin tone by Monk tone, over all seeds."""
    said = [_of(some, model, SKIN) for some in grouped(found, "seed").values()]
    right = [value for one in said for value in one["right"]]
    names = [f"{tone:02d}" for one in said for tone in one["tones"]]
    units = [f"{seed} {group}" for seed, one in enumerate(said) for group in one["groups"]]
    return by_group(right, names, clusters=units)


def figures_of(found: Found) -> dict[str, float | Interval]:
    """The figures of the last line."""
    models = [model for model in MODELS if any(cell.model == model for cell, _ in found)]
    out: dict[str, float | Interval] = {
        f"ap1_{model}": interval(mean_over_tasks(found, [model])) for model in models
    }
    for model in models:
        if model != MULTI:
            both = mean_over_tasks(found, [model, MULTI])
            out[f"multi_less_{model}"] = interval(both, difference)
    out |= {f"{task}_{model}": float(np.mean([s.values.mean() for s in samples(found, [model], task)]))
            for task in TASKS for model in models}  # fmt: skip
    for model in models:
        gaps = [gap for gap in tones(found, model).gaps if gap.metric == "accuracy"]
        out[f"skin_tone_gap_{model}"] = gaps[0].gap if gaps else float("nan")
    minutes = {model: sum(f["minutes"] for cell, f in found if cell.model == model) for model in models}
    return {**out, **{f"minutes_{model}": value for model, value in minutes.items() if model != UNTRAINED}}


def table_of(found: Found) -> str:
    """A row a task and one for the mean, a column a model."""
    models = [model for model in MODELS if any(cell.model == model for cell, _ in found)]
    rows: list[list[object]] = [
        [task, *(interval(samples(found, [model], task)) for model in models)] for task in TASKS
    ]
    rows.append(["mean", *(interval(mean_over_tasks(found, [model])) for model in models)])
    return table(("task", *(model.replace("_", ", ") for model in models)), rows)


def tone_table(found: Found) -> str:
    """Skin tone by Monk tone for the single-task and the multi-task model."""
    single, multi = tones(found, SINGLE), tones(found, MULTI)
    of = {one.group: one for one in single.scores}
    rows = [
        [int(one.group), _range(int(one.group)), one.count, of[one.group].accuracy, one.accuracy]
        for one in multi.scores
    ]
    text = table(("Monk tone", "range", "held people", "single", "multi"), rows)
    gaps = [
        f"{name}: {gap.gap:.3f}, tone {int(gap.worst)} below tone {int(gap.best)}"
        for name, one in (("single", single), ("multi", multi))
        for gap in one.gaps
        if gap.metric == "accuracy"
    ]
    small = ", ".join(str(int(name)) for name in multi.small)
    left = f" Tones {small} have fewer than twenty held people and take no part." if small else ""
    told = f"Largest gap between tones. {'. '.join(gaps)}." if gaps else "No two tones can be compared."
    return f"{text}\n\n{told}{left}"


def _range(tone: int) -> str:
    return next(name for name, own in RANGES.items() if tone in own)


def draw(axes: Sequence[Axes], found: Found) -> None:
    """AP@1 by task and model."""
    models = [model for model in MODELS if any(cell.model == model for cell, _ in found)]
    named: dict[str, dict[str, Interval]] = {
        model.replace("_", ", "): {
            task.replace("_", " "): interval(samples(found, [model], task)) for task in TASKS
        }
        for model in models
    }
    bars(axes[0], named, "AP@1 of held pictures")
    axes[0].tick_params(axis="x", labelrotation=30)


def report(found: Found, figures: Mapping[str, float | Interval]) -> None:
    """Write the page and the plot."""
    plot(lambda axes: draw(axes, found), DOCS / f"{NAME}.svg", size=(9, 4))
    cell = found[0][0]
    kept = ("minutes", "multi_less", "skin_tone_gap", "ap1")
    parts = [
        "Ten classification tasks of the marketplace on three sets of pictures: products (category, colour, "
        "pattern, material, style), scenes (kind, number of people) and people (skin tone, hair, "
        "headwear). AP@1 "
        "is the share of held pictures whose neighbours among the training pictures give them the right "
        "label; "
        f"means over {len(grouped(found, 'seed'))} seeds with 95% intervals.",
        table_of(found),
        "`single` are ten models that together have the steps of the one `multi`; `single, full` are ten "
        "that "
        "have them each.",
        "Skin tone, four ranges learned, by Monk tone:\n\n" + tone_table(found),
        table(("figure", "value"), [one for one in figures.items() if one[0].startswith(kept)]),
        f"Network: `{cell.network}`, {max(one.how.steps for one, _ in found)} steps of {cell.how.batch} "
        "pictures "
        f"of {cell.how.size} pixels.",
    ]
    page(NAME, "One model for ten tasks", parts, command(NAME), "AP@1 of each task, by model")


def main() -> None:
    parser = arguments(__doc__, products=1500, steps=800, batch=96)
    parser.add_argument("--scenes", type=int, default=1500, help="with the people in them")
    parser.add_argument(
        "--single-steps", type=int, default=0, help="of a single-task model; 0: a tenth of --steps"
    )
    parser.add_argument("--full", action="store_true", help="also single-task models with all the steps each")
    parser.add_argument("--base", default="", help="a model folder to start from")
    args = parsed(parser, seeds=1, products=200, scenes=120, steps=40, batch=48)
    todo = cells(args)
    drawn((cell.shop for cell in todo), args)
    found = run_cells(todo, work, args.cache / NAME, args.jobs, CODE)
    figures = figures_of(found)
    print(table_of(found), tone_table(found), sep="\n\n")
    if args.write:
        report(found, figures)
    last_line(figures)


if __name__ == "__main__":
    main()
