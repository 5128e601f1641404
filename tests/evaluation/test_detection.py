"""Detectors on labelled boxes: COCO in, COCO out, lines that people can read, nothing done twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from PIL import Image

from saccade.errors import InputError, NotFoundError
from saccade.evaluation import detection as module
from saccade.evaluation.detection import AssessDetector, coco_results, markdown, table
from saccade.evaluation.detection_gate import evaluate_gate
from saccade.evaluation.detection_measure import THRESHOLDS, look, match_names, score
from saccade.evaluation.detection_page import curve_svg, worst_page, worst_pictures
from saccade.evaluation.detection_set import LabelledSet, of_coco, of_workspace
from saccade.metrics.detection import Found, average_precision
from saccade.vision.detections import Detections
from saccade.vision.identity import image_id
from saccade.workspace.workspace import Workspace

NAMES = ("Chair", "lamp", "dragon")


@dataclass
class Fake:
    """Knows the boxes by the first pixel of a picture: chairs well, lamps under the name of chairs."""

    boxes: dict[int, list[tuple[str, list[float]]]]
    detector_id: str = "fake-1"
    categories: tuple[str, ...] = NAMES
    dim: int = 0

    def detect(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        return [one.select(np.arange(len(one)) % 2 == 0) for one in self.raw(pictures)]

    def raw(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Every box twice, so that suppression has something to do."""
        return [self._one(rgb) for rgb in pictures]

    def _one(self, rgb: NDArray[np.uint8]) -> Detections:
        known = [box for _, box in self.boxes[int(rgb[0, 0, 0])]]
        height, width = rgb.shape[:2]
        boxes = np.array(known, np.float32).reshape(-1, 4) / np.float32([width, height] * 2)
        twice = np.repeat(boxes, 2, axis=0)
        scores = np.linspace(0.9, 0.4, len(twice), dtype=np.float32) * np.float32(1 - 0.08 * rgb[0, 0, 0])
        return Detections(twice, scores, np.zeros(len(twice), np.int64))


@pytest.fixture
def coco(tmp_path: Path) -> tuple[Path, Fake]:
    """Six pictures: chairs, lamps, an empty one, a crowd; and a detector of them."""
    (tmp_path / "images").mkdir()
    images, notes, known = [], [], {}
    for number in range(6):
        rgb = np.full((60, 80, 3), 90, np.uint8)
        rgb[0, 0] = number
        Image.fromarray(rgb).save(tmp_path / "images" / f"{number}.png")
        images.append({"id": 100 + number, "file_name": f"{number}.png", "width": 80, "height": 60})
        boxes = [("chair", [5.0 + number, 5, 20, 20])] * (number > 0) + [("lamp", [40.0, 30, 10, 15])] * (
            number > 2
        )
        known[number] = boxes
        for name, box in boxes:
            notes.append({"image_id": 100 + number, "category_id": 7 if name == "chair" else 9, "bbox": box})
    notes.append({"image_id": 100, "category_id": 9, "bbox": [0, 0, 80, 60], "iscrowd": 1})
    for number, note in enumerate(notes):
        note["id"] = number + 1
    kinds = [{"id": 7, "name": "chair"}, {"id": 9, "name": "lamp"}]
    path = tmp_path / "truth.json"
    path.write_text(json.dumps({"images": images, "annotations": notes, "categories": kinds}))
    return path, Fake(known)


def test_numbers_of_a_detector_that_calls_lamps_chairs(coco: tuple[Path, Fake]) -> None:
    labelled, fake = of_coco(coco[0]), coco[1]
    (looked,) = look(labelled, [fake], curve=True)
    line = score(labelled, looked, 0.3, resamples=20)
    assert line.scores.per_category[0] > 0.5
    assert line.scores.per_category[1] == 0
    assert line.ar100_agnostic == pytest.approx(1)
    assert line.recall == pytest.approx(5 / 8) and line.precision == pytest.approx(5 / 8)
    assert line.milliseconds > 0 and line.interval is not None
    assert (line.only_detector, line.only_truth) == (("dragon",), ())
    assert len(line.curve) == len(THRESHOLDS) and line.curve[0] > line.curve[-1]


def test_results_are_standard_and_score_the_same(coco: tuple[Path, Fake]) -> None:
    labelled, fake = of_coco(coco[0]), coco[1]
    (looked,) = look(labelled, [fake], curve=False)
    rows = coco_results(labelled, looked)
    assert {key for row in rows for key in row} == {"image_id", "category_id", "bbox", "score"}
    assert {row["category_id"] for row in rows} == {7}
    place = {int(name): at for at, name in enumerate(labelled.ids)}
    again = Found.of(
        [place[int(str(row["image_id"]))] for row in rows], [0] * len(rows), [row["bbox"] for row in rows],
        [row["score"] for row in rows],
    )  # fmt: skip
    line = score(labelled, looked, 0.3, 0)
    assert average_precision(labelled.truth, again).ap == pytest.approx(line.scores.ap, abs=1e-4)
    assert line.curve == () and line.interval is None


def test_a_detector_without_categories_is_scored_without(coco: tuple[Path, Fake]) -> None:
    labelled, fake = of_coco(coco[0]), coco[1]
    fake.categories = ("object",)
    (looked,) = look(labelled, [fake], curve=True)
    line = score(labelled, looked, 0.3, 0)
    assert line.scores.ap == pytest.approx(1) and line.recall == 1
    assert line.only_truth == ()


def test_names_are_compared_without_capitals() -> None:
    names = match_names(("LAMP", "dragon"), ("chair", "lamp"))
    assert names.places.tolist() == [1, -1]
    assert (names.only_detector, names.only_truth) == (("dragon",), ("chair",))
    with pytest.raises(InputError, match="share no category: dragon against chair"):
        match_names(("dragon",), ("chair",))


def test_the_page_shows_errors_and_escapes(coco: tuple[Path, Fake]) -> None:
    labelled, fake = of_coco(coco[0]), coco[1]
    (looked,) = look(labelled, [fake], curve=True)
    bad = worst_pictures(labelled, looked, 0.3)
    assert {labelled.names[one.at] for one in bad} == {"3.png", "4.png", "5.png"}
    assert [one.f1 for one in bad] == sorted(one.f1 for one in bad)
    kinds = {mark.kind for one in bad for mark in one.marks}
    assert kinds == {"hit", "missed", "right", "wrong"}
    page = worst_page(labelled, bad, "<b>", ["a & b"])
    assert "<b>" not in page and "a &amp; b" in page and page.count("data:image/jpeg") == 3
    lines = [score(labelled, looked, 0.3, 0)]
    svg = curve_svg(lines)
    assert svg.count("<polyline") == 1 and "fake-1" in svg
    assert "| fake-1 |" in markdown(lines)


def test_the_gate_is_surer_together(coco: tuple[Path, Fake]) -> None:
    from saccade.detection.gate import Gate

    labelled, fake = of_coco(coco[0]), coco[1]
    (looked,) = look(labelled, [fake], curve=False)
    texts = {f"{number}.png": [("en", "chairs and a lamp")] for number in (0, 1, 3)}
    found = evaluate_gate(labelled, looked, Gate.of(NAMES), texts, 0.3)
    assert (found.text.recall, found.text.precision) == pytest.approx((4 / 9, 4 / 6))
    assert (found.picture.recall, found.picture.precision) == pytest.approx((5 / 9, 1))
    assert (found.both.recall, found.both.precision) == pytest.approx((2 / 9, 1))
    assert found.text.false_positive_rate == pytest.approx(2 / 3)
    assert found.both.false_positive_rate == 0
    assert found.rows()[1][0] == "text"


def test_unreadable_pictures_are_missed_not_fatal(coco: tuple[Path, Fake]) -> None:
    (coco[0].parent / "images" / "3.png").unlink()
    labelled = of_coco(coco[0])
    (looked,) = look(labelled, [coco[1]], curve=True)
    assert score(labelled, looked, 0.3, 0).unreadable == 1
    assert worst_page(labelled, worst_pictures(labelled, looked, 0.3), "t", []).count("no picture") == 1


def test_people_drew_what_no_detection_lists(tmp_path: Path, coco: tuple[Path, Fake]) -> None:
    files = sorted((tmp_path / "images").glob("*.png"))
    ids = [image_id(path.read_bytes()) for path in files]
    ws = Workspace(tmp_path / "ws", create=True)
    with pytest.raises(InputError, match="no pictures"):
        of_workspace(ws)
    ws.table("images").append(
        pa.table({"image_id": ids, "uri": [str(p) for p in files], "status": ["ok"] * 6,
                  "width": pa.array([80] * 6, pa.int32()), "height": pa.array([60] * 6, pa.int32())})
    )  # fmt: skip
    with pytest.raises(NotFoundError, match="no boxes that people drew"):
        of_workspace(ws)
    half = {"x": 0.5, "y": 0.5, "width": 0.25, "height": 0.5}
    rows = [{"object_id": f"{at}" * 32, "image_id": ids[at], "category": "lamp", **half} for at in (1, 2, 3)]
    ws.table("objects").append(pa.Table.from_pylist(rows))
    ws.table("detections").append(pa.Table.from_pylist([{"image_id": ids[3], "object_ids": ["3" * 32]}]))
    labelled: LabelledSet = of_workspace(ws)
    assert sorted(labelled.names) == sorted(ids[1:3])
    assert labelled.truth.boxes.tolist() == [[40, 30, 20, 30]] * 2
    assert labelled.read(0) is not None
    assert labelled.as_coco()["categories"] == [{"id": 1, "name": "lamp"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "not JSON"), ("[]", "found a list"), ('{"a": 1}', "with a list `images`"),
     ('{"images": [], "annotations": [], "categories": []}', "found none"),
     ('{"images": [{"id": 1}], "annotations": [], "categories": []}', "a row without")],
)  # fmt: skip
def test_files_that_are_no_coco(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        of_coco(path)
    with pytest.raises(NotFoundError):
        of_coco(tmp_path / "none.json")


def test_the_stage_writes_a_report_once(
    tmp_path: Path, coco: tuple[Path, Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "identify", lambda folder: "fake-1")
    monkeypatch.setattr(module, "open_detector", lambda folder, **_: coco[1])
    ws = Workspace(tmp_path / "ws", create=True)
    stage = AssessDetector(("folder/fake",), truth=str(coco[0]), resamples=5)
    assert stage.plan(ws).work == 6
    report = stage.run(ws)
    assert report.counts["pictures"] == 6
    assert any("only the detector has dragon" in note for note in report.notes)
    saved = json.loads(ws.read_bytes("reports/evaluation/detectors/metrics.json"))
    assert saved["detectors"][0]["scores"]["per_category"].keys() == {"chair", "lamp"}
    for name in ("results-fake-1.json", "truth.json", "nms.svg", "worst-fake-1.html"):
        assert ws.read_bytes(f"reports/evaluation/detectors/{name}")
    assert "fake-1" in table(ws)
    assert stage.run(ws).counts["pictures"] == 0
    with pytest.raises(NotFoundError, match="there is no file"):
        AssessDetector(("folder/fake",), truth=str(tmp_path / "none.json")).run(ws)
    with pytest.raises(InputError, match="each detector once"):
        AssessDetector(("folder/a", "folder/b"), truth=str(coco[0])).run(ws)
    with pytest.raises(NotFoundError, match="keeps no detector yet"):
        AssessDetector(truth=str(coco[0])).run(ws)


def test_wrong_settings_are_one_line() -> None:
    for wrong in ({"label": "../x"}, {"score": 1.0}, {"worst": -1}, {"runner": "x"}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            AssessDetector(**wrong)  # type: ignore[arg-type]
