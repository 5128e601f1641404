"""Reading: batches in order, failures in their place, large pictures drafted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

from saccade.detection.reading import read_batches
from saccade.fingerprints.reader import CHUNK
from saccade.fingerprints.sources import Sources
from saccade.vision.identity import image_id


def chunk_of(files: list[Path]) -> pa.Table:
    rows = [
        {"id": str(p), "image_id": image_id(p.read_bytes()) if p.exists() else "0" * 32, "uri": str(p)}
        for p in files
    ]
    return pa.Table.from_pylist(rows, schema=CHUNK)


def test_batches_keep_order_and_failures_keep_their_place(scenes: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(scenes[0].read_bytes()[:60])
    files = [*scenes[:4], bad, tmp_path / "none.png", *scenes[4:7]]
    batches = list(read_batches(Sources(), chunk_of(files), 4, None, 2))
    assert [len(batch) for batch in batches] == [4, 4, 1]
    read = [one for batch in batches for one in batch]
    assert [one.status for one in read] == ["ok"] * 4 + ["truncated", "gone"] + ["ok"] * 3
    assert [one.image_id for one in read] == chunk_of(files).column("image_id").to_pylist()
    assert read[5].rgb is None and read[5].reason and "none.png" in read[5].reason


def test_odd_kinds_are_upright_rgb_and_large_jpegs_are_drafted(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (20, 30), np.uint8)).save(tmp_path / "grey.png")
    Image.fromarray(rng.integers(0, 255, (20, 30, 4), np.uint8)).save(tmp_path / "alpha.png")
    Image.fromarray(np.zeros((1, 10_000, 3), np.uint8)).save(tmp_path / "thin.png")
    Image.fromarray(np.zeros((800, 1200, 3), np.uint8)).save(tmp_path / "large.jpg")
    files = [tmp_path / name for name in ("grey.png", "alpha.png", "thin.png", "large.jpg")]
    (read,) = read_batches(Sources(), chunk_of(files), 8, 64, 1)
    shapes = [one.rgb.shape for one in read if one.rgb is not None]
    assert shapes[:3] == [(20, 30, 3), (20, 30, 3), (1, 10_000, 3)]
    assert 64 <= shapes[3][0] < 200
