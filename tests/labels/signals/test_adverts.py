"""Advertisement that one text shows."""

from __future__ import annotations

import pyarrow as pa
import pytest

from saccade.labels.signals.adverts import adverts
from saccade.labels.signals.cleaning import clean
from saccade.labels.signals.words import cut


@pytest.mark.parametrize(
    ("text", "advert"),
    [
        ("buy buy buy buy sofa now", True), ("the sofa and the rug and the lamp", False), ("sofa sofa sofa",
        False),
        ("www.a.example www.b.example now", True), ("a sofa seen at www.a.example with oak legs", False),
        ("$3 €4 cheap", True), (" ".join(f"#tag{at}x" for at in range(9)), True), ("#oak #sofa", False), ("",
        False),
    ],
)  # fmt: skip
def test_adverts(text: str, advert: bool) -> None:
    cleaned = clean(pa.array([text], pa.large_string()), 1000)
    assert adverts(cut(cleaned.texts), cleaned.links, hashtags=8).tolist() == [advert]
