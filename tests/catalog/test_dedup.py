"""The stage that fills `duplicates`."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from saccade.catalog.dedup import Deduplicate
from saccade.catalog.ingest import Ingest
from saccade.vision.identity import image_id
from saccade.workspace import Workspace


def scene(seed: int) -> Image.Image:
    """A smooth random picture with structure, as photographs have."""
    rng = np.random.default_rng(seed)
    return (
        Image.fromarray(rng.integers(0, 255, (12, 16, 3), dtype=np.uint8))
        .resize((320, 240), 3)
        .filter(ImageFilter.BLUR)
    )


def encoded(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


@pytest.fixture
def ws(tmp_path) -> Workspace:
    return Workspace(tmp_path / "workspace", create=True)


def test_copies_are_grouped_and_a_second_run_does_nothing(ws, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(6):
        (folder / f"{seed}.jpg").write_bytes(encoded(scene(seed), 95))
    copy = encoded(scene(2).resize((200, 150)), 60)
    (folder / "copy.jpg").write_bytes(copy)
    Ingest(str(folder)).run(ws)
    report = Deduplicate().run(ws)
    assert (report.counts["images"], report.counts["duplicates"], report.counts["groups"]) == (7, 1, 1)
    pair = {image_id(copy), image_id((folder / "2.jpg").read_bytes())}
    assert set(ws.table("duplicates").read(["image_id"]).column("image_id").to_pylist()) == pair
    again = Deduplicate().run(ws)
    assert not again.changed
    assert Deduplicate().plan(ws).work == 0
    assert Deduplicate(threshold=1).plan(ws).work == 7
    (folder / "copy.jpg").unlink()
    Ingest(str(folder), prune=True).run(ws)
    assert Deduplicate().run(ws).counts["duplicates"] == 0
    assert ws.table("duplicates").count() == 0


def test_nothing_to_do_without_images(ws):
    assert Deduplicate().plan(ws).work == 0
    assert not Deduplicate().run(ws).changed
