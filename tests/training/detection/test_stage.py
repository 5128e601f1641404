"""A detector is trained by the one loop: it learns, goes on after a stop, and is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from saccade.detection.kept import kept_detector, kept_detectors
from saccade.errors import InputError
from saccade.models.detector import load_detector
from saccade.training.batch import Target
from saccade.training.detection.boxed import OBJECTS, BoxTarget
from saccade.training.detection.job import DetectorJob
from saccade.training.detection.network import DetectionNet
from saccade.training.detection.stage import TrainDetector
from saccade.training.loop.log import read_log
from saccade.workspace import Workspace

Make = Callable[[int], Workspace]
NETWORK = "test_vit3"  # the smallest transformer that timm has


def training(**more: Any) -> TrainDetector:
    settings: dict[str, Any] = {
        "model": NETWORK, "size": 96, "steps": 6, "batch": 4, "workers": 0, "lr": 1e-3, "trackers": (),
        "details": {"neck_width": 32, "box_width": 32, "proposals": 20, "sampled": 16},
    }  # fmt: skip
    return TrainDetector(**{**settings, **more})


def test_it_is_kept_and_nothing_is_done_twice(boxed: Make) -> None:
    ws = boxed(12)
    stage = training()
    assert stage.plan(ws).work == 6
    report = stage.run(ws)
    (made,) = kept_detectors(ws)
    assert report.counts["model"] == made and report.counts["categories"] == 2
    detector = load_detector(kept_detector(ws, made))
    assert sorted(detector.categories) == ["blue", "red"]
    found = detector(torch.zeros(1, 3, 96, 96))
    assert len(found) == 1 and found[0]["boxes"].shape[1] == 4
    assert stage.outcome(ws)[0] == made
    assert stage.run(ws).counts["steps"] == 0 and stage.plan(ws).work == 0
    assert training(seed=1).plan(ws).work == 6


def test_the_loss_falls(boxed: Make) -> None:
    ws = boxed(12)
    stage = training(steps=60, lr=2e-3)
    stage.run(ws)
    lines = read_log(DetectorJob.of(ws, stage, NETWORK).folder)
    assert lines[-1].losses.keys() == {OBJECTS}
    assert np.mean([line.loss for line in lines[-3:]]) < 0.8 * np.mean([line.loss for line in lines[:3]])


def test_stopped_and_resumed_is_the_same(boxed: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = boxed(12)
    whole = DetectorJob.of(ws, training(seed=2), NETWORK)
    whole.fit()
    again = DetectorJob.of(ws, training(seed=2, every=1e-9), NETWORK)
    assert again.digest == whole.digest
    monkeypatch.setattr(DetectorJob, "folder", property(lambda job: ws.local_dir("training", "other")))
    with monkeypatch.context() as broken:
        broken.setattr(DetectionNet, "forward", _breaks_at(3))
        with pytest.raises(KeyError):
            again.fit()
    resumed = DetectorJob.of(ws, training(seed=2, every=1e-9), NETWORK)
    fitted = resumed.fit()
    assert fitted.resumed_from > 0
    for name, tensor in whole.detector.state_dict().items():
        torch.testing.assert_close(resumed.detector.state_dict()[name], tensor, rtol=0, atol=0, msg=name)


def _breaks_at(step: int) -> Callable[..., Any]:
    forward, calls = DetectionNet.forward, list[int]()

    def broken(self: DetectionNet, x: torch.Tensor, targets: Any) -> Any:
        calls.append(1)
        if len(calls) > step:
            raise KeyError("broken")
        return forward(self, x, targets)

    return broken


def test_a_frozen_trunk_keeps_the_vectors_of_its_model(boxed: Make) -> None:
    ws = boxed(8)
    job = DetectorJob.of(ws, training(recipe="linear-probe", steps=3), NETWORK)
    before = {name: tensor.clone() for name, tensor in job.base.network.backbone.state_dict().items()}
    job.fit()
    after = job.detector.embedder.backbone.state_dict()
    same = [name for name in before if before[name].shape == after[name].shape]
    assert len(same) > 10
    assert all(torch.equal(before[name], after[name]) for name in same if "num_batches" not in name)


def test_a_picture_that_cannot_be_read_teaches_nothing(boxed: Make) -> None:
    network = DetectionNet(DetectorJob.of(boxed(4), training(), NETWORK).detector).train()
    pixels = torch.randint(0, 255, (2, 96, 96, 3), dtype=torch.uint8)
    box, label = torch.tensor([[10.0, 10.0, 60.0, 60.0]]), torch.zeros(1, dtype=torch.int64)

    def loss(good: list[bool]) -> torch.Tensor:
        target = BoxTarget((box, box), (label, label), torch.tensor(good), 2)
        targets: dict[str, Target] = {OBJECTS: target}  # pyright: ignore[reportAssignmentType]
        torch.manual_seed(0)
        return network(pixels, targets)[0]

    assert loss([True, False]) > 0
    nothing = loss([False, False])
    nothing.backward()
    assert nothing == 0
    assert all(p.grad is None or not p.grad.any() for p in network.parameters())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"size": 8}, "size is 32 pixels or more"),
        ({"recipe": "cached"}, "takes linear-probe"),
        ({"agnostic": True, "categories": ("red",)}, "leave out --categories"),
        ({"batch": 0}, "batch is 1 or more"),
    ],
)
def test_settings_that_will_not_do(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        training(**wrong)


def test_a_wrong_option_of_the_architecture(boxed: Make) -> None:
    ws = boxed(3)
    with pytest.raises(InputError, match="options of vit-frcnn are"):
        training(details={"necks": 3}).run(ws)
