"""The head of a task, from the names of its kind and its loss.

    head_for("retrieval", "proxy", classes=11_318, dim=128, temperature=0.05, sampled=4096)

Decided: proxy softmax is the default of every kind with classes, as in the system that this one follows
(Zhai et al. 2019, arXiv 1908.01707, where a branch is its proxies and nothing else), and cosine of distil.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from saccade.errors import InputError
from saccade.training.losses.classification import Sigmoid, Softmax
from saccade.training.losses.head import Head
from saccade.training.losses.metric import multi_similarity, triplet
from saccade.training.losses.proxy_softmax import ProxySoftmax
from saccade.training.losses.vectors import Distil, Relations
from saccade.training.tasks import nearest


@dataclass(frozen=True)
class _Loss:
    make: Callable[..., Head]
    gives: tuple[str, ...]
    kinds: tuple[str, ...]

    @property
    def options(self) -> tuple[str, ...]:
        named = inspect.signature(self.make).parameters.values()
        plain = (one.name for one in named if one.kind is one.POSITIONAL_OR_KEYWORD)
        return tuple(name for name in plain if name not in self.gives)


_TABLE, _CLASSES = ("classes", "dim"), ("single", "multi", "retrieval")
_LOSSES: Mapping[str, _Loss] = {
    "proxy": _Loss(ProxySoftmax, _TABLE, _CLASSES),
    "softmax": _Loss(Softmax, _TABLE, _CLASSES),
    "sigmoid": _Loss(Sigmoid, _TABLE, ("single", "multi")),
    "multi-similarity": _Loss(multi_similarity, (), ("single", "retrieval")),
    "triplet": _Loss(triplet, (), ("single", "retrieval")),
    "cosine": _Loss(Distil, ("dim",), ("distil",)),
    "relational": _Loss(Relations, (), ("distil",)),
}
KINDS = (*_CLASSES, "distil")


def head_for(kind: str, loss: str, classes: int, dim: int, **options: Any) -> Head:
    """A new head, its weights drawn from torch's generator.

    Args:
        kind: single (one class a picture), multi (several), retrieval (the class is an identity), distil.
        loss: proxy, softmax, sigmoid, multi-similarity, triplet; cosine or relational for distil.
        classes: of the task; not looked at for distil.
        dim: width of the embedding.
        options: of the head (`options_of` names them).

    Raises InputError in one line: a word that is not known (with the nearest that is), a loss that does not
    go with the kind, a task with fewer than two classes, a value out of range.
    """
    _known("kind of task", kind, KINDS)
    _known("loss", loss, tuple(_LOSSES))
    chosen = _LOSSES[loss]
    if kind not in chosen.kinds:
        fitting = ", ".join(name for name, one in _LOSSES.items() if kind in one.kinds)
        raise InputError(f"the loss {loss} is not for tasks of the kind {kind}: take {fitting}")
    if kind != "distil" and classes < 2:
        raise InputError(
            f"a task needs two classes or more, found {classes}: join it with another, or leave it out"
        )
    for name in options:
        _known(f"option of the loss {loss}", name, chosen.options)
    given = {"classes": classes, "dim": dim}
    return chosen.make(**{name: given[name] for name in chosen.gives}, **options)


def options_of(loss: str) -> tuple[str, ...]:
    """Names of the options that `head_for` takes for a loss."""
    _known("loss", loss, tuple(_LOSSES))
    return _LOSSES[loss].options


def _known(what: str, found: str, known: tuple[str, ...]) -> None:
    if found not in known:
        raise InputError(nearest(found, known, what))
