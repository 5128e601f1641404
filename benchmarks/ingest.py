"""How fast pictures are decoded, and how well near-duplicates are found.

Decoding: our safe decode against plain Pillow and OpenCV on the same photographs, in turns, one thread.
Duplicates: photographs of five collections. Each picked photograph gets one altered copy (re-encoded,
resized, or cropped); every other photograph of its half is there to be mistaken for it. The threshold is
chosen on one half and the figures are of the other. A pair counts as right when both come from one
photograph, or from two files that are pixel for pixel the same but for compression. Crops: 5% a side, and
5% in all (2.5% a side), both about the middle; crops off the middle are printed apart and not counted.

Run: `.venv/bin/python benchmarks/ingest.py [--quick]`. Expected: ratios ≥ 1, recall ≥ 0.95, precision ≥ 0.99.
"""

from __future__ import annotations

import importlib
import io
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from common import data_dir, emit, parse_args
from numpy.typing import NDArray
from PIL import Image

from saccade.catalog.duplicates import find_duplicates
from saccade.catalog.duplicates_distance import THRESHOLD, distance
from saccade.vision.decode import decode
from saccade.vision.hashing import HASH_BYTES, SIGN_BYTES, WINDOWS, perceptual_hash

COLLECTIONS = ("imagenet-sample", "coco", "clothing", "grocery", "fashion")
THRESHOLDS = (6, 8, 10, 12, 14, 16, 18, 20, 24)
# Mean difference in grey levels, at 96 × 96, below which two files show one photograph.
SAME_PIXELS = 2.0

Rgb = NDArray[np.uint8]


def main() -> None:
    args = parse_args(__doc__ or "")
    cv2.setNumThreads(1)
    figures: dict[str, float | int | None] = {}
    folder = data_dir()
    if folder is None:
        sys.stdout.write("no real photographs here: set SACCADE_DATA to their folder\n")
        keys = ("decode_ratio_to_pillow", "decode_ratio_to_opencv", "dedup_recall", "dedup_precision")
        figures |= dict.fromkeys(keys)
    else:
        figures |= decoding(folder, args.quick)
        figures |= duplicates(folder, args.quick, args.seed)
    figures["memory_ratio_at_10x"] = memory(args.quick)
    figures["dedup_time_ratio_at_10x"] = growth(20_000 if args.quick else 100_000, args.seed)
    emit(figures)


def decoding(folder: Path, quick: bool) -> dict[str, float | int | None]:
    """Photographs a second, best of several turns each."""
    files = [path.read_bytes() for path in _files(folder, "imagenet-sample")[: 150 if quick else 500]]
    ways = {"saccade": lambda data: decode(data).rgb, "pillow": _pillow, "opencv": _opencv}
    best = _race(ways, files, turns=5 if quick else 9)
    for name, seconds in best.items():
        sys.stdout.write(f"decode {len(files)} photographs: {name} {len(files) / seconds:.0f} a second\n")
    large = [_enlarged(data) for data in files[:8]]
    drafts = {"saccade": lambda data: decode(data, draft=448).rgb, "pillow": _pillow_draft, "opencv": _opencv}
    slow = _race(drafts, large, turns=3)
    sys.stdout.write(
        f"decode {len(large)} of 12 megapixels for 448 px: "
        f"{slow['pillow'] / slow['saccade']:.2f} of Pillow's draft, "
        f"{slow['opencv'] / slow['saccade']:.2f} of OpenCV in full\n"
    )
    return {
        "decode_ratio_to_pillow": round(best["pillow"] / best["saccade"], 3),
        "decode_ratio_to_opencv": round(best["opencv"] / best["saccade"], 3),
    }


def _race(ways: dict[str, Callable[[bytes], object]], files: list[bytes], turns: int) -> dict[str, float]:
    """The least seconds that each way took for all files, the ways taking turns."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(turns):
        for name, way in ways.items():
            start = time.perf_counter()
            for data in files:
                way(data)
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def _pillow(data: bytes) -> Rgb:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def _pillow_draft(data: bytes) -> Rgb:
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", (448, 448))
    return np.asarray(image.convert("RGB"))


def _opencv(data: bytes) -> Rgb:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))


def _enlarged(data: bytes) -> bytes:
    image = Image.fromarray(_pillow(data)).resize((4000, 3000))
    return _jpeg(np.asarray(image), 90)


@dataclass(frozen=True)
class Half:
    """Half of the photographs and the altered copies of some.

    Of each row its hash, the row of its photograph, and what was done to it; of each photograph a thumbnail.
    """

    hashes: NDArray[np.uint8]
    source: NDArray[np.int64]
    kind: NDArray[np.str_]
    thumbs: NDArray[np.int16]


def duplicates(folder: Path, quick: bool, seed: int) -> dict[str, float | int | None]:
    """Recall and precision of pairs, the threshold chosen on one half and reported on the other."""
    rng = np.random.default_rng(seed)
    names = {one: _files(folder, one) for one in COLLECTIONS}
    picked = [path for paths in names.values() for path in _sample(paths, 300 if quick else None, rng)]
    halves = [_half([path for path in picked if _side(path) == side], rng) for side in (0, 1)]
    chosen = max(THRESHOLDS, key=lambda threshold: sum(_scores(halves[0], threshold)))
    sys.stdout.write(
        f"duplicates among {sum(len(h.hashes) for h in halves)} pictures; threshold: tuned {chosen}, "
    )
    sys.stdout.write(f"library {THRESHOLD}\n")
    for threshold in sorted({chosen, THRESHOLD}):
        recall, precision = _scores(halves[1], threshold)
        sys.stdout.write(
            f"  held out, threshold {threshold}: recall {recall:.4f} precision {precision:.4f}\n"
        )
    _by_kind(halves[1], THRESHOLD)
    recall, precision = _scores(halves[1], THRESHOLD)
    return {"dedup_recall": round(recall, 4), "dedup_precision": round(precision, 4)}


def _scores(half: Half, threshold: int) -> tuple[float, float]:
    """Share of copies that are paired with their original, and share of found pairs that are right."""
    counted = np.flatnonzero(~np.char.startswith(half.kind, "off"))
    pairs = find_duplicates(half.hashes[counted], threshold)
    i, j = counted[pairs.i], counted[pairs.j]
    own = half.source[i] == half.source[j]
    copies = int((half.kind[counted] != "original").sum())
    alike = (
        np.abs(half.thumbs[half.source[i]] - half.thumbs[half.source[j]]).mean(axis=(1, 2, 3)) < SAME_PIXELS
    )
    found = _found(half, counted, threshold)
    return found / max(copies, 1), float((own | alike).mean()) if len(pairs) else 1.0


def _found(half: Half, counted: NDArray[np.int64], threshold: int) -> int:
    """Copies in one group of pairs with their original: equal hashes are paired with the first row only."""
    from saccade.catalog.duplicates import groups

    stands = groups(len(counted), find_duplicates(half.hashes[counted], threshold))
    place = np.full(len(half.hashes), -1)
    place[counted] = np.arange(len(counted))
    copies = counted[half.kind[counted] != "original"]
    return int((stands[place[copies]] == stands[place[half.source[copies]]]).sum())


def _by_kind(half: Half, threshold: int) -> None:
    for kind in np.unique(half.kind[half.kind != "original"]):
        rows = np.flatnonzero(half.kind == kind)
        near = distance(half.hashes[rows], half.hashes[half.source[rows]]) <= threshold
        note = " (not in the figures)" if kind.startswith("off") else ""
        sys.stdout.write(f"  {kind}: {near.mean():.3f} of {len(rows)} within the threshold{note}\n")


def _half(paths: list[Path], rng: np.random.Generator) -> Half:
    """Hashes of originals, then of one altered copy of every third."""
    pictures = [picture for path in paths if (picture := decode(path.read_bytes()).rgb) is not None]
    copied = np.flatnonzero(np.arange(len(pictures)) % 3 == 0)
    kinds = rng.choice(list(ALTERATIONS), len(copied))
    copies = [ALTERATIONS[kind](pictures[row]) for kind, row in zip(kinds, copied, strict=True)]
    hashes = [np.frombuffer(perceptual_hash(rgb), np.uint8) for rgb in (*pictures, *copies)]
    source = np.concatenate([np.arange(len(pictures)), copied])
    kind = np.array(["original"] * len(pictures) + list(kinds))
    thumbs = np.stack([cv2.resize(rgb, (96, 96), interpolation=cv2.INTER_AREA) for rgb in pictures]).astype(
        np.int16
    )
    return Half(np.stack(hashes), source, kind, thumbs)


def _jpeg(rgb: Rgb, quality: int) -> bytes:
    return cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _saved(rgb: Rgb, quality: int = 85) -> Rgb:
    return _pillow(_jpeg(rgb, quality))


def _resized(rgb: Rgb, factor: float) -> Rgb:
    size = round(rgb.shape[1] * factor), round(rgb.shape[0] * factor)
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BICUBIC))


def _cropped(rgb: Rgb, left: float, top: float, right: float, bottom: float) -> Rgb:
    height, width = rgb.shape[:2]
    return rgb[
        round(top * height) : height - round(bottom * height),
        round(left * width) : width - round(right * width),
    ]


def _webp(rgb: Rgb) -> Rgb:
    data = cv2.imencode(".webp", rgb[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 60])[1].tobytes()
    return _pillow(data)


ALTERATIONS: dict[str, Callable[[Rgb], Rgb]] = {
    "jpeg quality 75": lambda rgb: _saved(rgb, 75),
    "jpeg quality 40": lambda rgb: _saved(rgb, 40),
    "webp quality 60": _webp,
    "resized to 50%": lambda rgb: _saved(_resized(rgb, 0.5)),
    "resized to 150%": lambda rgb: _saved(_resized(rgb, 1.5)),
    "cropped 5% a side": lambda rgb: _saved(_cropped(rgb, 0.05, 0.05, 0.05, 0.05)),
    "cropped 5% in all": lambda rgb: _saved(_cropped(rgb, 0.025, 0.025, 0.025, 0.025)),
    "cropped 1% to 5% a side": lambda rgb: _saved(_cropped(rgb, *[0.01 + rgb[0, 0].sum() % 41 / 1000] * 4)),
    "all three": lambda rgb: _saved(_resized(_cropped(rgb, 0.05, 0.05, 0.05, 0.05), 0.7), 60),
    "off the middle: 5% of one side": lambda rgb: _saved(_cropped(rgb, 0.05, 0, 0, 0)),
    "off the middle: 5% at a corner": lambda rgb: _saved(_cropped(rgb, 0.05, 0, 0, 0.05)),
}


def _files(folder: Path, collection: str) -> list[Path]:
    return sorted((folder / collection).rglob("*.jpg"))


def _sample(paths: list[Path], most: int | None, rng: np.random.Generator) -> list[Path]:
    if most is None or len(paths) <= most:
        return paths
    # A run of neighbours, so that bursts of one shelf stay together.
    start = int(rng.integers(0, len(paths) - most))
    return paths[start : start + most]


def _side(path: Path) -> int:
    """Which half: by blocks of the sorted names, so that bursts and groups are not torn apart."""
    return sum(path.stem[:-2].encode()) % 2


def memory(quick: bool) -> float | None:
    """Peak memory of an ingest of ten times the rows, measured by its own module when it is there."""
    try:
        module = importlib.import_module("ingest_memory")
    except ModuleNotFoundError:
        return None
    return float(module.memory_ratio(quick))


def growth(rows: int, seed: int) -> float:
    """Seconds for ten times as many hashes, as a ratio; linear growth is 10."""
    rng = np.random.default_rng(seed)
    small, large = _hashes(rows, rng), _hashes(10 * rows, rng)
    find_duplicates(_hashes(1000, rng))
    seconds = [min(_seconds(some) for _ in range(turns)) for some, turns in ((small, 3), (large, 1))]
    sys.stdout.write(f"duplicates: {rows} hashes {seconds[0]:.2f} s, {10 * rows} hashes {seconds[1]:.2f} s\n")
    return round(seconds[1] / seconds[0], 2)


def _seconds(hashes: NDArray[np.uint8]) -> float:
    """Of the processor, not of the clock: the search runs on one core, and others may use the machine."""
    start = time.process_time()
    find_duplicates(hashes)
    return time.process_time() - start


def _hashes(rows: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Made-up hashes with the trouble of real ones: 200 shared templates, and one copy in twenty."""
    templates = rng.integers(0, 256, (200, 1, SIGN_BYTES), dtype=np.uint8)
    noise = rng.integers(0, 256, (3, rows, SIGN_BYTES), dtype=np.uint8)
    hashes = np.empty((rows, len(WINDOWS), HASH_BYTES // len(WINDOWS)), np.uint8)
    # One sign in four differs from the template, the same in every window.
    hashes[:, :, :SIGN_BYTES] = templates[rng.integers(0, 200, rows)] ^ (noise[0] & noise[1])[:, None]
    hashes[:, :, SIGN_BYTES:] = 128
    copies = rng.choice(rows, rows // 20, replace=False)
    hashes[copies] = hashes[rng.integers(0, rows, len(copies))]
    hashes[copies, :, 0] ^= np.uint8(0b101)
    return hashes.reshape(rows, HASH_BYTES)


if __name__ == "__main__":
    main()
