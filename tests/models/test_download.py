"""Weights behind a URL, from a loopback server that the test starts."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from saccade.errors import InputError, StorageError
from saccade.models.download import download

BODY = bytes(range(256)) * 5000


class Server(ThreadingHTTPServer):
    asked = 0


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        self.server.asked += 1
        if self.path.startswith("/absent"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY[:-7] if self.path.startswith("/short") else BODY)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def url(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/{path}"


def test_downloads_once_and_checks(server: Server, tmp_path: Path) -> None:
    digest = hashlib.sha256(BODY).hexdigest()
    first = download(url(server, "a/w.safetensors"), sha256=digest, size=len(BODY), cache=tmp_path)
    again = download(url(server, "a/w.safetensors"), sha256=digest.upper(), cache=tmp_path)
    assert first == again and first.read_bytes() == BODY and server.asked == 1
    assert first.name.endswith("-w.safetensors")


@pytest.mark.parametrize(
    ("path", "expect", "message"),
    [
        ("w.pth", {"sha256": "0" * 64}, "expected SHA-256 0000"),
        ("w.pth", {"size": 3}, f"expected bytes 3, found {len(BODY)}"),
        ("short.pth", {}, f"expected bytes {len(BODY)}, found {len(BODY) - 7}"),
        ("absent.pth", {}, "404"),
    ],
)
def test_refuses_and_keeps_nothing(
    server: Server, tmp_path: Path, path: str, expect: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        download(url(server, path), cache=tmp_path, **expect)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_changed_file_in_the_cache_is_noticed(server: Server, tmp_path: Path) -> None:
    download(url(server, "w.pth"), cache=tmp_path).write_bytes(b"changed")
    with pytest.raises(InputError, match="SHA-256"):
        download(url(server, "w.pth"), sha256=hashlib.sha256(BODY).hexdigest(), cache=tmp_path)


def test_other_failures_are_one_line(server: Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot download"):
        download("http://127.0.0.1:1/w.pth", cache=tmp_path)
    with pytest.raises(InputError, match="http"):
        download("ftp://127.0.0.1/w.pth", cache=tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot keep"):
        download(url(server, "w.pth"), cache=tmp_path / "file")
