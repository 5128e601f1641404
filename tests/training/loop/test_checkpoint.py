"""Checkpoints: whole or not there, and of this run or refused in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from saccade.errors import InputError
from saccade.training.loop.checkpoint import Checkpoints
from saccade.training.loop.log import read_log
from tests.training.loop.toy import Parted, network, train


def refused(folder: Path, *args: Any, **settings: Any) -> str:
    with pytest.raises(InputError) as caught:
        train(folder, *args, **settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of six steps."""
    folder = tmp_path_factory.mktemp("run")
    train(folder, every_checkpoint=2, keep=2)
    return folder


def test_the_newest_stay(run: Path) -> None:
    assert Checkpoints(run, {}, 2).steps() == [4, 6]
    assert sorted(path.name for path in (run / "checkpoints").iterdir()) == ["step-00000004", "step-00000006"]


def test_a_finished_run_has_nothing_to_do(run: Path) -> None:
    before = read_log(run)
    fitted = train(run)
    assert (fitted.step, fitted.resumed_from) == (6, 6)
    assert read_log(run) == before
    assert fitted.loss == before[-1].loss


def test_another_architecture_says_what_differs(run: Path) -> None:
    said = refused(run, network("test_resnet"))
    assert "another architecture" in said
    assert "missing (embedder.backbone" in said
    said = refused(run, network("test_vit", depth=3))
    assert "of another shape" not in said
    assert "unexpected" in said or "missing" in said


def test_other_settings_are_named(run: Path) -> None:
    said = refused(run, lr=0.5, seed=3)
    assert "lr was 0.001, is 0.5" in said
    assert "seed was 0, is 3" in said
    assert "recipe was" in refused(run, recipe=Parted(trunk=1))


def test_a_torn_one_is_named_and_the_one_before_is_used(tmp_path: Path) -> None:
    train(tmp_path, every_checkpoint=3)
    newest = tmp_path / "checkpoints" / "step-00000006"
    state = (newest / "state.pt").read_bytes()
    (newest / "state.pt").write_bytes(state[: len(state) // 2])
    assert "step-00000006 is torn" in refused(tmp_path)
    (newest / "state.pt").write_bytes(b"\0" * len(state))
    assert "step-00000006 is torn" in refused(tmp_path)
    (newest / "about.json").unlink()
    assert "step-00000006 is torn" in refused(tmp_path)
    (newest / "state.pt").unlink()
    newest.rmdir()
    assert train(tmp_path).resumed_from == 3


def test_what_a_kill_left_is_removed(tmp_path: Path) -> None:
    part = tmp_path / "checkpoints" / "step-00000004.part"
    part.mkdir(parents=True)
    (part / "state.pt").write_bytes(b"half")
    assert train(tmp_path, steps=2).resumed_from == 0
    assert not part.exists()
