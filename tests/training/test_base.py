"""What a run starts from."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from saccade.errors import InputError, NotFoundError
from saccade.fingerprints.store import keep_model
from saccade.models.folder import load_model
from saccade.training.base import open_base, start
from saccade.workspace import Workspace


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws", create=True)


def test_a_trunk_gets_a_head_from_the_seed(ws: Workspace) -> None:
    begun = [start(open_base(ws, "test_resnet"), 16, 64, seed) for seed in (0, 0, 1)]
    weights = [dict(one.embedder.named_parameters())["head.project.weight"] for one in begun]
    assert begun[0].embedder.dim == 16
    assert begun[0].preprocess.size == (64, 64)
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_a_head_of_the_same_width_goes_on(ws: Workspace, tmp_path: Path) -> None:
    from saccade.models.folder import save_model

    begun = start(open_base(ws, "test_resnet"), 16)
    model_id = keep_model(ws, save_model(begun.embedder, begun.preprocess, tmp_path / "model"))
    again = start(open_base(ws, model_id), 16)
    same = dict(again.embedder.named_parameters())["head.project.weight"]
    assert torch.equal(same, dict(begun.embedder.named_parameters())["head.project.weight"])
    assert start(open_base(ws, model_id), 8).embedder.dim == 8


def test_transformers_are_built_for_the_size(ws: Workspace) -> None:
    begun = start(open_base(ws, "test_vit", (64,)), 8, 64)
    assert begun.embedder(torch.zeros(1, 3, 64, 64)).shape == (1, 8)


def test_a_kept_transformer_takes_another_size_and_several(ws: Workspace, tmp_path: Path) -> None:
    from saccade.models.folder import save_model

    begun = start(open_base(ws, "test_vit", (32,)), 8, 32)
    model_id = keep_model(ws, save_model(begun.embedder, begun.preprocess, tmp_path / "model"))
    assert start(open_base(ws, model_id, (64,)), 8, 64).embedder(torch.zeros(1, 3, 64, 64)).shape == (1, 8)
    growing = start(open_base(ws, model_id, (32, 64)), 8, 64).embedder
    assert {growing(torch.zeros(1, 3, side, side)).shape for side in (32, 64)} == {(1, 8)}


def test_no_head_projection_at_the_trunks_width(ws: Workspace) -> None:
    begun = start(open_base(ws, "test_resnet"), 0)
    assert begun.embedder.head is not None
    assert begun.embedder.dim == begun.embedder.backbone.width


def test_what_cannot_be_trained_is_one_line(ws: Workspace) -> None:
    with pytest.raises(NotFoundError, match="resnet"):
        open_base(ws, "resnett50")
    assert load_model("test_resnet", pretrained=False).config.kind == "timm"
    with pytest.raises((InputError, NotFoundError)) as error:
        open_base(ws, "no/such/folder")
    assert "\n" not in str(error.value)
