"""What `config.json` of a detector's folder says, and the error for each way in which it can be wrong.

Decided: the settings of an architecture are `options`, checked by name and type against the dataclass of that
architecture. Sides of anchors are shares of the picture's side, so that one config serves every size.
Not here: building (`build.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, cast, get_args

from saccade.errors import InputError, NotFoundError
from saccade.models.config import Types, check_fields
from saccade.vision.preprocess import Preprocess

FORMAT = 1
KIND = "detector"
ANY_OBJECT = ("object",)  # the categories of a detector that tells objects from background and no more
Architecture = Literal["vit-frcnn", "faster-rcnn", "ssd"]


@dataclass(frozen=True)
class TwoStageOptions:
    """Of "vit-frcnn" and "faster-rcnn".

    neck_width: channels of the maps that the heads see. residual: blocks of two 3 × 3 convolutions before the
    heads. all_blocks: concatenate the tokens of all blocks, not the last one's alone ("vit-frcnn" only).
    anchors: sides as shares of the picture's side; the default is 32..512 on 800 pixels. ratios: height over
    width. box_width: of the two layers behind each region. proposals: regions per picture that are looked at
    when detecting. sampled: regions per picture that are learnt from. positive, negative: overlap from which
    an anchor is an object, and under which it is background. proposal_nms: overlap above which the lesser of
    two proposals goes.
    """

    neck_width: int = 128
    residual: int = 1
    all_blocks: bool = False
    anchors: tuple[float, ...] = (0.04, 0.08, 0.16, 0.32, 0.64)
    ratios: tuple[float, ...] = (0.5, 1.0, 2.0)
    box_width: int = 512
    proposals: int = 200
    sampled: int = 64
    positive: float = 0.6
    negative: float = 0.3
    proposal_nms: float = 0.7


@dataclass(frozen=True)
class SingleShotOptions:
    """Of "ssd". neck_width: channels of the maps. convs: convolutions of each of the two towers."""

    neck_width: int = 96
    convs: int = 2


Options = TwoStageOptions | SingleShotOptions
OPTIONS: dict[str, type[Options]] = {
    "vit-frcnn": TwoStageOptions,
    "faster-rcnn": TwoStageOptions,
    "ssd": SingleShotOptions,
}


@dataclass(frozen=True)
class DetectorConfig:
    """Everything about a detector but its weights.

    architecture: "vit-frcnn", "faster-rcnn" or "ssd". categories: names by label; `ANY_OBJECT` for a
    class-agnostic detector. size: side in pixels of the square that pictures are fitted into. backbone,
    kwargs, pool, head_dim: of the embedder, as in `ModelConfig`; taken from the model that it starts from.
    preprocess: only its mean and std count, the geometry is `vision.letterbox`. options: see
    `TwoStageOptions` and `SingleShotOptions`. vectors: embed each box from the same pass. score_threshold,
    nms_threshold, most: what is kept of what is found; `Detector.adjust` changes them. frozen_norms: batch
    norms of the trunk keep the statistics that they came with; switch it off for an untrained trunk. name,
    licence, source: for the folder's card.

    Raises InputError for a wrong value.
    """

    architecture: Architecture
    categories: tuple[str, ...]
    size: int = 320
    backbone: str = ""
    kwargs: Mapping[str, object] = field(default_factory=dict)
    pool: str = "default"
    head_dim: int | None = None
    preprocess: Preprocess = field(default_factory=Preprocess)
    options: Mapping[str, object] = field(default_factory=dict)
    vectors: bool = False
    score_threshold: float = 0.05
    nms_threshold: float = 0.5
    most: int = 100
    frozen_norms: bool = True
    name: str = ""
    licence: str = "unknown"
    source: str = "unknown"

    def __post_init__(self) -> None:
        known, names = get_args(Architecture), self.categories
        _require(self.architecture in known, f"architecture is one of {', '.join(known)}", self.architecture)
        _require(len(names) > 0, "categories has a name or more", names)
        _require(len(set(names)) == len(names), "categories names each once", names)
        _require(self.size >= 32, "size is 32 pixels or more", self.size)
        _require(0 <= self.score_threshold <= 1, "score_threshold is in 0..1", self.score_threshold)
        _require(0 <= self.nms_threshold <= 1, "nms_threshold is in 0..1", self.nms_threshold)
        _require(self.most >= 1, "most is 1 or more", self.most)
        _checked_options(self.architecture, self.options)

    @property
    def agnostic(self) -> bool:
        """True when it tells objects from background and no more."""
        return self.categories == ANY_OBJECT

    @property
    def two_stage(self) -> TwoStageOptions:
        """The options of a detector of two stages; InputError for a single-shot one."""
        if self.architecture == "ssd":
            raise InputError("ssd has no stages: its options are `single_shot`")
        return TwoStageOptions(**_checked_options(self.architecture, self.options))

    @property
    def single_shot(self) -> SingleShotOptions:
        """The options of a single-shot detector; InputError for one of two stages."""
        if self.architecture != "ssd":
            raise InputError(f"{self.architecture} has two stages: its options are `two_stage`")
        return SingleShotOptions(**_checked_options(self.architecture, self.options))

    def identity(self) -> dict[str, object]:
        """The part that changes the output, for `identity.model_id`."""
        free = ("name", "licence", "source", "frozen_norms")
        return {key: value for key, value in self._plain().items() if key not in free}

    def write(self, path: Path) -> None:
        """As JSON, whole or not at all."""
        partial = path.with_suffix(".part")
        partial.write_text(self.to_json())
        partial.replace(path)

    def to_json(self) -> str:
        """Indented JSON with a trailing newline; InputError when a setting has no JSON form."""
        try:
            return json.dumps({"format": FORMAT, "kind": KIND, **self._plain()}, indent=2) + "\n"
        except TypeError as error:
            raise InputError(
                f"settings of detector {self.name or self.backbone!r} must be JSON values: {error}"
            ) from error

    def _plain(self) -> dict[str, object]:
        values = {**asdict(self), "kwargs": dict(self.kwargs), "options": dict(self.options)}
        return {**values, "preprocess": self.preprocess.to_dict()}


def read_detector_config(folder: str | Path) -> DetectorConfig:
    """`config.json` of a detector's folder. NotFoundError or InputError in one line."""
    path = Path(folder) / "config.json"
    try:
        values = json.loads(path.read_text())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFoundError(f"no config.json in {path.parent}: it is no detector folder") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    found = values.pop("kind", None) if isinstance(values, dict) else None
    if found != KIND:
        hint = f"found a model of kind {found!r}" if found else "found another file"
        raise InputError(f"{path}: expected the config of a detector, {hint}: name a detector's folder")
    if values.pop("format", None) != FORMAT:
        raise InputError(f"{path}: expected a detector's config of format {FORMAT}: update saccade")
    return _checked(path, cast("dict[str, object]", values))


def is_detector_folder(folder: str | Path) -> bool:
    """True when the folder's `config.json` says that it holds a detector."""
    try:
        values = json.loads((Path(folder) / "config.json").read_text())
    except (OSError, ValueError):
        return False
    return isinstance(values, dict) and values.get("kind") == KIND


def _checked(path: Path, values: dict[str, object]) -> DetectorConfig:
    types: Types = {
        "architecture": str, "categories": list, "size": int, "backbone": str, "kwargs": dict, "pool": str,
        "head_dim": (int, type(None)), "preprocess": dict, "options": dict, "vectors": bool,
        "score_threshold": (int, float), "nms_threshold": (int, float), "most": int, "frozen_norms": bool,
        "name": str, "licence": str, "source": str,
    }  # fmt: skip
    check_fields(path, values, types, ("architecture", "categories", "size", "backbone", "preprocess"))
    preprocess = Preprocess.from_dict(cast("Mapping[str, object]", values.pop("preprocess")))
    categories = tuple(str(name) for name in cast("list[object]", values.pop("categories")))
    try:
        return DetectorConfig(categories=categories, preprocess=preprocess, **cast("Any", values))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _checked_options(architecture: str, options: Mapping[str, object]) -> dict[str, Any]:
    """The options with lists as tuples; InputError for a name or a type that the architecture lacks."""
    defaults = {f.name: f.default for f in fields(OPTIONS[architecture]) if f.default is not MISSING}
    unknown = sorted(options.keys() - defaults.keys())
    _require(not unknown, f"options of {architecture} are {', '.join(defaults)}", ", ".join(unknown))
    clean: dict[str, Any] = {}
    for name, stated in options.items():
        value = tuple(cast("list[object]", stated)) if isinstance(stated, list) else stated
        expected = type(defaults[name])
        kinds = (int, float) if expected is float else expected
        good = isinstance(value, kinds) and (expected is bool or not isinstance(value, bool))
        _require(good, f"option {name} is of type {expected.__name__}", value)
        clean[name] = value
    return clean


def _require(good: bool, expected: str, found: object) -> None:
    if not good:
        raise InputError(f"detector: {expected}, found {found!r}: correct its config")
