"""What `config.json` of a model folder says, and the error for each way in which it can be wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

from saccade.errors import InputError, NotFoundError
from saccade.vision.preprocess import Preprocess

FORMAT = 1
Kind = Literal["timm", "handmade"]
Types = Mapping[str, type | tuple[type, ...]]
# A folder that somebody sent must not make its reader download or open anything else.
BARRED = {
    "pretrained",
    "weights",
    "sha256",
    "checkpoint_path",
    "cache_dir",
    "pretrained_cfg",
    "pretrained_cfg_overlay",
}


@dataclass(frozen=True)
class ModelConfig:
    """Everything about a model but its weights.

    name: readable, for `model_id` and the card. kind: "timm" (a network) or "handmade" (no learning).
    architecture, kwargs: what rebuilds it. pool: see `embedder.Pool`. head_dim: width of the embedding head,
    None for no head. dim: width of the output. licence: SPDX name or a sentence. source: of the weights.
    """

    name: str
    kind: Kind
    architecture: str
    dim: int
    preprocess: Preprocess
    kwargs: Mapping[str, object] = field(default_factory=dict)
    pool: str = "default"
    head_dim: int | None = None
    licence: str = "unknown"
    source: str = "unknown"

    def identity(self) -> dict[str, object]:
        """The part that changes the output, for `identity.model_id`."""
        values = self._plain()
        return {key: values[key] for key in values if key not in ("name", "dim", "licence", "source")}

    def write(self, path: Path) -> None:
        """As JSON, whole or not at all."""
        partial = path.with_suffix(".part")
        partial.write_text(self.to_json())
        partial.replace(path)

    def to_json(self) -> str:
        """Indented JSON with a trailing newline; InputError when a setting has no JSON form."""
        try:
            return json.dumps({"format": FORMAT, **self._plain()}, indent=2) + "\n"
        except TypeError as error:
            raise InputError(f"settings of {self.name} must be JSON values: {error}") from error

    def _plain(self) -> dict[str, object]:
        values = {**asdict(self), "kwargs": dict(self.kwargs)}
        return {**values, "preprocess": self.preprocess.to_dict()}


def read_config(path: Path) -> ModelConfig:
    """`config.json` of a model folder. NotFoundError or InputError in one line."""
    try:
        values = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise NotFoundError(f"no config.json in {path.parent}: it is no model folder") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
        raise InputError(f"{path}: expected a model config of format {FORMAT}")
    return _checked(path, cast("dict[str, object]", values))


def check_fields(path: Path, values: Mapping[str, object], types: Types, needed: Sequence[str]) -> None:
    """InputError that names what a config lacks, has too much, or has of a wrong type; or `kwargs` that would
    fetch weights.
    """
    missing = [name for name in needed if name not in values]
    unknown = sorted(values.keys() - types.keys())
    wrong = [n for n, kind in types.items() if n in values and not isinstance(values[n], kind)]
    if missing or unknown or wrong:
        found = (("missing", missing), ("unknown", unknown), ("of the wrong type", wrong))
        raise InputError(
            f"{path}: " + "; ".join(f"{what} {', '.join(names)}" for what, names in found if names)
        )
    if barred := sorted(BARRED & cast("dict[str, object]", values.get("kwargs", {})).keys()):
        raise InputError(f"{path}: kwargs may not fetch weights, found {', '.join(barred)}: remove them")


def _checked(path: Path, values: dict[str, object]) -> ModelConfig:
    types: Types = {
        "name": str, "kind": str, "architecture": str, "dim": int, "preprocess": dict, "kwargs": dict,
        "pool": str, "head_dim": (int, type(None)), "licence": str, "source": str,
    }  # fmt: skip
    check_fields(path, values, types, ("name", "kind", "architecture", "dim", "preprocess"))
    if values["kind"] not in get_args(Kind):
        raise InputError(f"{path}: kind is one of {', '.join(get_args(Kind))}, found {values['kind']!r}")
    preprocess = Preprocess.from_dict(cast("Mapping[str, object]", values.pop("preprocess")))
    return ModelConfig(preprocess=preprocess, **values)  # type: ignore[arg-type]
