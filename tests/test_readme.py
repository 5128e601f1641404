"""The README keeps its form, and its commands run as they stand there.

A block that follows `<!-- run -->` is run line by line in a folder with a few drawn photographs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
RUN = re.compile(r"<!-- run -->\n+```bash\n(.*?)```", re.DOTALL)


def commands() -> list[str]:
    """The commands of the marked blocks, continued lines joined, comments left out."""
    text = "\n".join(RUN.findall(README)).replace("\\\n", " ")
    lines = [re.sub(r"\s+#.*$", "", line).strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with what the README's reader has: photographs and a table of products."""
    import numpy as np
    from PIL import Image

    generator = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    rows = ["item_id,title,color,image"]
    for number in range(12):
        coarse = generator.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        picture = Image.fromarray(coarse).resize((160, 160), Image.Resampling.BICUBIC)
        picture.save(tmp_path / "photos" / f"{number}.jpg")
        rows.append(f"p{number},chair number {number},{'red' if number % 2 else 'blue'},photos/{number}.jpg")
    (tmp_path / "products.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "query.jpg").write_bytes((tmp_path / "photos" / "3.jpg").read_bytes())
    return tmp_path


def test_commands_run(shop: Path) -> None:
    assert commands(), "no block of the README is marked with <!-- run -->"
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in commands():
        done = subprocess.run(
            command, shell=True, cwd=shop, env=env, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"


def test_form() -> None:
    lines = README.splitlines()
    assert len(lines) <= 150
    first = "\n".join(lines[:25])
    assert re.search(r"^saccade .*\.$", first, re.MULTILINE), "one sentence"
    picture = re.search(r"!\[[^\]]+\]\((docs/images/[^)]+)\)", first)
    assert picture, "one picture"
    assert (ROOT / picture.group(1)).is_file(), picture.group(1)
    assert "make demo" in first, "one command"


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", README)
    assert [name for name in targets if "://" not in name and not (ROOT / name).exists()] == []


def test_every_verb_is_shown() -> None:
    verbs = (
        "ingest",
        "fingerprint",
        "index",
        "search",
        "evaluate",
        "demo",
        "run",
        "info",
        "serve",
        "label",
        "export",
    )
    assert [verb for verb in verbs if f"saccade {verb}" not in README] == []
