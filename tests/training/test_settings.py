"""Settings of a run, and the file that may hold them."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.errors import InputError, NotFoundError
from saccade.training.settings import Options, read_config
from saccade.training.stage import Pretrain, Train

FILE = """
model = "resnet50"
epochs = 3
size = [128, 160]
[tasks.item]
kind = "retrieval"
[tasks.skin]
label = "tone"
map = { 1 = "light", 10 = "dark" }
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "run.toml"
    path.write_text(text)
    return path


def test_a_file_has_the_same_names_as_the_command(tmp_path: Path) -> None:
    stage = read_config(write(tmp_path, FILE), Train)
    assert (stage.model, stage.epochs, stage.size) == ("resnet50", 3, (128, 160))
    names = {task.name: task for task in stage.learned()}
    assert names["item"].kind == "retrieval"
    assert names["skin"].map == {"1": "light", "10": "dark"}


def test_a_list_of_short_texts_works_too(tmp_path: Path) -> None:
    stage = read_config(write(tmp_path, 'tasks = ["colour", "item:retrieval"]'), Train)
    assert [task.name for task in stage.learned()] == ["colour", "item"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("epoch = 3", "unknown key 'epoch'; did you mean 'epochs'"),
        ("[tasks.item]\nlos = 'proxy'", "unknown key 'los'; did you mean 'loss'"),
        ("epochs = ", "is not TOML"),
        ("batch = 0", "batch is 1 or more"),
        ("size = [4]", "size is 8 pixels or more"),
        ("ema = 1.0", "ema in"),
        ("details = 1", "unknown key 'details'"),
        ("epochs = 'many'", "epochs"),
        ("batch = 'many'", "batch"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        read_config(write(tmp_path, text), Train)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file"):
        read_config(tmp_path / "none.toml", Train)


def test_what_changes_the_model_changes_the_digest() -> None:
    base = Options(model="a")
    assert base.digest() == Options(model="a", workers=7, trackers=(), copy_size=64).digest()
    others = [Options(model="b"), Options(model="a", seed=1), Options(model="a", tasks=("colour",))]
    assert len({base.digest(), base.digest("data"), *(one.digest() for one in others)}) == 5


def test_pretraining_is_training_with_other_defaults() -> None:
    stage = Pretrain()
    assert [task.label for task in stage.learned()] == ["labels"]
    assert (stage.recipe, stage.augment, stage.name) == ("full", "pretraining", "pretrain")
