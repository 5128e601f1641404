"""Scenes that are learned from and looked at: what is kept apart, and what taps give."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from learn_train import untrained
from scenes_market import NAMES, OpenedRooms, Rooms, open_rooms
from scenes_measures import taps_and_rooms

from saccade.fingerprints.store import keep_model, open_kept
from saccade.training.detection.boxed import read_boxes
from saccade.vision.detections import Detections


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> OpenedRooms:
    return open_rooms(
        Rooms(3, products=24, views=1, size=48, scenes=12, held=4), tmp_path_factory.mktemp("rooms")
    )


def test_boxes_of_held_scenes_are_in_no_table(rooms: OpenedRooms) -> None:
    held = {scene.image_id for scene in rooms.held}
    assert len(held) == 4 and held == set(rooms.held_list.read_text().split())
    assert not held & set(read_boxes(rooms.workspace).image_ids.to_pylist())
    assert set(read_boxes(rooms.workspace).categories) <= set(NAMES)
    truth = json.loads(rooms.truth.read_text())
    assert len(truth["annotations"]) == sum(len(scene.things) for scene in rooms.held) > 0
    assert open_rooms(rooms.rooms, rooms.folder.parent).held == rooms.held


class Knowing:
    """A detector that finds exactly what is there."""

    detector_id, categories, dim = "knowing-0", NAMES, 0

    def __init__(self, rooms: OpenedRooms) -> None:
        self.answers = {
            rooms.picture(scene.image_id).tobytes(): Detections(
                np.array([[t.box.x, t.box.y, t.box.width, t.box.height] for t in scene.things], np.float32),
                np.ones(len(scene.things), np.float32),
                np.array([NAMES.index(t.category) for t in scene.things]),
            )
            for scene in rooms.held
        }

    def detect(self, pictures: list[np.ndarray]) -> list[Detections]:
        return [self.answers[picture.tobytes()] for picture in pictures]


def test_taps_and_rooms(rooms: OpenedRooms, tmp_path: Path) -> None:
    ws = rooms.copy(tmp_path / "ws")
    model = keep_model(ws, untrained(tmp_path / "model", "test_resnet", 32, 0))
    found = taps_and_rooms(rooms, open_kept(ws, model), Knowing(rooms))  # pyright: ignore[reportArgumentType]
    things = sum(len(scene.products) for scene in rooms.held)
    assert len(found["class"]) == len(found["product"]) == len(found["taps_of"]) == things
    assert len(found["objects"]) == len(found["each"]) == len(found["whole"]) == 4
    assert np.mean(np.array(found["class"], float)) > 0.5  # where two boxes lie over each other it may err
    assert all(p <= c for p, c in zip(found["product"], found["class"], strict=True))
