"""`saccade convert`: a kept model as an ONNX or OpenVINO folder, with what the change costs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from saccade.cli.common import FLAT, Common, needs, parse
from saccade.workspace import Workspace


@dataclass(frozen=True)
class Convert:
    """Write a model for ONNX Runtime or OpenVINO, and compare it with torch on the catalogue's pictures."""

    folder: str
    """Where to write it."""
    model: str | None = None
    """Id of a kept model, or a model folder; may be left out when the workspace keeps one only."""
    format: Literal["onnx", "openvino"] = "openvino"
    """Of the graph."""
    precision: Literal["fp32", "fp16", "int8"] = "fp32"
    """Of the weights; int8 is calibrated on pictures of the catalogue. ONNX is fp32."""
    seed: int = 0
    """Of the choice of pictures."""


def main(argv: list[str]) -> None:
    one, common = parse(_options, "convert", argv, Convert.__doc__ or "")
    needs("openvino", "torch", "openvino" if one.format == "openvino" else "onnx")
    from saccade.pipeline.convert import convert

    made = convert(
        Workspace(common.workspace), one.model, Path(one.folder), one.format, one.precision, one.seed
    )
    nearest = "" if made.same_nearest is None else f", nearest neighbour kept for {made.same_nearest:.1%}"
    print(
        f"convert: {made.model_id} to {made.path}, {made.bytes / 1e6:.1f} MB; on {made.pictures} pictures: "
        f"mean cosine {made.mean_cosine:.5f}{nearest}, {made.speed_ratio:.1f} × torch's speed"
    )


def _options(one: Annotated[Convert, FLAT], common: Annotated[Common, FLAT]) -> tuple[Convert, Common]:
    return one, common
