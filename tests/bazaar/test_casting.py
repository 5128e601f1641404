"""Who and what is in a scene: cheap, always possible, and of one taste."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from saccade.bazaar.casting import POOL, SCENES, cast
from saccade.bazaar.products import product
from saccade.bazaar.styles import RELATED
from saccade.errors import InputError

CASTS = [cast(4, number, 800) for number in range(400)]


def test_every_kind_appears_about_as_often_as_stated() -> None:
    counts = Counter(found.kind for found in CASTS)
    for kind, share in SCENES.items():
        assert abs(counts[kind] - 400 * share) < 4.5 * np.sqrt(400 * share), kind


def test_roles_name_products_that_exist_once_each() -> None:
    for found in CASTS[:120]:
        assert len(set(found.items)) == len(found.items) >= 2
        for role in found.roles:
            assert 0 <= role.item < 800 and product(4, role.item).category == role.category
            assert (role.person is None) == (not found.people)


def test_people_of_a_scene_have_its_tones() -> None:
    assert {len(found.people) for found in CASTS if found.kind == "street"} == {2}
    assert all(found.tone == (found.tones[0] if found.tones else None) for found in CASTS)
    assert {tone for found in CASTS for tone in found.tones} == set(range(1, 11))


def test_a_scene_is_one_taste() -> None:
    own, near = [], []
    for found in CASTS[:150]:
        styles = [product(4, item).style for item in found.items]
        own += [style == found.style for style in styles]
        near += [style == found.style or style in RELATED[found.style] for style in styles]
    assert np.mean(own) > 0.6 and np.mean(near) > 0.9


def test_numbers_and_not_order_decide() -> None:
    cast.cache_clear()
    assert [cast(4, number, 800) for number in reversed(range(30))] == CASTS[29::-1]
    assert cast(5, 0, 800) != CASTS[0]


@pytest.mark.parametrize("products", [1, 7, 60, POOL, 100_000])
def test_any_marketplace_can_be_cast(products: int) -> None:
    counts = [len(cast(4, number, products).roles) for number in range(30)]
    assert max(counts) <= 8 and (products < 60 or np.mean(counts) > 2)


def test_a_marketplace_without_products_is_refused() -> None:
    with pytest.raises(InputError, match="larger"):
        cast(0, 0, 0)
