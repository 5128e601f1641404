"""Fingerprinting against its limit (the bare forward pass) and against clip-retrieval's shape.

    ratio_to_forward        pictures a second from files to committed rows / those of the same runner on the
                            same photographs, preprocessed beforehand; the model is open in both. Wanted: 0.9
    ratio_to_loader_shape   the same / a torch DataLoader (2 processes, PIL decode, torchvision's evaluation
                            transform) that feeds the eager float32 model and writes .npy. Wanted: 1.5
    unchanged_ratio         seconds of a second run of the stage over an unchanged catalogue / of the first
    one_percent_ratio       seconds of a run after 1% of the pictures changed / of the first

The network is ViT-S/16 with random weights, which changes nothing about speed; MobileNetV2's ratio, whose
forward pass is so cheap that reading becomes the bottleneck, is printed beside it. What is compared is
measured in turns, and the medians of the rounds are divided.
"""

from __future__ import annotations

import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
from common import data_dir, emit, parse_args
from PIL import Image

from saccade.fingerprints import Fingerprint
from saccade.fingerprints.kernel import Kernel
from saccade.fingerprints.model import ModelRef, resolve
from saccade.fingerprints.reader import CHUNK, Reader
from saccade.fingerprints.runners.base import Pixels, Runner
from saccade.fingerprints.runners.choose import open_runner
from saccade.fingerprints.sources import Sources
from saccade.models.folder import load_model, save_model
from saccade.vision.identity import image_id
from saccade.workspace.stage import Clock
from saccade.workspace.workspace import Workspace

BATCH = 16
RUNNER = "openvino-bf16"


def photographs(count: int, folder: Path, seed: int) -> list[Path]:
    """Copies of real photographs, or generated pictures where there are none."""
    folder.mkdir()
    root = data_dir()
    found = (
        sorted(path for name in ("grocery", "clothing") for path in root.joinpath(name).rglob("*.jpg"))
        if root
        else []
    )
    order = np.random.default_rng(seed).permutation(len(found))[:count]
    for number in order:
        shutil.copy(found[number], folder / f"{number:06d}.jpg")
    for number in range(len(order), count):
        rough = np.random.default_rng(number).integers(0, 256, (12, 16, 3), dtype=np.uint8)
        Image.fromarray(rough).resize((400, 300), Image.Resampling.BICUBIC).save(
            folder / f"g{number:06d}.jpg"
        )
    return sorted(folder.iterdir())


def image_rows(files: list[Path]) -> pa.Table:
    ids = {image_id(path.read_bytes()): str(path) for path in files}
    return pa.table({"image_id": list(ids), "uri": list(ids.values()), "status": ["ok"] * len(ids)})


def chunk_of(rows: pa.Table) -> pa.Table:
    """Rows of `images` as the kernel takes them."""
    ids = rows.column("image_id")
    empty = [pa.nulls(len(rows), kind) for kind in (pa.int64(), *[pa.float32()] * 4)]
    return pa.table([ids, ids, rows.column("uri"), *empty], schema=CHUNK)


def preprocessed(rows: pa.Table, runner: Runner) -> list[Pixels]:
    read = Reader(Sources(), runner.preprocess, BATCH)
    chunk = chunk_of(rows)
    return [read(chunk.slice(start, BATCH)).pixels for start in range(0, len(chunk), BATCH)]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and core seconds."""
    cores = time.process_time()
    return seconds(work), time.process_time() - cores


class Pipeline:
    """Files to committed rows, and the bare forward pass, with one open runner."""

    def __init__(self, model: ModelRef, rows: pa.Table, place: Path) -> None:
        self.ws = Workspace(place, create=True)
        self.runner = open_runner(RUNNER, model, self.ws.local_dir("cache"), BATCH)
        self.table = self.ws.fingerprints(model.model_id, model.dim)
        self.rows, self.chunk = len(rows), chunk_of(rows)
        self.batches = preprocessed(rows, self.runner)

    def whole(self) -> None:
        for done in Kernel(self.runner, Sources())([self.chunk], Clock()):
            self.table.append(done)

    def forward(self) -> None:
        for _ in self.runner.stream(enumerate(self.batches)):
            pass

    def rates(self, rounds: int) -> tuple[float, float]:
        """Pictures a second: files to rows, and forward alone; medians of turns.

        The ratio of their core seconds is printed too: other work on the machine hardly moves it.
        """
        self.forward()
        turns = [(timed(self.whole), timed(self.forward)) for _ in range(rounds)]
        cores = [sum(turn[place][1] for turn in turns) for place in (0, 1)]
        say(f"{self.table.name}: core seconds of forward / of files to rows {cores[1] / cores[0]:.3f}")
        whole, forward = (self.rows / median(turn[place][0] for turn in turns) for place in (0, 1))
        return whole, forward


def loader_shape(files: list[str], model: str, cache: str, out: str) -> tuple[float, float]:
    """Pictures a second of clip-retrieval's shape: DataLoader → eager float32 model → .npy.

    The second figure is the same loader in front of saccade's runner. Both run from the start of the loader
    to the last file, in a process of its own.
    """
    import torch
    from timm.data import create_transform

    opened = load_model(model)
    ours, network = opened.preprocess, opened.network
    transform = create_transform(
        input_size=(3, *ours.size), interpolation=ours.interpolation, mean=ours.mean, std=ours.std,
        crop_pct=ours.crop_pct,
    )  # fmt: skip
    tensors = Files(files, transform)
    with torch.inference_mode():
        eager = seconds(lambda: write_shards(loaded(tensors), lambda batch: network(batch).numpy(), out))
    geometry = type(transform)(transform.transforms[:2])  # resize and crop alone: the runner normalises
    pixels = Files(files, lambda image: np.array(geometry(image)))
    runner = open_runner(RUNNER, resolve(Path(model)), Path(cache), BATCH)
    same = seconds(lambda: write_shards(loaded(pixels), lambda batch: runner(batch.numpy()), out))
    return len(files) / eager, len(files) / same


class Files:
    """A torch data set of picture files."""

    def __init__(self, files: list[str], transform: Callable[[Image.Image], object]) -> None:
        self.files, self.transform = files, transform

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, place: int) -> object:
        with Image.open(self.files[place]) as image:
            return self.transform(image.convert("RGB"))


def loaded(files: Files) -> Iterator[object]:
    from torch.utils.data import DataLoader

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Lance warns of the loader's forks, which never touch a table
        yield from DataLoader(files, batch_size=64, num_workers=2, multiprocessing_context="fork")


def write_shards(batches: Iterator[object], embed: Callable[[object], np.ndarray], out: str) -> None:
    for number, batch in enumerate(batches):
        np.save(Path(out) / f"{number:04d}.npy", embed(batch).astype(np.float16))


def loader_rates(files: list[Path], model: Path, cache: Path, out: Path) -> tuple[float, float]:
    out.mkdir()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
        names = [str(path) for path in files]
        return alone.submit(loader_shape, names, str(model), str(cache), str(out)).result()


def incremental(model: Path, files: list[Path], cache: Path, place: Path) -> tuple[float, float]:
    """Seconds of an unchanged run and of one after 1% changed, each divided by those of the first run."""
    ws = Workspace(place, create=True)
    ws.table("images").append(image_rows(files))
    shutil.copytree(cache, ws.local_dir("cache"))  # converting belongs to the model, not to a run
    stage = Fingerprint(model, runner=RUNNER)
    first = stage.run(ws)
    unchanged = stage.run(ws)
    assert unchanged.counts["decoded"] == 0
    change(ws, files[::100])
    third = stage.run(ws)
    say(f"first {first.line()}")
    say(f"unchanged: {unchanged.wall * 1000:.0f} ms; {third.counts['decoded']} changed: {third.wall:.2f} s")
    return unchanged.wall / first.wall, third.wall / first.wall


def change(ws: Workspace, files: list[Path]) -> None:
    """Mirror these pictures, and tell the catalogue."""
    ws.table("images").delete_keys(image_rows(files).column("image_id").to_pylist())
    for path in files:
        with Image.open(path) as image:
            image.convert("RGB").transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(path, quality=90)
    ws.table("images").append(image_rows(files))


def saved(name: str, place: Path) -> Path:
    opened = load_model(name, pretrained=False)
    return save_model(opened.embedder, opened.preprocess, place / name)


def compare(quick: bool, seed: int, place: Path) -> dict[str, float | int | None]:
    count, rounds, total = (128, 2, 320) if quick else (320, 5, 3000)
    files = photographs(total, place / "pictures", seed)
    folder = saved("vit_small_patch16_224", place)
    rows = image_rows(files[:count])
    small = Pipeline(resolve(saved("mobilenetv2_100", place)), rows, place / "mobile")
    whole_small, forward_small = small.rates(2 * rounds)
    report("MobileNetV2", whole_small, forward_small)
    vit = Pipeline(resolve(folder), rows, place / "vit")
    cache = vit.ws.local_dir("cache")
    turns = [vit.rates(rounds)]
    eager, same = loader_rates(files[:count], folder, cache, place / "npy")
    turns.append(vit.rates(rounds))
    whole, forward = (sum(column) / len(turns) for column in zip(*turns, strict=True))
    report("ViT-S/16", whole, forward)
    say(f"DataLoader shape: eager {eager:.1f} img/s, with our runner {same:.1f} img/s")
    unchanged, changed = incremental(folder, files, cache, place / "stage")
    return {
        "ratio_to_forward": round(whole / forward, 3),
        "ratio_to_loader_shape": round(whole / eager, 2),
        "unchanged_ratio": round(unchanged, 5),
        "one_percent_ratio": round(changed, 4),
        "ratio_to_loader_shape_same_runner": round(whole / same, 2),
        "ratio_to_forward_mobilenetv2": round(whole_small / forward_small, 3),
    }


def report(name: str, whole: float, forward: float) -> None:
    ratio = whole / forward
    say(f"{name}: files to rows {whole:.1f} img/s, forward alone {forward:.1f} img/s, ratio {ratio:.3f}")


def say(line: str) -> None:
    print(line, flush=True)


def main() -> None:
    options = parse_args((__doc__ or "").partition("\n")[0])
    with tempfile.TemporaryDirectory() as folder:
        figures = compare(options.quick, options.seed, Path(folder))
    emit(figures)


if __name__ == "__main__":
    main()
