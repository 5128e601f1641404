"""Runs a model on the CPU with OpenVINO, converted once and kept as files.

Decided: OpenVINO and not ONNX Runtime, by measurement (docs/decisions). One stream a core and an
asynchronous queue a little longer than the streams, so that no core waits for Python. The batch is fixed
when the graph is compiled. The converted graph has float32 weights; bfloat16 is chosen at compile time,
so both precisions share one file. A converted model is read without torch.

`models.export.openvino` imports OpenVINO for us, with its reports over the network switched off.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from saccade.errors import NotFoundError
from saccade.fingerprints.runners.base import Pixels, Runner, Vectors
from saccade.models.export.openvino import ov, traced
from saccade.vision.preprocess import Preprocess
from saccade.workspace.storage import storage_errors

if TYPE_CHECKING:
    from torch import nn

T = TypeVar("T")
Precision = Literal["f32", "bf16"]

GRAPH_FORMAT = 1  # of what `convert` makes; raise it when the graph changes
_SPARE_REQUESTS = 2  # beyond one a stream


def graph_path(cache: Path, model_id: str) -> Path:
    """Where the converted graph of a model lies under `cache`."""
    return cache / "openvino" / f"{model_id}.v{GRAPH_FORMAT}" / "model.xml"


def convert(embedder: nn.Module, preprocess: Preprocess, model_id: str, cache: Path) -> Path:
    """Convert an embedder with its normalisation to OpenVINO's files, unless they are there.

    Written beside their place and moved there in one step, so a killed conversion leaves nothing that
    could be taken for a model. Returns the path of the graph.
    """
    target = graph_path(cache, model_id)
    if target.is_file():
        return target
    with storage_errors(str(target)):
        target.parent.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{target.parent.name}.", dir=target.parent.parent))
    try:
        with storage_errors(str(target)):
            ov.save_model(_converted(embedder, preprocess), partial / target.name, compress_to_fp16=False)
        _move(partial, target.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def _move(partial: Path, folder: Path) -> None:
    try:
        os.rename(partial, folder)
    except OSError:
        if not folder.is_dir():  # someone else was quicker: theirs is the same
            raise


def _converted(embedder: nn.Module, preprocess: Preprocess) -> ov.Model:
    import torch

    from saccade.fingerprints.runners.torch import Normalised

    height, width = preprocess.size
    example = torch.zeros(2, height, width, 3, dtype=torch.uint8)
    module = Normalised(embedder.to("cpu"), preprocess).eval()
    return traced(module, example, (-1, height, width, 3))


class OpenVinoRunner(Runner):
    """Runs a converted graph. `threads` is the number of cores to use, None for all.

    Raises `NotFoundError` when the graph was not converted yet.
    """

    def __init__(
        self, graph: Path, model_id: str, preprocess: Preprocess, batch_size: int = 16, *,
        precision: Precision = "bf16", threads: int | None = None,
    ) -> None:  # fmt: skip
        if not graph.is_file():
            raise NotFoundError(f"no converted model at {graph}: convert it first")
        core = ov.Core()
        model = core.read_model(graph)
        dim = int(model.output(0).get_partial_shape()[1].get_length())
        super().__init__(f"openvino-{precision}", model_id, dim, preprocess, batch_size)
        model.reshape([batch_size, *preprocess.size, 3])
        self.compiled = core.compile_model(model, "CPU", _settings(precision, threads))
        self.streams = int(self.compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        # for single calls, from any thread; a stream has its own
        self.free: SimpleQueue[Any] = SimpleQueue()
        for request in self._requests(self.streams):
            self.free.put(request)

    def _requests(self, count: int) -> list[Any]:
        return [self.compiled.create_infer_request() for _ in range(count)]

    def _forward(self, pixels: Pixels) -> Vectors:
        request = self.free.get()
        try:
            request.infer([pixels], share_inputs=True)
            return _output(request)
        finally:
            self.free.put(request)

    def stream(self, batches: Iterable[tuple[T, Pixels]]) -> Iterator[tuple[T, Vectors]]:
        """As `Runner.stream`; one batch a core computes while the next ones are made."""
        free, busy = self._requests(self.streams + _SPARE_REQUESTS), deque[tuple[T, Any]]()
        try:
            for tag, pixels in batches:
                if not free:
                    yield _finished(busy, free)
                request = free.pop()
                request.start_async([pixels], share_inputs=True)
                busy.append((tag, request))
            while busy:
                yield _finished(busy, free)
        finally:
            for _, request in busy:
                request.wait()


def _finished(busy: deque[tuple[T, Any]], free: list[Any]) -> tuple[T, Vectors]:
    tag, request = busy.popleft()
    request.wait()
    vectors = _output(request)
    free.append(request)
    return tag, vectors


def _output(request: Any) -> Vectors:
    return np.array(request.get_output_tensor(0).data, np.float32)


def _settings(precision: Precision, threads: int | None) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "PERFORMANCE_HINT": "THROUGHPUT",
        "INFERENCE_PRECISION_HINT": precision,
        # readers share the cores with the streams, so the system may move a stream to the idle core
        "ENABLE_CPU_PINNING": False,
    }
    if threads is not None:
        settings |= {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": threads}
    return settings
