"""The gate: words suggest categories, and only what both say is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from saccade.detection.gate import Gate, read_words, texts_of
from saccade.errors import InputError, NotFoundError
from saccade.vision.detections import Detections
from saccade.workspace.workspace import Workspace

CATEGORIES = ("chair", "dining table", "car")


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Two chairs by a window", {0}),
        ("a DINING TABLE, set", {1}),
        ("dining at the table", set()),
        ("a scarf and a cart", set()),
        ("armchair", set()),
        ("chair; cars!", {0, 2}),
        ("", set()),
    ],
)
@pytest.mark.parametrize("dictionary", [True, False])
def test_whole_words_in_singular_and_plural(
    text: str, places: set[int], dictionary: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if dictionary:
        pytest.importorskip("simplemma")
    monkeypatch.setattr("saccade.detection.gate._simplemma", lambda: dictionary)
    from saccade.detection import gate

    gate._base.cache_clear()
    assert Gate.of(CATEGORIES).suggested([("en", text)]) == places
    gate._base.cache_clear()


def test_more_words_stand_beside_the_name() -> None:
    gate = Gate.of(CATEGORIES, {"car": ["automobile", "sports vehicle"]})
    assert gate.suggested([("en", "an old automobile")]) == {2}
    assert gate.suggested([("en", "a car"), ("en", "sports vehicles")]) == {2}


def test_the_conjunction_keeps_the_order() -> None:
    found = Detections(
        np.tile(np.float32([0, 0, 0.5, 0.5]), (3, 1)), np.float32([0.9, 0.8, 0.7]), np.array([0, 2, 0])
    )
    kept = Gate.of(CATEGORIES).keep(found, [("en", "a chair")])
    assert kept.scores.tolist() == found.scores[[0, 2]].tolist()
    assert len(Gate.of(CATEGORIES).keep(found, [])) == 0


def test_what_cannot_gate(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs a detector with categories"):
        Gate.of(("object",))
    with pytest.raises(InputError, match="words for sofa, which the detector does not know"):
        Gate.of(CATEGORIES, {"sofa": ["couch"]})
    path = tmp_path / "words.json"
    with pytest.raises(NotFoundError):
        read_words(path)
    for content, message in (("{", "is not JSON"), ('["a"]', "expected"), ('{"a": "b"}', "expected")):
        path.write_text(content)
        with pytest.raises(InputError, match=message):
            read_words(path)
    path.write_text('{"car": ["auto"]}')
    assert read_words(path) == {"car": ["auto"]}


def test_texts_of_a_picture_come_from_everywhere(make_workspace: Callable[..., Workspace]) -> None:
    ws = make_workspace([])
    ws.table("items").append(
        pa.table({"item_id": ["i", "gone"], "title": ["A title", "Gone"], "category": ["Chairs", "x"],
                  "deleted": pa.array([None, 0], pa.timestamp("us", tz="UTC"))})
    )  # fmt: skip
    ws.table("item_images").append(pa.table({"item_id": ["i", "gone"], "image_id": ["a", "a"]}))
    ws.table("texts").append(
        pa.table({"image_id": ["a"], "source": ["board"], "text": ["le bois"], "language": ["fr"]})
    )
    ws.table("phrases").append(pa.table({"phrase_id": ["p"], "phrase": ["oak"], "language": ["en"]}))
    ws.table("annotations").append(
        pa.table({"image_id": ["a"], "phrase_id": ["p"], "score": pa.array([0.9], pa.float32())})
    )
    found = texts_of(ws, ["a", "b"])
    assert sorted(found["a"]) == [("en", "A title"), ("en", "Chairs"), ("en", "oak"), ("fr", "le bois")]
    assert "b" not in found
