"""What characters do, and that filling the table twice changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from saccade.labels.signals import letters as module
from saccade.labels.signals.letters import SCRIPTS, UNSEEN, Letters


@pytest.mark.parametrize(
    ("letter", "kind"),
    [
        ("a", module.LETTER), ("Ä", module.CAPITAL), ("7", module.DIGIT), ("\u0301", module.MARK), ("漢",
        module.ALONE),
        ("の", module.ALONE), ("ソ", module.LETTER), ("ก", module.ALONE), ("-", module.HYPHEN), ("’",
        module.APOSTROPHE),
        ("\u200b", module.NOTHING), ("\u202e", module.NOTHING), ("\x00", module.NOTHING), ("\u00ad",
        module.NOTHING),
        ("\n", module.BREAK), ("😍", module.BREAK), (";", module.BREAK), ("_", module.SPACE), ("\u3000",
        module.SPACE),
    ],
)  # fmt: skip
def test_kind(letter: str, kind: int) -> None:
    table = Letters()
    table.fill(np.array([ord(letter)]))
    assert table.kinds[ord(letter)] == kind


def test_small_letters_and_scripts() -> None:
    table = Letters()
    table.fill(np.array([ord(letter) for letter in "ẞΩЖ"]))
    assert [chr(table.lower[ord(letter)]) for letter in "ẞΩЖ"] == ["ß", "ω", "ж"]
    assert [SCRIPTS[table.scripts[ord(letter)]] for letter in "aΩЖ"] == ["LATIN", "GREEK", "CYRILLIC"]


def test_unseen_until_filled_and_filling_again_changes_nothing() -> None:
    table = Letters()
    assert table.kinds[ord("漢")] == UNSEEN
    table.fill(np.array([ord("漢")]))
    before = table.kinds.copy()
    table.fill(np.array([ord("漢")]))
    assert (table.kinds == before).all()
