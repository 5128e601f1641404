"""The built web page, from memory: a few files, compressed once, the same answer for every route of the page.

Decided: files under `assets/` carry a hash in their names and may be kept for ever; `index.html` is asked
for anew each time. Where the page was not built, one plain page says how to build it.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

PAGE = Path(__file__).parent / "page"
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "media-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
_MISSING = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>saccade</title>
<p>The page was not built into this installation. The API answers under <code>/v1</code>;
<code>make page</code> builds the page.</p></html>"""


@dataclass(frozen=True)
class File:
    """One file, as it is and compressed."""

    data: bytes
    packed: bytes
    kind: str
    tag: str
    lasting: bool


class Site:
    """The files below `folder`."""

    def __init__(self, folder: Path = PAGE) -> None:
        found = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
        self._files = {path.relative_to(folder).as_posix(): _file(path) for path in found}
        self.built = "index.html" in self._files
        self._index = self._files.get("index.html") or _made(_MISSING, "text/html", lasting=False)

    def answer(self, request: Request, path: str) -> Response | None:
        """The file at `path`; the page itself for its own routes; None for a file that is not there."""
        file = self._files.get(path)
        if file is None:
            if not _is_route(path):
                return None
            file = self._index
        return _answer(request, file)


def _is_route(path: str) -> bool:
    """Whether a path is one of the page's own; ids of items may hold dots, files that are missing do too."""
    if path.partition("/")[0] in ("v1", "assets"):
        return False
    return path == "index.html" or path.startswith(("item/", "search")) or "." not in path


def _file(path: Path) -> File:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _made(path.read_bytes(), kind, lasting=path.parent.name == "assets")


def _made(data: bytes, kind: str, *, lasting: bool) -> File:
    tag = hashlib.blake2b(data, digest_size=12).hexdigest()
    return File(data, gzip.compress(data, 9, mtime=0), kind, f'"{tag}"', lasting)


def _answer(request: Request, file: File) -> Response:
    headers = {
        "etag": file.tag,
        "cache-control": "public, max-age=31536000, immutable" if file.lasting else "no-cache",
        "vary": "accept-encoding",
    }
    if file.kind == "text/html":
        headers["content-security-policy"] = CSP
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    if packed:
        headers["content-encoding"] = "gzip"
    return Response(file.packed if packed else file.data, headers=headers, media_type=file.kind)
