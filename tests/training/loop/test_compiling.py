"""Compilation: what fails is one line, what works gives the same curve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from saccade.errors import InputError
from saccade.training.loop.log import read_log
from tests.training.loop.toy import Parted, network, train


def with_backend(backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile with another backend than inductor, which takes a minute on a processor."""
    plain = torch.compile
    monkeypatch.setattr(
        torch, "compile", lambda *args, **kwargs: plain(*args, **{**kwargs, "backend": backend})
    )


def test_a_compiled_run_learns_the_same_while_parts_unfreeze(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_backend("eager", monkeypatch)
    for name, compiled in (("a", False), ("b", True)):
        made = network("test_resnet")
        train(tmp_path / name, made, recipe=Parted(trunk=2), lr=1e-4, steps=4, compile=compiled)
        assert vars(made.embedder).get("_compiled_call_impl") is None
    curves = [[line.loss for line in read_log(tmp_path / name)] for name in ("a", "b")]
    assert curves[1] == pytest.approx(curves[0], rel=1e-4)


def test_a_compiler_that_fails_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(graph: Any, inputs: Any) -> Any:
        raise OSError("no g++ here")

    with_backend(broken, monkeypatch)
    with pytest.raises(InputError, match=r"cannot be compiled here \(.*set compile off") as caught:
        train(tmp_path, network("test_resnet"), compile=True)
    assert "\n" not in str(caught.value)
