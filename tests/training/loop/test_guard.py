"""Steps without a finite gradient: skipped, counted, and too many end the run."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from saccade.errors import InputError
from saccade.training.loop.guard import Guard
from saccade.training.loop.log import read_log
from tests.training.loop.toy import Feed, network, train


def test_counts_streaks() -> None:
    guard = Guard(torch.device("cpu"), 2)
    norms = [1.0, float("nan"), float("inf"), 2.0, float("nan")]
    flags = [float(guard.judge(torch.tensor(norm), torch.tensor([norm, 0.0]))) for norm in norms]
    assert flags == [0, 1, 1, 0, 1]
    assert (guard.read().worst, guard.read().skipped) == (2, 3)


def floats(name: str, poisoned: set[int], folder: Path) -> list[torch.Tensor]:
    feed, made = Feed(), network(name)
    feed.poisoned = poisoned
    fitted = train(folder, made, feed, steps=3, schedule="constant")
    assert fitted.skipped_steps == len(poisoned)
    return [tensor for tensor in made.state_dict().values() if tensor.is_floating_point()]


def test_a_poisoned_step_leaves_weights_and_statistics_as_they_were(tmp_path: Path) -> None:
    start = [tensor for tensor in network("test_resnet").state_dict().values() if tensor.is_floating_point()]
    after = floats("test_resnet", {0, 1, 2}, tmp_path)
    assert all(torch.equal(*pair) for pair in zip(start, after, strict=True))
    lines = read_log(tmp_path)
    assert [line.skipped_steps for line in lines] == [1, 2, 3]
    assert all(line.loss != line.loss for line in lines)


def test_the_run_goes_on_after_one(tmp_path: Path) -> None:
    feed = Feed()
    feed.poisoned = {1}
    fitted = train(tmp_path, network(), feed, steps=4, every_log=2)
    losses = [line.loss for line in read_log(tmp_path)]
    assert fitted.skipped_steps == 1
    assert all(loss > 0 for loss in losses)


def test_too_many_in_a_row_stop_it_in_one_line(tmp_path: Path) -> None:
    feed = Feed()
    feed.poisoned = set(range(2, 9))
    with pytest.raises(InputError) as caught:
        train(tmp_path, network(), feed, steps=9, nan_patience=3, lr=0.25, schedule="constant")
    said = str(caught.value)
    assert "\n" not in said
    assert all(part in said for part in ("step 5", "3 steps in a row", "colour, other", "0.25", "lower lr"))
    assert len(read_log(tmp_path)) == 4
