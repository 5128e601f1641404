"""Are weak labels right, are their confidences true, and does a network learn rare things better from them?

    python studies/weak_labels.py --first 20 # marketplaces of three fresh seeds, and the packs that are there
    python studies/weak_labels.py --quick    # one small marketplace, no training on fashion

Prints a table a part and ends with one JSON line. Marketplace (means over seeds; held-out families):
`auc_learned`, `auc_unsupervised` beside `auc_best_source` and `auc_vote`; `ece`, `ece_unsupervised`;
`source_precision_error` (the worst of all seeds); `tail_bcubed_f1`. Training, clustered and balanced labels
less raw ones with everything else the same: `tail_retrieval_gain` and the ends of its 95 % interval
`tail_retrieval_gain_low`, `_high` (a difference of mean average precision, 0..1) after 5 epochs, and after
40 with `_epochs40` behind; the same for `head_retrieval_gain`, for steps between the two (`tail_gain_sure`,
`_balanced`, `_clustered`), for no pipeline at all (`tail_gain_texts`, also less raw labels) and for the pack
fashion (`fashion_tail_retrieval_gain`, ...). Packs: `<pack>_precision`, `_recall`, `_auc`, beside a
plain keyword match, `<pack>_keyword_precision`, `_keyword_recall`, and a count of texts, `_auc_texts`; with
judges `_auc_learned`, beside `_auc_half` without them on the same held-out half.

What is measured, and how, is said in `weak_market`, `weak_measures`, `weak_packs`, `weak_gain` and
`weak_training`; what is true of the marketplace, in `marketplace_truth`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import weak_gain as training
import weak_market as market
import weak_packs
from common import data_dir, emit  # pyright: ignore[reportMissingImports]
from weak_gain import Experiment
from weak_training import gain

from saccade.bazaar import Bazaar

Runs = dict[str, list[dict[str, float]]]
Figures = dict[str, float]


@dataclass(frozen=True)
class Shape:
    """How much is done. people: shoppers with boards; epochs: budgets of training, the headline's first."""

    products: int
    people: int
    epochs: tuple[int, ...]
    seeds: tuple[int, ...]
    variants: tuple[str, ...] = training.VARIANTS

    @classmethod
    def of(cls, quick: bool, seeds: int, first: int = 0) -> Shape:
        """The quick shape, or the full one for some seeds from the first on."""
        return (
            cls(500, 40, (20,), (first,), ("raw", "both"))
            if quick
            else cls(3000, 250, (5, 40), tuple(range(first, first + seeds)))
        )


def marketplaces(shape: Shape) -> Figures:
    """Labels and training on the marketplaces of all seeds."""
    figures: list[Figures] = []
    runs: dict[int, Runs] = {epochs: {} for epochs in shape.epochs}
    tails: list[tuple[str, ...]] = []
    for seed in shape.seeds:
        bazaar = Bazaar(seed=seed, products=shape.products, people=shape.people, size=96, views=2)
        with tempfile.TemporaryDirectory() as folder, _timed(f"marketplace {seed}"):
            done = market.labelled(bazaar, Path(folder) / "shop", seed, val=training.HELD)
            figures.append(market.measure(done))
            experiment = training.market_experiment(bazaar, done.truth, done.alone)
            for epochs, every in runs.items():
                _extend(every, training.run(experiment, done.alone, (seed,), epochs, shape.variants))
            tails.append(experiment.tail)
            _about(experiment)
    _table(f"marketplace, seeds {', '.join(map(str, shape.seeds))}", _by_key(figures))
    means = {name: float(np.mean([one[name] for one in figures])) for name in figures[0]}
    worst = max(one["source_precision_error"] for one in figures)
    return {**means, "source_precision_error": worst, **_budgets(runs, tails)}


def packs(folder: Path, shape: Shape, train: bool) -> Figures:
    """Labels of every pack that is there, and training on fashion."""
    found: Figures = {}
    for pack in weak_packs.packs(folder):
        with tempfile.TemporaryDirectory() as place, _timed(pack.name):
            done = weak_packs.labelled(pack, Path(place) / "pack", val=training.HELD)
            figures = weak_packs.measure(pack, done)
            if train and not pack.dictionary:
                figures |= weak_packs.learned(pack, done)
            _table(pack.name, {name: [value] for name, value in figures.items()})
            found |= {f"{pack.name}_{name}": value for name, value in figures.items()}
            if train and pack.name == "fashion":
                experiment = weak_packs.fashion_experiment(folder / "fashion", done)
                _about(experiment)
                runs = {
                    epochs: training.run(experiment, done, shape.seeds, epochs, shape.variants)
                    for epochs in shape.epochs
                }
                gains = _budgets(runs, [experiment.tail] * len(shape.seeds))
                found |= {f"fashion_{name}": value for name, value in gains.items()}
    return found


def _budgets(runs: Mapping[int, Runs], tails: Sequence[tuple[str, ...]]) -> Figures:
    """Gains of every budget; those after the first are named by their epochs."""
    found: Figures = {}
    for place, (epochs, every) in enumerate(runs.items()):
        print(f"training of {epochs} epochs")
        named = f"_epochs{epochs}" if place else ""
        found |= {f"{name}{named}": value for name, value in _gains(every, tails).items()}
    return found


def _gains(runs: Runs, tails: Sequence[tuple[str, ...]]) -> Figures:
    """Gains of every variant over raw labels, tail and head apart; prints them."""
    found: Figures = {}
    for part, inside in (("tail", True), ("head", False)):
        cut = {
            variant: [
                {name: value for name, value in one.items() if (name in set(tail)) == inside}
                for one, tail in zip(ones, tails, strict=True)
            ]
            for variant, ones in runs.items()
        }
        for variant, ones in cut.items():
            if not any(ones):
                continue
            means = [float(np.mean(list(one.values()))) for one in ones if one]
            better = gain(cut["raw"], ones)
            name = f"{part}_retrieval_gain" if variant == "both" else f"{part}_gain_{variant}"
            print(
                f"{part:5} {variant:10} average precision {np.mean(means):.4f}"
                f" ({' '.join(f'{mean:.4f}' for mean in means)}), gain {better.mean:+.4f}"
                f" ({better.low:+.4f} to {better.high:+.4f})"
            )
            if variant != "raw":
                found |= {name: better.mean, f"{name}_low": better.low, f"{name}_high": better.high}
            found[f"{part}_precision_{variant}"] = float(np.mean(means))
    return found


def _about(experiment: Experiment) -> None:
    head = experiment.head
    luck = [training.chance(experiment.classes, names) for names in (experiment.tail, head)]
    print(
        f"training: {len(experiment.images)} pictures learned from, {len(experiment.held)} held out,"
        f" {len(experiment.tail)} tail classes (chance {luck[0]:.4f}), {len(head)} head ({luck[1]:.4f})"
    )


def _extend(runs: Runs, more: Runs) -> None:
    for variant, ones in more.items():
        runs.setdefault(variant, []).extend(ones)


def _by_key(figures: Sequence[Figures]) -> dict[str, list[float]]:
    return {name: [one.get(name, float("nan")) for one in figures] for name in figures[0]}


def _table(title: str, rows: Mapping[str, Sequence[float]]) -> None:
    print(f"\n{title}")
    for name, values in rows.items():
        print(f"  {name:32} {np.mean(values):10.4f}   " + " ".join(f"{value:.4f}" for value in values))


class _timed:
    """Prints how long a part took."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        print(f"{self.what}: {time.perf_counter() - self.start:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one small marketplace, a minute or two")
    parser.add_argument("--seeds", type=int, default=3, help="marketplaces, and runs of training on fashion")
    parser.add_argument("--first", type=int, default=0, help="the first seed; 0 to 2 were used to choose")
    args = parser.parse_args()
    torch.set_num_threads(1)  # small layers: more threads only wait for each other
    shape = Shape.of(args.quick, args.seeds, args.first)
    figures = marketplaces(shape)
    if (folder := data_dir()) is None:
        print("no real packs here: set SACCADE_DATA to their folder")
    else:
        figures |= packs(folder, shape, train=not args.quick)
    emit({name: round(value, 6) if np.isfinite(value) else None for name, value in figures.items()})


if __name__ == "__main__":
    main()
