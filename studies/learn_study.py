"""What the commands of the learning studies share: flags, the cache, the shops, the last line.

Decided: the defaults are the CPU's size; a GPU's is the same command with other flags, such as

    python studies/pretraining.py --products 200000 --drawn 256 --side 224 --cnn resnet50 \\
        --vit vit_base_patch16_224 --steps 40000 --batch 1024 --workers 16 --jobs 1

Everything that is computed is kept in the cache folder, cell by cell; delete it to begin again.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from common import data_dir, emit  # pyright: ignore[reportMissingImports]
from learn_market import Opened, Shop, open_shop

from saccade.metrics import Interval

CNN = "test_resnet"
VIT = "vit_tiny_patch16_224:patch_size=8,embed_dim=96,depth=4,num_heads=3"
"""The networks of the CPU's size: 0.4 and 0.5 million weights."""


def arguments(doc: str | None, **defaults: object) -> argparse.ArgumentParser:
    """The flags that every study has; defaults: those that differ from the usual ones."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small form, a minute or so")
    parser.add_argument("--write", action="store_true", help="write the page and the plot into docs/studies")
    parser.add_argument("--seeds", type=int, default=3, help="marketplaces and trainings")
    parser.add_argument("--first", type=int, default=10, help="the first seed; 0 to 9 were used to choose")
    parser.add_argument("--products", type=int, default=3000)
    parser.add_argument("--drawn", type=int, default=64, help="pixels of a picture's side")
    parser.add_argument("--side", type=int, default=48, help="pixels that the network sees")
    parser.add_argument("--dim", type=int, default=128, help="width of the embedding")
    parser.add_argument("--cnn", default=CNN, help="a timm name, : and settings")
    parser.add_argument("--vit", default=VIT, help="the same for the transformer")
    parser.add_argument("--steps", type=int, default=250, help="of the longest training of a cell")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=4e-3, help="peak, of the CNN")
    parser.add_argument("--vit-lr", type=float, default=1.5e-3, help="peak, of the transformer")
    parser.add_argument("--jobs", type=int, default=2, help="cells at once, each a process with one thread")
    parser.add_argument("--workers", type=int, default=0, help="processes of a cell that read pictures")
    parser.add_argument("--device", choices=("auto", "cpu"), default="auto")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "saccade" / "studies")
    parser.set_defaults(**defaults)
    return parser


def parsed(parser: argparse.ArgumentParser, **quick: object) -> argparse.Namespace:
    """The flags; quick: what `--quick` sets where the command line says nothing else."""
    args = parser.parse_args()
    if args.quick:
        usual = {name: parser.get_default(name) for name in quick}
        for name, value in quick.items():
            if getattr(args, name) == usual[name]:
                setattr(args, name, value)
    if args.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import torch

    if args.jobs == 1 and not torch.cuda.is_available():
        torch.set_num_threads(1)
    return args


def seeds_of(args: argparse.Namespace) -> range:
    """The seeds of a run."""
    return range(args.first, args.first + args.seeds)


def drawn(shops: Iterable[Shop], args: argparse.Namespace) -> None:
    """Draw what is not there yet, before cells share it."""
    for shop in dict.fromkeys(shops):
        open_shop(shop, args.cache / "shops", args.jobs)


def shop_of(shop: Shop, scratch: Path) -> Opened:
    """The shop of a cell, which lies beside the studies' folders in the cache."""
    return open_shop(shop, scratch.parents[1] / "shops")


def packs_folder() -> Path | None:
    """The folder of real packs, where there is one."""
    return data_dir()


def command(name: str) -> str:
    """As it was called, without where the cache lies."""
    words, kept = sys.argv[1:], list[str]()
    while words:
        word = words.pop(0)
        if word == "--cache":
            words = words[1:]
        elif not word.startswith("--cache="):
            kept.append(word)
    return " ".join(["python", f"studies/{name}.py", *kept])


def last_line(figures: Mapping[str, float | Interval | None]) -> None:
    """The JSON line: intervals as `<name>`, `<name>_low` and `<name>_high`."""
    out: dict[str, float | int | None] = {}
    for name, value in figures.items():
        if isinstance(value, Interval):
            out |= {name: value.mean, f"{name}_low": value.low, f"{name}_high": value.high}
        else:
            out[name] = value
    emit({name: round(x, 6) if x is not None and np.isfinite(x) else None for name, x in out.items()})
