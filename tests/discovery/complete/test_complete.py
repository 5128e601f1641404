"""What goes with a red disc: red boxes and crosses, never discs."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from saccade.discovery.complete import Complete, CompleteAnswer, CompleteQuery
from saccade.discovery.engine import Engine
from saccade.errors import InputError, NotFoundError
from saccade.index.filters import Range
from saccade.vision.boxes import Box


@pytest.fixture(scope="module")
def complete(asking: Engine) -> Complete:
    return Complete.open(asking)


def firsts(answer: CompleteAnswer) -> dict[str, str | None]:
    return {group.category: group.results[0].result.item_id for group in answer.groups}


@pytest.mark.parametrize("colour", ["red", "green", "blue", "yellow"])
def test_what_shares_boards_comes_first(complete: Complete, colour: str) -> None:
    answer = complete.ask(CompleteQuery(item_id=f"disc-{colour}", k=3))
    assert answer.category == "disc" and "disc" not in {group.category for group in answer.groups}
    assert firsts(answer) == {"box": f"box-{colour}", "cross": f"cross-{colour}"}


def test_results_say_why(complete: Complete) -> None:
    group = complete.ask(CompleteQuery(item_id="disc-red")).groups[0]
    best, last = group.results[0], group.results[-1]
    assert best.together > 0 and last.together == 0 and "these very items" in best.why
    assert f"{group.looks} looks" in best.why and group.lift > 0
    scores = [one.result.score for one in group.results]
    assert scores == sorted(scores, reverse=True) and all(0 <= score <= 1 for score in scores)
    assert best.result.title and best.result.width == 96


def test_several_items(complete: Complete) -> None:
    answer = complete.ask(CompleteQuery(items=("disc-blue", "box-blue")))
    assert firsts(answer) == {"cross": "cross-blue"}


def test_a_photo_takes_the_category_of_its_neighbours(complete: Complete) -> None:
    picture = np.full((96, 96, 3), 240, np.uint8)
    cv2.circle(picture, (48, 48), 33, (20, 150, 60), -1)
    sink = io.BytesIO()
    Image.fromarray(picture).save(sink, "PNG")
    answer = complete.ask(CompleteQuery(image=sink.getvalue()))
    assert answer.category == "disc" and firsts(answer)["box"] == "box-green"
    told = complete.ask(CompleteQuery(image=sink.getvalue(), category="box"))
    assert {group.category for group in told.groups} == {"disc", "cross"}


def test_part_of_an_item_and_a_filter(complete: Complete) -> None:
    query = CompleteQuery(
        item_id="disc-red", box=Box(0.1, 0.1, 0.8, 0.8), filter=Range("price", at_most=15.0), k=9
    )
    answer = complete.ask(query)
    found = [one.result for group in answer.groups for one in group.results]
    assert found and all(row.price is not None and row.price <= 15 for row in found)
    assert "embed" in answer.seconds and answer.took_ms > 0


def test_an_unknown_category_is_said(complete: Complete) -> None:
    picture = io.BytesIO()
    Image.fromarray(np.full((64, 64, 3), 200, np.uint8)).save(picture, "PNG")
    answer = complete.ask(CompleteQuery(image=picture.getvalue(), category="zeppelin"))
    assert any("No board or scene shows this category" in note for note in answer.notes)


def test_what_cannot_be_asked(complete: Complete, engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        complete.ask(CompleteQuery(item_id="nobody"))
    with pytest.raises(NotFoundError, match="fit one"):
        Complete.open(engine)
    for wrong in ({}, {"item_id": "a", "image": b"x"}, {"item_id": "a", "k": 0}):
        with pytest.raises(InputError):
            CompleteQuery(**wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError, match="cannot be used"):
        complete.ask(CompleteQuery(image=b"no picture"))
