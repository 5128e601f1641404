"""Whole runs in one process: resumption, accumulation, precision, recipes, and what a log line holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from saccade.errors import InputError
from saccade.training.loop.log import read_log
from tests.training.loop.toy import Feed, Parted, digest, network, train, untimed


class Breaks(Feed):
    """Fails when the data of a step are asked for."""

    def __init__(self, step: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step

    def at(self, step: int) -> None:
        if step == self.step:
            raise ConnectionError("gone")


HARD: dict[str, Any] = {
    "clip": 1.0, "ema": 0.8, "accumulate": 2, "every_checkpoint": 2, "every_log": 3, "warmup_steps": 2,
}  # fmt: skip


@pytest.mark.parametrize("name", ["test_vit", "test_resnet"])
@pytest.mark.parametrize("optimiser", ["adamw", "sgd"])
def test_a_broken_run_ends_as_an_undisturbed_one_to_the_bit(
    name: str, optimiser: str, tmp_path: Path
) -> None:
    """To the bit, with dropout, unfreezing, accumulation, a running mean, and log lines over breaks."""
    kwargs = {"drop_path_rate": 0.3} if name == "test_vit" else {"drop_rate": 0.3}
    settings = {"optimiser": optimiser, **HARD}
    recipe = Parted(trunk=3)
    whole, broken = network(name, **kwargs), network(name, **kwargs)
    train(tmp_path / "whole", whole, Feed(accumulate=2), recipe, **settings)
    for step in (1, 3, 5):
        with pytest.raises(ConnectionError):
            feed = Breaks(step, accumulate=2)
            train(tmp_path / "broken", network(name, **kwargs), feed, recipe, **settings)
    fitted = train(tmp_path / "broken", broken, Feed(accumulate=2), recipe, **settings)
    assert fitted.resumed_from == 4
    assert digest(broken) == digest(whole)
    assert untimed(tmp_path / "broken") == untimed(tmp_path / "whole")
    assert [line["step"] for line in untimed(tmp_path / "whole")] == [3, 6]


def test_dropout_is_drawn_from_seed_and_step(tmp_path: Path) -> None:
    digests = set()
    for seed, outside in ((0, 1), (0, 2), (1, 1)):
        made = network(drop_path_rate=0.5)
        torch.manual_seed(outside)
        before = torch.get_rng_state()
        train(tmp_path / f"{seed}{outside}", made, steps=2, seed=seed)
        assert torch.equal(before, torch.get_rng_state())
        digests.add((seed, digest(made)))
    assert len(digests) == 2


def test_micro_steps_add_up(tmp_path: Path) -> None:
    made, parts = network(), network()
    train(tmp_path / "1", made, Feed(8, 1), lr=1e-4)
    train(tmp_path / "4", parts, Feed(8, 4), lr=1e-4, accumulate=4)
    curves = [[line.loss for line in read_log(tmp_path / name)] for name in ("1", "4")]
    assert curves[1] == pytest.approx(curves[0], rel=1e-4)


@pytest.mark.parametrize("name", ["test_vit", "test_resnet"])
def test_activations_computed_twice_change_nothing(name: str, tmp_path: Path) -> None:
    made, twice = network(name), network(name)
    train(tmp_path / "1", made, frozen_norm=True, lr=1e-4)
    train(tmp_path / "2", twice, frozen_norm=True, lr=1e-4, checkpoint_activations=True)
    curves = [[line.loss for line in read_log(tmp_path / name)] for name in ("1", "2")]
    assert curves[1] == pytest.approx(curves[0], rel=1e-4)
    assert not getattr(twice.embedder.backbone.network, "grad_checkpointing", False)


def test_bf16_follows_float32_and_keeps_float32_weights(tmp_path: Path) -> None:
    made = network()
    train(tmp_path / "no", network(), lr=1e-4)
    train(tmp_path / "bf16", made, lr=1e-4, precision="bf16")
    curves = [[line.loss for line in read_log(tmp_path / name)] for name in ("no", "bf16")]
    assert curves[1] != curves[0]
    assert curves[1] == pytest.approx(curves[0], rel=0.05, abs=0.05)
    assert {parameter.dtype for parameter in made.parameters()} == {torch.float32}


def test_a_line_holds_everything_and_pictures_that_were_skipped(tmp_path: Path) -> None:
    feed = Feed()
    feed.unreadable = {(0, 1), (0, 4), (2, 2)}
    fitted = train(tmp_path, network(), feed, steps=4, every_log=2, lr=0.02, schedule="linear")
    first, second = read_log(tmp_path)
    assert (first.skipped_pictures, second.skipped_pictures, fitted.skipped) == (2, 3, 3)
    assert (first.epoch, second.epoch) == (0.5, 1.0)
    assert second.lr == pytest.approx(0.02 * 0.25)
    assert second.loss == pytest.approx(sum(second.losses.values()))
    assert fitted.loss == second.loss
    assert second.grad_norm > 0
    assert second.images_per_second > 0
    assert 0 <= second.wait_share <= 1
    assert second.mfu is not None
    assert 0 < second.mfu < 1
    assert fitted.seconds > 0


def test_frozen_parts_stay_to_the_bit_and_the_recipe_is_finished(tmp_path: Path) -> None:
    made, recipe = network("test_resnet"), Parted(trunk=10**9)
    trunk, head = digest(made.embedder.backbone), digest(made.heads)
    train(tmp_path, made, recipe=recipe, weight_decay=0.5)
    assert digest(made.embedder.backbone) == trunk
    assert digest(made.heads) != head
    assert recipe.finished == [True]
    assert not made.training
    assert all(parameter.requires_grad for parameter in made.parameters())


def test_kept_features_go_past_the_trunk(tmp_path: Path) -> None:
    made = network()

    class Features(Feed):
        def picture(self, step: int, place: int, row: int) -> Any:
            return super().picture(step, place, row).reshape(-1)[: made.embedder.backbone.width].astype("f4")

    train(tmp_path, made, Features(), Parted(trunk=10**9), steps=2)
    assert read_log(tmp_path)[-1].mfu is not None


def test_the_mean_of_the_weights_is_in_the_network_in_the_end(tmp_path: Path) -> None:
    plain, mean = network(), network()
    train(tmp_path / "plain", plain)
    assert train(tmp_path / "mean", mean, ema=0.9).ema
    saved = torch.load(tmp_path / "mean/checkpoints/step-00000006/state.pt", weights_only=True)
    assert all(torch.equal(mean.state_dict()[name], value) for name, value in saved["ema"].items())
    assert all(torch.equal(plain.state_dict()[name], value) for name, value in saved["network"].items())


def test_bad_data_and_settings_are_one_line(tmp_path: Path) -> None:
    feed = Feed()
    feed.end = 2
    with pytest.raises(InputError, match="data ended before step 2 of 6"):
        train(tmp_path / "a", feed=feed)
    with pytest.raises(InputError, match="accumulate is 2, the data came in 1 parts"):
        train(tmp_path / "b", accumulate=2)
    with pytest.raises(InputError, match="lets nothing learn at step 0"):
        train(tmp_path / "c", recipe=Parted(1, 1, 1))
