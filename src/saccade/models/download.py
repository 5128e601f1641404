"""One file of weights from a URL into the cache, checked before it is trusted.

Decided: a file is written beside its place and renamed when its size (and its SHA-256, when given) is right,
so the cache never holds half a file. Not here: the Hugging Face hub, which timm reads itself.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

from saccade.errors import InputError, StorageError
from saccade.progress import SILENT, Progress

CHUNK = 1 << 20


def cache_folder() -> Path:
    """`$SACCADE_CACHE`, else `~/.cache/saccade`."""
    return Path(os.environ.get("SACCADE_CACHE") or Path.home() / ".cache" / "saccade")


def download(
    url: str,
    *,
    sha256: str | None = None,
    size: int | None = None,
    cache: Path | None = None,
    timeout: float = 30.0,
    progress: Progress = SILENT,
) -> Path:
    """Fetch `url` (http or https) once.

    Args:
        url: address of the file.
        sha256: expected digest in hex; also checked on a file that is already in the cache.
        size: expected bytes; without it the server's Content-Length is the measure.
        cache: folder to keep it in; default `cache_folder() / "weights"`.
        timeout: seconds without a byte before giving up.

    Returns:
        The file in the cache. Raises InputError (one line) for an address that does not answer, or a wrong
        size or digest; StorageError when the cache cannot be written.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError(f"weights come from an http(s) address, found {url!r}")
    place = _place(url, cache or cache_folder() / "weights")
    if not place.exists():
        _fetch(url, place, sha256, size, timeout, progress)
    elif sha256 is not None:
        with place.open("rb") as file:
            _expect(url, "SHA-256", sha256.lower(), hashlib.file_digest(file, "sha256").hexdigest())
    return place


def _place(url: str, cache: Path) -> Path:
    """The readable end of the address after a hash of the whole: two servers may use one name."""
    name = unquote(Path(urlsplit(url).path).name) or "weights"
    return cache / f"{hashlib.blake2b(url.encode(), digest_size=6).hexdigest()}-{Path(name).name}"


def _fetch(
    url: str, place: Path, sha256: str | None, size: int | None, timeout: float, progress: Progress
) -> None:
    partial: Path | None = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, suffix=".part", delete=False) as file:
            partial = Path(file.name)
            digest, announced = _copy(url, file, timeout, progress)
            found = file.tell()
        _expect(url, "bytes", size if size is not None else announced, found)
        _expect(url, "SHA-256", sha256.lower() if sha256 else None, digest)
        partial.replace(place)
    except OSError as error:
        raise StorageError(f"cannot keep {url} in {place.parent}: {error}") from error
    finally:
        progress.stop()
        if partial is not None:
            partial.unlink(missing_ok=True)


def _copy(url: str, to: IO[bytes], timeout: float, progress: Progress) -> tuple[str, int | None]:
    """Stream the answer into a file; gives its SHA-256 and the length that the server announced."""
    digest = hashlib.sha256()
    try:
        answer = urlopen(url, timeout=timeout)
    except (OSError, HTTPException) as error:
        raise _unreachable(url, error) from error
    with answer:
        length = answer.headers.get("Content-Length")
        progress.start(f"download {url}", int(length) if length else None)
        while chunk := _read(answer, url):
            digest.update(chunk)
            to.write(chunk)
            progress.advance(len(chunk))
    return digest.hexdigest(), int(length) if length else None


def _read(answer: HTTPResponse, url: str) -> bytes:
    try:
        return answer.read(CHUNK)
    except (OSError, HTTPException) as error:
        raise _unreachable(url, error) from error


def _unreachable(url: str, error: Exception) -> InputError:
    return InputError(f"cannot download {url}: {str(error) or type(error).__name__}")


def _expect(url: str, what: str, expected: str | int | None, found: str | int) -> None:
    if expected is not None and expected != found:
        raise InputError(f"{url}: expected {what} {expected}, found {found}; the file is not used")
