"""An embedder as OpenVINO's files: float32, float16 weights, or int8 by post-training quantisation.

Decided: float16 halves the file and is computed in float32. int8 is nncf's quantisation of weights and
activations with ranges seen on calibration pictures; a transformer gets the scheme that nncf keeps for them,
and the embedding head stays in float. What int8 costs is measured (`parity.py`), not promised.

OpenVINO and nncf report their use over the network unless the package `openvino_telemetry` is absent. saccade
reports nothing to anyone, so it is hidden before the import.
"""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # importing it now raises ImportError
import openvino as ov  # noqa: E402

from saccade.errors import InputError  # noqa: E402

if TYPE_CHECKING:
    from torch import Tensor, nn

Floats = NDArray[np.float32]
INPUT, OUTPUT = "pixels", "vectors"
BACKBONE = "__module.backbone."  # in the names that the converter gives to the operations of a module
CALIBRATION = 300  # pictures that nncf looks at


def traced(module: nn.Module, example: Tensor, shape: tuple[int, ...]) -> ov.Model:
    """A torch module as an OpenVINO model, quietly.

    Args:
        module: takes and gives one tensor; in eval mode on the CPU.
        example: what it is traced with.
        shape: of the input, -1 for a dynamic axis.
    """
    import torch

    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing turns sizes into constants: they are the model's own
        return ov.convert_model(module, example_input=example, input=[ov.PartialShape(list(shape))])


def convert(embedder: nn.Module, size: tuple[int, int]) -> ov.Model:
    """pixels float32 [N, 3, H, W] to vectors float32 [N, D], the batch dynamic."""
    import torch

    model = traced(embedder, torch.zeros(2, 3, *size), (-1, 3, *size))
    model.input(0).set_names({INPUT})
    model.output(0).set_names({OUTPUT})
    return model


def quantise(model: ov.Model, batches: Iterable[Floats], *, transformer: bool) -> ov.Model:
    """int8 weights and activations in the backbone; head and normalisation stay in float.

    Args:
        model: from `convert`.
        batches: preprocessed calibration pictures, float32 [N, 3, H, W]; the first `CALIBRATION` count.
        transformer: the network has attention.

    Raises InputError without a picture or without nncf.
    """
    pictures = [picture[None] for batch in batches for picture in batch][:CALIBRATION]
    if not pictures:
        raise InputError("int8 needs calibration pictures: give some preprocessed batches")
    with quiet():
        try:
            import nncf
        except ImportError as error:
            raise InputError("int8 needs the package nncf: install it, or take fp16") from error
        kind = nncf.ModelType.TRANSFORMER if transformer else None
        outside = nncf.IgnoredScope(names=_outside(model), validate=False)
        data = nncf.Dataset(pictures)
        return nncf.quantize(model, data, model_type=kind, subset_size=len(pictures), ignored_scope=outside)


def _outside(model: ov.Model) -> list[str]:
    """Names of the operations after the backbone: pooling of tokens, the head, the unit length."""
    found: list[str] = []
    waiting = list(model.get_results())
    while waiting:
        node = waiting.pop()
        inside = BACKBONE in node.friendly_name or "Convolution" in node.get_type_name()
        if inside or node.get_type_name() == "Constant":
            continue
        found.append(node.friendly_name)
        waiting += [port.get_source_output().get_node() for port in node.inputs()]
    return found


@contextmanager
def quiet() -> Iterator[None]:
    """Without log lines, warnings and progress bars of nncf and what it imports."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def save(model: ov.Model, path: Path, *, half: bool) -> None:
    """Write `path` (`.xml`) and the weights beside it (`.bin`)."""
    ov.save_model(model, path, compress_to_fp16=half)


class OpenVinoNet:
    """A written model on the CPU, in float32 where it is not int8.

    Left to itself, a processor with bfloat16 takes it: a fifth quicker, but one picture in nine changed its
    nearest neighbour (MobileNetV2, 125 photographs).
    """

    def __init__(self, path: Path) -> None:
        settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        self.compiled = ov.Core().compile_model(path, "CPU", settings)

    def __call__(self, batch_N3HW: Floats) -> Floats:
        """float32 [N, 3, H, W] to float32 [N, D]."""
        return np.array(self.compiled([batch_N3HW])[0], np.float32)
