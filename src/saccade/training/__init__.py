"""Learning: tasks, data, samplers, losses, recipes and one loop for all of them.

    Train(model="resnet50", pretrained=True, tasks=("item", "colour"), held="split=val").run(ws)

The stages are `Train` and `Pretrain`; under them `fit` trains any `MultiTask` network on any feed. Names are
loaded when they are used, since most bring torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.training.loop.run import fit
    from saccade.training.loop.settings import LoopSettings
    from saccade.training.losses.build import head_for
    from saccade.training.network import MultiTask
    from saccade.training.recipes.choose import recipe_for
    from saccade.training.stage import Pretrain, Train
    from saccade.training.tasks import Task

__all__ = ["LoopSettings", "MultiTask", "Pretrain", "Task", "Train", "fit", "head_for", "recipe_for"]

_PLACES = {
    "LoopSettings": "loop.settings", "MultiTask": "network", "Pretrain": "stage", "Task": "tasks",
    "Train": "stage", "fit": "loop.run", "head_for": "losses.build", "recipe_for": "recipes.choose",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
