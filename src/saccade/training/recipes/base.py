"""What most recipes share: they leave the network as it is and group it by depth."""

from __future__ import annotations

import math

from saccade.errors import InputError
from saccade.training.network import MultiTask
from saccade.training.recipes.groups import by_depth
from saccade.training.recipes.recipe import Group


class Unchanged:
    """A recipe that adds nothing to the network: only the factors differ."""

    def prepare(self, network: MultiTask) -> None:
        """Nothing to add."""

    def groups(self, network: MultiTask) -> list[Group]:
        """`groups.by_depth`: stages of the trunk, head, tasks."""
        return by_depth(network)

    def finish(self, network: MultiTask) -> None:
        """Nothing to undo."""


def require_factor(option: str, value: float) -> None:
    """InputError unless the factor of a learning rate is finite and 0 or more."""
    if not (math.isfinite(value) and value >= 0):
        raise InputError(f"{option} is a factor of the learning rate: expected 0 or more, found {value}")


def require_share(option: str, value: float, *, zero: bool = False) -> None:
    """InputError unless a share of the run is in (0, 1], or in [0, 1] with `zero`."""
    if not (0 <= value <= 1) or (value == 0 and not zero):
        raise InputError(
            f"{option} is a share of the run: expected {'0' if zero else 'above 0'} to 1, found {value}"
        )
