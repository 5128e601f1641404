"""A very short training learns, repeats itself, and refuses what it cannot train on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from saccade.errors import InputError
from saccade.models.folder import load_model
from saccade.training.augment import Camera
from saccade.training.quick import QuickRecipe, train_demo_model

GENTLE = Camera(light=0.1, cast=0.05, noise=0, backdrop=0)
RECIPE = QuickRecipe(architecture="mobilenetv1_025", side=32, dim=16, products=8, camera=GENTLE)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Two threads gain nothing on pictures of 32 pixels, and lose much on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def groups(count: int = 8, views: int = 2, seed: int = 0) -> list[tuple[int, list[np.ndarray]]]:
    """Products that differ in colour."""
    rng = np.random.default_rng(seed)
    colours = rng.integers(0, 256, (count, 3))
    noise = rng.integers(-20, 20, (count, views, 40, 40, 3))
    pictures = np.clip(colours[:, None, None, None] + noise, 0, 255).astype(np.uint8)
    return [(f"p{i}", list(views)) for i, views in enumerate(pictures)]  # type: ignore[misc]


class Told:
    """Remembers the progress that it was told."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.done = self.stopped = 0

    def start(self, what: str, total: int | None) -> None:
        self.total = total

    def advance(self, n: int = 1) -> None:
        self.done += n

    def stop(self) -> None:
        self.stopped += 1


def test_learns_and_tells(tmp_path: Path) -> None:
    told = Told()
    first = train_demo_model(groups(), tmp_path / "a", steps=1, recipe=RECIPE)
    last = train_demo_model(groups(), tmp_path / "b", steps=40, recipe=RECIPE, progress=told)
    assert last.loss < first.loss - 1 and last.steps == 40 and last.images_per_second > 0
    assert (told.total, told.done, told.stopped) == (40, 40, 1)
    model = load_model(last.folder)
    assert model.dim == 16 and model.preprocess == RECIPE.preprocess()
    with torch.inference_mode():
        assert model.network(torch.randn(2, 3, 32, 32)).shape == (2, 16)
    assert "8 products, 16 pictures: 40 steps" in (last.folder / "README.md").read_text()


def test_same_seed_same_model(tmp_path: Path) -> None:
    ids = []
    for number, seed in enumerate((0, 0, 1)):
        torch.rand(number + 1)  # what happened before does not matter
        done = train_demo_model(groups(), tmp_path / str(number), steps=2, seed=seed, recipe=RECIPE)
        ids.append(load_model(done.folder).model_id)
    assert ids[0] == ids[1] != ids[2]


def test_seconds_are_kept(tmp_path: Path) -> None:
    done = train_demo_model(groups(), tmp_path, seconds=0.5, recipe=RECIPE)
    assert done.steps >= 1 and done.seconds >= 0.5


def test_refuses(tmp_path: Path) -> None:
    for bad in (groups(1), [("a", []), *groups(2)]):
        with pytest.raises(InputError, match="two or more products"):
            train_demo_model(bad, tmp_path, steps=1, recipe=RECIPE)
    with pytest.raises(InputError, match="cannot read"):
        train_demo_model([("a", [tmp_path / "absent.jpg"]), *groups(2)], tmp_path, steps=1, recipe=RECIPE)
