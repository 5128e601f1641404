"""What is learned: tasks, each with its labels, kind, loss, weight and order of pictures.

    Task.parse("base_colour")                 # a label of items: one class each, proxy softmax
    Task.parse("item:retrieval")              # the item itself
    Task.parse("look=style:multi:sigmoid@0.5")  # a name of its own, several classes each, half the weight

Decided: a short text says what most tasks need; the rest has names in a file (`config`). The label is what a
selection and an evaluation call it too: `item`, `category`, an attribute of items, a task that was imported
into the table `tasks`, or `labels` for the weak labels of `saccade label`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any, Literal, get_args

from saccade.errors import InputError

Kind = Literal["single", "multi", "retrieval", "distil"]
Order = Literal["shuffle", "balanced", "labels"]
WEAK = "labels"
LOSSES = ("proxy", "softmax", "sigmoid", "multi-similarity", "triplet", "cosine", "relational")
PAIRS = ("multi-similarity", "triplet")
DEFAULT_LOSS: Mapping[str, str] = {
    "single": "proxy", "multi": "proxy", "retrieval": "proxy", "distil": "cosine",
}  # fmt: skip
_TEXT = re.compile(
    r"(?:(?P<name>[\w.-]+)=)?(?P<label>[^:@=]+)(?::(?P<kind>[\w-]+))?(?::(?P<loss>[\w-]+))?(?:@(?P<weight>.+))?"
)


@dataclass(frozen=True)
class Task:
    """One thing to learn.

    name: of the task, a letter first. label: see the module; the name by default. kind: single (one class
    a picture), multi (several), retrieval (the class is an identity, thrown away afterwards), distil (a
    teacher's vector). loss: one of `LOSSES`; proxy softmax by default, cosine for distil. weight: of its
    loss. order: shuffle (every picture once an epoch), balanced (`images_per_class` of each drawn class)
    or labels (the balanced epochs of weak labels); by default as label and loss want it. sampled: classes
    that take part in a step beside those present; 0 is all of them. map: label → class; labels outside it
    are masked and counted, empty keeps every label. least: pictures that a class needs to take part.
    temperature, smoothing: of the losses that have them; a temperature of 0 is the run's. teacher: the
    model of a distil task.
    """

    name: str
    label: str = ""
    kind: Kind = "single"
    loss: str = ""
    weight: float = 1.0
    order: Order | Literal[""] = ""
    images_per_class: int = 4
    sampled: int = 0
    map: Mapping[str, str] = field(default_factory=dict[str, str])
    least: int = 1
    temperature: float = 0.0
    smoothing: float = 0.0
    teacher: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z][\w-]*", self.name):
            raise InputError(f"a task's name is a letter, then letters, digits, _ or -, found {self.name!r}")
        object.__setattr__(self, "label", self.label or self.name)
        self._known("kind", self.kind, get_args(Kind))
        object.__setattr__(self, "loss", self.loss or DEFAULT_LOSS[self.kind])
        self._known("loss", self.loss, LOSSES)
        object.__setattr__(self, "order", self.order or self._usual_order())
        self._known("order", self.order, get_args(Order))
        if self.weight <= 0 or self.least < 1 or self.sampled < 0 or self.images_per_class < 1:
            raise InputError(
                f"task {self.name}: weight is above 0, least and images_per_class from 1, sampled from 0"
            )

    @classmethod
    def parse(cls, text: str) -> Task:
        """From `[name=]label[:kind[:loss]][@weight]`."""
        found = _TEXT.fullmatch(text.strip())
        if found is None:
            raise InputError(f"a task is [name=]label[:kind[:loss]][@weight], found {text!r}")
        parts = found.groupdict()
        label = parts["label"].strip()
        kind = parts["kind"] or ("retrieval" if label == "item" else "multi" if label == WEAK else "single")
        return cls(
            parts["name"] or re.sub(r"[^\w-]", "_", label), label, kind,  # type: ignore[arg-type]
            parts["loss"] or "", _weight(parts["weight"], text),
        )  # fmt: skip

    @classmethod
    def from_mapping(cls, name: str, values: Mapping[str, Any]) -> Task:
        """From a table of a config file; an unknown key names the nearest right one."""
        known = [one.name for one in fields(cls) if one.name != "name"]
        for key in values:
            if key not in known:
                raise InputError(f"task {name}: {nearest(key, known)}")
        try:
            return cls(name, **values)
        except TypeError as error:
            raise InputError(f"task {name}: {error}") from error

    @property
    def pairs(self) -> bool:
        """Whether the loss compares pictures of a batch with one another."""
        return self.loss in PAIRS

    def _usual_order(self) -> Order:
        return "labels" if self.label == WEAK else "balanced" if self.pairs else "shuffle"

    def _known(self, what: str, found: str, known: tuple[str, ...]) -> None:
        if found not in known:
            raise InputError(f"task {self.name}: {nearest(found, known, what)}")


def nearest(found: str, known: tuple[str, ...] | list[str], what: str = "key") -> str:
    """One line on a wrong word: the nearest right one, or all of them."""
    close = get_close_matches(found, known, 1, 0.5)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
    return f"unknown {what} {found!r}; {hint}"


def _weight(text: str | None, whole: str) -> float:
    try:
        return 1.0 if text is None else float(text)
    except ValueError as error:
        raise InputError(f"expected a number behind @ in the task {whole!r}, found {text!r}") from error
