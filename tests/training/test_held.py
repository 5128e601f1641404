"""One family in ten is kept away from training."""

from __future__ import annotations

from pathlib import Path

from saccade.catalog.catalogue import Catalogue
from saccade.catalog.selection import Selection
from saccade.training.held import hold_out
from tests.training.shops import shop


def test_families_are_held_out_whole_and_stay(tmp_path: Path) -> None:
    ws = shop(tmp_path, items=80, photos=1, side=16)
    chosen = hold_out(ws, seed=1)
    images = Selection.parse(chosen).images(Catalogue(ws))
    shown = {row["image_id"]: row["item_id"] for row in Catalogue(ws).item_images.to_pylist()}
    items = [shown[image] for image in images.to_pylist()]
    assert 2 <= len(set(items)) <= 20
    assert len(items) == 2 * len(set(items))
    assert hold_out(ws, seed=1) == chosen
    assert Selection.parse(hold_out(ws, seed=2)).images(Catalogue(ws)) != images
