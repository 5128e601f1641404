"""Ids as sorted keys."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from saccade.fingerprints.keys import contains, find, ids_of, keys_of

hex_ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
ids = st.lists(st.one_of(hex_ids, st.text(max_size=40)), unique=True, max_size=30)


@given(ids, ids)
def test_membership_is_that_of_sets(have: list[str], asked: list[str]) -> None:
    keys = np.sort(keys_of(pa.array(have, pa.string())))
    asked += have[:3]
    found = contains(keys, keys_of(pa.array(asked, pa.string())))
    assert found.tolist() == [name in set(have) for name in asked]


@given(st.lists(hex_ids, unique=True, min_size=1, max_size=20))
def test_hex_ids_come_back(have: list[str]) -> None:
    assert ids_of(keys_of(pa.array(have))) == have


def test_an_id_has_one_key_in_any_company() -> None:
    mixed = pa.array(["0" * 32, "plain", "A" * 32, "00" * 15 + "zz"])
    alone = [keys_of(mixed.slice(place, 1))[0] for place in range(4)]
    assert keys_of(mixed).tolist() == alone
    assert len(set(alone)) == 4


def test_keys_that_end_in_zeros_stay_apart() -> None:
    keys = np.sort(keys_of(pa.array(["ab" + "0" * 30, "ab00" + "1" + "0" * 27])))
    assert find(keys, keys_of(pa.array(["ab" + "0" * 30, "ab0" + "0" * 28 + "1"]))).tolist() == [0, -1]
