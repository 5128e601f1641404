"""Places and their failures: names of local paths, a full disk, an object store."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pyarrow as pa
import pytest

from saccade.errors import LockedError, NotFoundError, StorageError
from saccade.workspace import Workspace
from saccade.workspace.storage import fsspec_options, is_local, normalise, storage_errors


def test_local_and_remote_places() -> None:
    assert is_local("/a/b")
    assert is_local("file:///a")
    assert not is_local("s3://bucket/a")
    assert normalise("file:///a/b") == "/a/b"
    assert normalise("s3://bucket/a/") == "s3://bucket/a"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full: images was not written"),
        (OSError("LanceError(IO): Generic LocalFileSystem error: No space left on device"), "disk is full"),
        (PermissionError(errno.EACCES, "denied"), "no permission to write images"),
        (RuntimeError("error sending request for url"), "the object store did not answer for images"),
    ],
)
def test_failures_become_one_line(error: Exception, message: str) -> None:
    with pytest.raises(StorageError, match=message) as caught, storage_errors("images"):
        raise error
    assert "\n" not in str(caught.value)


def test_other_errors_pass_unchanged() -> None:
    with pytest.raises(ValueError, match="something else"), storage_errors("images"):
        raise ValueError("something else")


def test_s3_options_in_the_words_of_fsspec() -> None:
    found = fsspec_options(
        "s3://b", {"aws_access_key_id": "k", "aws_endpoint": "http://x", "allow_http": "true"}
    )
    assert found["key"] == "k"
    assert found["client_kwargs"] == {"endpoint_url": "http://x"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    """Options of an S3 server on loopback, with a bucket named `photos`."""
    pytest.importorskip("moto")
    pytest.importorskip("s3fs")
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    endpoint = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            request = urllib.request.Request(f"{endpoint}/photos", method="PUT")
            urllib.request.urlopen(request, timeout=2).close()
            break
        except OSError:
            time.sleep(0.2)
    yield {
        "aws_access_key_id": "test", "aws_secret_access_key": "test", "aws_region": "us-east-1",
        "aws_endpoint": endpoint, "allow_http": "true",
    }  # fmt: skip
    server.kill()
    server.wait()


def test_a_workspace_on_an_object_store(s3: dict[str, str]) -> None:
    with pytest.raises(NotFoundError):
        Workspace("s3://photos/ws", storage_options=s3)
    ws = Workspace("s3://photos/ws", create=True, storage_options=s3)
    with ws.lock("saccade ingest"):
        ws.table("items").upsert(pa.table({"item_id": ["a", "b"], "title": ["one", "two"]}))
        ws.table("items").upsert(pa.table({"item_id": ["b"], "title": ["2"]}))
        other = Workspace("s3://photos/ws", storage_options=s3)
        with pytest.raises(LockedError, match="saccade ingest"), other.lock("other"):
            pass
    again = Workspace("s3://photos/ws", storage_options=s3)
    assert again.tables() == ["items"]
    assert sorted(again.table("items").read(["title"])["title"].to_pylist()) == ["2", "one"]
    assert again.table("items").at(2).count() == 2
    again.write_bytes("reports/x.txt", b"hello")
    assert again.read_bytes("reports/x.txt") == b"hello"
    assert not again.local_dir("indexes").is_relative_to("/ws")


def test_an_object_store_that_is_not_there() -> None:
    options = {"aws_access_key_id": "t", "aws_secret_access_key": "t", "aws_region": "us-east-1",
               "aws_endpoint": f"http://127.0.0.1:{_free_port()}", "allow_http": "true"}  # fmt: skip
    with pytest.raises(StorageError, match="did not answer"):
        Workspace("s3://photos/ws", create=True, storage_options=options)
