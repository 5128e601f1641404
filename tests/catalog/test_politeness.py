"""What hosts say in headers."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from saccade.catalog.politeness import refuses_ai, retry_after


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ([], None),
        (["noindex"], None),
        (["noai"], "noai"),
        (["NoImageAI, noindex"], "noimageai"),
        (["all", "noai"], "noai"),
        (["otherbot: noai"], None),
        (["otherbot: noindex, noai"], None),
        (["saccade: noai"], "noai"),
        (["unavailable_after: 25 Jun 2030, noai"], "noai"),
    ],
)
def test_refusals(headers, refusal):
    assert refuses_ai(headers, "saccade/0.1 (image catalogue)") == refusal


@pytest.mark.parametrize(
    ("value", "seconds"), [(None, None), ("", None), ("2", 2.0), ("-1", 0.0), ("soon", None)]
)
def test_retry_after(value, seconds):
    assert retry_after(value) == seconds


def test_retry_after_a_date():
    found = retry_after(formatdate(time.time() + 30, usegmt=True))
    assert found is not None
    assert 27 < found <= 30
