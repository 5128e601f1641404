"""The public surface is exactly what is written down, and importing it is cheap."""

from __future__ import annotations
import __future__

import importlib
import json
import subprocess
import sys
import types
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
import generated

HEAVY = ("cv2", "daft", "lance", "openvino", "pyarrow", "qdrant_client", "ray", "scipy", "timm", "torch")
QUICK = 0.3  # seconds for `import saccade`


def ours(value: object) -> bool:
    """A class, function or constant of saccade, and not a module or something borrowed from a library."""
    made_in = getattr(value, "__module__", "saccade")
    borrowed = made_in.split(".")[0] not in ("saccade", "builtins")
    return not (borrowed or isinstance(value, (types.ModuleType, bool, type(__future__.annotations))))


@pytest.mark.parametrize(
    "package", [name for name in generated.packages() if (generated.PACKAGES / name[8:]).is_dir()]
)
def test_all_is_what_can_be_imported(package: str) -> None:
    module = importlib.import_module(package)
    exported = module.__all__
    assert len(set(exported)) == len(exported)
    assert [name for name in exported if not hasattr(module, name)] == []
    leaked = {name for name, value in vars(module).items() if not name.startswith("_") and ours(value)}
    assert leaked <= set(exported)


def test_generated_files_are_current() -> None:
    stale = [
        path.name
        for path, text in generated.outputs().items()
        if not path.is_file() or path.read_text() != text
    ]
    assert stale == [], "run `make generated`"


def imported(statement: str) -> tuple[float, set[str]]:
    """Seconds that `statement` takes in a fresh interpreter, and the top-level modules that it loads."""
    code = (
        f"import sys, time, json; t = time.perf_counter(); {statement}; t = time.perf_counter() - t; "
        "print(json.dumps([t, sorted({name.partition('.')[0] for name in sys.modules})]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, names = json.loads(done.stdout)
    return seconds, set(names)


def test_import_is_light_and_quick() -> None:
    runs = [imported("import saccade") for _ in range(3)]
    assert runs[0][1] & set(HEAVY) == set()
    assert min(seconds for seconds, _ in runs) < QUICK


@pytest.mark.parametrize(
    "package", ["saccade.catalog", "saccade.discovery", "saccade.evaluation", "saccade.index"]
)
def test_searching_needs_no_torch(package: str) -> None:
    assert not imported(f"import {package}")[1] & {"timm", "torch", "torchvision"}


def test_help_does_not_load_the_heavy_libraries() -> None:
    loaded = imported("import saccade.cli.main")[1]
    assert loaded & {"daft", "openvino", "ray", "timm", "torch"} == set()
