"""The marketplace as its users see it: the same everywhere, and hard in the right measure."""

from __future__ import annotations

import subprocess
import sys
import zlib
from dataclasses import replace

import cv2
import numpy as np
import pytest

from saccade.bazaar.bazaar import Bazaar
from saccade.errors import InputError

MARKET = Bazaar(seed=5, products=60, size=64, views=3, photos=2)


def checksum(market: Bazaar, index: int) -> int:
    data = [market.picture(index, 1), market.photo(index, 1)]
    return zlib.crc32(b"".join(d.tobytes() for d in data) + repr(market.product(index)).encode())


def histogram(rgb: np.ndarray) -> np.ndarray:
    """Colours of the middle of a picture, 4 levels a channel, as a unit vector."""
    side = rgb.shape[0]
    middle = np.ascontiguousarray(rgb[side // 5 : -side // 5, side // 5 : -side // 5])
    counts = cv2.calcHist([middle], [0, 1, 2], None, [4, 4, 4], [0, 256] * 3).ravel()
    return counts / np.linalg.norm(counts)


def rank_of_own(queries: np.ndarray, gallery: np.ndarray) -> np.ndarray:
    """For query i, how many gallery rows are nearer than row i."""
    scores = queries @ gallery.T
    return (scores > np.diag(scores)[:, None]).sum(axis=1)


def test_order_does_not_matter() -> None:
    forwards = [checksum(MARKET, i) for i in range(4)]
    assert [checksum(MARKET, i) for i in reversed(range(4))] == forwards[::-1]
    assert len(set(forwards)) == 4


def test_another_process_draws_the_same() -> None:
    code = (
        "import zlib; from saccade.bazaar.bazaar import Bazaar;"
        "m = Bazaar(seed=5, products=60, size=64, views=3, photos=2);"
        "drawn = m.picture(9, 1).tobytes() + m.photo(9, 1).tobytes();"
        "print(zlib.crc32(drawn + repr(m.product(9)).encode()))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert int(out.stdout) == checksum(MARKET, 9)


def test_a_product_does_not_depend_on_the_size_of_the_market() -> None:
    larger = replace(MARKET, products=1000, views=4, photos=5)
    assert larger.product(17) == MARKET.product(17)
    assert np.array_equal(larger.photo(17, 0), MARKET.photo(17, 0))


def test_seeds_differ() -> None:
    other = replace(MARKET, seed=6)
    assert [other.product(i).category for i in range(20)] != [MARKET.product(i).category for i in range(20)]


def test_views_look_like_their_product_and_photos_do_so_less() -> None:
    main = np.stack([histogram(MARKET.picture(i, 0)) for i in range(MARKET.products)])
    view = np.stack([histogram(MARKET.picture(i, 1)) for i in range(MARKET.products)])
    photo = np.stack([histogram(MARKET.photo(i, 0)) for i in range(MARKET.products)])
    near, far = np.diag(view @ main.T).mean(), (view @ main.T).mean()
    assert near > far + 0.1
    views, photos = rank_of_own(view, main), rank_of_own(photo, main)
    assert photos.mean() > views.mean() + 3, "a photo must be harder than another seller view"
    assert 0.05 < (views == 0).mean() < 0.95, "colour alone must neither fail nor settle it"
    assert photos.mean() < 0.45 * MARKET.products, "a photo must still show its product"


def test_many_products_share_category_and_colour() -> None:
    market = Bazaar(products=600)
    pairs = [(p.category, p.colour) for p in map(market.product, range(600))]
    assert 600 / len(set(pairs)) > 2
    assert len({p.category for p in map(market.product, range(600))}) >= 12


def test_products_of_one_design_share_their_shape_and_not_all_else() -> None:
    market = Bazaar(products=600)
    designs: dict[tuple[str, int], list[int]] = {}
    for i in range(600):
        designs.setdefault((market.product(i).category, market.product(i).design), []).append(i)
    first, second = next(pair for pair in designs.values() if len(pair) == 2)
    a, b = dict(market.product(first).form), dict(market.product(second).form)
    assert np.allclose(list(a.values()), list(b.values()), rtol=0.2, atol=0.12)
    assert a != b


def test_query_names_are_distinct_and_say_nothing() -> None:
    names = [query for query, _ in MARKET.qrels()]
    assert len(set(names)) == len(names) == 120
    assert all(len(name) == 13 and name[0] == "q" for name in names)
    assert sorted(names) != names


def test_old_settings_are_still_a_market() -> None:
    market = Bazaar(products=5)
    assert (market.scenes, market.people, market.sessions) == (0, 0, 0)
    assert list(market.boards()) == list(market.board_items()) == list(market.events()) == []
    assert {row.source for row in market.texts()} <= {"alt", "query"}


def test_rows_stream() -> None:
    """The first rows of a large market come without the rest."""
    market = Bazaar(seed=5, products=300, scenes=999_999, people=999_999, sessions=9_999_999)
    assert next(market.boards()).owner == "user-000000"
    assert next(market.board_items()).board_id.startswith("board-000000")
    assert next(iter(market.events())).position == 1
    assert market.scene_words(999_998).caption


def test_scenes_are_pure_functions_with_names_that_say_nothing() -> None:
    market = replace(MARKET, scenes=30)
    first = market.scene(4)
    assert first.number == 4 and max(first.pixels.shape) == 2 * market.size
    assert np.array_equal(replace(market, scenes=5, photos=0).scene(4).pixels, first.pixels)
    names = [market.scene_id(number) for number in range(30)]
    assert len(set(names)) == 30 and all(len(name) == 13 and name[0] == "s" for name in names)
    assert sorted(names) != names
    with pytest.raises(InputError, match="scene"):
        market.scene(30)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": -1},
        {"products": -1},
        {"size": 8},
        {"views": 0},
        {"photos": -1},
        {"strength": 3.0},
        {"scenes": -1},
        {"people": 1_000_000},
        {"sessions": -1},
    ],
)
def test_settings_out_of_range_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(InputError, match=next(iter(change))):
        replace(MARKET, **change)


@pytest.mark.parametrize("name", ["scenes", "people", "sessions"])
def test_nothing_happens_in_an_empty_market(name: str) -> None:
    with pytest.raises(InputError, match="products"):
        Bazaar(products=0, **{name: 1})


def test_pictures_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="product"):
        MARKET.product(60)
    with pytest.raises(InputError, match="view"):
        MARKET.picture(0, 3)
    with pytest.raises(InputError, match="photo"):
        MARKET.photo(0, 2)
