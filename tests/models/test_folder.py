"""Model folders: saved and opened again, named by what they compute, wrong ones refused in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from saccade.errors import InputError, NotFoundError, StorageError
from saccade.models.backbones import create_backbone
from saccade.models.card import Card
from saccade.models.embedder import Embedder
from saccade.models.folder import load_model, save_model
from saccade.models.handmade import HandmadeSettings, fit_handmade
from saccade.models.head import EmbeddingHead
from saccade.vision.preprocess import Preprocess

PREPROCESS = Preprocess(size=(64, 64))


@pytest.fixture
def embedder() -> Embedder:
    torch.manual_seed(1)
    backbone = create_backbone("test_efficientnet", pad_type="same")
    return Embedder(backbone, EmbeddingHead(backbone.width, 16)).eval()


@pytest.fixture
def folder(embedder: Embedder, tmp_path: Path) -> Path:
    card = Card(name="little", licence="MIT", source="a test", metrics={"hit@1": 0.5})
    return save_model(embedder, PREPROCESS, tmp_path / "a" / "little", card=card)


def test_comes_back_whole(embedder: Embedder, folder: Path) -> None:
    model = load_model(folder)
    x = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(model.network(x), embedder(x))
    assert model.preprocess == PREPROCESS and model.dim == 16
    assert model.config.kwargs == {"pad_type": "same"} and model.config.licence == "MIT"
    assert not model.network.training


def test_card_says_what_matters(folder: Path) -> None:
    text = (folder / "README.md").read_text()
    count = sum(tensor.numel() for tensor in load_file(folder / "model.safetensors").values())
    wanted = ("license: MIT", "a test", f"| {count:,} |", "16 numbers", "Intended use", "hit@1 | 0.5")
    for part in (*wanted, "size [64, 64]", load_model(folder).model_id):
        assert part in text, part


def test_model_id_is_that_of_the_function(embedder: Embedder, folder: Path, tmp_path: Path) -> None:
    one = load_model(folder).model_id
    again = save_model(embedder, PREPROCESS, tmp_path / "b", card=Card(name="little", source="elsewhere"))
    assert load_model(again).model_id == one and one.startswith("little-")
    other = save_model(
        embedder, replace(PREPROCESS, interpolation="nearest"), tmp_path / "c", card=Card(name="little")
    )
    headless = save_model(Embedder(embedder.backbone), PREPROCESS, tmp_path / "d", card=Card(name="little"))
    with torch.no_grad():
        next(embedder.parameters()).flatten()[0] += 1e-3
    moved = save_model(embedder, PREPROCESS, tmp_path / "e", card=Card(name="little"))
    assert len({one, *(load_model(f).model_id for f in (other, headless, moved))}) == 4


def test_model_id_in_another_process(folder: Path) -> None:
    code = f"from saccade.models.folder import load_model; print(load_model({str(folder)!r}).model_id)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == load_model(folder).model_id


def test_half_precision_file_is_its_float32_self(folder: Path, tmp_path: Path) -> None:
    weights = folder / "model.safetensors"
    state = {name: tensor.half() for name, tensor in load_file(weights).items()}
    save_file(state, weights)
    half = load_model(folder)
    again = save_model(half.embedder, PREPROCESS, tmp_path / "f", card=Card(name="little"))
    assert load_model(again).model_id == half.model_id


def test_from_a_file_of_weights(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    backbone = create_backbone("test_vit")
    save_file(backbone.network.state_dict(), path)
    model = load_model(path, architecture="test_vit", licence="MIT")
    x = torch.randn(1, 3, 160, 160)
    with torch.inference_mode():
        assert torch.allclose(model.network(x), torch.nn.functional.normalize(backbone(x), dim=1))
    assert model.config.source == str(path) and model.preprocess.size == (160, 160)
    with pytest.raises(InputError, match="name its architecture"):
        load_model(path)


def test_a_timm_name_wants_a_word_about_weights() -> None:
    with pytest.raises(InputError, match="say pretrained=True"):
        load_model("test_vit")
    one, two = (load_model("test_vit", pretrained=False) for _ in range(2))
    assert one.model_id == two.model_id and one.config.source == "untrained"


def break_json(folder: Path) -> None:
    (folder / "config.json").write_text("{not json")


def break_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    values = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({key: value for key, value in values.items() if value != "gone"}))


def break_weights(folder: Path) -> None:
    path = folder / "model.safetensors"
    state = load_file(path)
    state.pop("head.project.weight")
    save_file({**state, "stranger": torch.zeros(1)}, path)


@pytest.mark.parametrize(
    ("harm", "error", "message"),
    [
        (break_json, InputError, "is not JSON"),
        (lambda f: (f / "config.json").unlink(), NotFoundError, "no config.json"),
        (lambda f: (f / "model.safetensors").unlink(), NotFoundError, "no model.safetensors"),
        (lambda f: (f / "model.safetensors").write_bytes(b"x" * 40), InputError, "no safetensors"),
        (break_weights, InputError, r"1 missing \(head.project.weight\); 1 unexpected \(stranger\)"),
        (lambda f: break_config(f, format=99), InputError, "format 1"),
        (lambda f: break_config(f, dim="gone"), InputError, "missing dim"),
        (lambda f: break_config(f, colour=1), InputError, "unknown colour"),
        (lambda f: break_config(f, dim="16"), InputError, "of the wrong type dim"),
        (lambda f: break_config(f, kind="magic"), InputError, "kind is one of"),
        (lambda f: break_config(f, dim=17), InputError, "says dim 17, the weights give 16"),
        (lambda f: break_config(f, architecture="nothing"), NotFoundError, "no architecture 'nothing'"),
        (lambda f: break_config(f, kwargs={"pretrained": True}), InputError, "may not fetch weights"),
        (lambda f: break_config(f, preprocess={"size": 3}), InputError, "preprocess"),
    ],
)
def test_a_wrong_folder_is_one_line(folder: Path, harm: object, error: type[Exception], message: str) -> None:
    assert callable(harm)
    harm(folder)
    with pytest.raises(error, match=message) as caught:
        load_model(folder)
    assert "\n" not in str(caught.value)


def test_places_that_are_not_there(tmp_path: Path, embedder: Embedder) -> None:
    with pytest.raises(NotFoundError, match="no model folder"):
        load_model(tmp_path / "absent")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot write"):
        save_model(embedder, PREPROCESS, tmp_path / "file" / "model")


def test_settings_without_a_json_form_touch_nothing(embedder: Embedder, folder: Path) -> None:
    before = load_model(folder).model_id
    embedder.backbone.kwargs["act_layer"] = object()
    with pytest.raises(InputError, match="must be JSON values"):
        save_model(embedder, PREPROCESS, folder)
    assert load_model(folder).model_id == before


def test_handmade_model_needs_no_torch(tmp_path: Path) -> None:
    settings = HandmadeSettings(grid=1, light=4, colour=4, cells=2, angles=4)
    features = np.random.default_rng(0).random((20, 36), np.float32)
    made = fit_handmade(features, dim=8, settings=settings)
    folder = save_model(made, PREPROCESS, tmp_path / "hand")
    model = load_model(folder)
    code = (
        "import sys; from saccade.models.folder import load_model; import numpy as np;"
        f"m = load_model({str(folder)!r}); v = m.handmade(np.zeros((2, 3, 96, 96), np.float32));"
        "assert v.shape == (2, 8); assert 'torch' not in sys.modules; print(m.model_id)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == model.model_id
    with pytest.raises(InputError, match="hand-made and has no network"):
        _ = model.network
