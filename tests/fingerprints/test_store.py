"""Models of a workspace: kept once, found by id, and the only one needs no name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.fingerprints.store import keep_model, kept_model, kept_models, locate, open_kept, the_only_model
from saccade.models.folder import load_model
from saccade.training.handmade import handmade_model
from saccade.workspace import Workspace


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws", create=True)


def model_folder(folder: Path, seed: int) -> Path:
    rng = np.random.default_rng(seed)
    pictures = [(n, [rng.integers(0, 255, (64, 64, 3), np.uint8) for _ in range(2)]) for n in range(4)]
    return handmade_model(pictures, folder, cameras=1, seed=seed)


def test_a_kept_model_gives_the_same_vectors(ws: Workspace, tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "m", 0)
    model_id = keep_model(ws, folder)
    assert model_id == load_model(folder).model_id
    assert kept_models(ws) == [model_id]
    picture = np.random.default_rng(9).integers(0, 255, (80, 60, 3), np.uint8)
    direct, kept = load_model(folder), open_kept(ws, model_id)
    expected = direct.handmade(direct.preprocess.prepare_uint8(picture)[None].transpose(0, 3, 1, 2))
    expected /= np.linalg.norm(expected)
    np.testing.assert_allclose(kept.embed([picture]), expected, atol=1e-5)


def test_an_opened_model_is_kept_under_its_id(ws: Workspace, tmp_path: Path) -> None:
    model = load_model(model_folder(tmp_path / "m", 0))
    assert keep_model(ws, model) == model.model_id
    assert load_model(kept_model(ws, model.model_id)).model_id == model.model_id


def test_the_only_model_needs_no_name(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="keeps no model yet"):
        the_only_model(ws)
    first = keep_model(ws, model_folder(tmp_path / "a", 0))
    assert the_only_model(ws) == first
    assert locate(ws, None) == kept_model(ws, first)
    second = keep_model(ws, model_folder(tmp_path / "b", 1))
    with pytest.raises(
        InputError, match=f"expected --model to name one of {', '.join(sorted([first, second]))}"
    ):
        the_only_model(ws)


def test_folders_pass_unchanged_and_unknown_names_are_refused(ws: Workspace, tmp_path: Path) -> None:
    assert locate(ws, str(tmp_path)) == str(tmp_path)
    with pytest.raises(NotFoundError, match=r"keeps no model 'resnet18' \(it keeps none\)"):
        locate(ws, "resnet18")
