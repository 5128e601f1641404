"""How fast one core draws the marketplace, and whether other processes draw the same.

    python benchmarks/bazaar.py [--quick]

`pictures_per_second_core` is pictures over processor seconds of one thread, three seller views and two camera
photos a product, from nothing to pixels (files are not counted). `identical_across_processes` is 1 when the
files that one process writes equal, byte for byte, those that two others write.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import cv2
from common import emit, parse_args

from saccade.bazaar.bazaar import Bazaar


def speed(market: Bazaar) -> tuple[float, float]:
    """(seller pictures, camera photos) per processor second of this thread, without the first product."""
    market.picture(0, 0), market.photo(0, 0)  # compiling is not drawing
    seconds = [0.0, 0.0]
    for index in range(1, market.products):
        start = time.thread_time()
        for view in range(market.views):
            market.picture(index, view)
        middle = time.thread_time()
        for number in range(market.photos):
            market.photo(index, number)
        seconds[0] += middle - start
        seconds[1] += time.thread_time() - middle
    made = market.products - 1
    return made * market.views / seconds[0], made * market.photos / seconds[1]


def files(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, by its relative path."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def identical(market: Bazaar) -> bool:
    """Whether one process and two others write the same files."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        market.write(one, workers=1)
        market.write(two, workers=2)
        return files(Path(one)) == files(Path(two))


def main() -> None:
    """Measure, print, emit."""
    args = parse_args(__doc__ or "")
    cv2.setNumThreads(1)
    market = Bazaar(args.seed, products=120 if args.quick else 600)
    views, photos = speed(market)
    both = (market.views + market.photos) / (market.views / views + market.photos / photos)
    same = identical(Bazaar(args.seed, products=24 if args.quick else 120))
    rates = f"seller pictures {views:.0f}/s, camera photos {photos:.0f}/s, as a mix {both:.0f}/s"
    sys.stdout.write(f"{market.size} px on one core: {rates}\n")
    emit({"pictures_per_second_core": round(both, 1), "identical_across_processes": int(same)})


if __name__ == "__main__":
    main()
