"""Rewrite what the documentation takes from the code: the tables, the public names, the reference pages.

Decided: these are generated and committed, so that a change of them shows in a review; the tests compare them
with the code. Run it with `make generated`.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pyarrow as pa

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ROOT / "src" / "saccade"
NAMES = ROOT / "docs" / "public-names.txt"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
REFERENCE = ROOT / "docs" / "reference"
START, END = "|---|---|\n", "<!-- /tables -->"
SHORT = {"timestamp[us, tz=UTC]": "time", "fixed_size_binary": "binary", "large_binary": "bytes"}


def packages() -> list[str]:
    """Public packages and top-level modules, in alphabetical order."""
    folders = [path.parent.name for path in PACKAGES.glob("*/__init__.py")]
    modules = [path.stem for path in PACKAGES.glob("*.py") if not path.stem.startswith("_")]
    return sorted(f"saccade.{name}" for name in folders + modules)


def public_names() -> str:
    """One dotted name a line: every name of every package's `__all__`."""
    rows = [f"{package}.{name}" for package in ["saccade", *packages()] for name in _all(package)]
    return "\n".join(sorted(rows)) + "\n"


def _all(package: str) -> list[str]:
    return list(getattr(importlib.import_module(package), "__all__", []))


def table_rows() -> str:
    """The rows of the table of tables in docs/architecture.md."""
    from saccade.workspace.schemas import SPECS, fingerprint_spec

    rows = [f"| `{spec.name}` | {_columns(spec.schema, spec.key)} |" for spec in SPECS.values()]
    vectors = fingerprint_spec("model", 8)
    schema = _columns(vectors.schema, vectors.key)
    schema = schema.replace("list<float16>[8]", "list<float16>[d]").replace("binary[1]", "binary[d / 8]")
    return "\n".join([*rows, f"| `fingerprints/<model_id>` | {schema} |"]) + "\n\n"


def _columns(schema: pa.Schema, key: tuple[str, ...]) -> str:
    shown = [
        (f"**{field.name}**" if field.name in key else field.name, _kind(field.type)) for field in schema
    ]
    return ", ".join(f"{name} {kind}" for name, kind in shown)


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_fixed_size_list(kind):
        return f"list<{_kind(kind.value_type)}>[{kind.list_size}]"
    text = {"halffloat": "float16", "float": "float32", "double": "float64"}.get(str(kind), str(kind))
    for long, short in SHORT.items():
        text = text.replace(long, short)
    return text


def architecture() -> str:
    """docs/architecture.md with the table of tables brought up to date."""
    text = ARCHITECTURE.read_text()
    before, rest = text.split("<!-- tables:", 1)
    intro, after = rest.split(START, 1)
    return before + "<!-- tables:" + intro + START + table_rows() + END + after.split(END, 1)[1]


def reference() -> dict[Path, str]:
    """A page for each package that exports something: its own names, and no others."""
    pages = {
        REFERENCE / f"{package}.md": f"# {package}\n\n::: {package}\n"
        for package in packages()
        if _all(package)
    }
    links = "".join(f"- [{path.stem}]({path.name})\n" for path in pages)
    head = "# Reference\n\nThe public names of every package; what is not here may change without notice.\n\n"
    return {REFERENCE / "index.md": head + links, **pages}


def outputs() -> dict[Path, str]:
    """Every generated file and what should stand in it."""
    return {NAMES: public_names(), ARCHITECTURE: architecture(), **reference()}


def main() -> None:
    for path, text in outputs().items():
        path.write_text(text)
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
