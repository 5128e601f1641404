"""The running mean against its formula."""

from __future__ import annotations

import copy

import torch

from saccade.training.loop.ema import Ema
from tests.training.loop.toy import network


def test_mean_follows_the_formula_and_leaves_the_rest_alone() -> None:
    made = network("test_resnet")
    learning = set(made.embedder.parameters())
    ema = Ema(made, learning, 0.6)
    expected = copy.deepcopy(made.state_dict())
    for updates in range(8):
        with torch.no_grad():
            for tensor in made.state_dict().values():
                tensor.add_(1)
        ema.update(updates)
        decay = min(0.6, (1 + updates) / (10 + updates))
        for name, value in made.state_dict().items():
            if value.is_floating_point():
                expected[name] = decay * expected[name] + (1 - decay) * value
    heads = made.state_dict()["heads.colour.table.weight"].clone()
    ema.apply()
    after = made.state_dict()
    assert torch.equal(after["heads.colour.table.weight"], heads)
    for name in ("embedder.backbone.network.conv1.0.weight", "embedder.backbone.network.bn1.running_mean"):
        torch.testing.assert_close(after[name], expected[name])


def test_state_travels() -> None:
    made = network()
    ema, other = Ema(made, set(made.parameters()), 0.9), Ema(network(seed=1), set(), 0.9)
    assert not other.means
    other = Ema(twin := network(seed=1), set(twin.parameters()), 0.9)
    other.load(ema.state())
    assert all(torch.equal(other.means[name], mean) for name, mean in ema.means.items())
