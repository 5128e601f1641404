"""An exported folder gives torch's vectors, says what it lost, and runs as its README says."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from saccade.errors import InputError
from saccade.models.backbones import create_backbone
from saccade.models.embedder import Embedder
from saccade.models.export.export import ExportReport, Format, Precision, export_model, has_attention
from saccade.models.folder import Model, load_model, make_model, save_model
from saccade.models.handmade import PREPROCESS, HandmadeSettings, fit_handmade
from saccade.models.head import EmbeddingHead
from saccade.vision.preprocess import Preprocess

# Not importorskip: saccade hides OpenVINO's telemetry before the first import of it.
missing = [name for name in ("openvino", "nncf", "onnxruntime") if find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")

SIDE = 48
KINDS = ("test_vit", "test_efficientnet")


def model_of(name: str, head: bool = True) -> Model:
    torch.manual_seed(0)
    backbone = create_backbone(name)
    embedder = Embedder(backbone, EmbeddingHead(backbone.width, 12) if head else None).eval()
    return make_model(embedder, embedder.describe(Preprocess(size=(SIDE, SIDE)), "little", "MIT", "a test"))


def pictures(count: int, seed: int) -> np.ndarray:
    """Smooth random pictures: their vectors differ, which those of noise hardly do."""
    random = np.random.default_rng(seed)
    rough = random.standard_normal((count, 3, 4, 4)).astype(np.float32)
    return rough.repeat(SIDE // 4, axis=2).repeat(SIDE // 4, axis=3)


def export(
    model: Model,
    folder: Path,
    format: Format,
    precision: Precision = "fp32",
    batches: Sequence[int] = (5, 1, 14),
) -> ExportReport:
    check = [pictures(count, seed) for seed, count in enumerate(batches)]
    return export_model(model, folder, format, precision, check=check, calibration=[pictures(24, 9)])


Exported = Callable[[str, Format, Precision], tuple[Model, Path, ExportReport]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Each export once: converting is what takes the time."""
    made: dict[tuple[str, str, str], tuple[Model, Path, ExportReport]] = {}

    def get(name: str, format: Format, precision: Precision) -> tuple[Model, Path, ExportReport]:
        key = (name, format, precision)
        if key not in made:
            folder, model = tmp_path_factory.mktemp("exports") / "out", model_of(name)
            made[key] = model, folder, export(model, folder, format, precision)
        return made[key]

    return get


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("format", ["onnx", "openvino"])
def test_float32_is_torch(name: str, format: Format, exported: Exported) -> None:
    """With batches of several sizes, so the batch is free."""
    _, folder, report = exported(name, format, "fp32")
    assert report.pictures == 20 and report.largest_difference < 1e-5 and report.mean_cosine > 0.99999
    assert report.same_nearest == 1.0 and report.speed_ratio > 0
    graph = ["model.onnx"] if format == "onnx" else ["model.xml", "model.bin"]
    assert report.bytes == sum((folder / file).stat().st_size for file in graph)
    saved = json.loads((folder / "export.json").read_text())
    assert saved["model_id"] == report.model_id and saved["path"] == "."
    prepare = Preprocess.from_dict(json.loads((folder / "preprocess.json").read_text()))
    assert prepare == Preprocess(size=(SIDE, SIDE))


def test_half_precision_halves_the_weights(exported: Exported) -> None:
    (_, whole, _), (_, half, report) = (exported(KINDS[1], "openvino", p) for p in ("fp32", "fp16"))
    assert (half / "model.bin").stat().st_size < 0.6 * (whole / "model.bin").stat().st_size
    assert 1e-6 < report.largest_difference < 1e-2 and report.mean_cosine > 0.9999


@pytest.mark.parametrize("name", KINDS)
def test_int8_says_what_it_lost(name: str, exported: Exported) -> None:
    from saccade.models.export.openvino import ov

    model, folder, report = exported(name, "openvino", "int8")
    assert 0.9 < report.mean_cosine < 0.99999 and report.largest_difference > 1e-4
    assert report.same_nearest is not None and 0.3 < report.same_nearest <= 1
    graph = ov.Core().read_model(folder / "model.xml")
    kinds = [node.get_type_name() for node in graph.get_ops()]
    assert kinds.count("FakeQuantize") > 4
    unit = ov.Core().compile_model(graph, "CPU")([pictures(3, 1)])[0]
    assert np.allclose(np.linalg.norm(unit, axis=1), 1, atol=1e-3), "normalisation stays in float"
    assert has_attention(model.network) == (name == "test_vit")


@pytest.mark.parametrize("format", ["onnx", "openvino"])
def test_the_readme_runs(format: Format, exported: Exported, monkeypatch: pytest.MonkeyPatch) -> None:
    model, folder, _ = exported("test_efficientnet", format, "fp32")
    monkeypatch.chdir(folder)
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 255, (60, 80, 3), np.uint8).repeat(2, 0)).save("picture.jpg")
    readme = Path("README.md").read_text()
    found = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert found and "| 20 pictures |" in readme
    names: dict[str, np.ndarray] = {}
    exec(found[1], names)
    pixels = model.preprocess(np.asarray(Image.open("picture.jpg")))[None]
    with torch.inference_mode():
        expected = model.network(torch.from_numpy(pixels)).numpy()
    assert np.allclose(names["vectors"], expected, atol=1e-5)


def test_the_model_itself_is_untouched(tmp_path: Path) -> None:
    model = model_of("test_vit")
    before = {name: array.copy() for name, array in model.embedder.arrays().items()}
    export(model, tmp_path / "out", "onnx")
    after = model.embedder.arrays()
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_an_export_replaces_an_export_and_nothing_else(tmp_path: Path) -> None:
    model = model_of("test_efficientnet")
    for _ in range(2):
        export(model, tmp_path / "out", "onnx")
    written = ["README.md", "export.json", "model.onnx", "preprocess.json"]
    assert sorted(os.listdir(tmp_path / "out")) == written
    folder = save_model(model.embedder, model.preprocess, tmp_path / "m")
    with pytest.raises(InputError, match="something else than an export"):
        export(load_model(folder), folder, "onnx")
    assert load_model(folder).dim == model.dim
    assert sorted(os.listdir(tmp_path)) == ["m", "out"], "nothing is left half-written"


def test_wrong_wishes_are_one_line(tmp_path: Path) -> None:
    model = model_of("test_efficientnet")
    check, wrong = [pictures(2, 0)], [pictures(2, 0)[..., :-1]]
    cases = (
        ({"format": "tflite"}, "knows onnx and openvino"),
        ({"format": "onnx", "precision": "fp16"}, "onnx is exported in fp32"),
        ({"precision": "int8"}, "int8 needs calibration"),
        ({"check": []}, "no picture"),
        ({"check": wrong}, r"check takes batches \[N, 3, 48, 48\]"),
    )
    for wish, message in cases:
        with pytest.raises(InputError, match=message) as caught:
            export_model(model, tmp_path / "out", **{"check": check, **wish})  # type: ignore[arg-type]
        assert "\n" not in str(caught.value) and not (tmp_path / "out").exists()
    features = np.random.default_rng(0).random((20, 36), np.float32)
    made = fit_handmade(features, dim=8, settings=HandmadeSettings(1, 4, 4, 2, 4))
    handmade = load_model(save_model(made, PREPROCESS, tmp_path / "hand"))
    with pytest.raises(InputError, match="hand-made and has no network"):
        export_model(handmade, tmp_path / "out", "onnx", check=[np.zeros((2, 3, 96, 96), np.float32)])
