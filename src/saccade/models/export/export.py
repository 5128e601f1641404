"""One call from a model to a folder that another runtime reads, with what the change costs.

Decided: the folder holds the graph, `preprocess.json`, `export.json` (the report) and a README with the lines
that run it. It is written beside its place and moved there whole. Nothing is promised: every export is
compared with torch on given pictures, and timed against it by turns in the same run.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from saccade.errors import InputError
from saccade.models.export.parity import Parity, compare
from saccade.models.export.readme import render
from saccade.models.folder import Model
from saccade.workspace.storage import storage_errors

if TYPE_CHECKING:
    from saccade.models.embedder import Embedder

Floats = NDArray[np.float32]
Net = Callable[[Floats], Floats]
Format = Literal["onnx", "openvino"]
Precision = Literal["fp32", "fp16", "int8"]
GRAPHS: dict[Format, str] = {"onnx": "model.onnx", "openvino": "model.xml"}
PREPROCESS, REPORT, README = "preprocess.json", "export.json", "README.md"


@dataclass(frozen=True)
class ExportReport:
    """What was written and what it costs.

    path: the folder. bytes: of the graph and its weights. pictures: that were compared. largest_difference,
    mean_cosine, same_nearest: see `parity.Parity`. speed_ratio: its pictures a second over torch's in float32
    on this machine, timed by turns batch by batch with their own default threads; the median.
    """

    path: str
    model_id: str
    format: Format
    precision: Precision
    bytes: int
    pictures: int
    largest_difference: float
    mean_cosine: float
    same_nearest: float | None
    speed_ratio: float


def export_model(
    model: Model,
    folder: str | Path,
    format: Format = "openvino",
    precision: Precision = "fp32",
    *,
    check: Iterable[Floats],
    calibration: Iterable[Floats] | None = None,
) -> ExportReport:
    """Write a model for another runtime and measure what changed.

    Args:
        model: an opened network (`folder.load_model`).
        folder: where to write; absent, empty, or an earlier export, which is replaced.
        format: "onnx" (fp32) or "openvino" (fp32, fp16 or int8).
        precision: fp16 halves the file; int8 is quantised with `calibration`.
        check: preprocessed pictures to compare and time on, float32 [N, 3, H, W].
        calibration: preprocessed pictures for int8, other than those of `check`; 300 are enough.

    Returns:
        The report, which is also `export.json`. InputError in one line for a hand-made model, a format
        without this precision, missing pictures or a folder of something else; StorageError when it cannot
        be written.
    """
    folder = Path(folder)
    _require(format, precision, calibration)
    _require_free(folder)
    batches = _checked(check, model.preprocess.size)
    with storage_errors(str(folder)):
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            net = _write(model, partial / GRAPHS[format], precision, calibration)
            size = sum(file.stat().st_size for file in partial.iterdir())
            parity, ratio = _measure(_torch(model.network), net, batches)
            report = _report(model, folder, format, precision, size, parity, ratio)
            _describe(model, report, partial)
            _replace(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return report


def _require(format: str, precision: str, calibration: object) -> None:
    if format not in get_args(Format) or precision not in get_args(Precision):
        raise InputError(
            f"export knows onnx and openvino in fp32, fp16 and int8, found {format!r} {precision!r}"
        )
    if format == "onnx" and precision != "fp32":
        raise InputError(f"onnx is exported in fp32, found {precision}: take openvino for {precision}")
    if precision == "int8" and calibration is None:
        raise InputError("int8 needs calibration pictures: give some preprocessed batches")


def _require_free(folder: Path) -> None:
    """An export may replace an export and nothing else."""
    taken = folder.is_file() or (folder.is_dir() and any(folder.iterdir()))
    if taken and not (folder / REPORT).is_file():
        raise InputError(f"{folder} holds something else than an export: name another folder")


def _checked(batches: Iterable[Floats], size: tuple[int, int]) -> list[Floats]:
    found = [np.array(batch, np.float32, order="C") for batch in batches]
    wrong = [list(batch.shape) for batch in found if batch.shape[1:] != (3, *size)]
    if wrong or not sum(len(batch) for batch in found):
        raise InputError(f"check takes batches [N, 3, {size[0]}, {size[1]}], found {wrong or 'no picture'}")
    return [batch for batch in found if len(batch)]


def _write(model: Model, graph: Path, precision: Precision, calibration: Iterable[Floats] | None) -> Net:
    """Write the graph and open it as its users will."""
    from saccade.models.export.fixed import fixed

    size = model.preprocess.size
    embedder = fixed(model.network, size)
    if graph.suffix == ".onnx":
        from saccade.models.export.onnx import OnnxNet, write_onnx

        write_onnx(embedder, size, graph)
        return OnnxNet(graph)
    from saccade.models.export import openvino

    converted = openvino.convert(embedder, size)
    if precision == "int8":
        attention = has_attention(embedder)
        converted = openvino.quantise(converted, calibration or (), transformer=attention)
    openvino.save(converted, graph, half=precision == "fp16")
    return openvino.OpenVinoNet(graph)


def has_attention(embedder: Embedder) -> bool:
    """True when some layer of the backbone is an attention over tokens."""
    kinds = {type(module).__name__.lower() for module in embedder.backbone.network.modules()}
    return any(kind.endswith(("attention", "attentionrope")) for kind in kinds)


def _torch(embedder: Embedder) -> Net:
    import torch

    def run(batch_N3HW: Floats) -> Floats:
        with torch.inference_mode():
            return embedder(torch.from_numpy(batch_N3HW)).numpy()

    return run


def _measure(reference: Net, net: Net, batches: list[Floats]) -> tuple[Parity, float]:
    """Parity over all batches, and the median of the net's speed over the reference's; the first warms up."""
    for run in (reference, net):
        run(batches[0])
    ratios: list[float] = []
    vectors: tuple[list[Floats], list[Floats]] = ([], [])
    for batch in batches:
        ticks = [time.perf_counter()]
        for run, kept in zip((reference, net), vectors, strict=True):
            kept.append(run(batch))
            ticks.append(time.perf_counter())
        ratios.append((ticks[1] - ticks[0]) / (ticks[2] - ticks[1]))
    return compare(np.concatenate(vectors[0]), np.concatenate(vectors[1])), float(np.median(ratios))


def _report(
    model: Model, folder: Path, format: Format, precision: Precision, size: int, parity: Parity, ratio: float
) -> ExportReport:
    return ExportReport(
        path=str(folder),
        model_id=model.model_id,
        format=format,
        precision=precision,
        bytes=size,
        pictures=parity.pictures,
        largest_difference=parity.largest,
        mean_cosine=parity.mean_cosine,
        same_nearest=parity.same_nearest,
        speed_ratio=ratio,
    )


def _describe(model: Model, report: ExportReport, folder: Path) -> None:
    """The files beside the graph; the report names no folder, so that the export can be moved."""
    values = asdict(replace(report, path="."))
    (folder / PREPROCESS).write_text(json.dumps(model.preprocess.to_dict(), indent=2) + "\n")
    (folder / README).write_text(render(model, values))
    (folder / REPORT).write_text(json.dumps(values, indent=2) + "\n")


def _replace(partial: Path, folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
    partial.chmod(0o755)
    partial.replace(folder)
