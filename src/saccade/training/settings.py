"""The settings of a training run, shared by `Train` and `Pretrain`, and the file that may hold them.

Decided: the same names on the command line, in Python and in a TOML file; what the command line says beats
the file. A wrong key names the nearest right one. Tasks are short texts (`tasks.Task.parse`), or tables of
the file where they need more words:

    model = "resnet50"
    epochs = 20
    [tasks.skin_tone]
    map = { "1" = "light", "2" = "light", "10" = "dark" }
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from saccade.errors import InputError, NotFoundError
from saccade.training.tasks import Task, nearest

Augmenting = Literal["plain", "finetuning", "pretraining", "camera", "none"]
Mixing = Literal["uniform", "proportional", "temperature", "annealed"]
Shard = Literal["none", "ddp", "fsdp2"]
Tracker = Literal["tensorboard", "wandb", "mlflow"]
CACHED = "cached"
Kind = TypeVar("Kind", bound="Running")
FREE = ("workers", "every", "trackers", "named", "copy_size", "gallery", "groups")  # the model is the same


@dataclass(frozen=True)
class Running:
    """What every training run has: where it starts, what learns, how long, and with what means."""

    model: str | None = None
    """What to start from: a model that the workspace keeps, a model folder, or a timm name."""
    pretrained: bool = False
    """Download the weights that timm has for that name."""
    pictures: str = ""
    """Pictures that train, such as role=seller; empty: all but the held."""
    held: str = ""
    """Pictures that never train and are measured in the end; empty: one in ten families."""
    recipe: str = "lp-ft"
    """How to fine-tune: full, linear-probe, lp-ft, gradual, layerwise, lora, partial or cached."""
    recipe_options: dict[str, str] = field(default_factory=dict[str, str])
    """Options of the recipe, by name (probe 0.2 slower 0.05)."""
    epochs: float = 0
    """Passes over the largest task; 0: 100 with the recipe cached, else 10."""
    steps: int = 0
    """Steps instead of epochs; 0: by epochs."""
    batch: int = 64
    """Pictures of a step, over all processes."""
    lr: float = 0
    """Peak learning rate of what is new, the recipe says by how much less the trunk learns; 0: 0.005 with the
    recipe cached, else 0.001."""
    weight_decay: float = 0.05
    """Of matrices."""
    optimiser: Literal["adamw", "sgd"] = "adamw"
    """How gradients become steps."""
    clip: float = 1.0
    """Largest norm of a gradient; 0: none."""
    accumulate: int = 1
    """Parts in which a step's pictures are computed, to save memory."""
    precision: Literal["auto", "no", "bf16"] = "auto"
    """Arithmetic: bf16 halves memory; auto takes it on a GPU."""
    compile: bool = False
    """Compile the network: slower to start, faster after that."""
    checkpoint_activations: bool = False
    """Compute activations twice instead of keeping them."""
    shard: Shard = "ddp"
    """With several processes: each has the whole network (ddp) or a part of it (fsdp2)."""
    ema: float = 0.0
    """Decay of a running mean of the weights that is kept instead of the last ones; 0: none."""
    workers: int = 2
    """Processes that read and augment pictures."""
    every: float = 10.0
    """Minutes between checkpoints."""
    trackers: tuple[Tracker, ...] = ("tensorboard",)
    """Where log lines go beside log.jsonl: tensorboard, wandb, mlflow."""
    seed: int = 0
    """Of weights, order and augmentation."""
    named: str | None = None
    """Readable part of the model's id; that of the base by default."""

    def __post_init__(self) -> None:
        least = {"batch": 1, "accumulate": 1, "steps": 0, "workers": 0}
        for name, low in least.items():
            if getattr(self, name) < low:
                raise InputError(f"{name} is {low} or more, found {getattr(self, name)}")
        if min(self.epochs, self.lr) < 0 or not 0 <= self.ema < 1 or self.every <= 0:
            raise InputError("epochs and lr are 0 or more, every above 0, ema in [0, 1)")

    def digest(self, *more: object) -> str:
        """16 hex digits that change with every setting that changes the model, and with `more`."""
        said = {name: value for name, value in asdict(self).items() if name not in FREE}
        text = json.dumps([said, *map(str, more)], sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Options(Running):
    """What a run of an embedding learns, from what, how, and with what means."""

    tasks: tuple[str, ...] = ("item",)
    """What to learn: [name=]label[:kind[:loss]][@weight]; a label is item, category, an attribute, an
    imported task, or labels (the weak ones)."""
    out_of_domain: str = ""
    """More pictures that never train, of another kind; measured in the end beside the held."""
    gallery: str = ""
    """Pictures that answer when it is measured; empty: all."""
    groups: str = ""
    """Attribute or task by which the results are parted, such as skin_tone."""
    dim: int = 128
    """Width of the embedding; 0: that of the trunk."""
    size: tuple[int, ...] = ()
    """Side in pixels, the model's own by default; several are used one after the other."""
    temperature: float = 0.05
    """Divides the cosines of proxy softmax; 0.1 is often better for classes by the dozen."""
    augment: Augmenting = "finetuning"
    """What is done to pictures: plain crops and mirrors them (colour stays), finetuning changes the light
    too, camera also makes photographs of them, pretraining crops harder."""
    mixing: Mixing = "uniform"
    """Which task fills which part of a batch."""
    views: int = 1
    """Versions of each picture whose features are kept, with the recipe cached."""
    copy_size: int = 0
    """Keep a smaller copy of the pictures, this many pixels on the shorter side; 0: none."""
    details: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Tasks with more settings than a short text has, by name; they replace `tasks` of that name."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, low in {"views": 1, "dim": 0, "copy_size": 0}.items():
            if getattr(self, name) < low:
                raise InputError(f"{name} is {low} or more, found {getattr(self, name)}")
        if self.temperature <= 0:
            raise InputError(f"temperature is above 0, found {self.temperature}")
        if any(side < 8 for side in self.size):
            raise InputError(f"size is 8 pixels or more, found {self.size}")
        self.learned()

    @property
    def passes(self) -> float:
        """Epochs, those of the recipe where none are given."""
        return self.epochs or (100 if self.recipe == CACHED else 10)

    @property
    def rate(self) -> float:
        """The learning rate, that of the recipe where none is given."""
        return self.lr or (5e-3 if self.recipe == CACHED else 1e-3)

    def learned(self) -> tuple[Task, ...]:
        """The tasks."""
        texts = [Task.parse(text) for text in self.tasks]
        named = [Task.from_mapping(name, values) for name, values in self.details.items()]
        return (*(task for task in texts if task.name not in self.details), *named)


def read_config(path: Path, kind: type[Kind]) -> Kind:
    """Settings of a TOML file, checked. NotFoundError or InputError in one line."""
    from pydantic import TypeAdapter, ValidationError

    values = _parsed(path)
    known = [one.name for one in fields(kind) if one.name != "details"]
    for key in values:
        if key not in known:
            raise InputError(f"{path}: {nearest(key, known)}")
    if isinstance(values.get("tasks"), dict):
        values["details"] = values.pop("tasks")
        values["tasks"] = ()
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"{path}: {where}: {first['msg']}, found {str(first['input'])[:60]}") from error


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except (FileNotFoundError, IsADirectoryError) as error:
        raise NotFoundError(f"there is no file {path}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not TOML: {error}") from error
