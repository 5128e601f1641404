"""Decoding: known outputs to known boxes, geometry there and back, pictures of odd shapes."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.detection.decoders import (
    Prepared,
    classes_of,
    decode_fastestdet,
    decode_yolox,
    prepare_fastestdet,
    prepare_yolox,
    upright,
)
from saccade.errors import InputError
from saccade.vision.detections import Detections

CELLS = 8 * 8 + 4 * 4 + 2 * 2  # of a square of 64 pixels


def test_yolox_reads_cells_strides_and_scores() -> None:
    output = np.zeros((CELLS, 7), np.float32)
    output[64 + 1 * 4 + 2] = (0.25, 0.75, np.log(2), np.log(1), 0.8, 0.5, 0.9)  # stride 16, row 1, column 2
    found = decode_yolox(output, 64, 0.3)
    assert found.labels.tolist() == [1]
    assert found.scores == pytest.approx([0.72])
    centre, sides = ((2 + 0.25) * 16, (1 + 0.75) * 16), (32, 16)
    box = [(centre[0] - 16) / 64, (centre[1] - 8) / 64, sides[0] / 64, sides[1] / 64]
    assert found.boxes[0] == pytest.approx(box)


def test_yolox_refuses_an_output_of_another_size() -> None:
    with pytest.raises(InputError, match="expected 84 cells"):
        decode_yolox(np.zeros((99, 7), np.float32), 64, 0.3)


def test_yolox_survives_sides_that_overflow() -> None:
    output = np.zeros((CELLS, 7), np.float32)
    output[0] = (0, 0, 500, 500, 1, 1, 0)
    square = Prepared(np.zeros((3, 64, 64), np.float32), 64, 64)
    assert len(upright(decode_yolox(output, 64, 0.3), square, 64)) <= 1


def test_fastestdet_reads_its_maps() -> None:
    output = np.zeros((5 + 3, 4, 4), np.float32)
    output[:, 2, 1] = (0.9, np.arctanh(0.5), np.arctanh(-0.5), 0.0, -1.0, 0.1, 0.2, 0.7)
    found = decode_fastestdet(output, 128, 0.3)
    assert found.labels.tolist() == [2]
    assert found.scores == pytest.approx([0.9**0.6 * 0.7**0.4])
    width, height = 0.5, 1 / (1 + np.e)
    assert found.boxes[0] == pytest.approx([1.5 / 4 - width / 2, 1.5 / 4 - height / 2, width, height])


@pytest.mark.parametrize("shape", [(40, 100), (100, 40), (1, 10_000), (10_000, 1), (1, 1), (700, 500)])
def test_a_box_comes_back_where_it_was(shape: tuple[int, int]) -> None:
    prepared = prepare_yolox(np.zeros((*shape, 3), np.uint8), 64)
    assert prepared.values.shape == (3, 64, 64)
    wanted = np.array([[0.25, 0.5, 0.5, 0.25]], np.float32)
    pixels = wanted.copy()
    pixels[:, 0::2] *= prepared.across / 64
    pixels[:, 1::2] *= prepared.down / 64
    back = upright(Detections(pixels, np.ones(1, np.float32), np.zeros(1, np.int64)), prepared, 64)
    assert back.boxes == pytest.approx(wanted, abs=1e-5)


def test_yolox_pads_with_grey_and_swaps_channels() -> None:
    rgb = np.zeros((10, 20, 3), np.uint8)
    rgb[..., 0] = 200
    values = prepare_yolox(rgb, 64).values
    assert values[:, 0, 0].tolist() == [0, 0, 200]
    assert (values[:, 32:] == 114).all()


def test_fastestdet_stretches_and_scales() -> None:
    prepared = prepare_fastestdet(np.full((10, 20, 3), 255, np.uint8), 64)
    assert prepared.values.min() == prepared.values.max() == 1
    assert (prepared.across, prepared.down) == (64, 64)


def test_boxes_outside_are_cut_or_dropped() -> None:
    square = Prepared(np.zeros((3, 64, 64), np.float32), 64, 64)
    boxes = np.array(
        [[-0.5, -0.5, 1, 1], [1.2, 0, 0.2, 0.2], [0.5, 0.5, 0, 0.3], [np.nan, 0, 1, 1]], np.float32
    )
    found = upright(Detections(boxes, np.ones(4, np.float32), np.zeros(4, np.int64)), square, 64)
    assert found.boxes.tolist() == [[0, 0, 0.5, 0.5]]


def test_classes_are_read_from_the_shape() -> None:
    assert classes_of("yolox", (1, 84, 7)) == 2
    assert classes_of("fastestdet", (1, 85, 22, 22)) == 80
