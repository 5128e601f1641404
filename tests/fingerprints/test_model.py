"""Models by folder: their ids without their weights."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from saccade.errors import NotFoundError
from saccade.fingerprints import model as models
from saccade.fingerprints.model import resolve
from saccade.models.folder import Model, load_model, save_model
from saccade.models.handmade import PREPROCESS


def saved(network: Model, folder: Path) -> Path:
    return save_model(network.embedder, network.preprocess, folder)


def test_id_of_a_folder_is_that_of_the_opened_model(networks: dict[str, Model], tmp_path: Path) -> None:
    for name, network in networks.items():
        folder = saved(network, tmp_path / name)
        ref = resolve(folder)
        assert (ref.model_id, ref.dim) == (load_model(folder).model_id, network.dim)
        assert ref.preprocess == network.preprocess


def test_id_is_remembered_until_the_folder_changes(
    networks: dict[str, Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = saved(networks["test_vit"], tmp_path / "model"), tmp_path / "cache"
    first = resolve(folder, cache).model_id
    with monkeypatch.context() as unread:
        unread.setattr(models, "load_file", lambda path: pytest.fail("weights were read"))
        assert resolve(folder, cache).model_id == first
    other = replace(networks["test_vit"].preprocess, crop_pct=0.5)
    save_model(networks["test_vit"].embedder, other, folder)
    assert resolve(folder, cache).model_id == load_model(folder).model_id != first


def test_a_handmade_model_runs_without_torch(handmade: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from saccade.fingerprints.model import resolve; from pathlib import Path; "
        "from saccade.fingerprints.runners.choose import open_runner; import numpy as np; "
        "ref = resolve(sys.argv[1]); runner = open_runner('plain', ref, Path(sys.argv[2])); "
        "assert runner(np.zeros((1, 96, 96, 3), np.uint8)).shape == (1, ref.dim); "
        "assert not {'torch', 'openvino', 'timm'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(handmade), str(tmp_path)], check=True)


def test_half_a_folder_is_refused(handmade: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"config\.json"):
        resolve(tmp_path)
    assert resolve(handmade).preprocess == PREPROCESS
