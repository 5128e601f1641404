"""One search by a part of a photograph over 100,000 items: the whole path, with a detector and without.

    p95_ms_with_detector   wall milliseconds of a tap on an uploaded photograph: decode, detect, embed,
                           search, arrange, chips, hydrate. Wanted: at most 500
    p95_ms_without         the same by a box, no detector. Wanted: at most 150
    detector_speedup       milliseconds of the detector in torch / of its OpenVINO graph. Wanted: 2

Photographs are 640-pixel JPEGs, the retrieval model is a MobileNetV2 with random weights and the detector
a ViT-FRCNN on a ViT-Ti at 320 pixels (`--architecture ssd` for the fast one), as costly as trained ones.
Every picture has eight phrases and a colour, so that chips and swatches are work. Every step's share is
printed. Run: `.venv/bin/python benchmarks/discovery.py [--quick] [--architecture ssd]`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
from common import emit
from service_shop import PICTURES, Shop, make

from saccade.detection.detector import Detector, open_detector
from saccade.discovery.engine import Engine
from saccade.discovery.flashlight import Flashlight, FlashlightAnswer, FlashlightQuery
from saccade.discovery.looks_memory import MemoryLooks
from saccade.discovery.looks_picture import Asked
from saccade.discovery.shelf import MemoryShelf
from saccade.models.detector import DetectorConfig, export_detector, make_detector, save_detector
from saccade.vision.boxes import Box
from saccade.vision.colour import salient_colours
from saccade.vision.decode import decode
from saccade.vision.letterbox import letterbox

SIZE, PHRASES, EACH = 320, 500, 8
CNN = "mobilenetv3_large_100"
TRUNK = {"vit-frcnn": "vit_tiny_patch16_224", "faster-rcnn": CNN, "ssd": CNN}
LEAN = {"neck_width": 128, "box_width": 256, "proposals": 100}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the items, under two minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--architecture", choices=tuple(TRUNK), default="vit-frcnn")
    args = parser.parse_args()
    items, rounds = (10_000, 40) if args.quick else (100_000, 200)
    with tempfile.TemporaryDirectory() as folder:
        shop = make(Path(folder) / "ws", items, args.seed, quick=args.quick)
        look(shop, args.seed)
        emit(measured(shop, Path(folder), args.architecture, rounds))


def look(shop: Shop, seed: int) -> None:
    """Phrases and colours of every picture."""
    random, images = np.random.default_rng(seed), [shop.image(row) for row in range(shop.items)]
    phrases = [f"{number:032x}" for number in range(PHRASES)]
    shop.ws.table("phrases").append(
        pa.table({"phrase_id": phrases, "phrase": [f"phrase {n}" for n in range(PHRASES)]})
    )
    said = np.sort(random.permuted(np.tile(np.arange(PHRASES), (shop.items, 1)), axis=1)[:, :EACH], axis=1)
    shop.ws.table("annotations").append(pa.table({
        "image_id": np.repeat(images, EACH), "phrase_id": [phrases[n] for n in said.ravel()],
        "score": np.full(said.size, 0.9, np.float32),
    }))  # fmt: skip
    palettes = [salient_colours(np.full((8, 8, 3), random.integers(0, 256, 3), np.uint8)) for _ in range(64)]
    chosen = [palettes[row] for row in random.integers(0, 64, shop.items)]
    shop.ws.table("colours").append(pa.table({
        "id": images, "image_id": images, "lab": [p.lab.ravel().tolist() for p in chosen],
        "shares": [p.shares.tolist() for p in chosen], "names": [list(p.names) for p in chosen],
        "status": ["ok"] * shop.items,
    }))  # fmt: skip
    for name in ("annotations", "colours"):
        shop.ws.table(name).optimize()


def measured(shop: Shop, folder: Path, architecture: str, rounds: int) -> dict[str, float | int | None]:
    """All figures; the two kinds of search in turns."""
    eager, graph = detectors(shop, folder / "detector", architecture)
    engine = Engine(shop.ws, shelf=MemoryShelf(shop.ws))
    flashlight = Flashlight(engine, MemoryLooks(shop.ws), graph)
    part = Box(0.2, 0.2, 0.5, 0.5)
    asked: dict[str, Callable[[Asked], FlashlightQuery]] = {
        "with": lambda one: FlashlightQuery(one, tap=(0.5, 0.5)),
        "without": lambda one: FlashlightQuery(one, box=part, dots=False),
    }
    wall: dict[str, list[float]] = defaultdict(list)
    steps: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in asked}
    for number in range(-5, rounds):
        for name, query in asked.items():
            start = time.perf_counter()
            answer = flashlight.search(query(Asked(image=shop.pictures[number % PICTURES])))
            if number >= 0:
                wall[name].append(1000 * (time.perf_counter() - start))
                _note(steps[name], answer)
    for name, found in steps.items():
        _print(name, wall[name], found)
    return {
        "p95_ms_with_detector": round(float(np.percentile(wall["with"], 95)), 1),
        "p95_ms_without": round(float(np.percentile(wall["without"], 95)), 1),
        "detector_speedup": round(speedup(shop, eager, graph, max(5, rounds // 10)), 2),
    }


def detectors(shop: Shop, folder: Path, architecture: str) -> tuple[Detector, Detector]:
    """The same detector in torch and as an OpenVINO graph."""
    options = {} if architecture == "ssd" else LEAN
    config = DetectorConfig(
        architecture, tuple(f"thing {n}" for n in range(20)), SIZE, backbone=TRUNK[architecture],  # type: ignore[arg-type]
        options=options, most=30,
    )  # fmt: skip
    made = make_detector(config)
    save_detector(made, folder)
    seen = [decode(one).rgb for one in shop.pictures[:4]]
    check = [
        made.config.preprocess.normalise(letterbox(rgb, SIZE)[0][None])[0] for rgb in seen if rgb is not None
    ]
    export_detector(made, folder, check=check)
    return open_detector(folder, runner="torch"), open_detector(folder, runner="openvino")


def speedup(shop: Shop, eager: Detector, graph: Detector, rounds: int) -> float:
    """Medians of both in turns."""
    pictures = [rgb for one in shop.pictures[:8] if (rgb := decode(one).rgb) is not None]

    def spent(detector: Detector, number: int) -> float:
        start = time.perf_counter()
        detector.detect([pictures[number % len(pictures)]])
        return time.perf_counter() - start

    times: dict[str, Callable[[int], float]] = {
        "torch": lambda number: spent(eager, number), "openvino": lambda number: spent(graph, number),
    }  # fmt: skip
    rows = [{name: run(number) for name, run in times.items()} for number in range(-2, rounds)][2:]
    found = {name: median(row[name] for row in rows) for name in times}
    print(", ".join(f"{name} {1000 * value:.1f} ms" for name, value in found.items()), "a picture")
    return found["torch"] / found["openvino"]


def _note(steps: dict[str, list[float]], answer: FlashlightAnswer) -> None:
    for name, seconds in answer.seconds.items():
        steps[name].append(1000 * seconds)


def _print(name: str, wall: list[float], steps: Mapping[str, list[float]]) -> None:
    parts = ", ".join(f"{step} {median(values):.1f}" for step, values in steps.items())
    print(f"{name} detector: median {median(wall):.1f} ms ({parts})")


if __name__ == "__main__":
    main()
