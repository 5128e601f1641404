"""Every runner gives the vectors of torch in float32, for a transformer and a convolutional network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from saccade.errors import InputError, NotFoundError
from saccade.fingerprints.model import ModelRef, resolve
from saccade.fingerprints.runners import openvino
from saccade.fingerprints.runners.base import Pixels, Runner
from saccade.fingerprints.runners.choose import PARITY, REFERENCE, cosine_distance, open_runner
from saccade.models.folder import Model

NETWORKS = ("test_vit", "test_efficientnet")
OTHERS = ("openvino-bf16", "openvino-f32", "torch-bf16")


def pictures_for(model: ModelRef, count: int, seed: int = 0) -> Pixels:
    """Smooth pictures of the model's size."""
    height, width = model.preprocess.size
    rough = np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 3))
    steps = rough.repeat(-(-height // 8), axis=1).repeat(-(-width // 8), axis=2)
    return steps[:, :height, :width].astype(np.uint8)


@pytest.fixture(params=NETWORKS)
def model(request: pytest.FixtureRequest, networks: dict[str, Model]) -> ModelRef:
    return resolve(networks[request.param])


def opened(name: str, model: ModelRef, cache: Path, batch_size: int = 4) -> Runner:
    return open_runner(name, model, cache, batch_size)


@pytest.mark.parametrize("name", OTHERS)
def test_within_parity_of_torch(name: str, model: ModelRef, model_cache: Path) -> None:
    pixels = pictures_for(model, 10)
    expected = opened(REFERENCE, model, model_cache)(pixels)
    runner = opened(name, model, model_cache)
    found = runner(pixels)
    assert runner.name == name
    assert found.shape == (10, model.dim)
    assert found.dtype == np.float32
    assert cosine_distance(found, expected) <= PARITY
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-3)
    # Parity would mean nothing if all pictures had one vector.
    assert cosine_distance(found, np.roll(expected, 1, axis=0)) > 3 * cosine_distance(found, expected)


@pytest.mark.parametrize("name", [REFERENCE, *OTHERS])
def test_a_vector_depends_on_its_picture_alone(name: str, model: ModelRef, model_cache: Path) -> None:
    runner, pixels = opened(name, model, model_cache), pictures_for(model, 7)
    whole = runner(pixels)
    for place in (0, 5):
        np.testing.assert_array_equal(runner(pixels[place : place + 1])[0], whole[place])


@pytest.mark.parametrize("name", [REFERENCE, "openvino-f32"])
def test_a_stream_keeps_order(name: str, model: ModelRef, model_cache: Path) -> None:
    runner = opened(name, model, model_cache)
    batches = [pictures_for(model, 4, seed) for seed in range(6)]
    for tag, vectors in runner.stream(enumerate(batches)):
        np.testing.assert_array_equal(vectors, runner(batches[tag]))
    assert [tag for tag, _ in runner.stream(enumerate(batches))] == list(range(6))


def test_the_graph_normalises_as_the_model_says(networks: dict[str, Model], model_cache: Path) -> None:
    import torch

    network = networks["test_vit"]
    ref = resolve(network)
    pixels = pictures_for(ref, 3)
    with torch.inference_mode():
        expected = network.network(torch.from_numpy(ref.preprocess.normalise(pixels))).numpy()
    assert cosine_distance(opened("openvino-f32", ref, model_cache)(pixels), expected) < 1e-6


def test_embed_preprocesses(networks: dict[str, Model], model_cache: Path) -> None:
    ref = resolve(networks["test_vit"])
    rgb = np.random.default_rng(1).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    runner = opened("openvino-f32", ref, model_cache, batch_size=1)
    np.testing.assert_array_equal(runner.embed([rgb]), runner(ref.preprocess.prepare_uint8(rgb)[None]))


@pytest.mark.parametrize("shape", [(1, 3, 20, 20), (20, 20, 3)])
def test_a_batch_of_another_shape_is_refused(
    shape: tuple[int, ...], networks: dict[str, Model], model_cache: Path
) -> None:
    runner = opened(REFERENCE, resolve(networks["test_vit"]), model_cache)
    with pytest.raises(InputError, match="uint8 pictures"):
        runner(np.zeros(shape, np.uint8))
    with pytest.raises(InputError, match="float32"):
        runner(np.zeros((1, *runner.preprocess.size, 3), np.float32))  # type: ignore[arg-type]


def test_conversion_happens_once_and_leaves_nothing_beside(
    networks: dict[str, Model], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = networks["test_efficientnet"]

    def convert() -> Path:
        return openvino.convert(model.network, model.preprocess, model.model_id, tmp_path)

    def fails(*_: object) -> None:
        raise RuntimeError("stopped")

    with monkeypatch.context() as broken:
        broken.setattr(openvino, "_move", fails)
        with pytest.raises(RuntimeError, match="stopped"):
            convert()
    assert list((tmp_path / "openvino").iterdir()) == []
    graph = convert()
    stamp = graph.stat().st_mtime_ns
    assert convert() == graph
    assert graph.stat().st_mtime_ns == stamp
    assert [path.name for path in graph.parent.parent.iterdir()] == [graph.parent.name]


def test_a_graph_that_is_not_there(tmp_path: Path, networks: dict[str, Model]) -> None:
    preprocess = networks["test_vit"].preprocess
    with pytest.raises(NotFoundError, match="no converted model"):
        openvino.OpenVinoRunner(tmp_path / "model.xml", "m", preprocess)


def test_nothing_is_reported_over_the_network() -> None:
    import openvino.tools.ovc.telemetry_utils as reports

    assert reports.tm.__name__ == "openvino.tools.ovc.telemetry_stub"
