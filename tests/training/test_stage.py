"""The stages `train` and `pretrain` on a small catalogue."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from saccade.catalog.catalogue import Catalogue
from saccade.errors import InputError, NotFoundError, SaccadeError
from saccade.fingerprints.store import keep_model, kept_model
from saccade.models.card import read_card
from saccade.models.folder import load_model
from saccade.training.stage import Pretrain, Train
from saccade.workspace import Workspace
from tests.training.shops import add_task, add_weak_labels, shop

SMALL = {"size": (32,), "dim": 16, "batch": 8, "workers": 0, "trackers": (), "held": "split=val"}


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shop(tmp_path_factory.mktemp("shop"))


def train(model: str = "test_resnet", **settings: object) -> Train:
    return Train(model=model, **{**SMALL, "steps": 4, "tasks": ("colour",), **settings})  # type: ignore[arg-type]


def test_a_model_comes_out_with_what_its_training_knows(ws: Workspace) -> None:
    report = train(tasks=("item", "colour", "category@0.5"), recipe="full").run(ws)
    model = load_model(kept_model(ws, str(report.counts["model"])))
    assert (model.dim, model.preprocess.size) == (16, (32, 32))
    facts = read_card(kept_model(ws, model.model_id)).facts
    assert facts is not None
    assert [(one.name, one.classes) for one in facts.tasks] == [("item", 8), ("colour", 3), ("category", 2)]
    assert (facts.steps, facts.pictures, facts.recipe) == (4, 32, "full")
    assert facts.trained > 1000
    log = next(Path(ws.path("training")).glob("*/log.jsonl")).read_text().splitlines()
    assert {"loss", "images_per_second", "wait_share", "mfu", "losses"} <= json.loads(log[-1]).keys()


def test_nothing_changed_means_nothing_to_do(ws: Workspace) -> None:
    first = train(seed=5).run(ws)
    again = train(seed=5, workers=0).run(ws)
    assert (again.counts["model"], again.counts["steps"]) == (first.counts["model"], 0)
    assert train(seed=5).plan(ws).work == 0
    assert train(seed=6).plan(ws).work == 4
    assert train(seed=5).outcome(ws) == (first.counts["model"], "split=val")
    with pytest.raises(NotFoundError, match="run `saccade train`"):
        train(seed=77).outcome(ws)


def test_a_changed_label_is_another_run(tmp_path: Path) -> None:
    ws = shop(tmp_path)
    ids = Catalogue(ws).images.to_pylist()
    add_task(ws, "size", dict.fromkeys(ids[:10], "big") | dict.fromkeys(ids[10:], "small"))
    stage = train(tasks=("size",), held="")
    stage.run(ws)
    assert stage.plan(ws).work == 0
    add_task(ws, "size", {ids[0]: "middle"})
    assert stage.plan(ws).work == 4


@pytest.mark.parametrize("recipe", ["lp-ft", "linear-probe", "gradual", "layerwise", "lora", "partial"])
def test_every_recipe_leaves_a_model_that_opens(ws: Workspace, recipe: str) -> None:
    report = train("test_vit", recipe=recipe).run(ws)
    model = load_model(kept_model(ws, str(report.counts["model"])))
    assert model.network(torch.zeros(1, 3, 32, 32)).shape == (1, 16)


def test_cached_features_train_a_head(ws: Workspace) -> None:
    base = keep_model(ws, load_model("test_resnet", pretrained=False))
    report = train(base, recipe="cached", views=2, steps=20).run(ws)
    before, after = (load_model(kept_model(ws, one)) for one in (base, str(report.counts["model"])))
    frozen = dict(before.network.backbone.named_parameters())
    for name, value in after.network.backbone.named_parameters():
        assert torch.equal(value, frozen[name])
    assert report.counts["steps"] == 20


def test_a_student_learns_its_teachers_vectors(ws: Workspace) -> None:
    teacher = str(train(recipe="full", seed=3).run(ws).counts["model"])
    details = {"teach": {"kind": "distil", "teacher": teacher}}
    stage = train("test_vit", tasks=(), details=details, recipe="distil", steps=3)
    assert load_model(kept_model(ws, str(stage.run(ws).counts["model"]))).dim == 16


def test_the_base_is_kept_as_it_was(ws: Workspace, tmp_path: Path) -> None:
    first = str(train(recipe="full", seed=21).run(ws).counts["model"])
    stage = train(first, recipe="full", seed=22)
    second = str(stage.run(ws).counts["model"])
    assert load_model(kept_model(ws, first)).model_id == first
    assert stage.outcome(ws) == (second, "split=val")
    folder = shutil.copytree(kept_model(ws, first), tmp_path / "elsewhere")
    other = shop(tmp_path / "other")
    train(str(folder), recipe="full").run(other)
    assert load_model(kept_model(other, first)).model_id == first


@pytest.mark.parametrize("network", ["test_resnet", "test_vit"])
def test_pictures_grow(ws: Workspace, network: str) -> None:
    report = train(network, size=(16, 32), recipe="full").run(ws)
    assert load_model(kept_model(ws, str(report.counts["model"]))).preprocess.size == (32, 32)


def test_a_copy_of_the_pictures_serves_as_well(ws: Workspace) -> None:
    report = train(copy_size=40, recipe="full", seed=9).run(ws)
    assert report.counts["steps"] == 4
    assert Path(ws.path("copies")).is_dir()


def test_an_unreadable_picture_is_skipped_and_counted(tmp_path: Path) -> None:
    ws = shop(tmp_path)
    for path in sorted((tmp_path / "pictures").glob("0-*.png")):
        path.write_bytes(b"no picture any more")
    counts = train(steps=6, held="").run(ws).counts
    assert counts["steps"] == 6
    assert int(str(counts["unreadable"])) > 0


def test_pretraining_takes_the_weak_labels(tmp_path: Path) -> None:
    ws = shop(tmp_path)
    table = Catalogue(ws).labels_of_images("colour").to_pylist()
    add_weak_labels(ws, {row["image_id"]: {row["label"]: 0.9, "thing": 0.5} for row in table})
    settings = {**SMALL, "held": "", "steps": 3, "model": "test_vit", "ema": 0.9, "batch": 8}
    report = Pretrain(**settings).run(ws)  # type: ignore[arg-type]
    facts = read_card(kept_model(ws, str(report.counts["model"]))).facts
    assert facts is not None
    assert (facts.tasks[0].kind, facts.tasks[0].classes) == ("multi", 4)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"tasks": ("brand",)}, "no picture has a label 'brand'"),
        ({"recipe": "lpft"}, "lp-ft"),
        ({"recipe_options": {"prob": "0.5"}, "recipe": "lp-ft"}, "probe"),
        ({"batch": 1, "tasks": ("colour", "category")}, "take 2 or more"),
        ({"model": "resnett"}, "resnet"),
        ({"tasks": ("item:retrieval:multi-similarity",), "pictures": "role=seller"}, "no positive pairs"),
        ({"held": "split=none"}, "no picture has split=none"),
        ({"tasks": ("colour",), "held": "folder=pictures"}, "has a label|two classes"),
    ],
)
def test_bad_input_is_one_line(ws: Workspace, settings: dict[str, object], said: str) -> None:
    with pytest.raises(SaccadeError, match=said) as error:
        stage = train(**settings)  # type: ignore[arg-type]
        stage.run(ws)
    assert "\n" not in str(error.value)


def test_a_hand_made_model_cannot_be_trained(tmp_path: Path) -> None:
    from saccade.pipeline.models import fit_to_catalogue

    ws = shop(tmp_path)
    fit_to_catalogue(ws, tmp_path / "made")
    model_id = keep_model(ws, tmp_path / "made")
    with pytest.raises(InputError, match="made by hand"):
        train(model_id).run(ws)
