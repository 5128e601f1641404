"""What is known of pictures: both sources say the same; the one in memory notices what was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.discovery.looks import Looks, TableLooks
from saccade.discovery.looks_columns import Keyed
from saccade.discovery.looks_memory import MemoryLooks
from saccade.workspace import Workspace
from tests.discovery.scenery import Gallery, place_of


@pytest.fixture(params=[TableLooks, MemoryLooks], scope="module")
def looks(request: pytest.FixtureRequest, gallery: Gallery) -> Looks:
    return request.param(gallery.ws)


def test_rows_of_each_id_are_found() -> None:
    ids = [f"{number:032x}" for number in (7, 3, 7, 1, 3, 7)]
    keyed = Keyed(pa.chunked_array([ids]))
    which, rows = keyed.find([ids[0], f"{9:032x}", ids[1]])
    assert which.tolist() == [0, 0, 0, 2, 2]
    assert keyed.order[rows].tolist() == [0, 2, 5, 1, 4]
    assert [part.tolist() for part in keyed.find([])] == [[], []]


def test_annotations_that_are_believed(looks: Looks, gallery: Gallery) -> None:
    said = looks.annotations([gallery.scenes[0], gallery.picture("cross-red")])
    assert set(said.which.tolist()) == {1}
    texts = said.phrases.texts.take(pa.array(said.codes)).to_pylist()
    assert sorted(texts) == ["cross stitch", "red", "shape"]
    assert said.scores.tolist() == pytest.approx([0.9] * 3)
    shares = dict(zip(texts, said.phrases.shares[said.codes].tolist(), strict=True))
    assert shares == pytest.approx({"cross stitch": 8 / 28, "red": 6 / 28, "shape": 24 / 28})


def test_copies_labels_and_shares(looks: Looks, gallery: Gallery) -> None:
    disc, box = gallery.picture("disc-green"), gallery.picture("box-green")
    assert looks.copies([disc, box, gallery.scenes[0]]) == [disc, disc, gallery.scenes[0]]
    assert looks.tasks() == ["skin_tone"]
    assert looks.labels("skin_tone", [disc, gallery.scenes[0]]) == ["2", None]
    assert looks.labels("mood", [disc]) == [None]
    shares = looks.shares()
    assert shares["category", "disc"] == pytest.approx(1 / 3)
    assert shares["colour", "red"] == pytest.approx(1 / 4)


def test_colours_and_objects(looks: Looks, gallery: Gallery) -> None:
    red = gallery.picture("box-red")
    tones = looks.colours([red, "0" * 32])
    assert set(tones.which.tolist()) == {0}
    assert tones.names[tones.codes[np.argmax(tones.shares)]] == "red"
    (none, parts) = looks.parts([red, gallery.scenes[1]])
    assert none == []
    assert [part.category for part in sorted(parts, key=lambda part: part.x)] == ["cross", "disc", "box"]
    assert [part.score for part in parts] == pytest.approx([0.9] * 3)
    assert {part.score for part in looks.parts([gallery.scenes[0]])[0]} == {None}
    placed = looks.placed([gallery.object_of(2, 1), "0" * 32])
    (at,) = placed.values()
    assert at.image_id == gallery.scenes[2]
    assert at.part.x == pytest.approx(place_of(1).x + place_of(1).width / 2)


def test_an_empty_workspace_knows_nothing(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    for looks in (TableLooks(ws), MemoryLooks(ws)):
        assert len(looks.annotations(["a"]).codes) == 0
        assert looks.copies(["a"]) == ["a"]
        assert looks.tasks() == []
        assert looks.labels("t", ["a"]) == [None]
        assert len(looks.colours(["a"]).shares) == 0
        assert looks.parts(["a"]) == [[]]
        assert looks.placed(["a"]) == {}
        assert looks.shares() == {}


def test_memory_reads_again_what_was_written(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    looks = MemoryLooks(ws)
    looks.preload()
    one, other = f"{1:032x}", f"{2:032x}"
    ws.table("duplicates").append(pa.table({"image_id": [one, other], "group_id": [one, one]}))
    ws.table("tasks").append(pa.table({"task": ["season"], "image_id": [one], "label": ["spring"]}))
    assert looks.copies([other]) == [other]
    looks.refresh()
    assert looks.copies([other]) == [one]
    assert looks.labels("season", [one, other]) == ["spring", None]
