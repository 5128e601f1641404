"""A trained detector by torch: the network's own boxes, as fractions of each picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="no torch here")

from saccade.detection.detector import identify, open_detector
from saccade.detection.runners.torch import TorchDetector
from saccade.errors import InputError, NotFoundError
from saccade.models.detector import DetectorConfig, load_detector, make_detector, save_detector


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = DetectorConfig(
        "faster-rcnn", ("a", "b"), size=96, backbone="resnet10t", vectors=True, score_threshold=0.0,
        most=20, frozen_norms=False,
    )  # fmt: skip
    return save_detector(make_detector(config), tmp_path_factory.mktemp("trained"))


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height).integers(0, 255, (height, width, 3), np.uint8)


def test_the_id_is_read_without_the_network(folder: Path) -> None:
    assert identify(folder) == load_detector(folder).identity()


def test_boxes_lie_in_the_picture_with_unit_vectors(folder: Path) -> None:
    detector = open_detector(folder)
    assert isinstance(detector, TorchDetector)
    for found in detector.detect([picture(60, 120), picture(300, 40), picture(1, 10_000)]):
        assert len(found) <= 20 and (np.diff(found.scores) <= 0).all()
        assert found.boxes.min(initial=0) >= 0
        assert (found.boxes[:, :2] + found.boxes[:, 2:]).max(initial=0) <= 1 + 1e-5
        assert found.vectors is not None and found.vectors.shape == (len(found), detector.dim)
        assert np.linalg.norm(found.vectors, axis=1) == pytest.approx(np.ones(len(found)), abs=1e-3)


def test_raw_boxes_are_more_and_leave_the_detector_as_it_was(folder: Path) -> None:
    detector = TorchDetector(folder, identify(folder))
    rgb = picture(60, 120)
    (before,) = detector.detect([rgb])
    (raw,) = detector.raw([rgb])
    assert len(raw) > len(before)
    (after,) = detector.detect([rgb])
    assert after.scores.tolist() == before.scores.tolist()


def test_limits_and_wrong_runners(folder: Path) -> None:
    assert len(open_detector(folder, most=3).detect([picture(60, 120)])[0]) <= 3
    with pytest.raises(InputError, match="onnxruntime cannot run it"):
        open_detector(folder, runner="onnxruntime")
    with pytest.raises((InputError, NotFoundError), match=r"OpenVINO export|openvino is not installed"):
        open_detector(folder, runner="openvino")
