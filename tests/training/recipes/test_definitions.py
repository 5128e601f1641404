"""At step t the state equals the definition, and a loop that obeys moves what learns and nothing else."""

from __future__ import annotations

import math

import pytest
import torch

from saccade.errors import InputError
from saccade.training.recipes.full import Full
from saccade.training.recipes.gradual import Gradual
from saccade.training.recipes.groups import by_depth
from saccade.training.recipes.layerwise import Layerwise
from saccade.training.recipes.linear_probe import LinearProbe
from saccade.training.recipes.lp_ft import LpFt
from saccade.training.recipes.partial import Partial
from saccade.training.recipes.trainable import trainable

STEPS = 40
NETWORKS = {"test_vit": 7, "test_resnet": 5, "test_efficientnet": 6, "mobilenetv3_small_050": 14}  # stages


def lp_ft(part: str, depth: int, t: int, stages: int) -> float:
    """Probe of 12 of 40 steps; then 28 steps at 0.2 with a climb of 7."""
    if t < 12:
        return 0.0 if part == "trunk" else math.cos(math.pi * t / 24) ** 2
    return 0.2 * min(t - 11, 7) / 7


def lp_ft_top(part: str, depth: int, t: int, stages: int) -> float:
    """The same, but stages under the last three never learn."""
    return 0.0 if part == "trunk" and depth < stages - 3 else lp_ft(part, depth, t, stages)


def gradual(part: str, depth: int, t: int, stages: int) -> float:
    """Stretch s of stages + 1 equal ones over the first half of the run: s stages from the top learn."""
    stretch = min(int((t + 1e-9) * (stages + 1) / (0.5 * STEPS)), stages)
    return 1.0 if part != "trunk" else 0.3 * (depth >= stages - stretch)


# The recipe, and its definition as (part, depth, step, stages) -> factor, written anew.
DEFINITIONS = {
    "full": (Full(trunk=0.1, head=0.5), lambda part, *_: {"trunk": 0.1, "head": 0.5, "tasks": 1.0}[part]),
    "probe": (LinearProbe(), lambda part, *_: float(part != "trunk")),
    "probe of tasks": (LinearProbe(head=0), lambda part, *_: float(part == "tasks")),
    "lp-ft": (LpFt(probe=0.3, slower=0.2, warmup=0.25), lp_ft),
    "lp-ft of the top": (LpFt(probe=0.3, slower=0.2, warmup=0.25, last=3), lp_ft_top),
    "gradual": (Gradual(over=0.5, trunk=0.3), gradual),
    "layerwise": (Layerwise(0.8), lambda part, d, t, n: 0.8 ** (n - d) if part == "trunk" else 1.0),
    "partial": (
        Partial(last=2, trunk=0.5),
        lambda part, d, t, n: 1.0 if part != "trunk" else (0.5 if d in (n - 1, n - 2) else 0.0),
    ),
}


@pytest.mark.parametrize("name", DEFINITIONS)
@pytest.mark.parametrize("network_name", NETWORKS)
def test_state_at_every_step_is_the_definition(build, network_name, name):
    recipe, definition = DEFINITIONS[name]
    names = tuple(group.name for group in recipe.groups(build(network_name)))
    for step in range(STEPS):
        factors = recipe.factors(step, STEPS, names)
        assert set(factors) == set(names)
        for group, factor in factors.items():
            part, depth, *_ = [*group.split("."), "0"]
            depth = int(depth) if part == "trunk" else -1
            wanted = definition(part, depth, step, NETWORKS[network_name])
            assert factor == pytest.approx(wanted, abs=1e-12), (step, group)


@pytest.mark.parametrize("name", DEFINITIONS)
@pytest.mark.parametrize("network_name", ["test_vit", "test_efficientnet"])
def test_frozen_stay_and_learning_move(build, train, network_name, name):
    """Three steps in the middle of the run, across the switches of LP-FT and gradual unfreezing."""
    recipe, _ = DEFINITIONS[name]
    network = build(network_name)
    recipe.prepare(network)
    groups = recipe.groups(network)
    names = tuple(group.name for group in groups)
    factors = [recipe.factors(step, STEPS, names) for step in (10, 11, 12)]
    before = {g.name: [p.detach().clone() for p in g.parameters] for g in groups}
    train(network, recipe, 10, 13, STEPS)
    for group in groups:
        same = [torch.equal(a, b) for a, b in zip(before[group.name], group.parameters, strict=True)]
        if any(step[group.name] > 0 for step in factors):
            assert not all(same), group.name
        else:
            assert all(same), group.name
    recipe.finish(network)


def test_a_frozen_trunk_keeps_its_statistics(build, train):
    network = build("test_resnet")
    before = {k: v.clone() for k, v in network.embedder.backbone.state_dict().items()}
    train(network, LinearProbe(), 0, 2, STEPS)
    assert all(torch.equal(v, before[k]) for k, v in network.embedder.backbone.state_dict().items())


def test_counts_of_what_learns(build):
    network = build("test_efficientnet")
    trunk = sum(p.numel() for p in network.embedder.backbone.parameters())
    top = sum(p.numel() for g in by_depth(network) if g.name.startswith("trunk.5") for p in g.parameters)
    rest = sum(p.numel() for p in network.parameters()) - trunk
    assert trainable(network, LinearProbe(), 0, STEPS).learning == rest
    assert trainable(network, Partial(last=1), 0, STEPS).learning == rest + top
    assert trainable(network, LpFt(probe=0.5), 19, STEPS).learning == rest
    assert trainable(network, LpFt(probe=0.5), 20, STEPS).share == 1.0
    assert trainable(network, Full(), 0, STEPS).total == rest + trunk


def test_shortest_runs_have_a_phase_at_least(build):
    names = ("trunk.0", "head", "tasks")
    assert LpFt().factors(0, 1, names)["tasks"] == 1.0
    assert LpFt(probe=1.0).factors(1, 2, names)["trunk.0"] > 0
    assert Gradual().factors(0, 1, names) == {"trunk.0": 0.0, "head": 1.0, "tasks": 1.0}


BAD = [
    (Full, {"trunk": -1}), (LinearProbe, {"head": math.nan}),
    (LpFt, {"probe": 0}), (LpFt, {"slower": -0.1}), (LpFt, {"last": -1}),
    (Gradual, {"over": 1.5}), (Layerwise, {"xi": 0}), (Layerwise, {"xi": 1.1}), (Partial, {"last": 0}),
]  # fmt: skip


@pytest.mark.parametrize(("recipe", "options"), BAD)
def test_options_out_of_range_are_one_line(recipe, options):
    with pytest.raises(InputError, match="found") as caught:
        recipe(**options)
    assert "\n" not in str(caught.value)
