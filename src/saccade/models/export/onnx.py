"""An embedder as an ONNX file: pixels float32 [N, 3, H, W], normalised, to vectors float32 [N, D].

Decided: torch's exporter by tracing. It takes about a second for a ViT, needs no further package and keeps
the batch dynamic. Opset 17 has all that these networks use (LayerNormalization came with it), and every
ONNX Runtime since 1.12 reads it.
Not here: lower precision. ONNX Runtime gains nothing from half precision on a CPU, and int8 is OpenVINO's.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from saccade.errors import InputError

if TYPE_CHECKING:
    from torch import nn

Floats = NDArray[np.float32]
OPSET = 17
INPUT, OUTPUT = "pixels", "vectors"


def write_onnx(embedder: nn.Module, size: tuple[int, int], path: Path) -> None:
    """Write the graph with its weights into one file.

    Args:
        embedder: [N, 3, H, W] to [N, D], in eval mode on the CPU.
        size: height and width in pixels; fixed in the graph, the batch is not.
        path: ends in `.onnx`.

    Raises InputError when a layer has no ONNX form.
    """
    import torch

    batch = {0: "batch"}
    try:
        with torch.inference_mode(), _quiet():
            torch.onnx.export(
                embedder, (torch.zeros(2, 3, *size),), str(path), dynamo=False, opset_version=OPSET,
                input_names=[INPUT], output_names=[OUTPUT], dynamic_axes={INPUT: batch, OUTPUT: batch},
            )  # fmt: skip
    except (torch.onnx.errors.OnnxExporterError, RuntimeError, TypeError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(f"this network has no ONNX form ({reason}): export it for openvino") from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of tracing: sizes become constants, which are the model's own."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


class OnnxNet:
    """A written file under ONNX Runtime on the CPU. InputError when ONNX Runtime is not installed."""

    def __init__(self, path: Path) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise InputError("checking an ONNX file needs onnxruntime: install it") from error
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def __call__(self, batch_N3HW: Floats) -> Floats:
        """float32 [N, 3, H, W] to float32 [N, D]."""
        return cast(Floats, self.session.run(None, {INPUT: batch_N3HW})[0])
