"""The folder of a detector: `config.json` beside `model.onnx`, and the one line for each way it can be wrong.

Decided: a folder says everything that changes its boxes (decoder, size, categories, thresholds), so two
folders with the same answer have the same `detector_id`. Networks trained by saccade have folders of kind
"detector", which `saccade.models.detector` reads; here only their kind is told apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from saccade.errors import InputError, NotFoundError
from saccade.models.identity import model_id
from saccade.workspace.storage import replace_file

CONFIG, GRAPH = "config.json", "model.onnx"
KIND_TORCH, KIND_ONNX = "detector", "onnx-detector"
FORMAT = 1
_FREE = ("name", "licence", "source")  # what does not change the boxes
Decoder = Literal["yolox", "fastestdet"]
SIZES: dict[str, int] = {"yolox": 416, "fastestdet": 352}


@dataclass(frozen=True)
class OnnxConfig:
    """What `config.json` of an ONNX detector says.

    size: side of the square that the graph takes, in pixels. threshold: scores below it are dropped at once.
    nms: intersection over union above which a box of the same category is dropped. most: boxes a picture.
    """

    name: str
    decoder: Decoder
    size: int
    categories: tuple[str, ...]
    threshold: float = 0.01
    nms: float = 0.65
    most: int = 100
    licence: str = "unknown"
    source: str = "unknown"

    def __post_init__(self) -> None:
        _require(self.decoder in get_args(Decoder), "decoder", ", ".join(get_args(Decoder)), self.decoder)
        _require(self.size >= 32 and self.size % 32 == 0, "size", "a multiple of 32", self.size)
        _require(bool(self.categories), "categories", "one name or more", "none")
        _require(0 <= self.threshold < 1, "threshold", "a score in 0..1", self.threshold)
        _require(0 < self.nms <= 1, "nms", "an overlap in 0..1", self.nms)
        _require(self.most >= 1, "most", "a positive number", self.most)

    def detector_id(self, graph: Path) -> str:
        """Readable name and a hash of the graph and of all settings that change its boxes."""
        values = {key: value for key, value in asdict(self).items() if key not in _FREE}
        digest = hashlib.blake2b(graph.read_bytes(), digest_size=16).hexdigest()
        return model_id(self.name, {}, {"graph": digest, **values})

    def to_json(self) -> bytes:
        return (json.dumps({"format": FORMAT, "kind": KIND_ONNX, **asdict(self)}, indent=2) + "\n").encode()


def _require(good: bool, name: str, expected: str, found: object) -> None:
    if not good:
        raise InputError(f"a detector's {name} is {expected}, found {found!r}: correct its {CONFIG}")


def kind_of(folder: Path) -> str:
    """ "detector" or "onnx-detector"; NotFoundError or InputError for a folder of anything else."""
    kind = _values(folder).get("kind")
    if kind not in (KIND_TORCH, KIND_ONNX):
        raise InputError(
            f"{folder} is no detector: expected kind {KIND_TORCH} or {KIND_ONNX}, found {kind!r}"
        )
    return str(kind)


def read_onnx_config(folder: Path) -> OnnxConfig:
    """`config.json` of an ONNX detector, checked; NotFoundError where the graph is missing."""
    values = _values(folder)
    known = set(OnnxConfig.__dataclass_fields__)
    unknown = sorted(values.keys() - known - {"format", "kind"})
    lacking = [name for name in ("name", "decoder", "size", "categories") if name not in values]
    if unknown or lacking or values.get("format") != FORMAT:
        wrong = [f"unknown {name}" for name in unknown] + [f"missing {name}" for name in lacking]
        found = ", ".join(wrong) or "another format"
        raise InputError(f"{folder / CONFIG}: expected format {FORMAT} of {KIND_ONNX}, found {found}")
    if not (folder / GRAPH).is_file():
        raise NotFoundError(f"{folder / GRAPH} is missing: it is no whole detector folder")
    return _config(folder, {name: value for name, value in values.items() if name in known})


def _config(folder: Path, values: Mapping[str, object]) -> OnnxConfig:
    try:
        categories = tuple(str(name) for name in cast("Sequence[object]", values["categories"]))
        return OnnxConfig(**{**values, "categories": categories})  # type: ignore[arg-type]
    except TypeError as error:
        raise InputError(f"{folder / CONFIG}: a value has the wrong type ({error})") from None


def write_onnx(graph: bytes, config: OnnxConfig, folder: Path) -> Path:
    """Write the folder of an ONNX detector, `config.json` last; returns the folder."""
    replace_file(folder / GRAPH, graph)
    replace_file(folder / CONFIG, config.to_json())
    return folder


def _values(folder: Path) -> dict[str, object]:
    path = folder / CONFIG
    try:
        values = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError(f"no {CONFIG} in {folder}: it is no detector folder") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not JSON: {error}") from None
    if not isinstance(values, dict):
        raise InputError(f"{path}: expected a JSON object, found a {type(values).__name__}")
    return cast("dict[str, object]", values)
