"""The learned blend: what it learns, that it is kept, and where pairs come from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from saccade.discovery.lens.learned import LearnedBlend, Pair, learn, lens_pairs
from saccade.discovery.lens.lens import Lens
from saccade.discovery.lens.shapes import LensQuery
from saccade.errors import InputError, NotFoundError
from saccade.workspace import Workspace

COLOURS, SHAPES = ("red", "green", "blue", "yellow"), ("disc", "box", "cross")
WEIGHTS = {"whole": (0.1, 0.5, 1.0, 0.2, 0.1), "words": (0.0, 2.0, 0.0, 0.0, 0.0)}


def pictures(ws: Workspace) -> dict[str, str]:
    rows = ws.table("item_images").read(["item_id", "image_id"]).to_pylist()
    return {row["item_id"]: row["image_id"] for row in rows}


def taught(ws: Workspace) -> list[Pair]:
    """Somebody who photographs a shape wants its colour, whatever the shape."""
    return [
        Pair(image, f"{shape}-{colour}", item.endswith(colour))
        for item, image in pictures(ws).items()
        for shape in SHAPES
        for colour in COLOURS
    ]


@pytest.fixture(scope="module")
def learned(labelled: Workspace, asking: object) -> LearnedBlend:
    return learn(Lens(asking), taught(labelled))  # pyright: ignore[reportArgumentType]


def test_it_learns_what_was_liked(labelled: Workspace, asking: object, learned: LearnedBlend, photo) -> None:
    lens = Lens(asking, blend=learned)  # pyright: ignore[reportArgumentType]
    answer = lens.ask(LensQuery(photo("green", "box", 32), k=3))
    assert {row.result.item_id for row in answer.results} == {f"{shape}-green" for shape in SHAPES}
    assert answer.blend == "lens"
    assert all(sum(s.share for s in row.shares) == pytest.approx(1) for row in answer.results)
    assert learned.pairs > 100


def test_kept_and_found_again(tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    assert LearnedBlend.find(ws) is None
    with pytest.raises(NotFoundError):
        LearnedBlend.load(ws)
    made = LearnedBlend("lens", WEIGHTS, 0.3, -1.0, 50)
    made.save(ws)
    assert LearnedBlend.load(ws) == made == LearnedBlend.find(ws)


@pytest.mark.parametrize("text", ["not json", "{}", '{"name": "lens", "weights": 3}'])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    ws = Workspace(tmp_path / "ws", create=True)
    ws.write_bytes("blends/lens.json", text.encode())
    with pytest.raises(InputError, match="is no blend"):
        LearnedBlend.load(ws)


def test_too_few_pairs(labelled: Workspace, asking: object) -> None:
    with pytest.raises(InputError, match="expected 20 pairs of each kind"):
        learn(Lens(asking), taught(labelled)[:12])  # pyright: ignore[reportArgumentType]


def test_pairs_of_judgements_and_events(tmp_path: Path) -> None:
    ws, now = Workspace(tmp_path / "ws", create=True), datetime(2025, 5, 1, tzinfo=UTC)
    assert lens_pairs(ws) == []
    judged = [
        {"query_id": "p", "item_id": item, "rater": "r", "grade": grade, "time": now}
        for item, grade in (("good", 3), ("bad", 0), ("unsaid", None))
    ]
    ws.table("judgements").upsert(pa.Table.from_pylist(judged, ws.table("judgements").schema))
    seen = [
        {"event_id": str(at), "surface": surface, "query": "p", "item_id": "i", "action": action, "time": now}
        for at, (surface, action) in enumerate((("lens", "click"), ("lens", "impression"), ("shop", "click")))
    ]
    ws.table("events").upsert(pa.Table.from_pylist(seen, ws.table("events").schema))
    found = lens_pairs(ws)
    assert [(pair.item_id, pair.liked) for pair in found] == [
        ("good", True), ("bad", False), ("i", True), ("i", False),
    ]  # fmt: skip
