"""The verbs as a person uses them: a small marketplace from files to a searched page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from saccade.bazaar import Bazaar
from saccade.cli.main import main
from saccade.workspace import Workspace

MARKET = Bazaar(products=24, size=64, views=2, photos=1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A marketplace on disk."""
    folder = tmp_path_factory.mktemp("shop")
    MARKET.write(folder)
    return folder


@pytest.fixture(scope="module")
def built(shop: Path) -> str:
    """A workspace that went through ingest, dedup, model, fingerprint and index."""
    ws = str(shop / "ws")
    for line in (
        f"ingest {shop}/catalogue/items.jsonl", f"ingest {shop}/photos --pictures-only", "dedup",
        "model handmade", "fingerprint", "index",
    ):  # fmt: skip
        assert main([*line.split(), "-w", ws, "-q"]) == 0
    return ws


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_what_was_built(built: str) -> None:
    ws = Workspace(built)
    assert ws.table("items").count() == 24
    assert ws.table("images").count() == 24 * 3
    (model_id,) = ws.models_with_fingerprints()
    assert ws.fingerprints(model_id).count("status = 'ok'") == 24 * 3
    item = ws.table("items").read(["attributes"]).to_pylist()[0]
    assert "colour" in dict(item["attributes"])


def test_search_prints_results_and_writes_a_page(
    built: str, shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = shop / "photos" / f"{MARKET.query_id(3, 0)}.jpg"
    page = tmp_path / "page.html"
    printed = run(capsys, "search", "-w", built, "--image", str(photo), "-k", "5", "--page", str(page))
    assert len(re.findall(r"item-\d{6}", printed)) == 5
    assert "5 results by visual" in printed
    assert page.read_text().count("<figure") == 6


def test_search_by_words_item_and_vector(
    built: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    title = MARKET.listing(0).title
    assert "item-000000" in run(capsys, "search", "-w", built, "--text", title, "--page", "None")
    by_item = run(capsys, "search", "-w", built, "--item", "item-000000", "-k", "3", "--page", "None")
    assert "item-000000" not in by_item
    ws = Workspace(built)
    dim = ws.fingerprints(ws.models_with_fingerprints()[0]).schema.field("vector").type.list_size
    np.save(tmp_path / "v.npy", np.ones(dim, np.float32))
    by_vector = run(
        capsys, "search", "-w", built, "--vector", str(tmp_path / "v.npy"), "--page", "None", "-k", "2"
    )
    assert "2 results" in by_vector


def test_search_with_a_condition_and_a_box(built: str, capsys: pytest.CaptureFixture[str]) -> None:
    category = MARKET.listing(1).category
    printed = run(
        capsys, "search", "-w", built, "--item", "item-000000", "--where", f"category={category}",
        "--box", "0.1", "0.1", "0.8", "0.8", "--page", "None",
    )  # fmt: skip
    wanted = {f"item-{n:06d}" for n in range(24) if MARKET.listing(n).category == category}
    assert set(re.findall(r"item-\d{6}", printed)) == wanted - {"item-000000"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--where", "color=red", "--text", "x"], "did you mean 'colour'"),
        (["--image", "none.jpg"], "cannot read the picture none.jpg"),
        (["--vector", "none.npy"], "cannot read a vector from none.npy"),
        (["--item", "nobody"], "there is no item 'nobody'"),
        ([], "a query has exactly one of"),
        (["--text", "x", "-k", "abc"], "Error parsing -k"),
        (["--text", "x", "--bogus"], "Unrecognized options: --bogus; see `saccade search --help`"),
        (["--text", "x", "--index", "none"], "found none; build it with `saccade index`"),
        (["--item", "item-000000", "--box", "0", "0", "2", "1"], ""),
    ],
)
def test_mistakes_of_a_search_are_one_line(
    built: str, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "-w", built, "--page", "None", *words]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("saccade: ")
    assert message in said


def test_evaluate_prints_its_table(built: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(
        capsys, "evaluate", "-w", built, "-q", "--queries", "folder=photos", "--gallery", "role=seller",
        "--by", "item", "--qrels", str(shop / "truth" / "qrels.txt"),
    )  # fmt: skip
    assert "| model | vectors | hit@1 |" in printed
    report = json.loads(Workspace(built).read_bytes("reports/evaluation/main/metrics.json"))
    assert report["facts"]["queries"] == "24 (folder=photos)" or "24" in str(report["facts"]["queries"])


def test_run_does_nothing_when_nothing_changed(built: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = Workspace(built).table("images").version
    printed = run(capsys, "run", "-w", built, "-q")
    assert "0 decoded" in printed
    assert "0 computed" in printed
    assert Workspace(built).table("images").version == before


def test_dry_runs_write_nothing(built: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ws = Workspace(built)
    versions = {name: ws.table(name).version for name in ws.tables()}
    for words in (["run"], ["fingerprint"], ["index"], ["ingest", f"{shop}/photos", "--pictures-only"]):
        run(capsys, *words, "-w", built, "--dry-run")
    assert {name: ws.table(name).version for name in ws.tables()} == versions


def test_a_dry_run_makes_no_workspace(shop: Path, tmp_path: Path) -> None:
    assert main(["ingest", f"{shop}/photos", "-w", str(tmp_path / "new"), "--dry-run"]) == 2
    assert not (tmp_path / "new").exists()


def test_info_and_lineage(built: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(capsys, "info", "-w", built)
    assert "images" in printed
    assert "index main" in printed
    lineage = run(capsys, "info", "-w", built, "--of", "images")
    assert "ingest" in lineage
    assert "items.jsonl" in lineage


def test_import_fills_a_table(built: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "boards.csv").write_text("board_id,name\nb1,Red things\nb2,Blue things\n")
    run(capsys, "import", "boards", str(tmp_path / "boards.csv"), "-w", built, "-q")
    assert Workspace(built).table("boards").count() == 2


def test_fingerprint_without_a_model_says_what_to_do(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ws = str(tmp_path / "ws")
    assert main(["ingest", f"{shop}/photos", "-w", ws, "-q"]) == 0
    assert main(["fingerprint", "-w", ws, "-q"]) == 2
    assert "keeps no model yet: make one, with `saccade model handmade`" in capsys.readouterr().err


def test_a_backbone_by_name_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("timm")
    ws = str(tmp_path / "ws")
    plain = run(capsys, "model", "test_resnet", "-w", ws, "--size", "64").strip()
    headed = run(capsys, "model", "test_resnet", "-w", ws, "--size", "64", "--head").strip()
    assert plain != headed
    assert main(["model", "no_such_model", "-w", ws]) == 2
    assert main(["model", "test_resnet", "--kwargs", "no json", "-w", ws]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert said[1].startswith("saccade: kwargs must be JSON")


def test_serve_without_its_extra_or_an_index_is_one_line(
    built: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Workspace(tmp_path / "empty", create=True)
    assert main(["serve", "-w", str(tmp_path / "empty")]) == 2
    assert "has no index 'main' yet; build it with `saccade index`" in capsys.readouterr().err
    assert main(["serve", "-w", built, "--port", "70000"]) == 2
    assert "expected a port from 0 to 65535, found 70000" in capsys.readouterr().err
    monkeypatch.setattr("saccade.cli.common.find_spec", lambda name: None)
    assert main(["serve", "-w", built]) == 2
    assert "fastapi, uvicorn" in (said := capsys.readouterr().err)
    assert "pip install 'saccade[serve]'" in said
