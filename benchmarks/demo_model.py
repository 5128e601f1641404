"""Which model should the demo use? Hand-made features, a small network trained on the spot, an untrained one.

Each is made from the seller pictures of products 0-699 of a marketplace and asked with camera photos of
products 700-1199, which it never saw; the gallery is the seller pictures of those 500. Three marketplaces
(seeds 0, 1, 2; two products in a marketplace may share a design). Keys: `handmade_hit1`, `network_hit1`,
`untrained_hit1` (means over seeds), `handmade_spread`, `network_spread` (largest minus smallest),
`cpu_ratio` (processor seconds of training over those of fitting). `--quick`: one seed, fewer of everything.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common import emit, parse_args

from saccade.bazaar import Bazaar
from saccade.fingerprints.model import resolve
from saccade.fingerprints.runners.choose import open_runner
from saccade.models.folder import load_model, save_model
from saccade.training.handmade import handmade_model
from saccade.training.quick import QuickRecipe, train_demo_model

RECIPE = QuickRecipe()


@dataclass(frozen=True)
class Shape:
    """Numbers of products to fit on and to ask for, and of training steps."""

    fitted: int
    asked: int
    steps: int
    seeds: tuple[int, ...]


def hit1(folder: Path, market: Bazaar, shape: Shape) -> float:
    """Share of photos whose nearest seller picture shows the same product."""
    model = resolve(folder)
    runner = open_runner("plain" if model.function else "torch-f32", model, folder / "cache")
    asked = range(shape.fitted, shape.fitted + shape.asked)
    gallery = runner.embed([market.picture(n, view) for n in asked for view in range(market.views)])
    photos = runner.embed([market.photo(n, k) for n in asked for k in range(market.photos)])
    owners, wanted = np.repeat(asked, market.views), np.repeat(asked, market.photos)
    return float((owners[(photos @ gallery.T).argmax(1)] == wanted).mean())


def main() -> None:
    quick = parse_args(__doc__ or "").quick
    shape = Shape(60, 60, 20, (0,)) if quick else Shape(700, 500, 1000, (0, 1, 2))
    rows: list[tuple[float, float, float]] = []
    seconds = np.zeros(2)
    for seed in shape.seeds:
        market = Bazaar(seed=seed, products=shape.fitted + shape.asked, size=160)
        groups = [(n, [market.picture(n, v) for v in range(market.views)]) for n in range(shape.fitted)]
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder)
            start = time.process_time()
            handmade_model(groups, made / "handmade", seed=seed)
            middle = time.process_time()
            train_demo_model(groups, made / "network", steps=shape.steps, seed=seed, recipe=RECIPE)
            seconds += middle - start, time.process_time() - middle
            bare = load_model(RECIPE.architecture, pretrained=False, preprocess=RECIPE.preprocess())
            save_model(bare.embedder, bare.preprocess, made / "untrained")
            found = [hit1(made / name, market, shape) for name in ("handmade", "network", "untrained")]
        rows.append((found[0], found[1], found[2]))
        print(f"seed {seed}: hand-made {found[0]:.3f}, network {found[1]:.3f}, untrained {found[2]:.3f}")
    handmade, network, untrained = np.array(rows).T
    emit(
        {
            "handmade_hit1": float(handmade.mean()), "network_hit1": float(network.mean()),
            "untrained_hit1": float(untrained.mean()), "handmade_spread": float(np.ptp(handmade)),
            "network_spread": float(np.ptp(network)), "cpu_ratio": float(seconds[1] / seconds[0]),
        }
    )  # fmt: skip


if __name__ == "__main__":
    main()
