"""Lens on bad photos: does blending beat the best single source?

    python studies/lens.py                # three marketplaces, about five minutes on one core
    python studies/lens.py --quick        # one small marketplace, under a minute

For each seed a marketplace is drawn, fingerprinted and labelled as the demo does (`lens_market`), and asked
with shoppers' photos that are worse than ordinary. Printed: mean_p@20 of each source, of the fixed blend, and
of a blend learned from clicks on the photos of other products; a click is made on what is relevant in nine
cases of ten, and on what is not in one of twenty. The gain is paired by photo and has a 95% bootstrap
interval. The blend lets its results vote for their category; `best_agreed` is the best single source with the
same vote, and `over_agreed` what blending adds to that.

The last line: `blend`, `best_source` (its mean), `gain`, `gain_low`, `gain_high`, each source by name,
`best_agreed`, `over_agreed`, `over_agreed_low`, `learned`, `learned_gain_low`, `ceiling` (of mean_p@20),
`photos`, `seeds`.

Seeds 100 and 101 chose every constant of `saccade.discovery.lens` and are refused. Seeds 0 to 2 were looked
at while the blend had no vote, so the defaults begin at 3.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from common import emit  # pyright: ignore[reportMissingImports]
from lens_market import catalogue, market, photos

from saccade.discovery.engine import Engine
from saccade.discovery.lens.learned import LearnedBlend, Pair, learn
from saccade.discovery.lens.lens import Lens
from saccade.discovery.lens.shapes import LensQuery
from saccade.discovery.shelf import MemoryShelf
from saccade.errors import InputError
from saccade.evaluation.lens import AGREED, BLEND, LEARNED, LensPhoto, LensScores, measure_lens

METRIC = "mean_p@20"
CHOSEN_ON = (100, 101)
CLICKED, SLIPPED = 0.9, 0.05
SHOWN = 20


def main() -> None:
    args = arguments()
    parts: list[LensScores] = []
    ceilings: list[float] = []
    for seed in args.seeds:
        found, ceiling = of_seed(seed, args.products, args.photos, args.taught)
        parts.append(found)
        ceilings.append(ceiling)
        print(f"seed {seed}: " + ", ".join(f"{name} {mean:.4f}" for name, mean in found.means.items()))
    emit(figures(parts, ceilings))


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The flags; `InputError` for the seeds that chose the constants."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one seed, 250 products, 80 photos")
    parser.add_argument("--seeds", type=int, nargs="+", default=[3, 4, 5])
    parser.add_argument("--products", type=int, default=600)
    parser.add_argument("--photos", type=int, default=300, help="that are measured, of each seed")
    parser.add_argument("--taught", type=int, default=100, help="photos whose clicks teach the learned blend")
    args = parser.parse_args(given)
    if args.quick:
        args.seeds, args.products, args.photos, args.taught = args.seeds[:1], 250, 80, 40
    if set(args.seeds) & set(CHOSEN_ON):
        raise InputError(f"seeds {CHOSEN_ON} chose the constants of lens: take others")
    return args


def of_seed(seed: int, products: int, asked: int, taught: int) -> tuple[LensScores, float]:
    """The scores of one marketplace, and the mean of the best possible precision at 20."""
    bazaar = market(seed, products)
    with tempfile.TemporaryDirectory() as folder:
        ws = catalogue(bazaar, Path(folder))
        lens = Lens.open(Engine(ws, shelf=MemoryShelf(ws)))
        learned = taught_blend(lens, list(photos(bazaar, range(asked, asked + taught))), seed)
        mine = list(photos(bazaar, range(asked)))
        found = measure_lens(lens, mine, METRIC, learned)
        lens.close()
    return found, float(np.mean([min(len(photo.relevant), SHOWN) / SHOWN for photo in mine]))


def taught_blend(lens: Lens, taught: Sequence[LensPhoto], seed: int) -> LearnedBlend | None:
    """A blend learned from simulated clicks on the first `SHOWN` results; None where they are too few."""
    dice, known = np.random.default_rng(seed), {photo.photo_id: photo for photo in taught}
    pairs: list[Pair] = []
    for photo in taught:
        shown = lens.ask(LensQuery(photo.data, k=SHOWN)).results
        items = [row.result.item_id for row in shown if row.result.item_id is not None]
        clicked = dice.random(len(items)) < [CLICKED if i in photo.relevant else SLIPPED for i in items]
        pairs += [Pair(photo.photo_id, i, bool(c)) for i, c in zip(items, clicked, strict=True)]
    try:
        return learn(lens, pairs, photo=lambda name: known[name].data)
    except InputError as error:
        print(f"no learned blend: {error}")
        return None


def figures(parts: Sequence[LensScores], ceilings: Sequence[float]) -> dict[str, float | int | None]:
    """What the last line says, over all seeds."""
    lines = [name for name in parts[0].values if all(name in part.values for part in parts)]
    found = LensScores.pooled([LensScores(p.metric, {n: p.values[n] for n in lines}) for p in parts])
    gain = found.gain.difference
    told: dict[str, float | int | None] = {
        "blend": found.means[BLEND], "best_source": found.means[found.best], "gain": gain.mean,
        "gain_low": gain.low, "gain_high": gain.high, **{name: found.means[name] for name in found.sources},
    }  # fmt: skip
    agreed = max((name for name in found.values if name.endswith(AGREED)), key=lambda n: found.means[n])
    over = found.against(agreed).difference
    told |= {"best_agreed": found.means[agreed], "over_agreed": over.mean, "over_agreed_low": over.low}
    if LEARNED in found.values:
        learned = found.against(found.best, LEARNED).difference
        told |= {"learned": found.means[LEARNED], "learned_gain_low": learned.low}
    rounded = {name: None if value is None else round(float(value), 6) for name, value in told.items()}
    return {**rounded, "ceiling": round(float(np.mean(ceilings)), 6), "seeds": len(parts),
            "photos": len(found.values[BLEND])}  # fmt: skip


if __name__ == "__main__":
    main()
