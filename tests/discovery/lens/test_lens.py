"""Lens as a whole: photos of the shop's shapes, and photos that nobody expects."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest
from PIL import Image

from saccade.discovery.engine import Engine
from saccade.discovery.lens import Lens, LensQuery
from saccade.errors import InputError
from saccade.index.filters import Equals
from saccade.vision.boxes import Box
from saccade.vision.detections import Detections


class Middle:
    """A detector that sees one thing in the middle."""

    categories = ("thing",)

    def detect(self, pictures: Sequence[np.ndarray]) -> list[Detections]:
        box = np.array([[0.15, 0.15, 0.7, 0.7]], np.float32)
        return [Detections(box, np.array([0.8], np.float32), np.array([0])) for _ in pictures]


def png(rgb: np.ndarray) -> bytes:
    sink = io.BytesIO()
    Image.fromarray(rgb).save(sink, "PNG")
    return sink.getvalue()


def written() -> np.ndarray:
    page = np.full((90, 240, 3), 255, np.uint8)
    cv2.putText(page, "50% OFF", (8, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (0, 0, 0), 3)
    return page


@pytest.fixture(scope="module")
def lens(asking: Engine) -> Lens:
    return Lens.open(asking, Middle())


def test_all_four_sources_find_the_disc(lens: Lens, photo: Callable[..., bytes]) -> None:
    answer = lens.ask(LensQuery(photo("red", "disc", 33), k=6))
    first = answer.results[0]
    assert first.result.item_id == "disc-red" and first.result.rank == 1 and first.result.title == "red disc"
    assert {share.source for share in first.shares} == {"whole", "crop", "objects", "words"}
    assert "the whole photo" in first.why and "words" in first.why
    assert {word.phrase for word in answer.understanding.words} >= {"red", "disc"}
    assert answer.understanding.colours[0].name == "red"
    assert len(answer.results) == 6 and len({row.result.item_id for row in answer.results}) == 6


def test_the_answer_says_how_it_came_about(lens: Lens, photo: Callable[..., bytes]) -> None:
    answer = lens.ask(LensQuery(photo("blue", "box", 33), k=4))
    assert set(answer.seconds) == {"decode", "understand", "embed", "words", "search", "hydrate", "blend"}
    assert answer.took_ms > 0 and answer.blend == "fixed" and answer.model_id == lens.engine.info.model_id
    assert sum(report.weight for report in answer.sources) == pytest.approx(1)
    assert all(0 <= report.confidence <= 1 and report.found for report in answer.sources)
    for row in answer.results:
        assert sum(share.share for share in row.shares) == pytest.approx(1)
        assert list(row.shares) == sorted(row.shares, key=lambda share: -share.share)


def test_the_photo_narrows_as_any_search(lens: Lens, photo: Callable[..., bytes]) -> None:
    answer = lens.ask(LensQuery(photo("red", "disc", 33), filter=Equals("category", "box"), k=10))
    assert answer.results[0].result.item_id == "box-red"
    assert {row.result.category for row in answer.results} == {"box"}


def test_what_is_marked_is_searched(asking: Engine, photo: Callable[..., bytes]) -> None:
    """Two shapes in one photo: the marked one is found by crop."""
    both = np.concatenate(
        [np.asarray(Image.open(io.BytesIO(photo(c, k, 33)))) for c, k in (("red", "disc"), ("blue", "box"))],
        1,
    )
    lens = Lens.open(asking)
    answer = lens.ask(LensQuery(png(both), box=Box(0.5, 0.0, 0.5, 1.0)))
    ranks = {
        s.source: s.rank for row in answer.results if row.result.item_id == "box-blue" for s in row.shares
    }
    assert ranks["crop"] == 1 and answer.results[0].result.item_id == "box-blue"


def test_without_anything_but_pictures(engine: Engine, photo: Callable[..., bytes]) -> None:
    """No labels, no objects, no detector: the picture still finds, and the words say why they did not."""
    answer = Lens.open(engine).ask(LensQuery(photo("red", "disc", 33)))
    assert answer.results[0].result.item_id == "disc-red"
    reports = {report.name: report for report in answer.sources}
    assert set(reports) == {"whole", "crop", "words"}
    assert reports["words"].weight == 0 and reports["words"].note


@pytest.mark.parametrize(
    ("rgb", "told"),
    [
        (np.full((64, 64, 3), 127, np.uint8), "no colour"),
        (np.random.default_rng(0).integers(0, 255, (1, 3000, 3), np.uint8), "very small"),
        (written(), "no colour"),
        (np.full((96, 96, 3), 3, np.uint8), "dark"),
    ],
    ids=["grey", "a line", "text", "night"],
)
def test_odd_photos_get_an_answer_and_a_hint(asking: Engine, rgb: np.ndarray, told: str) -> None:
    answer = Lens.open(asking).ask(LensQuery(png(rgb)))
    assert answer.results and any(told in note for note in answer.notes)


def test_transparent_and_one_channel_photos(asking: Engine) -> None:
    lens = Lens.open(asking)
    for mode in ("RGBA", "L", "P"):
        sink = io.BytesIO()
        Image.fromarray(written()).convert(mode).save(sink, "PNG")
        assert lens.ask(LensQuery(sink.getvalue(), k=2)).results


@pytest.mark.parametrize(
    ("data", "told"), [(b"no picture", "the photo cannot be used"), (b"", "the bytes of")]
)
def test_what_is_no_picture(asking: Engine, data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        Lens.open(asking).ask(LensQuery(data))


def test_k_is_checked(photo: Callable[..., bytes]) -> None:
    with pytest.raises(InputError, match="k is 1 to"):
        LensQuery(photo("red", "disc", 30), k=0)


def test_a_filter_on_an_unknown_field(asking: Engine, photo: Callable[..., bytes]) -> None:
    with pytest.raises(InputError, match="maker"):
        Lens.open(asking).ask(LensQuery(photo("red", "disc", 30), filter=Equals("maker", "x")))
