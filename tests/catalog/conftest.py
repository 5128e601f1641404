"""Generated pictures and a loopback web server that misbehaves on request."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

Painter = Callable[..., bytes]


def paint(seed: int, size: tuple[int, int] = (48, 36), format: str = "JPEG") -> bytes:
    """A picture file of coloured rectangles, the same for the same seed."""
    rng = np.random.default_rng(seed)
    pixels = np.kron(rng.integers(0, 255, (4, 4, 3), dtype=np.uint8), np.ones((9, 12, 1), np.uint8))
    buffer = BytesIO()
    Image.fromarray(pixels).resize(size).save(buffer, format)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def picture() -> Painter:
    return paint


class Shop(ThreadingHTTPServer):
    """Pictures at /ok/<seed>.jpg and every kind of trouble beside them; `seen` counts the requests a path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: Counter[str] = Counter()
        self.times: dict[str, list[float]] = {}
        self.guard = threading.Lock()
        self.busy = self.busiest = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Shop
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with self.server.guard:
            self.server.seen[self.path] += 1
            self.server.times.setdefault(self.path, []).append(time.monotonic())
            self.server.busy += 1
            self.server.busiest = max(self.server.busiest, self.server.busy)
        try:
            getattr(self, f"_{self.path.split('/')[1]}")()
        except (BrokenPipeError, ConnectionResetError):
            pass
        finally:
            with self.server.guard:
                self.server.busy -= 1

    def _ok(self) -> None:
        seed = int(self.path.split("/")[2].split(".")[0])
        tag = f'"{seed}"'
        if self.headers.get("If-None-Match") == tag:
            self._answer(304, b"")
        else:
            self._answer(200, paint(seed), ETag=tag)

    def _slow(self) -> None:
        time.sleep(1.0)
        self._answer(200, paint(1))

    def _brief(self) -> None:
        time.sleep(0.05)
        self._answer(200, paint(2))

    def _missing(self) -> None:
        self._answer(404, b"no")

    def _flaky(self) -> None:
        self._answer(500, b"") if self.server.seen[self.path] == 1 else self._answer(200, paint(3))

    def _busy(self) -> None:
        if self.server.seen[self.path] == 1:
            self._answer(429, b"", **{"Retry-After": "0.4"})
        else:
            self._answer(200, paint(4))

    def _broken(self) -> None:
        self._answer(503, b"")

    def _noai(self) -> None:
        self._answer(200, paint(5), **{"X-Robots-Tag": "noindex, noimageai"})

    def _huge(self) -> None:
        self._answer(200, paint(6) + b"\0" * 300_000)

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(paint(6))
        for _ in range(100):
            self.wfile.write(b"\0" * 10_000)
        self.close_connection = True

    def _html(self) -> None:
        self._answer(200, b"<html>not a picture</html>", **{"Content-Type": "image/jpeg"})

    def _plain(self) -> None:
        self._answer(200, paint(7, format="PNG"), **{"Content-Type": "text/plain"})

    def _empty(self) -> None:
        self._answer(200, b"")

    def _loop(self) -> None:
        self._answer(302, b"", Location=self.path)

    def _moved(self) -> None:
        self._answer(302, b"", Location="/ok/8.jpg")

    def _private(self) -> None:
        self._answer(302, b"", Location="http://10.0.0.1/secret.jpg")

    def _file(self) -> None:
        self._answer(302, b"", Location="file:///etc/passwd")

    def _answer(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[Shop]:
    server = Shop()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
