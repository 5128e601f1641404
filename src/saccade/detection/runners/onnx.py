"""An ONNX detector: the graph by ONNX Runtime or OpenVINO, everything around it by `detection.decoders`.

Decided: ONNX Runtime where it is installed, else OpenVINO; both give the same boxes to a rounding error.
The published graphs take one picture at a time, so pictures go through one by one. A session may be called
from several threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from saccade.detection.decoders import DECODE, PREPARE, Floats, classes_of, upright
from saccade.detection.folder import GRAPH, OnnxConfig
from saccade.errors import InputError
from saccade.vision.detections import Detections, nms

LIBRARIES = ("onnxruntime", "openvino")


@dataclass(frozen=True)
class Graph:
    """A graph that is ready: float32 [1, 3, H, W] to its first output; `inputs`, `outputs` are the shapes."""

    run: Callable[[Floats], Floats]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


def open_graph(path: Path, library: str = "auto", threads: int | None = None) -> Graph:
    """Open an ONNX file. Raises `InputError` where no library is installed, or the file is no graph."""
    chosen = _library(library)
    opened = _with_onnxruntime if chosen == "onnxruntime" else _with_openvino
    try:
        return opened(path, threads)
    except (RuntimeError, ValueError, TypeError) as error:  # what the two raise for bytes that are no graph
        raise _not_a_graph(path, error) from None
    except Exception as error:
        if type(error).__module__.startswith("onnxruntime"):
            raise _not_a_graph(path, error) from None
        raise


def _not_a_graph(path: Path, error: Exception) -> InputError:
    text = (str(error).splitlines() or [""])[0][:200]
    return InputError(f"{path}: expected an ONNX graph with one picture of fixed size as input ({text})")


def _library(asked: str) -> str:
    there = [name for name in LIBRARIES if find_spec(name)]
    wanted = [name for name in there if asked in ("auto", name)]
    if not wanted:
        named = "onnxruntime or openvino" if asked == "auto" else asked
        raise InputError(f"an ONNX detector needs {named}: pip install onnxruntime, or 'saccade[openvino]'")
    return wanted[0]


def _with_onnxruntime(path: Path, threads: int | None) -> Graph:
    import onnxruntime as ort

    options: Any = ort.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # readers need the cores
    if threads is not None:
        options.intra_op_num_threads = threads
    session: Any = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    entry, out = session.get_inputs()[0], session.get_outputs()[0]

    def run(batch: Floats) -> Floats:
        return session.run([out.name], {entry.name: batch})[0]

    return Graph(run, _fixed(entry.shape), _fixed(out.shape))


def _with_openvino(path: Path, threads: int | None) -> Graph:
    from saccade.models.export.openvino import ov

    settings: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    if threads is not None:
        settings["INFERENCE_NUM_THREADS"] = threads
    compiled = ov.Core().compile_model(path, "CPU", settings)

    def run(batch: Floats) -> Floats:
        return np.array(compiled.create_infer_request().infer([batch])[0], np.float32)

    return Graph(run, tuple(compiled.input(0).shape), tuple(compiled.output(0).shape))


def _fixed(shape: Sequence[object]) -> tuple[int, ...]:
    sides = tuple(side for side in shape if isinstance(side, int))
    if len(sides) != len(shape):
        raise InputError(f"expected a graph of fixed shapes, found {list(shape)}: export it for one picture")
    return sides


class OnnxDetector:
    """A `Detector` over an ONNX file. `dim` is 0: such a graph gives no vectors."""

    dim = 0

    def __init__(
        self, folder: Path, config: OnnxConfig, detector_id: str, library: str = "auto",
        threads: int | None = None,
    ) -> None:  # fmt: skip
        self.detector_id, self.config = detector_id, config
        self.categories = config.categories
        self.graph = open_graph(folder / GRAPH, library, threads)
        check_graph(self.graph, config, folder / GRAPH)

    @property
    def draft(self) -> int:
        """The shortest side in pixels below which a picture should not be decoded."""
        return self.config.size

    def detect(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """As `Detector.detect`: boxes after suppression, at most `config.most`."""
        return [self._suppressed(found) for found in self.raw(pictures)]

    def raw(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Every box above `config.threshold`, not yet suppressed, best first."""
        return [self._one(rgb) for rgb in pictures]

    def with_limits(self, threshold: float | None, most: int | None) -> OnnxDetector:
        """The same detector with other limits, on the same open graph."""
        made = object.__new__(OnnxDetector)
        made.__dict__.update(self.__dict__)
        old = self.config
        made.config = replace(
            old,
            threshold=old.threshold if threshold is None else threshold,
            most=old.most if most is None else most,
        )
        return made

    def _one(self, rgb: NDArray[np.uint8]) -> Detections:
        prepared = PREPARE[self.config.decoder](rgb, self.config.size)
        output = self.graph.run(prepared.values[None])[0]
        found = DECODE[self.config.decoder](output, self.config.size, self.config.threshold)
        return upright(found, prepared, self.config.size)

    def _suppressed(self, found: Detections) -> Detections:
        kept = nms(found, self.config.nms)
        return kept.select(np.arange(min(len(kept), self.config.most)))


def check_graph(graph: Graph, config: OnnxConfig, path: Path) -> None:
    """InputError where size or number of categories are not those of the graph."""
    if graph.inputs != (1, 3, config.size, config.size):
        raise InputError(f"{path} takes {list(graph.inputs)}: expected [1, 3, {config.size}, {config.size}]")
    classes = classes_of(config.decoder, graph.outputs)
    if classes != len(config.categories):
        raise InputError(
            f"{path} has {classes} categories, found {len(config.categories)} names: give one name for each"
        )
