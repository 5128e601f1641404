"""Recipes by name, as a configuration or a command line names them.

Decided: names and descriptions need no torch, so that `--help` is quick; the recipes are imported when one is
asked for. Options are the fields of the recipe's dataclass; a value may be text, as in `xi=0.7`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, cast, get_type_hints

from saccade.errors import InputError, NotFoundError
from saccade.training.tasks import nearest

if TYPE_CHECKING:
    from saccade.training.recipes.recipe import Recipe

RECIPES = {
    "full": "everything learns at once",
    "linear-probe": "the trunk is frozen; the embedding head and the tasks learn",
    "cached": "the linear probe on features that are computed once: epochs take seconds",
    "lp-ft": "the linear probe first, then everything at a lower rate",
    "gradual": "the trunk's stages start to learn one after another, from the top",
    "layerwise": "everything learns, the deeper the slower",
    "partial": "only the last stages of the trunk learn, with the head and the tasks",
    "lora": "low-rank adapters on a frozen trunk, merged at the end",
    "distil": "a small network learns to give a large one's vectors",
}


def recipe_for(name: str, **options: Any) -> Recipe:
    """A recipe by its name in `RECIPES`.

    Args:
        name: with dashes or underscores.
        options: fields of the recipe, such as `xi=0.7`; numbers may be text.

    Returns:
        The recipe. NotFoundError for an unknown name or option, InputError for a value of the wrong kind or
        out of range; each names the nearest right one or the range.
    """
    kind = _kinds().get(name.replace("_", "-"))
    if kind is None:
        raise NotFoundError(nearest(name.replace("_", "-"), list(RECIPES), "recipe"))
    known = [field.name for field in fields(cast("Any", kind))]
    for option in options:
        if option not in known:
            raise NotFoundError(nearest(option, known, f"option of the recipe {name}"))
    wanted = get_type_hints(kind)
    return kind(**{key: _as_kind(wanted[key], key, value) for key, value in options.items()})


def options_of(name: str) -> dict[str, Any]:
    """Options of a recipe and their defaults. NotFoundError as `recipe_for`."""
    recipe = cast("Any", recipe_for(name))
    return {field.name: getattr(recipe, field.name) for field in fields(recipe)}


def _kinds() -> dict[str, type[Recipe]]:
    from saccade.training.recipes.distil import Distil
    from saccade.training.recipes.full import Full
    from saccade.training.recipes.gradual import Gradual
    from saccade.training.recipes.layerwise import Layerwise
    from saccade.training.recipes.linear_probe import LinearProbe
    from saccade.training.recipes.lora import Lora
    from saccade.training.recipes.lp_ft import LpFt
    from saccade.training.recipes.partial import Partial

    return dict(
        zip(
            RECIPES,
            (Full, LinearProbe, LinearProbe, LpFt, Gradual, Layerwise, Partial, Lora, Distil),
            strict=True,
        )
    )


def _as_kind(wanted: type, option: str, value: Any) -> object:
    """The value as the field's type: int, float or a tuple of texts."""
    form, read = _FORMS.get(wanted, ("a list of names", _names))
    try:
        if isinstance(value, bool):
            raise TypeError
        return read(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{option} is {form}: found {value!r}") from None


def _whole(value: Any) -> int:
    if float(value) != int(float(value)):
        raise ValueError
    return int(float(value))


def _names(value: Any) -> tuple[str, ...]:
    return tuple(value.split(",")) if isinstance(value, str) else tuple(str(name) for name in value)


_FORMS: dict[type, tuple[str, Callable[[Any], object]]] = {
    int: ("a whole number", _whole),
    float: ("a number", float),
}
