"""Services for tests: in a thread (patches and other limits reach it), or as the real command in a process.

Decided: both are asked over real sockets. `Checked` is an httpx client that holds every answer to the
OpenAPI document of the service, so each test of the API is a test of the document too.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import uvicorn

from saccade.client import Client
from saccade.service.app import create_app, openapi, served
from saccade.service.settings import Settings, hashed

KEY = "a key for tests only"
WRITES = {"authorization": f"Bearer {KEY}"}


def settings(uri: str, **other: Any) -> Settings:
    """Of a service that takes writes with `KEY`."""
    return Settings(**{"workspace": uri, "keys": (hashed(KEY),), **other})


class Checked(httpx.Client):
    """A client that fails when an answer is not what `/openapi.json` says. Without certificates, which take
    longer to read than most answers."""

    def __init__(self, url: str, **other: Any) -> None:
        super().__init__(
            base_url=url, timeout=30, verify=False, event_hooks={"response": [self._check]}, **other
        )
        self._conformance = conformance()

    def _check(self, response: httpx.Response) -> None:
        response.read()
        self._conformance.check(response)

    def search(self, **query: Any) -> httpx.Response:
        return self.post("/v1/search", json=query)

    def found(self, **query: Any) -> list[str | None]:
        """The ids of the items of a search that goes well."""
        response = self.search(**query)
        assert response.status_code == 200, response.text
        return [row["item_id"] for row in response.json()["results"]]

    def put(self, *args: Any, **other: Any) -> httpx.Response:
        return super().put(*args, **{"headers": WRITES, **other})

    def delete(self, *args: Any, **other: Any) -> httpx.Response:
        return super().delete(*args, **{"headers": WRITES, **other})

    def bulk(self, body: object) -> httpx.Response:
        return self.post("/v1/items/bulk", json=body, headers=WRITES)


class Conformance:
    """Holds responses to an OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"\Z"), operations)
            for path, operations in document["paths"].items()
        ]

    def check(self, response: httpx.Response) -> None:
        """Raise `AssertionError` or `ValidationError` for an answer that the document does not allow."""
        assert response.status_code < 500 or response.url.path == "/ready", response.text
        assert response.headers["x-request-id"]
        if response.status_code >= 400 and response.url.path != "/ready":
            self._shape(response, {"$ref": "#/components/schemas/ErrorAnswer"})
            error = response.json()["error"]
            assert "\n" not in error["message"]
            assert "Traceback" not in error["message"]
        operation = self._operation(response.request)
        if operation is not None:
            self._documented(response, operation)

    def _documented(self, response: httpx.Response, operation: dict[str, Any]) -> None:
        status = str(response.status_code)
        assert status in operation["responses"], f"{response.request.method} {response.url} gives {status}"
        content = operation["responses"][status].get("content", {})
        kind = response.headers["content-type"].partition(";")[0]
        assert kind in content, f"{response.url} gives {kind}, documented are {list(content)}"
        if kind == "application/json":
            self._shape(response, content[kind]["schema"])

    def _operation(self, request: httpx.Request) -> dict[str, Any] | None:
        path = request.url.raw_path.partition(b"?")[0].decode()
        for pattern, operations in self._paths:
            if pattern.match(path):
                return operations.get(request.method.lower())
        return None

    def _shape(self, response: httpx.Response, schema: dict[str, Any]) -> None:
        whole = {**schema, "components": self.document["components"]}
        jsonschema.Draft202012Validator(whole).validate(response.json())


@cache
def conformance() -> Conformance:
    """Of the document of this version."""
    return Conformance(openapi(create_app(Settings(workspace=""))))


@contextmanager
def in_thread(wanted: Settings) -> Iterator[str]:
    """A service in a thread of this process; yields its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(2048)
        config = uvicorn.Config(
            served(wanted), log_config=None, access_log=False, server_header=False, lifespan="on", ws="none"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            with Client(url) as client:
                client.wait_ready(30)
            yield url
        finally:
            server.should_exit = True
            thread.join()


class Process:
    """`saccade serve` in a process of its own. Its log goes to a file beside the workspace."""

    def __init__(self, uri: str, *options: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = Path(uri).with_suffix(f".{self.port}.log")
        command = [sys.executable, "-m", "saccade.cli.main", "serve", "-w", uri, "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *options], stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "SACCADE_WRITE_KEYS": KEY},
            )  # fmt: skip

    def ready(self, times: int = 1) -> Process:
        """Wait until it answers searches, so many connections in a row: each may meet another worker."""
        done, end = 0, time.monotonic() + 60
        while done < times:
            assert time.monotonic() < end, "not ready after 60 s"
            with Client(self.url) as client:
                client.wait_ready(60)
                done = done + 1 if client.ready().ready else 0
        return self

    def log(self) -> list[dict[str, Any]]:
        """The lines of its log that are JSON."""
        lines = self._log.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def faults(self) -> list[dict[str, Any]]:
        """Lines of the log that tell of a fault of ours."""
        return [
            line
            for line in self.log()
            if line["level"] in ("error", "critical")
            or "exception" in line
            or (line.get("status", 0) >= 500 and line["route"] != "/ready")
        ]

    def resident(self) -> int:
        """Bytes of it and of the processes below it."""
        return sum(_resident(process) for process in [self._process.pid, *_below(self._process.pid)])

    def end(self) -> int:
        """SIGTERM; the exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60)

    def kill(self) -> None:
        """`kill -9` of it and of everything below it, at once."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *raised: object) -> None:
        self.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def raw(url: str, *parts: bytes, wait: float = 0.0, patience: float = 10.0) -> bytes:
    """Send bytes as they are, with a pause between the parts, and read until the other side is done."""
    port = httpx.URL(url).port
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        found = b""
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(wait)
        except OSError:  # it has said no and gone
            pass
        try:
            while more := connection.recv(65536):
                found += more
                if _whole(found):
                    break
        except OSError:
            pass
    return found


def request(method: str, path: str, body: bytes = b"", headers: Sequence[str] = ()) -> bytes:
    """The bytes of a request; a content-length unless `headers` bring one or say chunked."""
    lines = [f"{method} {path} HTTP/1.1", "host: test", "content-type: application/json", *headers]
    if not any("length" in line or "chunked" in line for line in headers):
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def status(answer: bytes) -> int:
    """Of a raw answer; 0 without one."""
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0


def _whole(answer: bytes) -> bool:
    head, found, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    return bool(found) and length is not None and len(body) >= int(length.group(1))


def _resident(process: int) -> int:
    try:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return 0
    return int(found.group(1)) * 1024 if found else 0


def _below(process: int) -> list[int]:
    try:
        text = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    children = [int(child) for child in text.split()]
    return children + [one for child in children for one in _below(child)]
