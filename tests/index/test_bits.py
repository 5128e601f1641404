"""Sign bits."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.index.bits import hamming, nearest_by_bits, pack_signs, to_words, words_bytes


@pytest.mark.parametrize("dim", [1, 8, 63, 64, 65, 200])
def test_hamming_distance_counts_differing_signs(dim: int) -> None:
    vectors = np.random.default_rng(dim).normal(size=(40, dim))
    words = to_words(pack_signs(vectors))
    expected = ((vectors > 0) != (vectors[7] > 0)).sum(axis=1)
    np.testing.assert_array_equal(hamming(words, words[:, 7]), expected)
    assert words.nbytes == words_bytes(40, dim)


def test_the_first_component_is_the_highest_bit() -> None:
    assert pack_signs(np.array([[1.0, -1, 0, -1, -1, -1, -1, -1, 2.0]])).tolist() == [
        [0b10000000, 0b10000000]
    ]


def test_nearest_by_bits_takes_all_that_tie_with_the_last() -> None:
    distance = np.array([3, 1, 2, 2, 5], dtype=np.uint16)
    assert nearest_by_bits(distance, 1).tolist() == [1]
    assert nearest_by_bits(distance, 2).tolist() == [1, 2, 3]
    assert nearest_by_bits(distance, 9).tolist() == [0, 1, 2, 3, 4]
