"""Recipes by name: options as numbers or text, the nearest right word for a wrong one, no torch for names."""

from __future__ import annotations

import subprocess
import sys

import pytest

from saccade.errors import InputError, NotFoundError
from saccade.training.recipes.choose import RECIPES, options_of, recipe_for
from saccade.training.recipes.layerwise import Layerwise
from saccade.training.recipes.linear_probe import LinearProbe
from saccade.training.recipes.lora import Lora
from saccade.training.recipes.lp_ft import LpFt


def test_every_name_makes_a_recipe():
    for name in RECIPES:
        recipe = recipe_for(name)
        assert recipe_for(name.replace("-", "_")) == recipe
        assert set(recipe.factors(0, 10, ("trunk.0", "head", "tasks"))) == {"trunk.0", "head", "tasks"}


def test_options_as_numbers_and_as_text():
    assert recipe_for("layerwise", xi=0.5) == recipe_for("layerwise", xi="0.5") == Layerwise(0.5)
    assert recipe_for("lora", rank="4", targets="qkv,proj") == Lora(rank=4, targets=("qkv", "proj"))
    assert recipe_for("lora", rank=4.0, targets=["qkv"]) == Lora(rank=4, targets=("qkv",))
    assert recipe_for("cached") == LinearProbe() and recipe_for("lp-ft", slower=1) == LpFt(slower=1.0)
    assert options_of("lp-ft") == {"probe": 0.3, "slower": 0.1, "warmup": 0.05, "last": 0}


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("linear", {}, "linear-probe"),
        ("layer_wise", {}, "layerwise"),
        ("zzz", {}, "full, linear-probe"),
        ("layerwise", {"x": 1}, "xi"),
        ("lora", {"ranks": 3}, "rank"),
    ],
)
def test_wrong_words_name_the_right_ones(name, options, said):
    with pytest.raises(NotFoundError, match=said) as caught:
        recipe_for(name, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("layerwise", {"xi": "half"}),
        ("layerwise", {"xi": True}),
        ("lora", {"rank": 2.5}),
        ("lora", {"rank": float("inf")}),
        ("lora", {"targets": 3}),
        ("partial", {"last": None}),
    ],
)
def test_values_of_the_wrong_kind(name, options):
    with pytest.raises(InputError, match=f"{next(iter(options))} is a .*found"):
        recipe_for(name, **options)


def test_names_need_no_torch():
    code = "import sys, saccade.training.recipes.choose; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
