"""The README of an exported model: what it is, what the change cost, and the lines that run it."""

from __future__ import annotations

from collections.abc import Mapping

from saccade.models.folder import Model

RUN = {
    "onnx": """import json, numpy as np, onnxruntime
from pathlib import Path
from PIL import Image
from saccade.vision.preprocess import Preprocess

prepare = Preprocess.from_dict(json.loads(Path("preprocess.json").read_text()))
pixels = prepare(np.asarray(Image.open("picture.jpg").convert("RGB")))[None]
session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
vectors = session.run(["vectors"], {"pixels": pixels})[0]
""",
    "openvino": """import json, numpy as np, openvino
from pathlib import Path
from PIL import Image
from saccade.vision.preprocess import Preprocess

prepare = Preprocess.from_dict(json.loads(Path("preprocess.json").read_text()))
pixels = prepare(np.asarray(Image.open("picture.jpg").convert("RGB")))[None]
net = openvino.Core().compile_model("model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
vectors = net({"pixels": pixels})["vectors"]
""",
}
NOTES = {
    "onnx": "",
    "openvino": "\nWithout the hint a processor may take bfloat16: quicker, and further from torch.\n",
}


def render(model: Model, report: Mapping[str, object]) -> str:
    """Markdown; `report` is an `export.ExportReport` as a dictionary."""
    form, precision = str(report["format"]), str(report["precision"])
    same = report["same_nearest"]
    kept = "not measured" if same is None else f"{float(same):.1%}"  # type: ignore[arg-type]
    return f"""# {model.config.name} for {form}, {precision}

`{model.model_id}`: pictures to vectors of {model.dim} numbers. Licence: {model.config.licence}.

`pixels` float32 [N, 3, {model.preprocess.size[0]}, {model.preprocess.size[1]}], normalised as \
`preprocess.json` says, to `vectors` float32 [N, {model.dim}] of unit length; N is free.

| against torch in float32 | {report["pictures"]} pictures |
|---|---|
| largest difference of a coordinate | {report["largest_difference"]:.2g} |
| mean cosine | {report["mean_cosine"]:.6f} |
| pictures that keep their nearest neighbour | {kept} |
| pictures a second, ratio to torch | {report["speed_ratio"]:.2f} |

Measured on the machine that exported it. Run it in this folder:

```python
{RUN[form]}```
{NOTES[form]}"""
