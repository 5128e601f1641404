"""Opening detectors: both libraries agree, odd pictures are fine, wrong folders are one line."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from saccade.detection import Detector, open_detector
from saccade.detection.detector import RUNNERS, identify
from saccade.errors import InputError, NotFoundError

Draw = Callable[..., NDArray[np.uint8]]


def needs(package: str) -> None:
    """Skip without a package; importing OpenVINO is saccade's own business."""
    if find_spec(package) is None:
        pytest.skip(f"no {package} here")


def boxes_of(detector: Detector, rgb: NDArray[np.uint8]) -> set[tuple[str, int, int]]:
    (found,) = detector.detect([rgb])
    cells = np.round(found.boxes[:, :2] * 8).astype(int).tolist()
    return {(detector.categories[label], *cell) for label, cell in zip(found.labels, cells, strict=True)}


@pytest.mark.parametrize("runner", ["onnxruntime", "openvino"])
def test_squares_are_found_where_they_are(squares: Path, draw: Draw, runner: str) -> None:
    needs(runner)
    detector = open_detector(squares, runner=runner, threads=1)
    rgb = draw((1, 2, "red"), (5, 6, "blue"))
    assert boxes_of(detector, rgb) == {("red chair", 1, 2), ("blue lamp", 5, 6)}
    assert boxes_of(detector, draw((1, 2, "red"), size=320)) == {("red chair", 1, 2)}
    assert len(detector.detect([draw()])[0]) == 0


def test_scores_fall_and_limits_hold(squares: Path, draw: Draw) -> None:
    rgb = draw(*((at, at, "red") for at in range(8)))
    rgb[:8, :8] //= 2  # a darker one is found with a lower score
    (found,) = open_detector(squares).detect([rgb])
    assert len(found) == 8
    assert (np.diff(found.scores) <= 0).all()
    (most,) = open_detector(squares, most=3).detect([rgb])
    assert most.scores.tolist() == found.scores[:3].tolist()
    limit = float(found.scores[-1]) + 0.01
    assert len(open_detector(squares, threshold=limit).detect([rgb])[0]) == 7


@pytest.mark.parametrize("shape", [(1, 10_000), (10_000, 1), (1, 1), (3, 3000)])
def test_odd_shapes_are_a_result(squares: Path, shape: tuple[int, int]) -> None:
    found = open_detector(squares).detect([np.full((*shape, 3), 90, np.uint8)])
    assert len(found) == 1


def test_the_id_needs_no_library(squares: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = open_detector(squares).detector_id
    monkeypatch.setattr("saccade.detection.runners.onnx.find_spec", lambda _: None)
    assert identify(squares) == wanted
    with pytest.raises(InputError, match="needs onnxruntime or openvino"):
        open_detector(squares)
    with pytest.raises(InputError, match="needs openvino"):
        open_detector(squares, runner="openvino")


def test_openvino_alone_is_enough(squares: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("openvino")
    monkeypatch.setattr("saccade.detection.runners.onnx.find_spec", lambda name: name == "openvino" or None)
    assert boxes_of(open_detector(squares), draw((0, 0, "red"))) == {("red chair", 0, 0)}


def test_what_cannot_be_opened(squares: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no detector folder"):
        open_detector(tmp_path / "none")
    with pytest.raises(InputError, match="runner is one of"):
        open_detector(squares, runner="magic")
    with pytest.raises(InputError, match="torch cannot run it"):
        open_detector(squares, runner="torch")
    with pytest.raises(InputError, match="expected a detector folder"):
        open_detector(None)
    assert "auto" in RUNNERS


def test_real_pictures_give_the_stated_precision(data_dir: Path, tmp_path: Path) -> None:
    """A few pictures only; the whole figure (AP 0.31) is in the report of `assess-detector`."""
    import json

    from saccade.detection.imports import import_onnx, read_categories
    from saccade.vision.boxes import iou
    from saccade.vision.decode import decode

    names = read_categories(data_dir / "coco" / "categories.jsonl")
    graph = data_dir / "weights" / "yolox_nano_coco.onnx"
    detector = open_detector(import_onnx(graph, "yolox", names, tmp_path / "yolox"), threads=1)
    rows = [json.loads(line) for line in (data_dir / "coco" / "val.jsonl").read_text().splitlines()[:12]]
    wanted = hit = 0
    for row in rows:
        rgb = decode((data_dir / "coco" / row["image"]).read_bytes()).rgb
        assert rgb is not None
        (found,) = detector.detect([rgb])
        size = np.array([row["width"], row["height"]] * 2)
        large = [one for one in row["objects"] if one["bbox"][2] * one["bbox"][3] > 64**2]
        for one in large:
            mine = found.boxes[found.labels == one["category_id"]]
            wanted += 1
            hit += bool(len(mine)) and iou(mine * size, [one["bbox"]]).max() > 0.5
    assert wanted > 10
    assert hit / wanted > 0.6
