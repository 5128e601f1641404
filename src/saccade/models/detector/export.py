"""A detector as OpenVINO's files, with what the change costs.

Decided: what is learnt goes into graphs without control flow (`graphs.py`), what chooses among boxes is NumPy
(`runtime.py`). int8 quantises the trunk, the neck and the heads of the first graph; corners and scores stay
in float. What an export costs is measured on given pictures, not promised.
Not here: ONNX, and Faster R-CNN over a pyramid, which is a baseline.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from saccade.errors import InputError
from saccade.models.detector import graphs
from saccade.models.detector.detector import Detector
from saccade.models.detector.runtime import EMBED, JUDGE, LOOK, SETTINGS, Arrays, Floats, OpenVinoGraph
from saccade.vision.boxes import iou
from saccade.workspace.storage import storage_errors

if TYPE_CHECKING:
    import openvino as ov

Precision = Literal["fp32", "fp16", "int8"]
FOLDER, REPORT = "openvino", "export.json"  # inside a detector's folder; beside the graph
CALIBRATION = 300  # pictures that nncf looks at
OVERLAP, SCORE = 0.9, 0.05  # within which a box of the graph is the box of torch
_LEARNT = (
    ".embedder.", ".neck.", ".fpn.", ".blocks.", ".rpn.head.", ".box_head.", ".box_predictor.", ".fcos.head.",
)  # fmt: skip
Boxes = NDArray[np.float32]


@dataclass(frozen=True)
class DetectorExport:
    """What was written and what it costs.

    detector_id: of the network that was exported. bytes: of the graph and its weights. pictures: compared.
    boxes: that torch found in them. same: share of those for which the graph has one of the same label that
    overlaps by 0.9 or more and whose score differs by less than 0.05. speed_ratio: torch's time for a
    picture over the graph's on this machine, by turns, with their own default threads; the median.
    """

    path: str
    detector_id: str
    precision: Precision
    bytes: int
    pictures: int
    boxes: int
    same: float
    speed_ratio: float


def export_detector(
    detector: Detector,
    folder: str | Path,
    precision: Precision = "fp32",
    *,
    check: Iterable[Floats],
    calibration: Iterable[Floats] = (),
) -> DetectorExport:
    """Write `folder/openvino` and compare it with torch.

    Args:
        detector: on the CPU; its thresholds go into the graph.
        folder: of the detector, or another; an earlier export in it is replaced.
        precision: fp16 halves the file and computes in float32; int8 needs `calibration`.
        check, calibration: normalised pictures float32 [3, size, size], in a letterbox.

    Returns:
        The report, which is also `export.json` beside the graph. InputError without pictures or without nncf,
        StorageError when it cannot be written.
    """
    place, pictures = Path(folder) / FOLDER, _checked(check, detector.size)
    detector.eval()
    found = convert(detector)
    if precision == "int8":
        found[LOOK] = quantise(found[LOOK], _checked(calibration, detector.size)[:CALIBRATION])
    with storage_errors(str(place)):
        place.mkdir(parents=True, exist_ok=True)
        (place / REPORT).unlink(missing_ok=True)
        for name, graph in found.items():
            _save(graph, place / name, half=precision == "fp16")
        (place / SETTINGS).write_text(json.dumps(asdict(graphs.settings(detector)), indent=2) + "\n")
        report = _measured(detector, place, precision, pictures)
        (place / REPORT).write_text(json.dumps({**asdict(report), "path": "."}, indent=2) + "\n")
    return report


def convert(detector: Detector) -> dict[str, ov.Model]:
    """The graphs of `graphs.py` by the name of their file; the number of regions and boxes is free."""
    size = detector.size
    first = graphs.look(detector)
    picture = torch.zeros(1, 3, size, size)
    with torch.inference_mode():
        seen = cast("tuple[Tensor, ...]", first(picture))
    boxes = torch.tensor([[0.0, 0.0, size / 2, size / 3], [size / 4, size / 4, size, size]])
    found = {LOOK: _traced(first, (picture,))}
    if (module := graphs.judge(detector)) is not None:
        found[JUDGE] = _traced(module, (seen[1], boxes))
    if (module := graphs.embed(detector)) is not None:
        found[EMBED] = _traced(module, (seen[0], boxes))
    return found


def _traced(module: nn.Module, examples: tuple[Tensor, ...]) -> ov.Model:
    from saccade.models.export.openvino import ov

    free = [[-1, 4] if example.ndim == 2 else list(example.shape) for example in examples]
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing turns sizes into constants: they are the model's own
        shapes = [ov.PartialShape(shape) for shape in free]
        return ov.convert_model(module.eval(), example_input=examples, input=shapes)


def quantise(graph: ov.Model, pictures: Sequence[Floats]) -> ov.Model:
    """int8 weights and activations of the layers that were learnt. InputError without pictures or nncf."""
    from saccade.models.export.openvino import quiet

    with quiet():
        try:
            import nncf
        except ImportError as error:
            raise InputError("int8 needs the package nncf: install it, or take fp16") from error
        free = [op.friendly_name for op in graph.get_ops() if not _is_learnt(op.friendly_name)]
        return nncf.quantize(
            graph, nncf.Dataset(list(pictures)), model_type=nncf.ModelType.TRANSFORMER,
            subset_size=len(pictures), ignored_scope=nncf.IgnoredScope(names=free, validate=False),
        )  # fmt: skip


def _is_learnt(name: str) -> bool:
    return any(part in name for part in _LEARNT)


def _save(graph: ov.Model, path: Path, *, half: bool) -> None:
    from saccade.models.export.openvino import save

    save(graph, path, half=half)


def _checked(pictures: Iterable[Floats], size: int) -> list[Floats]:
    found = [np.ascontiguousarray(picture, np.float32)[None] for picture in pictures]
    wrong = [list(one.shape[1:]) for one in found if one.shape[1:] != (3, size, size)]
    if wrong or not found:
        raise InputError(f"export takes pictures [3, {size}, {size}], found {wrong[:1] or 'none'}: give some")
    return found


def _measured(
    detector: Detector, place: Path, precision: Precision, pictures: Sequence[Floats]
) -> DetectorExport:
    """Run both by turns; the first picture warms up."""
    runs: tuple[Callable[[Floats], Arrays], ...] = (_torch(detector), OpenVinoGraph(place))
    for run in runs:
        run(pictures[0])
    ratios, pairs = [], []
    for picture in pictures:
        ticks, found = [time.perf_counter()], []
        for run in runs:
            found.append(run(picture))
            ticks.append(time.perf_counter())
        ratios.append((ticks[1] - ticks[0]) / (ticks[2] - ticks[1]))
        pairs.append(_agree(found[0], found[1]))
    hits = np.concatenate(pairs)
    return DetectorExport(
        path=str(place),
        detector_id=detector.identity(),
        precision=precision,
        bytes=sum(file.stat().st_size for file in place.iterdir()),
        pictures=len(pictures),
        boxes=len(hits),
        same=float(hits.mean()) if len(hits) else 1.0,
        speed_ratio=float(np.median(ratios)),
    )


def _torch(detector: Detector) -> Callable[[Floats], Arrays]:
    def run(picture_13HW: Floats) -> Arrays:
        with torch.inference_mode():
            (found,) = detector(torch.from_numpy(picture_13HW))
        return {name: tensor.numpy() for name, tensor in found.items()}

    return run


def _agree(reference: Arrays, other: Arrays) -> NDArray[np.bool_]:
    """Of each box of the reference: does the other have it?"""
    overlaps = iou(_xywh(reference["boxes"]), _xywh(other["boxes"]))
    label = reference["labels"][:, None] == other["labels"][None]
    near = np.isclose(np.asarray(reference["scores"])[:, None], np.asarray(other["scores"])[None], 0, SCORE)
    return ((overlaps >= OVERLAP) & label & near).any(axis=1)


def _xywh(corners: NDArray[np.generic]) -> Boxes:
    low, high = np.asarray(corners[:, :2], np.float32), np.asarray(corners[:, 2:], np.float32)
    return np.concatenate([low, high - low], axis=1)
