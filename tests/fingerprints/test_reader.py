"""Rows to batches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from saccade.fingerprints.reader import EMPTY_BOX, Reader
from saccade.fingerprints.sources import GONE, Sources
from saccade.vision.boxes import Box, crop, with_margin
from saccade.vision.decode import decode
from saccade.vision.preprocess import Preprocess

MakeChunk = Callable[..., pa.Table]
SMALL = Preprocess(size=(32, 32))


def test_failed_rows_leave_black_slots(pictures: list[Path], tmp_path: Path, make_chunk: MakeChunk) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(pictures[0].read_bytes()[:300])
    batch = Reader(Sources(), SMALL, 6)(make_chunk([pictures[1], tmp_path / "none.jpg", broken, pictures[2]]))
    assert [status == "ok" for status in batch.statuses] == [True, False, False, True]
    assert batch.statuses[1] == GONE
    assert batch.statuses[2] in ("truncated", "corrupt")
    assert batch.reasons[0] is None
    assert str(tmp_path / "none.jpg") in str(batch.reasons[1])
    assert batch.decoded == 3
    assert batch.pixels.shape == (6, 32, 32, 3)
    assert [bool(slot.any()) for slot in batch.pixels] == [True, False, False, True, False, False]


def test_boxes_are_cut_from_the_upright_picture(pictures: list[Path], make_chunk: MakeChunk) -> None:
    box = (0.25, 0.1, 0.5, 0.6)
    files = [pictures[0], pictures[0], pictures[0]]
    batch = Reader(Sources(), SMALL, 4)(make_chunk(files, [box, (0.5, 0.5, 0.0, 0.1), (-0.1, 0.0, 1.2, 1.0)]))
    assert batch.statuses == ["ok", EMPTY_BOX, "ok"]
    assert batch.decoded == 1
    rgb = decode(pictures[0].read_bytes()).rgb
    assert rgb is not None
    np.testing.assert_array_equal(batch.pixels[0], SMALL.prepare_uint8(crop(rgb, with_margin(Box(*box)))))
    np.testing.assert_array_equal(batch.pixels[2], SMALL.prepare_uint8(rgb))
