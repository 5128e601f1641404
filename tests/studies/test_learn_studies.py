"""Every study in a tiny form: a cell is trained and measured, and its figures have their names."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import binary
import camera
import finetuning
import learn_report
import learn_study
import multitask
import numpy as np
import pretraining
import pytest
import torch
from learn_labels import NONE
from learn_market import Shop
from learn_tasks import TASKS
from learn_train import Recipe, learning, train_cell, untrained

SHOP = Shop(seed=3, products=60, size=32, views=2, photos=1, scenes=24, people=6)
HOW = Recipe("full", 2, 12, 1e-3, "camera", 32, 16)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a cell works: two folders below the cache."""
    return tmp_path_factory.getbasetemp() / "learning" / "study" / "cell"


def named(found: dict[str, object], *names: str) -> bool:
    return set(names) <= found.keys()


def test_pretraining(scratch: Path) -> None:
    cell = pretraining.Cell(SHOP, "CNN", "test_resnet", NONE, 0.0, HOW, HOW, 8, 3)
    other = replace(cell, labels="clustered", share=1.0, backbone="ViT",
                    network="vit_tiny_patch16_224:patch_size=8,embed_dim=32,depth=1,num_heads=2")  # fmt: skip
    done = [pretraining.work(one, scratch / one.labels) for one in (cell, other)]
    assert done[0]["pictures"] == 0 < done[1]["pictures"]
    assert len(done[0]["hits"]) == len(done[0]["items"]) == len(done[1]["category"])
    grid = [(replace(cell, backbone=backbone), done[0]) for backbone in ("CNN", "ViT")]
    grid += [
        (
            replace(other, labels=kind, backbone=backbone, share=share),
            {**done[1], "pictures": int(share * 100)},
        )
        for kind in ("raw", "clustered")
        for backbone in ("CNN", "ViT")
        for share in (0.1, 1.0)
    ]
    found = pretraining.figures_of(grid)
    assert named(found, "p1_none", "p1_raw", "p1_clustered", "relative_gain", "relative_gain_cnn")
    assert len(pretraining.curves(grid)) == 4
    assert pretraining.table_of(grid).count("\n") == 2 + len(grid) - 1


def test_a_gain_that_was_planted() -> None:
    rng, cell = np.random.default_rng(0), pretraining.Cell(SHOP, "CNN", "n", NONE, 0.0, HOW, HOW, 8, 0)
    grid = []
    for seed in range(3):
        for kind, level in (("none", 0.2), ("raw", 0.25), ("clustered", 0.4)):
            for backbone in ("CNN", "ViT"):
                hits = (rng.random(600) < level).astype(int).tolist()
                share = 0.0 if kind == "none" else 1.0
                at = replace(cell, labels=kind, share=share, backbone=backbone, seed=seed)
                same = {"hits": hits, "category": hits, "colour": hits}
                grid.append((at, {"pictures": 10, "items": list(range(600)), **same}))
    found = pretraining.figures_of(grid)
    gained = found["relative_gain"]
    assert 0.7 < gained.mean < 1.3 and 0.36 < gained.low < gained.mean < gained.high
    assert found["intervals_apart"] == 1.0


def test_multitask(scratch: Path) -> None:
    cell = multitask.Cell(SHOP, multitask.MULTI, "", "test_resnet", "", HOW, 3)
    start = multitask.work(replace(cell, model=multitask.UNTRAINED), scratch / "start")
    every = multitask.work(cell, scratch / "multi")
    one = multitask.work(replace(cell, model=multitask.SINGLE, task="skin_tone"), scratch / "one")
    assert set(start["tasks"]) == set(every["tasks"]) == set(TASKS)
    assert set(one["tasks"]) == {"skin_tone"} and one["minutes"] > 0 == start["minutes"]
    tones = one["tasks"]["skin_tone"]["tones"]
    assert len(tones) == len(one["tasks"]["skin_tone"]["right"]) and set(tones) <= set(range(1, 11))
    grid = [(replace(cell, model=multitask.UNTRAINED), start), (cell, every)]
    grid += [
        (
            replace(cell, model=multitask.SINGLE, task=task),
            {"minutes": 1.0, "tasks": {task: every["tasks"][task]}},
        )
        for task in TASKS
    ]
    found = multitask.figures_of(grid)
    assert named(found, "ap1_multi", "ap1_single", "multi_less_single", "skin_tone_gap_multi", "hair_single")
    assert found["multi_less_single"].mean == 0
    share = np.mean([np.mean(every["tasks"][task]["right"]) for task in TASKS])
    assert found["ap1_multi"].mean == pytest.approx(share)
    assert "Monk tone" in multitask.tone_table(grid)


def test_binary_and_camera(scratch: Path) -> None:
    cell = binary.Cell(SHOP, "test_resnet", 16, HOW, 3)
    found = binary.figures_of([(cell, binary.work(cell, scratch / "binary"))])
    assert named(found, "hit1_float_16", "hit1_binary_16", "lost_16", "lost")
    assert found["lost"].mean == pytest.approx(found["hit1_float_16"].mean - found["hit1_binary_16"].mean)
    off = camera.Cell(SHOP, "CNN", "test_resnet", camera.OFF, replace(HOW, augment=camera.OFF), 3)
    done = camera.work(off, scratch / "camera")
    assert len(done["clean"]) == len(done["degraded"])  # one more view and one photo of each product
    found = camera.figures_of([(off, done), (replace(off, augment=camera.ON), done)])
    assert found["degraded_gain"].mean == found["clean_gain_cnn"].mean == 0


@pytest.mark.parametrize("recipe", ["frozen", "lora"])
def test_finetuning(scratch: Path, recipe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shops = scratch.parents[1] / "shops"
    base = untrained(shops / f"pretrained-{SHOP.name}", "test_resnet", 32, 0)
    assert base.is_dir()
    cell = finetuning.Cell("market", recipe, SHOP, "test_resnet", "", replace(HOW, recipe=recipe), HOW, 3)
    done = finetuning.work(cell, scratch.with_name(f"cell-{recipe}"))
    assert (done["minutes"] > 0) == (recipe != "frozen") == (0 < done["trainable_share"] < 1)
    found = finetuning.figures_of([(replace(cell, recipe=name), done) for name in ("frozen", "lora")], "lora")
    assert named(found, "market_hit1_frozen", "market_lora_hit1_tuned", "market_lora_hit1_binary",
                 "market_lora_minutes", "market_lora_trainable_share", "market_hit1_tuned")  # fmt: skip


def test_what_learns(tmp_path: Path) -> None:
    base = untrained(tmp_path / "base", "test_resnet", 32, 0)
    assert learning(base, replace(HOW, recipe="full")) == 1
    probe = learning(base, replace(HOW, recipe="cached"))
    assert 0 < probe < 0.1 < learning(base, replace(HOW, recipe="lp-ft", steps=40))


def test_a_wrong_setting_is_one_line(tmp_path: Path) -> None:
    from saccade.errors import SaccadeError

    with pytest.raises(SaccadeError, match="timm knows no architecture"):
        untrained(tmp_path / "base", "resnot", 32, 0)
    assert callable(train_cell)


def test_a_command_ends_with_one_line_of_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "--seeds 1 --products 60 --drawn 32 --side 32 --dims 16 --steps 2 --batch 8 --jobs 1 --write"
    monkeypatch.setattr(sys, "argv", ["binary.py", *words.split(), "--cache", str(tmp_path / "cache")])
    for module in (learn_report, binary):
        monkeypatch.setattr(module, "DOCS", tmp_path / "docs")
    monkeypatch.setattr(learn_report.page, "__defaults__", (tmp_path / "docs",))
    binary.main()
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert named(last, "hit1_float_16", "hit1_float_16_low", "hit1_float_16_high", "lost")
    text = (tmp_path / "docs" / "binary.md").read_text()
    assert "binary.svg" in text and str(tmp_path) not in text
    assert (tmp_path / "docs" / "binary.svg").is_file()


def test_quick_leaves_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "--quick", "--steps", "7", "--device", "auto"])
    args: Namespace = learn_study.parsed(learn_study.arguments("x"), steps=3, products=20)
    assert (args.steps, args.products) == (7, 20)
