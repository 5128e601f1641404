"""The OpenVINO export finds what torch finds, also nothing, and its thresholds can be changed."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from saccade.errors import InputError, NotFoundError
from saccade.models.detector import Detector, DetectorConfig, export_detector, make_detector
from saccade.models.detector.runtime import OpenVinoGraph, suppressed

# Not importorskip: saccade hides OpenVINO's telemetry before the first import of it.
pytestmark = pytest.mark.skipif(find_spec("openvino") is None, reason="not installed: openvino")


@pytest.fixture(scope="module")
def exported(taught: Detector, shapes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    report = export_detector(taught, folder, check=shapes.images[:6].numpy())
    assert report.boxes > 6 and report.same == 1.0 and report.speed_ratio > 0
    assert report.detector_id == taught.identity()
    return folder / "openvino"


def test_boxes_scores_and_vectors_agree_with_torch(exported: Path, taught: Detector, shapes) -> None:
    """To 0.01 pixel and 1e-4: sums in another order; that these move a box across a threshold is unlikely."""
    graph = OpenVinoGraph(exported, threads=1)
    assert graph.vectors
    for picture in shapes.images[:6]:
        with torch.inference_mode():
            (one,) = taught(picture[None])
        found = graph(picture[None].numpy())
        assert len(found["boxes"]) == len(one["boxes"]) > 0
        np.testing.assert_allclose(found["boxes"], one["boxes"], atol=1e-2)
        np.testing.assert_allclose(found["scores"], one["scores"], atol=1e-4)
        np.testing.assert_array_equal(found["labels"], one["labels"])
        np.testing.assert_allclose(found["vectors"], one["vectors"], atol=1e-4)


def test_a_picture_without_a_box_gives_none(exported: Path, shapes) -> None:
    graph = OpenVinoGraph(exported, threads=1)
    graph.adjust(1.0, 0.5, 100)
    found = graph(shapes.images[:1].numpy())
    assert found["boxes"].shape == (0, 4) and found["vectors"].shape == (0, 96)


def test_thresholds_change_after_the_export(exported: Path, taught: Detector, shapes) -> None:
    graph, before = OpenVinoGraph(exported, threads=1), taught.config
    graph.adjust(0.01, 1.0, 30)
    taught.adjust(score_threshold=0.01, nms_threshold=1.0, most=30)
    try:
        with torch.inference_mode():
            (one,) = taught(shapes.images[:1])
    finally:
        taught.adjust(score_threshold=before.score_threshold, nms_threshold=0.5, most=before.most)
    found = graph(shapes.images[:1].numpy())
    np.testing.assert_allclose(found["scores"], one["scores"], atol=1e-4)


def test_a_single_shot_detector_agrees_too(tmp_path: Path) -> None:
    config = DetectorConfig(
        "ssd", ("a", "b"), size=64, backbone="mobilenetv3_small_050", options={"neck_width": 32},
        score_threshold=0.05, vectors=True,
    )  # fmt: skip
    detector, pictures = make_detector(config), np.random.default_rng(0).standard_normal((2, 3, 64, 64))
    logits = detector.branch.fcos.head.classification_head.cls_logits
    torch.nn.init.ones_(detector.branch.fcos.head.regression_head.bbox_reg.bias)  # boxes with an area
    torch.nn.init.normal_(logits.weight, std=0.5, generator=torch.Generator().manual_seed(0))
    report = export_detector(detector, tmp_path, check=pictures.astype(np.float32))
    assert (
        report.boxes > 0 and report.same >= 0.98
    )  # a box of a score next to the last one's may change places with it


def test_the_runtime_needs_no_torch(exported: Path) -> None:
    code = (
        "import sys; import numpy as np; from saccade.models.detector.runtime import OpenVinoGraph;"
        f"OpenVinoGraph({str(exported)!r}, 1)(np.zeros((1, 3, 96, 96), np.float32));"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_cannot_be_exported_is_said_in_one_line(taught: Detector, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found none"):
        export_detector(taught, tmp_path, check=[])
    with pytest.raises(InputError, match="found none"):
        export_detector(taught, tmp_path, "int8", check=[np.zeros((3, 96, 96), np.float32)])
    config = DetectorConfig(
        "faster-rcnn", ("a",), size=64, backbone="mobilenetv3_small_050", options={"neck_width": 32}
    )
    with pytest.raises(InputError, match="no OpenVINO export"):
        export_detector(make_detector(config), tmp_path, check=[np.zeros((3, 64, 64), np.float32)])
    with pytest.raises(NotFoundError, match="no export of a detector"):
        OpenVinoGraph(tmp_path)


def test_suppression_keeps_the_best_of_each_label() -> None:
    corners = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 10, 9], [20, 20, 30, 30]], np.float32)
    scores, labels = np.array([0.5, 0.9, 0.7, 0.1], np.float32), np.array([0, 0, 1, 0])
    assert suppressed(corners, scores, 0.5).tolist() == [1, 3]
    assert suppressed(corners, scores, 0.5, labels).tolist() == [1, 2, 3]
    assert suppressed(corners, scores, 1.0).tolist() == [1, 2, 0, 3]
