"""Retrieval on the Grocery Store Dataset with three small ImageNet networks: the pipeline and the bare model.

Validation photos ask; (a) the catalogue pictures, (b) the training photos answer; relevant is the same
product. Every network is run as it is and behind the affine-free LayerNorm of the embedding head, float and
binary. The bare script below shares nothing with the pipeline but the network: Pillow, torchvision's
transforms, torch in float32, one matrix product. Keys of the last line: `hit1_a`, `hit1_b` (MobileNetV2 as
it is, through the pipeline), `bare_hit1_a`, `bare_hit1_b`, `largest_gap` (pipeline against bare, all rows).
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from common import data_dir, emit, parse_args
from PIL import Image
from torchvision.transforms import v2

from saccade.catalog.ingest import Ingest
from saccade.evaluation.stage import Evaluate
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model
from saccade.models.folder import Model, load_model, with_head
from saccade.vision.preprocess import Preprocess
from saccade.workspace import Workspace

GALLERIES = {"a": "iconic", "b": "images/train"}
TENSORFLOW: dict[str, object] = {"pad_type": "same"}  # these weights were trained with one-sided padding
METRICS = ("hit@1", "P@1", "mean_p@20", "map@20")


@dataclass(frozen=True)
class Network:
    """One file of weights and what it was trained with."""

    file: str
    architecture: str
    kwargs: dict[str, object]
    size: int

    def load(self, folder: Path) -> Model:
        half = (0.5, 0.5, 0.5)
        seen = Preprocess(size=(self.size, self.size), interpolation="bilinear", mean=half, std=half)
        name = self.file.removesuffix("_imagenet.safetensors").replace("_", "-")
        return load_model(
            folder / self.file, architecture=self.architecture, kwargs=self.kwargs, preprocess=seen, name=name
        )


NETWORKS = (
    Network("mobilenet_v2_imagenet.safetensors", "mobilenetv2_100", TENSORFLOW, 224),
    Network("mobilenet_v1_0.5_160_imagenet.safetensors", "mobilenetv1_050", TENSORFLOW, 160),
    Network("mobilenet_v1_0.25_128_imagenet.safetensors", "mobilenetv1_025", TENSORFLOW, 128),
)


def bare_vectors(model: Model, paths: list[Path]) -> np.ndarray:
    """float32 [N, dim] by plain torch and torchvision."""
    side = model.preprocess.size[0]
    steps = v2.Compose(
        [v2.Resize(int(side / 0.875)), v2.CenterCrop(side), v2.PILToTensor(), v2.ToDtype(torch.float32, True),
         v2.Normalize(model.preprocess.mean, model.preprocess.std)]
    )  # fmt: skip
    found: list[np.ndarray] = []
    for start in range(0, len(paths), 32):
        pictures = [steps(Image.open(path).convert("RGB")) for path in paths[start : start + 32]]
        with torch.inference_mode():
            found.append(model.network(torch.stack(pictures)).numpy())
    return np.concatenate(found)


def centred(vectors: np.ndarray) -> np.ndarray:
    """LayerNorm without affine, then L2, of float32 [N, dim]; its division by the deviation cancels out."""
    found = vectors - vectors.mean(1, keepdims=True)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def bare_hit(queries: np.ndarray, gallery: np.ndarray, asked: np.ndarray, there: np.ndarray) -> float:
    """Share of queries whose nearest picture shows the same product."""
    answered = np.isin(asked, there)
    best = (queries[answered] @ gallery.T).argmax(1)
    return float((there[best] == asked[answered]).mean())


def rows_of(pack: Path, name: str) -> tuple[list[Path], np.ndarray]:
    """Paths and products of one list of the pack."""
    rows = [json.loads(line) for line in (pack / f"{name}.jsonl").read_text().splitlines()]
    return [pack / row["image"] for row in rows], np.array([str(row["product_id"]) for row in rows])


def pipeline(ws: Workspace, models: list[str]) -> dict[tuple[str, str, str], dict[str, float]]:
    """(gallery, model, form) → metric → value, through fingerprints and evaluation."""
    table: dict[tuple[str, str, str], dict[str, float]] = {}
    for gallery, folder in GALLERIES.items():
        stage = Evaluate(
            label=f"grocery-{gallery}", models=tuple(models), queries="folder=images/val",
            gallery=f"folder={folder}", metrics=METRICS,
        )  # fmt: skip
        stage.run(ws)
        report = json.loads(ws.read_bytes(f"reports/evaluation/{stage.label}/metrics.json"))
        for line in report["lines"]:
            values = {name: interval["mean"] for name, interval in line["metrics"].items()}
            table[gallery, line["model"], line["vectors"]] = values
    return table


def main() -> None:
    args = parse_args(__doc__ or "")
    data = data_dir()
    if data is None:
        sys.exit("the Grocery Store Dataset is not here: set SACCADE_DATA")
    pack, networks = data / "grocery", NETWORKS[:1] if args.quick else NETWORKS
    lists = {name: rows_of(pack, name) for name in ("products", "train", "val")}
    with tempfile.TemporaryDirectory() as folder:
        ws = Workspace(Path(folder) / "ws", create=True)
        for name in lists:
            Ingest(str(pack / f"{name}.jsonl"), role="review" if name == "val" else "seller").run(ws)
        bare: dict[tuple[str, str], float] = {}
        ids: list[str] = []
        for network in networks:
            plain = network.load(data / "weights")
            features = {name: bare_vectors(plain, paths) for name, (paths, _) in lists.items()}
            for model in (plain, with_head(plain)):
                ids.append(keep_model(ws, model))
                Fingerprint(ids[-1]).run(ws)
                headed = model is not plain
                vectors = {name: centred(some) if headed else some for name, some in features.items()}
                for gallery, name in (("a", "products"), ("b", "train")):
                    bare[gallery, ids[-1]] = bare_hit(
                        vectors["val"], vectors[name], lists["val"][1], lists[name][1]
                    )
        show(pipeline(ws, ids), bare, ids)


def show(
    table: dict[tuple[str, str, str], dict[str, float]], bare: dict[tuple[str, str], float], ids: list[str]
) -> None:
    """The table as Markdown, then the line of figures."""
    print("| gallery | model | vectors |", " | ".join(METRICS), "| bare hit@1 |")
    print("|" + " --- |" * (4 + len(METRICS)))
    for (gallery, model, form), values in table.items():
        cells = " | ".join(f"{values[name]:.3f}" for name in METRICS)
        said = f"{bare[gallery, model]:.3f}" if form == "float" else ""
        print(f"| {gallery} | {model} | {form} | {cells} | {said} |")
    gaps = [abs(table[g, m, "float"]["hit@1"] - value) for (g, m), value in bare.items()]
    emit(
        {
            "hit1_a": table["a", ids[0], "float"]["hit@1"], "hit1_b": table["b", ids[0], "float"]["hit@1"],
            "bare_hit1_a": bare["a", ids[0]], "bare_hit1_b": bare["b", ids[0]], "largest_gap": max(gaps),
        }
    )  # fmt: skip


if __name__ == "__main__":
    main()
