from __future__ import annotations

import numpy as np
import pyarrow as pa

from saccade.labels.clustering.units import Units, units


def table(*phrases: tuple[str, str]) -> pa.Table:
    return pa.table({"language": [one for one, _ in phrases], "key": [key for _, key in phrases]})


def held(found: Units, row: int) -> set[str]:
    return {found.names[at][1] for at in found.phrases[[row]].nonzero()[1]}


LIVING = [("en", f"{look} living room") for look in ("grey", "boho", "blue", "navy")]
OTHER = [("en", f"{look} kitchen") for look in ("grey", "boho", "blue", "navy")]


def test_a_fixed_pair_is_one_unit() -> None:
    found = units(table(*LIVING, *OTHER, ("en", "guest room"), ("en", "living room")))
    assert held(found, 0) == {"grey", "living_room"}
    assert held(found, 4) == {"grey", "kitchen"}
    assert held(found, 8) == {"guest", "room"}
    assert held(found, 9) == {"living_room"}


def test_two_phrases_make_no_pair() -> None:
    found = units(table(*LIVING[:2], *OTHER))
    assert held(found, 0) == {"grey", "living", "room"}


def test_words_that_tell_nothing_are_left_out_unless_alone() -> None:
    found = units(table(("en", "idea for kitchen"), ("en", "idea"), ("de", "küche mit stil")))
    assert [held(found, row) for row in range(3)] == [{"kitchen"}, {"idea"}, {"küche"}]


def test_languages_are_kept_apart() -> None:
    found = units(table(("en", "pink"), ("de", "pink"), ("de", "rot")))
    assert found.names == (("de", "pink"), ("de", "rot"), ("en", "pink"))
    assert found.language.tolist() == [0, 0, 1]
    assert found.phrases.shape == (3, 3)


def test_nothing() -> None:
    found = units(table())
    assert len(found) == 0 and np.asarray(found.phrases.shape).tolist() == [0, 0]
