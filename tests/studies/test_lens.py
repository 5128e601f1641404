"""The study of lens: its flags, its questions, its last line."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from lens import arguments, figures
from lens_market import market, photos, put_objects
from PIL import Image

from saccade.catalog.ingest import Ingest
from saccade.errors import InputError
from saccade.evaluation.lens import LensScores
from saccade.workspace import Workspace


def test_the_seeds_that_chose_are_not_reported() -> None:
    assert arguments([]).seeds == [3, 4, 5]
    assert arguments(["--quick"]).seeds == [3] and arguments(["--quick"]).products < 600
    with pytest.raises(InputError, match="take others"):
        arguments(["--seeds", "5", "100"])


def test_photos_and_what_is_relevant() -> None:
    bazaar = market(3, 60)
    first, again = list(photos(bazaar, range(6))), list(photos(bazaar, range(3)))
    assert [one.photo_id for one in again] == [one.photo_id for one in first[:3]]
    assert again[0].data == first[0].data and len({one.photo_id for one in first}) == 6
    assert not {one.photo_id for one in photos(bazaar, range(6, 9))} & {one.photo_id for one in first}
    for one in first:
        assert Image.open(io.BytesIO(one.data)).size == (96, 96)
        items = [bazaar.product(int(name.split("-")[1])) for name in one.relevant]
        assert len({item.category for item in items}) == 1
        assert any(bazaar.query_id(item.index, 0) in one.photo_id for item in items)
        shown = next(item for item in items if bazaar.query_id(item.index, 0) in one.photo_id)
        assert all(item.colour == shown.colour or item.design == shown.design for item in items)


def test_objects_of_catalogue_pictures(tmp_path: Path) -> None:
    from saccade.bazaar import Bazaar

    Bazaar(seed=3, products=4, size=96, views=1, photos=0).write(tmp_path / "bazaar")
    ws = Workspace(tmp_path / "ws", create=True)
    Ingest(str(tmp_path / "bazaar" / "catalogue" / "items.jsonl")).run(ws)
    assert put_objects(ws) == ws.table("objects").count() == 4
    assert put_objects(ws) == 4 == ws.table("objects").count()
    areas = [row["width"] * row["height"] for row in ws.table("objects").read().to_pylist()]
    assert all(0.03 < area < 1 for area in areas)


def test_the_last_line() -> None:
    dice = np.random.default_rng(0)
    base = dice.random(200)
    part = LensScores(
        "mean_p@20",
        {
            "whole": base, "words": base / 2, "whole_agreed": base + 0.04, "words_agreed": base / 2,
            "blend": base + 0.1 + 0.1 * dice.random(200), "learned": base,
        },
    )  # fmt: skip
    told = figures([part, part], [0.2, 0.4])
    assert told["best_source"] == told["whole"] == pytest.approx(base.mean(), abs=1e-5)
    assert told["gain_low"] is not None and 0.13 < told["gain_low"] < 0.16
    assert told["best_agreed"] == pytest.approx(base.mean() + 0.04, abs=1e-5)
    assert told["over_agreed_low"] is not None and 0.09 < told["over_agreed_low"] < 0.12
    assert told["learned_gain_low"] == 0 and told["photos"] == 400 and told["seeds"] == 2
    assert told["ceiling"] == pytest.approx(0.3)
    fewer = {name: values for name, values in part.values.items() if name != "learned"}
    without = LensScores("mean_p@20", fewer)
    assert "learned" not in figures([part, without], [0.2, 0.4])
