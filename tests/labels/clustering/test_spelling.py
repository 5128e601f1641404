from __future__ import annotations

from saccade.labels.clustering.matrices import dense
from saccade.labels.clustering.spelling import pieces, plain


def test_alike_words_share_pieces() -> None:
    found = pieces(["minimalist", "minimalista", "blue", "salón", "salon", "art_deco", "deco_art"])
    score = dense(found @ found.T)
    assert score[0, 1] > 0.7 > score[0, 2]
    assert score[3, 4] > 0.999
    assert score[5, 6] > 0.999
    assert abs(score.diagonal() - 1).max() < 1e-5


def test_accents() -> None:
    assert plain("nórdico Küche") == "nordico Kuche"
