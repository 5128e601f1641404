"""The repository holds itself to its rules: style, types, floors, sizes, mirrored tests, portability."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import SLOWEST

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "saccade"
TOOLS = Path(sys.executable).parent
LONGEST = 600  # lines a module

# Modules without a test file of their own, and the file that tests them.
TESTED_BY = {
    "bazaar/test_render.py": "bazaar/arrays bazaar/categories bazaar/looks bazaar/materials bazaar/mesh "
    "bazaar/patterns bazaar/raster bazaar/shade bazaar/solid bazaar/studio bazaar/shapes/accessories "
    "bazaar/shapes/bags bazaar/shapes/clothing bazaar/shapes/footwear bazaar/shapes/furniture "
    "bazaar/shapes/tableware bazaar/shapes/textiles",
    "bazaar/test_camera.py": "bazaar/places",
    "bazaar/test_bazaar.py": "bazaar/random",
    "bazaar/test_words.py": "bazaar/sellers bazaar/lexicons/base bazaar/lexicons/english "
    "bazaar/lexicons/german bazaar/lexicons/spanish",
    "bazaar/test_phrases.py": "bazaar/leanings",
    "bazaar/test_boards.py": "bazaar/tastes bazaar/traits",
    "bazaar/test_shoppers.py": "bazaar/recommenders bazaar/wishes",
    "bazaar/test_writing.py": "bazaar/drawing bazaar/files bazaar/tables bazaar/truth",
    "bazaar/test_people.py": "bazaar/figures/body bazaar/figures/head bazaar/figures/skin "
    "bazaar/figures/wear",
    "bazaar/test_scenes.py": "bazaar/layout bazaar/rooms bazaar/visible",
    "catalog/test_duplicates.py": "catalog/duplicates_buckets catalog/duplicates_distance "
    "catalog/duplicates_index",
    "catalog/test_ingest.py": "catalog/compare catalog/examine catalog/files catalog/flow catalog/known "
    "catalog/marks catalog/records catalog/retire",
    "catalog/test_put.py": "catalog/handed catalog/put_change catalog/put_group",
    "catalog/test_resume.py": "catalog/writes",
    "catalog/readers/test_readers.py": "catalog/readers/arrow catalog/readers/choose catalog/readers/coco "
    "catalog/readers/folder catalog/readers/huggingface catalog/readers/lines catalog/readers/webdataset",
    "cli/test_detection.py": "cli/verbs/assess_detector cli/verbs/detect cli/verbs/import_detector "
    "cli/verbs/train_detector",
    "cli/test_judge.py": "cli/verbs/judge",
    "cli/test_training.py": "cli/verbs/assess cli/verbs/pretrain cli/verbs/train",
    "cli/test_models.py": "cli/verbs/convert cli/verbs/pull cli/verbs/push pipeline/convert",
    "cli/test_verbs.py": "cli/common cli/verbs/dedup cli/verbs/demo cli/verbs/evaluate cli/verbs/fingerprint "
    "cli/verbs/imports cli/verbs/index cli/verbs/info cli/verbs/ingest cli/verbs/model cli/verbs/run "
    "cli/verbs/search cli/verbs/serve pipeline/models",
    "client/test_calls.py": "client/conditions client/errors",
    "client/test_products.py": "client/product_calls",
    "client/test_reading.py": "client/answers",
    "detection/runners/test_torch.py": "detection/trained",
    "detection/test_detector.py": "detection/runners/onnx",
    "detection/test_stage.py": "detection/pending",
    "discovery/complete/test_stage.py": "cli/verbs/fit_complete",
    "discovery/diversity/test_mmr.py": "discovery/diversity/checks",
    "discovery/lens/test_lens.py": "discovery/lens/shapes",
    "discovery/test_arrange.py": "discovery/arrange_agreement discovery/arrange_pool",
    "discovery/test_looks.py": "discovery/looks_columns discovery/looks_memory",
    "discovery/test_engine.py": "discovery/neighbours discovery/pictures",
    "discovery/test_shelf.py": "discovery/owners",
    "workspace/test_stage.py": "errors progress",
    "evaluation/test_assess.py": "evaluation/carded evaluation/cost evaluation/embed",
    "evaluation/test_classified.py": "evaluation/grouped evaluation/tables",
    "evaluation/judging/test_making.py": "evaluation/judging/plan evaluation/judging/runs",
    "evaluation/judging/test_order.py": "evaluation/judging/sides",
    "evaluation/judging/test_verdict.py": "evaluation/judging/grades evaluation/judging/raters "
    "evaluation/judging/ratings evaluation/judging/report",
    "evaluation/test_detection.py": "evaluation/detection_gate evaluation/detection_measure "
    "evaluation/detection_page evaluation/detection_set",
    "evaluation/test_stage.py": "evaluation/judged evaluation/worst",
    "evaluation/test_tasks.py": "evaluation/answers evaluation/classify evaluation/folder "
    "evaluation/questions evaluation/results",
    "evaluation/test_retrieval.py": "catalog/catalogue catalog/selection evaluation/vectors",
    "fingerprints/test_colours.py": "cli/verbs/colours",
    "fingerprints/test_stage.py": "fingerprints/coverage fingerprints/engine fingerprints/pending",
    "fingerprints/runners/test_parity.py": "fingerprints/runners/base fingerprints/runners/openvino "
    "fingerprints/runners/plain fingerprints/runners/torch",
    "index/test_conformance.py": "index/edge index/exact index/payloads index/protocol index/translate",
    "index/test_stage.py": "index/files index/opened index/records index/settings index/state index/update",
    "labels/card/test_card.py": "labels/card/baseline labels/card/changes labels/card/checks "
    "labels/card/clusters labels/card/counting labels/card/drift labels/card/facts labels/card/gallery "
    "labels/card/gather labels/card/given labels/card/page labels/card/pictures labels/card/sheets "
    "labels/card/style labels/card/write",
    "labels/export/test_stage.py": "labels/export/folder labels/export/huggingface labels/export/parquet "
    "labels/export/source labels/export/webdataset cli/verbs/export",
    "labels/mining/test_function_words.py": "labels/mining/closed_class",
    "labels/scoring/test_features.py": "labels/scoring/evidence labels/scoring/voices",
    "labels/scoring/test_unsupervised.py": "labels/scoring/counts labels/scoring/dependence "
    "labels/scoring/intervals labels/scoring/label_model labels/scoring/scorer",
    "labels/signals/test_read.py": "labels/signals/phrases",
    "labels/signals/test_words.py": "labels/signals/walker",
    "labels/test_stage.py": "labels/annotate labels/judging labels/labelling labels/lexicon labels/made "
    "labels/meaning labels/publish labels/settings labels/steps cli/verbs/label",
    "labels/test_match.py": "labels/shapes labels/vocabulary",
    "metrics/test_trec.py": "metrics/columns metrics/lines",
    "models/test_convert.py": "models/dialects/folded",
    "models/test_folder.py": "models/config",
    "models/detector/test_detector.py": "models/detector/anchors models/detector/faster_rcnn "
    "models/detector/neck models/detector/ssd models/detector/two_stage models/detector/vectors",
    "models/detector/test_export.py": "models/detector/graphs models/detector/runtime",
    "models/detector/test_folder.py": "models/detector/build",
    "models/detector/test_vit_frcnn.py": "models/detector/maps",
    "models/export/test_export.py": "models/export/fixed models/export/onnx models/export/openvino "
    "models/export/readme",
    "service/test_api.py": "service/app service/bodies service/context service/desk service/errors "
    "service/listing service/pictures service/wire service/routes/items service/routes/operations "
    "service/routes/search",
    "service/test_faults.py": "service/gate service/logs service/monitoring",
    "service/test_judging.py": "service/wire_judging service/routes/judgements",
    "service/test_labels.py": "service/browsing service/routes/labels",
    "service/test_products.py": "service/detecting service/product_answers service/product_bodies "
    "service/product_facts service/scenes service/wire_discovery service/wire_queries "
    "service/routes/discovery",
    "service/test_switch.py": "service/live service/server service/upkeep",
    "service/test_writer.py": "service/applying service/folding",
    "training/data/test_crew.py": "training/data/server",
    "training/features/test_compute.py": "training/features/blocks training/features/views",
    "training/test_handmade.py": "training/groups",
    "training/loop/test_flops.py": "training/loop/peaks",
    "training/loop/test_launched.py": "training/loop/devices",
    "training/loop/test_optimisers.py": "training/loop/tensors",
    "training/loop/test_run.py": "training/loop/determinism training/loop/fitted training/loop/step",
    "training/recipes/test_definitions.py": "training/recipes/base training/recipes/full "
    "training/recipes/gradual training/recipes/layerwise training/recipes/linear_probe "
    "training/recipes/lp_ft training/recipes/partial training/recipes/recipe training/recipes/trainable",
    "training/detection/test_stage.py": "training/detection/job training/detection/network",
    "training/test_stage.py": "training/running training/job training/orders training/sources",
    "vision/test_decode.py": "vision/formats vision/jpeg vision/orientation vision/picture vision/quiet",
}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )


def passes(*command: str | Path) -> None:
    done = run(*command)
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def repository_files() -> list[Path]:
    """Tracked files, and new ones that git does not ignore."""
    done = run("git", "ls-files", "--cached", "--others", "--exclude-standard")
    if done.returncode:
        pytest.skip("not a git checkout, so there is no list of files")
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def test_lint() -> None:
    passes(TOOLS / "ruff", "check", ".")


def test_format() -> None:
    passes(TOOLS / "ruff", "format", "--check", ".")


def test_types() -> None:
    passes(TOOLS / "pyright", "--pythonpath", sys.executable)


def test_floors() -> None:
    passes(TOOLS / "lint-imports", "--no-cache")


def test_modules_are_short() -> None:
    lines = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in modules()}
    assert {path: count for path, count in lines.items() if count > LONGEST} == {}


def test_modules_say_what_they_are() -> None:
    assert [path for path in modules() if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_packages_are_marked() -> None:
    """A folder without `__init__.py` would be missed by the floors and by the wheel."""
    folders = {path.parent for path in modules()}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_tests_mirror_the_source() -> None:
    paths = [
        path.relative_to(SOURCE) for path in modules() if path.name not in ("__init__.py", "__main__.py")
    ]
    tests = ROOT / "tests"
    missing = {
        path.with_suffix("").as_posix()
        for path in paths
        if not (tests / path.with_name(f"test_{path.name}")).is_file()
    }
    listed = [module for modules in TESTED_BY.values() for module in modules.split()]
    assert sorted(listed) == sorted(missing)
    assert [test for test in TESTED_BY if not (tests / test).is_file()] == []


def test_the_files_that_begin_first_are_there() -> None:
    assert [name for name in SLOWEST if not (ROOT / "tests" / name).is_file()] == []


def test_nothing_of_one_machine() -> None:
    """No registry's host, and no path of the machine where a file was written."""
    hosts = "|".join(
        (r"pypi\.", r"pythonhosted\.", r"registry\.npm", r"deb\.debian\.", r"download\.pytorch\.")
    )
    paths = "|".join(("wor" + "k", "far" + "m", "roo" + "t", "hom" + "e", "opt"))
    pattern = re.compile(rf"(?:{hosts})(?:org|js)|(?:^|[\s\"'(=:`])/(?:{paths})/", re.MULTILINE)
    found = [
        (path.relative_to(ROOT), match.group())
        for path in texts()
        for match in pattern.finditer(path.read_text())
    ]
    assert found == []


def texts() -> list[Path]:
    return [path for path in repository_files() if b"\0" not in path.read_bytes()[:8000]]


def test_files_are_small() -> None:
    assert [path for path in repository_files() if path.stat().st_size > 1 << 20] == []


def test_lock_names_no_address_and_fits_the_project() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    wanted = {
        re.split(r"[\[<>=~!; ]", name, maxsplit=1)[0].lower() for name in project["dependencies"] + extras
    }
    assert wanted - pinned == set()
    assert not (ROOT / "uv.lock").exists()


def test_make_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    shown = run("make", "--no-print-directory", "help").stdout
    assert set(re.findall(r"^make (\w+)", shown, re.MULTILINE)) == set(phony.group(1).split())


@pytest.mark.parametrize(("script", "shell"), [("scripts/install.sh", "sh"), (".ci/run", "bash")])
def test_scripts_parse(script: str, shell: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    passes(shell, "-n", script)


def test_install_explains_a_missing_python() -> None:
    done = subprocess.run(
        ["sh", "scripts/install.sh"],
        cwd=ROOT,
        env={**os.environ, "PYTHON": "no-such-python"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "'no-such-python' is not found" in done.stderr
