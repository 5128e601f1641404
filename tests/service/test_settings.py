"""Settings travel to workers as they are; keys are read from files and the environment and kept hashed."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.errors import InputError
from saccade.service.settings import KEYS, ServiceLimits, Settings, hashed, read_keys

LONG, OTHER = "a-key-of-some-length", "another-key-of-length"


def test_settings_survive_the_journey() -> None:
    settings = Settings("shop", port=9, keys=(hashed(LONG),), limits=ServiceLimits(k=7))
    assert Settings.parse(settings.text()) == settings
    assert LONG not in settings.text()


def test_keys_come_from_file_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEYS, f"{OTHER}, ")
    (tmp_path / "keys").write_text(f"# ours\n{LONG}\n\n")
    settings = Settings("shop", keys=read_keys(tmp_path / "keys"))
    assert settings.allows(LONG)
    assert settings.allows(OTHER)
    assert not settings.allows("# ours")
    assert not settings.allows("")


def test_a_short_key_or_a_missing_file_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEYS, "short")
    with pytest.raises(InputError, match="at least 16 characters, found one of 5"):
        read_keys(None)
    with pytest.raises(InputError, match="cannot read the write keys"):
        read_keys(tmp_path / "none")
