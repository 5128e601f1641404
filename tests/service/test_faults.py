"""What the careless and the hostile send: answered with 4xx, never with a fault, and soon forgotten."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import random
import socket
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import numpy as np
import pytest
from PIL import Image

from saccade.catalog import guard
from saccade.service.settings import ServiceLimits
from saccade.workspace import Workspace
from tests.service.conftest import drawn
from tests.service.running import KEY, WRITES, Checked, Process, in_thread, raw, request, settings, status

KEYED = [f"authorization: Bearer {KEY}"]
DEEP = 200_000
BODIES = {
    "nothing": b"", "half an object": b'{"text": "a', "a number": b"1", "null": b"null", "a list": b"[]",
    "text": b'"red"', "binary": bytes(range(256)), "not UTF-8": b'{"text": "\xff\xfe"}',
    "UTF-16": '{"text": "red"}'.encode("utf-16"), "a byte order mark": b'\xef\xbb\xbf{"text": 1}',
    "deep lists": b"[" * DEEP, "deep objects": b'{"filter":{"not":' * 20_000,
    "closed deep objects": b'{"text":"a","filter":' + b'{"not":' * 5000 + b"1" + b"}" * 5001,
    "deep in a field": b'{"text":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "NaN": b'{"vector": [NaN]}', "Infinity": b'{"vector": [Infinity, -Infinity]}',
    "beyond a double": b'{"vector": [1e999]}', "k beyond everything": b'{"text": "a", "k": 1e400}',
    "an endless number": b'{"text": "a", "k": ' + b"9" * 10_000 + b"}",
    "a box of NaN": b'{"item_id": "disc-red", "box": {"x": NaN, "y": 0, "width": 1, "height": 1}}',
    "half a surrogate": b'{"text": "\\ud800"}', "a null character": b'{"item_id": "a\\u0000b"}',
    "an id of half a surrogate": b'{"item_id": "\\udfff"}',
    "a filter of half a surrogate": b'{"text":"red","filter":{"field":"colour","equals":"\\ud800"}}',
    "a wrong bool": b'{"text": "red", "exact": "perhaps"}', "a list for text": b'{"text": ["red"]}',
    "an object for a vector": b'{"vector": {"0": 1}}', "a long key": b'{"' + b"a" * 100_000 + b'": 1}',
    "many keys": b"{" + b",".join(b'"k%d":1' % n for n in range(20_000)) + b"}",
    "no vector": b'{"vector": []}', "a long vector": b'{"vector": [' + b"1," * 8192 + b"1]}",
    "a million numbers": b'{"vector": [' + b"1," * 1_000_000 + b"1]}",
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/search"), ("PUT", "/v1/items/x"), ("POST", "/v1/items/bulk")]
)
def test_bodies_that_are_no_request(process: Process, method: str, path: str, name: str) -> None:
    answer = raw(process.url, request(method, path, BODIES[name], KEYED))
    assert 400 <= status(answer) < 500, answer[:300]
    fault = json.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    assert len(fault["message"]) < 1000
    assert "\n" not in fault["message"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"vector": [' + b'"a",' * 1_000_000 + b"1]}",
        b"{" + b",".join(b'"k%d":1' % n for n in range(300_000)) + b"}",
        b'{"text": "a", "filter": {"field": "a", "any_of": [' + b"{}," * 1_300_000 + b"1]}}",
        b'{"text": "a", "filter": {"all": [' + b'{"field":"a","equals":1},' * 160_000 + b"{}]}}",
    ],
    ids=["numbers", "keys", "values", "conditions"],
)  # fmt: skip
def test_a_large_body_of_nonsense_holds_nobody_up(process: Process, body: bytes) -> None:
    """4 MB; a check that makes a list of every mistake takes five seconds, and all others wait."""
    start = time.monotonic()
    assert 400 <= status(raw(process.url, request("POST", "/v1/search", body))) < 500
    assert time.monotonic() - start < 2


def nested(kind: str, depth: int) -> dict:
    leaf: dict = {"field": "colour", "equals": "red"}
    for _ in range(depth - 1):
        leaf = {kind: leaf if kind == "not" else [leaf]}
    return leaf


@pytest.mark.parametrize("kind", ["not", "all", "any"])
def test_filters_may_be_eight_deep_and_no_deeper(api: Checked, kind: str) -> None:
    assert api.search(text="red", filter=nested(kind, 8)).status_code == 200
    for depth in (9, 60, 300):
        assert api.search(text="red", filter=nested(kind, depth)).status_code in (400, 422), depth


def test_filters_may_be_wide_but_not_too_wide(api: Checked) -> None:
    leaf = {"field": "colour", "equals": "red"}
    assert api.search(text="red", filter={"any": [leaf] * 64}).status_code == 200
    for filter in ({"any": [leaf] * 65}, {"all": [{"any": [leaf] * 8}] * 9}, {"all": [leaf] * 100_000}):
        assert api.search(text="red", filter=filter).status_code in (400, 422)
    assert api.search(text="red", filter={"field": "colour", "any_of": ["x"] * 201}).status_code == 422


@pytest.mark.parametrize("name", ["item_id", "image", "url", "text", "vector", "box", "filter", "k", "exact"])
def test_wrong_kinds_of_everything(api: Checked, name: str) -> None:
    for value in (-1, 1.5, "x", [], {}, [[]], {"a": 1}, [None], "\x00", "x" * 100_000, True):
        answer = api.search(**{"text": "red", name: value} if name != "text" else {"text": value})
        assert answer.status_code < 500, (name, value)


# -- bodies that are too large or too slow -----------------------------------------------------------


@pytest.fixture(scope="module")
def strict(copied: Callable[[], str]) -> Iterator[str]:
    """A service with small limits."""
    limits = ServiceLimits(body_bytes=100_000, bulk_bytes=150_000, held_bytes=400_000, seconds=0.5)
    with in_thread(settings(copied(), limits=limits)) as url:
        yield url


WAYS = [("POST", "/v1/search"), ("PUT", "/v1/items/x"), ("POST", "/v1/items/bulk")]


def chunked(size: int) -> list[bytes]:
    piece = b"%x\r\n" % 10_000 + b" " * 10_000 + b"\r\n"
    return [piece] * (size // 10_000) + [b"0\r\n\r\n"]


@pytest.mark.parametrize(("method", "path"), WAYS)
def test_a_body_that_says_that_it_is_too_large_is_refused_unread(strict: str, method: str, path: str) -> None:
    start = time.monotonic()
    answer = raw(strict, request(method, path, b"{", [*KEYED, "content-length: 99999999999"]))
    assert status(answer) == 413
    assert b'"too_large"' in answer
    assert time.monotonic() - start < 0.4


@pytest.mark.parametrize(("method", "path"), WAYS)
def test_a_body_without_length_is_counted(strict: str, method: str, path: str) -> None:
    for _ in range(5):  # more than may be held at once: each is given back
        head = request(method, path, b"", [*KEYED, "transfer-encoding: chunked"])
        answer = raw(strict, head, *chunked(400_000))
        assert status(answer) == 413, answer[:200]
    good = b'{"text": "red"}' if path == "/v1/search" else b"{}"
    assert status(raw(strict, request(method, path, good, KEYED))) == 200


def test_a_form_that_is_too_large(strict: str) -> None:
    with Checked(strict) as client:
        answer = client.post("/v1/search", files={"image": bytes(150_000)})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(("method", "path"), WAYS)
def test_a_body_that_does_not_arrive_is_given_up(strict: str, method: str, path: str) -> None:
    answer = raw(strict, request(method, path, b'{"te', [*KEYED, "content-length: 15"]), patience=5)
    assert status(answer) == 408, answer
    assert b'"too_slow"' in answer


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "", "12, 12", "9" * 100])
def test_lengths_that_are_none(process: Process, length: str) -> None:
    head = f"POST /v1/search HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n".encode()
    answer = raw(process.url, head + b'{"text": "red"}', patience=3)
    assert status(answer) in (0, 400, 413, 422), answer


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\xfc\x03\x03" * 20,
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 5000 + b"\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 200_000 + b"\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET http://127.0.0.1/health HTTP/1.1\r\nhost: a\r\n\r\n",
        b"POST /v1/search HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)  # fmt: skip
def test_what_is_no_http(process: Process, sent: bytes) -> None:
    answer = raw(process.url, sent, patience=1)
    assert status(answer) < 500
    assert httpx.get(f"{process.url}/health").status_code == 200


def test_a_caller_who_hangs_up_leaves_nothing_behind(process: Process) -> None:
    body = json.dumps({"image": base64.b64encode(drawn("box", "red")).decode()}).encode()
    port = httpx.URL(process.url).port
    for number in range(100):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sent = request("POST", "/v1/search", body)
            connection.sendall(sent[: len(sent) - (number % 3) * 10])
    with Checked(process.url) as client:
        assert client.found(text="red")
    assert process.faults() == []


# -- pictures ----------------------------------------------------------------------------------------


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, data: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def saved(form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((40, 40, 3), 90, np.uint8)).save(buffer, form, **options)
    return buffer.getvalue()


def larger(data: bytes, before: bytes, after: bytes) -> bytes:
    assert before in data
    return data.replace(before, after, 1)


def broken_pictures() -> dict[str, bytes]:
    """Files that pretend, lie, or are cut."""
    jpeg, square = saved("JPEG"), struct.pack(">HH", 40, 40)
    zeros = zlib.compress(bytes(50_000_000), 9)
    return {
        "nothing": b"", "one byte": b"\xff", "text": b"a picture of a shoe", "html": b"<html><img src=x>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        "zip": b"PK\x03\x04" + bytes(1000), "gzip": zlib.compress(b"x" * 1000), "pdf": b"%PDF-1.7\n",
        "png of 60,000 squared": png_of(60_000, 60_000, zeros), "png of no size": png_of(0, 0, b""),
        "png of 2^31": png_of(2**31 - 1, 2**31 - 1, zeros), "a thin png": png_of(2**31 - 1, 1, zeros),
        "png without end": png_of(500, 500, zeros)[:60],
        "png that is all text": png_of(8, 8, b"")[:33] + chunk(b"zTXt", b"a\0\0" + zeros),
        "jpeg of 60,000 squared": larger(jpeg, square, struct.pack(">HH", 60_000, 60_000)),
        "jpeg of no size": larger(jpeg, square, struct.pack(">HH", 0, 0)), "jpeg cut": jpeg[: len(jpeg) // 2],
        "jpeg of a head alone": jpeg[:20], "jpeg with two sizes": jpeg[:2] + larger(jpeg, square, bytes(4)),
        "gif of 65,535 squared": b"GIF89a" + b"\xff\xff\xff\xff" + bytes(100), "gif cut": saved("GIF")[:30],
        "bmp that lies": larger(saved("BMP"), struct.pack("<ii", 40, 40), struct.pack("<ii", 60_000, 60_000)),
        "webp cut": saved("WEBP")[:40], "webp that lies": b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\xff" * 30,
        "tiff that lies": b"II*\0\x08\0\0\0" + b"\xff" * 200, "tiff loop": b"II*\0\x08\0\0\0\0\0\x08\0\0\0",
        "ico": b"\0\0\1\0\xff\xff" + bytes(100), "avif head": b"\0\0\0\x20ftypavif" + bytes(100),
    }  # fmt: skip


BROKEN = broken_pictures()


@pytest.mark.parametrize("name", BROKEN)
def test_broken_pictures_are_refused_in_one_line(process: Process, name: str) -> None:
    with Checked(process.url) as client:
        start = time.monotonic()
        for answer in (
            client.post("/v1/search", files={"image": BROKEN[name]}),
            client.search(image=base64.b64encode(BROKEN[name]).decode()),
        ):
            assert answer.status_code in (400, 413, 422), answer.text
            assert len(answer.json()["error"]["message"]) < 500
        assert time.monotonic() - start < 3


def test_broken_pictures_do_not_stop_their_item(process: Process) -> None:
    names = [name for name in BROKEN if len(BROKEN[name]) < 200_000][:15]
    images = [{"data": base64.b64encode(BROKEN[name]).decode()} for name in names]
    images.append({"data": base64.b64encode(drawn("disc", "red", 17)).decode()})
    with Checked(process.url) as client:
        stored = client.put("/v1/items/mixed", json={"title": "mixed", "images": images}).json()
        assert [image["status"] == "ok" for image in stored["images"]] == [False] * len(names) + [True]
        assert stored["searchable"] is True
        assert all(image["reason"] for image in stored["images"][:-1])
        assert client.delete("/v1/items/mixed").status_code == 200


def test_pictures_with_changed_bytes(process: Process) -> None:
    """Either it is a picture still or it is refused; a fault would be neither."""
    chance = random.Random(0)
    originals = [saved("JPEG"), saved("PNG"), saved("WEBP"), saved("GIF"), drawn("box", "red")]
    with Checked(process.url) as client:
        for number in range(120):
            data = bytearray(originals[number % len(originals)])
            for _ in range(chance.randint(1, 8)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            answer = client.post("/v1/search", files={"image": bytes(data)})
            assert answer.status_code in (200, 400), (number, answer.text)


# -- addresses ---------------------------------------------------------------------------------------


class Canary(ThreadingHTTPServer):
    """A private server; whatever is asked of it is remembered."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        canary = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                canary.seen.append(self.path)
                to = self.path.partition("?to=")[2]
                self.send_response(302 if to else 200)
                if to:
                    self.send_header("location", to)
                self.end_headers()
                if not to:
                    self.wfile.write(drawn("box", "yellow"))

            def log_message(self, format: str, *args: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


@pytest.fixture
def canary() -> Iterator[Canary]:
    server = Canary()
    yield server
    server.shutdown()
    server.server_close()


HOSTS = [
    "127.0.0.1", "localhost", "localhost.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1",
    "0177.0.0.1", "017700000001", "0", "0.0.0.0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "127.0.0.1.", "①②⑦.0.0.1", "user@127.0.0.1",
    "127.0.0.1%00.example.org", "127。0。0。1", "LOCALHOST",
]  # fmt: skip
ELSEWHERE = [
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/", "http://169.254.169.254/latest/meta-data/",
    "http://[fd00::1]/", "http://[fe80::1]/", "http://[fd00:ec2::254]/", "http://100.64.0.1/",
    "http://2852039166/", "http://224.0.0.1/", "http://255.255.255.255/", "file:///etc/passwd", "ftp://a.test/",
    "gopher://127.0.0.1/", "data:image/png;base64,AAAA", "//127.0.0.1/", "http:///x", "http://", "", "x",
    "http://[::1", "http://a b/", "http://127.0.0.1:0/", "http://127.0.0.1:99999/", "unix:///var/run/x.sock",
    "http+unix://%2Fvar%2Frun%2Fx.sock/", "http://\x00/", "http://a\r\nhost: b/", "http://" + "a" * 1500,
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_no_name_of_this_machine_is_fetched_from(api: Checked, canary: Canary, host: str) -> None:
    answer = api.search(url=f"http://{host}:{canary.server_port}/secret.png")
    assert answer.status_code in (400, 422), answer.text
    assert canary.seen == []


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_private_address_is_fetched_from(api: Checked, url: str) -> None:
    start = time.monotonic()
    answer = api.search(url=url)
    assert answer.status_code in (400, 422), answer.text
    assert time.monotonic() - start < 3


def test_an_item_cannot_bring_a_private_picture(process: Process, canary: Canary) -> None:
    secret = f"http://127.0.0.1:{canary.server_port}/secret.png"
    with Checked(process.url) as client:
        assert client.put("/v1/items/spy", json={"images": [{"url": secret}]}).status_code in (200, 400)
        client.bulk({"upsert": [{"item_id": "spy", "images": [{"url": secret}]}]})
        assert client.get("/v1/items/spy").json().get("pictures", []) == []
    assert canary.seen == []


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1 plays a public server; everything else stays what it is."""
    real = guard.is_public
    monkeypatch.setattr(guard, "is_public", lambda address: address == "127.0.0.1" or real(address))


@pytest.mark.parametrize(
    "to", ["http://127.0.0.2:{port}/secret", "http://[::1]:{port}/secret", "http://169.254.169.254/",
           "http://10.0.0.1/", "http://none.invalid/", "file:///etc/passwd", "//127.0.0.2:{port}/secret"],
)  # fmt: skip
def test_a_redirect_leads_nowhere_private(
    api: Checked, canary: Canary, loopback_is_public: None, to: str
) -> None:
    target = to.format(port=canary.server_port)
    answer = api.search(url=f"http://127.0.0.1:{canary.server_port}/a?to={target}")
    assert answer.status_code == 400, answer.text
    assert len(canary.seen) == 1


def test_redirects_end(api: Checked, canary: Canary, loopback_is_public: None) -> None:
    here = f"http://127.0.0.1:{canary.server_port}"
    assert api.search(url=f"{here}/ok.png", k=1).status_code == 200
    assert api.search(url=f"{here}/a?to=/b?to=/a?to=/b?to=/a?to=/b?to=/a?to=/b").status_code == 400
    assert len(canary.seen) < 12


def test_a_name_that_changes_its_address_gains_nothing(
    api: Checked, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Public when it is checked, private when it is asked again: the connection goes where the check went."""
    answers = ["93.184.216.34", "127.0.0.1"] * 4
    real = socket.getaddrinfo
    connected: list[str] = []

    def resolve(host: str, port: int, *args: object, **kwargs: object) -> object:
        if host != "rebind.example":
            return real(host, port, *args, **kwargs)  # pyright: ignore
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    async def connect(self: object, host: str, *args: object, **kwargs: object) -> object:
        import httpcore

        connected.append(host)
        raise httpcore.ConnectError("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr("httpcore.AnyIOBackend.connect_tcp", connect)
    for _ in range(3):
        url = f"http://rebind.example:{canary.server_port}/secret.png"
        assert api.search(url=url).status_code == 400
    assert set(connected) <= {"93.184.216.34"}
    assert canary.seen == []


# -- paths and names ---------------------------------------------------------------------------------

TRICKS = [
    "/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../server.py", "/assets/%2e%2e%2fserver.py",
    "/assets/..\\..\\server.py", "//etc/passwd", "/v1/pictures/../../etc/passwd", "/v1/pictures/%2e%2e%2fx",
    "/v1/pictures/" + "a" * 31 + "%00", "/v1/items/%00", "/v1/items/%0a",
    "/v1/items/..%2f..%2fworkspace.json",
    "/v1/items/%ff%fe", "/v1/items/%zz", "/v1/items/" + "a" * 201, "/v1/items/'%20OR%201=1%20--",
    "/v1/items/%F0%9F%91%9F", "/v1/items/disc-red%00", "/v1/items/disc-red/similar?where=%00",
    "/v1/items?after=%00",
    "/v1/items?after=%ff", "/v1/items/disc-red%2fsimilar", "/v1/items?where=a%27%3D%27b", "/.env", "/%",
    "/v1/items/disc-red/similar?where=colour%3D%27%20OR%201%3D1", "/v1/items?seed=9999999999999999999999",
    "/v1/pictures/" + "f" * 32 + "?side=99999999999999999999", "/workspace.json", "/v1/../workspace.json",
]  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_paths_lead_nowhere(process: Process, method: str, path: str) -> None:
    answer = raw(process.url, request(method, path, b"{}" if method == "PUT" else b"", KEYED), patience=5)
    assert 200 <= status(answer) < 500, answer[:300]
    for secret in (b"root:", b'"format"', b"import "):
        assert secret not in answer
    with Checked(process.url) as client:
        assert len(client.get("/v1/items?limit=200").json()["items"]) >= 12


def test_the_log_is_one_object_a_line(process: Process) -> None:
    raw(process.url, request("GET", "/v1/items/a%0a%7b%22level%22:%22error%22%7d"))
    raw(process.url, request("GET", "/v1/items/b", b"", ['x-request-id: a"}{"level":"error']))
    time.sleep(0.1)
    line = process.log()[-1]
    assert {"time", "level", "event", "id", "status"} <= line.keys()
    assert (line["path"], line["level"]) == ("/v1/items/b", "info")
    assert line["id"].isprintable()


@pytest.mark.parametrize("name", ["", "\x00", "a\nb", "\x7f", "x" * 201, "\ud800"])
def test_ids_that_nobody_can_have(process: Process, name: str) -> None:
    body = json.dumps({"upsert": [{"item_id": name, "title": "x"}]}).encode()
    assert status(raw(process.url, request("POST", "/v1/items/bulk", body, KEYED))) == 422


# -- many at once ------------------------------------------------------------------------------------


def storm(url: str, sent: Sequence[bytes], together: int) -> Counter[int]:
    """Statuses of many requests, `together` at once, each over a connection of its own."""

    async def one(gate: asyncio.Semaphore, data: bytes) -> int:
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
            try:
                writer.write(data)
                return status(await asyncio.wait_for(reader.read(64), 60))
            except ConnectionError:
                return 0
            finally:
                writer.close()

    async def all_() -> list[int]:
        gate = asyncio.Semaphore(together)
        return await asyncio.gather(*(one(gate, data) for data in sent))

    return Counter(asyncio.run(all_()))


def mixed(count: int) -> list[bytes]:
    picture = base64.b64encode(drawn("box", "red")).decode()
    good = [{"text": "red"}, {"item_id": "disc-red"}, {"image": picture}, {"item_id": "box-red", "k": 200}]
    bad = [{"text": 1}, {"vector": [1.0]}, {"item_id": "nobody"}, {"image": "AAAA"}, {"k": -1}]
    some = [request("POST", "/v1/search", json.dumps(query).encode()) for query in (*good, *bad)]
    some += [
        request("GET", "/v1/items?seed=3"),
        request("GET", "/v1/items/disc-red"),
        request("GET", "/no.x"),
    ]
    some += [request("POST", "/v1/search", b"[" * 1000), request("GET", "/v1/info")]
    return [some[number % len(some)] for number in range(count)]


def test_thousands_at_once_are_answered_or_put_off(process: Process) -> None:
    storm(process.url, mixed(600), 300)  # the first one warms everything
    before = process.resident()
    found = storm(process.url, mixed(2000), 2000)
    assert set(found) <= {200, 400, 404, 422, 429}, found
    assert found[200] > 200, found
    time.sleep(1)
    with Checked(process.url) as client:
        assert client.found(item_id="disc-red")
    assert process.resident() < 1.2 * before + 40 * 2**20


def test_a_full_queue_says_when_to_come_back(shop: Workspace) -> None:
    with in_thread(settings(shop.uri, limits=ServiceLimits(waiting=2))) as url:
        found = storm(url, mixed(300), 100)
        assert set(found) <= {200, 400, 404, 422, 429}
        assert found[429] > 0
        answers = [raw(url, request("POST", "/v1/search", b'{"text": "red"}')) for _ in range(3)]
        assert {status(answer) for answer in answers} == {200}


def test_a_search_that_takes_too_long_is_given_up(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*args: object, **kwargs: object) -> object:
        time.sleep(0.6)
        return []

    with in_thread(settings(shop.uri, limits=ServiceLimits(seconds=0.2))) as url, Checked(url) as client:
        monkeypatch.setattr("saccade.discovery.engine.search_titles", slow)
        answer = client.search(text="red")
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "busy")
        assert int(answer.headers["retry-after"]) >= 1
        monkeypatch.undo()
        time.sleep(0.6)
        assert client.found(text="red")


def test_keys_are_not_told(process: Process) -> None:
    text = "\n".join(map(str, process.log()))
    assert KEY not in text
    assert WRITES["authorization"] not in text
