"""Flashlight: crops, taps and dots over stored objects and over a detector's."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saccade.discovery.arrange import Arrange
from saccade.discovery.flashlight import Flashlight, FlashlightQuery, box_of
from saccade.discovery.looks_picture import Asked
from saccade.discovery.narrow import Narrow
from saccade.errors import InputError, NotFoundError
from saccade.vision.boxes import Box
from saccade.vision.detections import Detections
from tests.discovery.scenery import SCENES, Gallery, place_of, png, scene

ALL = Arrange(fold=False)


class Fake:
    """Finds what it is told, in every picture."""

    detector_id, categories, dim = "fake-0", ("disc", "box", "cross"), 0

    def __init__(self, boxes: Sequence[Sequence[float]], labels: Sequence[int] | None = None) -> None:
        count = len(boxes)
        self.found = Detections(
            np.array(boxes, np.float32).reshape(-1, 4), np.linspace(0.95, 0.6, count).astype(np.float32),
            np.array(labels or [0] * count, np.int64),
        )  # fmt: skip
        self.calls = 0

    def detect(self, pictures: Sequence[np.ndarray]) -> list[Detections]:
        self.calls += len(pictures)
        return [self.found for _ in pictures]


def sides(box: Box) -> list[float]:
    return [box.x, box.y, box.width, box.height]


@pytest.fixture
def light(gallery: Gallery) -> Flashlight:
    return Flashlight(gallery.engine, objects=gallery.objects)


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("thing", range(3))
def test_a_tap_on_each_object_finds_it(light: Flashlight, gallery: Gallery, number: int, thing: int) -> None:
    dots = light.dots(Asked(image_id=gallery.scenes[number]))
    assert (len(dots.parts), dots.found, dots.source) == (3, 3, "stored")
    part = next(one for one in dots.parts if one.object_id == gallery.object_of(number, thing))
    asked = FlashlightQuery(Asked(image_id=gallery.scenes[number]), tap=(part.x, part.y), arrange=ALL)
    answer = light.search(asked)
    assert answer.results[0].item_id == SCENES[number][thing]
    assert (answer.how, answer.object) == ("object", part)
    assert answer.results[0].why is not None
    assert answer.results[0].why.source == "object"
    assert {row.category for row in answer.results} == {SCENES[number][thing].split("-")[0]}
    assert "looked for among" in answer.notes[0]
    assert not {"decode", "embed"} & set(answer.seconds)


def test_without_an_index_of_objects_the_crop_is_embedded(gallery: Gallery) -> None:
    part = place_of(1)
    asked = FlashlightQuery(
        Asked(image_id=gallery.scenes[0]), tap=(part.x + 0.01, part.y + 0.01), categories=False
    )
    answer = Flashlight(gallery.engine).search(asked)
    assert answer.results[0].item_id == "box-blue"
    assert len({row.category for row in answer.results}) == 3
    assert {"decode", "embed", "objects"} <= set(answer.seconds)


def test_a_crop_of_an_uploaded_picture(light: Flashlight) -> None:
    data = png(np.ascontiguousarray(scene(2)[:, ::-1]))
    box = place_of(0)
    answer = light.search(FlashlightQuery(Asked(image=data), box=Box(1 - box.x - box.width, *sides(box)[1:])))
    assert answer.results[0].item_id == "box-yellow"
    assert (answer.how, answer.object, answer.dots) == ("crop", None, ())


def test_a_detector_is_asked_where_nothing_is_stored(gallery: Gallery) -> None:
    detector = Fake([sides(place_of(thing)) for thing in range(3)], [2, 0, 1])
    light = Flashlight(gallery.engine, detector=detector)
    data = png(scene(1)[:, :639])
    dots = light.dots(Asked(image=data))
    assert (dots.source, len(dots.parts), dots.notes) == ("detector", 3, ())
    assert [one.category for one in dots.parts] == ["cross", "disc", "box"]
    answer = light.search(FlashlightQuery(Asked(image=data), tap=(dots.parts[1].x, dots.parts[1].y)))
    assert answer.results[0].item_id == "disc-red"
    assert {"detect", "decode", "embed"} <= set(answer.seconds)
    before = detector.calls
    light.dots(Asked(image_id=gallery.scenes[0]))
    assert detector.calls == before


def test_a_tap_beside_every_object_searches_around_it(light: Flashlight, gallery: Gallery) -> None:
    answer = light.search(FlashlightQuery(Asked(image_id=gallery.scenes[0]), tap=(0.02, 0.95)))
    assert answer.how == "around"
    assert answer.box is not None
    assert answer.box.x == 0
    assert answer.box.y + answer.box.height == pytest.approx(1)
    assert "no object was found there" in answer.notes[0]
    assert answer.results


def test_nothing_found_and_nobody_looked_are_told(gallery: Gallery) -> None:
    data = png(scene(0)[:50])
    nobody = Flashlight(gallery.engine).dots(Asked(image=data))
    assert (nobody.source, nobody.parts) == ("none", ())
    assert "nobody has looked for objects" in nobody.notes[0]
    nothing = Flashlight(gallery.engine, detector=Fake([])).search(FlashlightQuery(Asked(image=data)))
    assert nothing.how == "whole"
    assert "no object was found in this picture" in nothing.notes[0]
    assert nothing.results


def test_a_thousand_boxes_give_a_dozen_dots_and_a_note(gallery: Gallery) -> None:
    boxes = [[0.001 * (n % 40) * 20, 0.03 * (n // 40), 0.08, 0.09] for n in range(1000)]
    light = Flashlight(gallery.engine, detector=Fake(boxes))
    dots = light.dots(Asked(image=png(scene(1)[:, 1:])))
    assert dots.found == 1000
    assert len(dots.parts) == 12
    assert dots.notes == ("1,000 objects were found; the best 12 have a dot",)


@pytest.mark.parametrize("mode", ["L", "RGBA", "narrow"])
def test_odd_pictures(gallery: Gallery, mode: str) -> None:
    shape = Image.fromarray(scene(0)) if mode != "narrow" else Image.new("RGB", (1, 10000), (200, 30, 30))
    buffer = io.BytesIO()
    (shape if mode == "narrow" else shape.convert(mode)).save(buffer, "PNG")
    light = Flashlight(gallery.engine, detector=Fake([[0.2, 0.2, 0, 0.3], [0.0, 0.1, 1, 0.2]]))
    for given in ({"tap": (0.5, 0.5)}, {"box": Box(0, 0.2, 1, 0.1)}, {"tap": (0.5, 0.2)}, {}):
        answer = light.search(FlashlightQuery(Asked(image=buffer.getvalue()), **given, k=3))
        assert len(answer.results) == 3
        assert len(answer.dots) == 1


def test_results_of_a_tap_are_narrowed(light: Flashlight, gallery: Gallery) -> None:
    box = place_of(0)
    tap = (box.x + 0.05, box.y + 0.1)
    how = Arrange(fold=False, narrow=Narrow(colour="blue"))
    answer = light.search(
        FlashlightQuery(Asked(image_id=gallery.scenes[0]), tap=tap, arrange=how, categories=False)
    )
    assert {row.item_id for row in answer.results} == {"disc-blue", "box-blue", "cross-blue"}


def test_what_is_refused(light: Flashlight, gallery: Gallery) -> None:
    asked = Asked(image_id=gallery.scenes[0])
    with pytest.raises(InputError, match=r"a tap is x and y in 0\.\.1 of the picture, found \(1\.2, 0\.5\)"):
        FlashlightQuery(asked, tap=(1.2, 0.5))
    with pytest.raises(InputError, match="expected a box or a tap, found both"):
        FlashlightQuery(asked, tap=(0.2, 0.5), box=Box(0, 0, 1, 1))
    with pytest.raises(InputError, match=r"width and a height, found 0 × 0\.2"):
        box_of(0.1, 0.1, 0, 0.2)
    with pytest.raises(InputError, match=r"outside at x 1\.5"):
        box_of(1.5, 0.1, 0.1, 0.2)
    assert sides(box_of(-0.1, 0.5, 0.3, 0.9)) == pytest.approx([0.0, 0.5, 0.2, 0.5])
    with pytest.raises(InputError, match="the query picture cannot be used"):
        light.dots(Asked(image=b"text"))
    with pytest.raises(NotFoundError, match="cannot be read: it is not in the catalogue"):
        light.search(FlashlightQuery(Asked(image_id="0" * 32), tap=(0.5, 0.5)))


def test_real_rooms_get_dots_that_can_be_tapped(gallery: Gallery, data_dir: Path, tmp_path: Path) -> None:
    from saccade.detection.detector import open_detector
    from saccade.detection.imports import import_onnx, read_categories

    names = read_categories(data_dir / "coco" / "categories.jsonl")
    folder = import_onnx(data_dir / "weights" / "yolox_nano_coco.onnx", "yolox", names, tmp_path / "yolox")
    light = Flashlight(gallery.engine, detector=open_detector(folder))
    counts = list[int]()
    for place in sorted((data_dir / "ikea" / "scenes").rglob("*.jpg"))[:4]:
        dots = light.dots(Asked(image=place.read_bytes()))
        counts.append(len(dots.parts))
        for part in dots.parts:
            asked = FlashlightQuery(Asked(image=place.read_bytes()), tap=(part.x, part.y), k=1)
            answer = light.search(asked)
            assert answer.object is not None
            assert answer.object.box.area <= part.box.area
            assert len(answer.results) == 1
    assert sum(count >= 1 for count in counts) >= 3
    assert max(counts) <= 12
