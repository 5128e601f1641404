"""The fetcher against a web server that misbehaves."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import httpx
import pytest

from saccade.catalog.fetch import Fetched, Fetcher, FetchSettings, FetchThread, fetch_one
from saccade.vision.identity import image_id

OPEN = FetchSettings(public_only=False, timeout=0.5, backoff=0.02, rate_per_host=0, max_bytes=200_000)


@pytest.mark.parametrize(
    ("path", "status", "attempts"),
    [
        ("/ok/1.jpg", "ok", 1),
        ("/plain/1", "ok", 1),
        ("/moved/1", "ok", 1),
        ("/flaky/1", "ok", 2),
        ("/missing/1", "not-found", 1),
        ("/broken/1", "server-error", 3),
        ("/noai/1", "noai", 1),
        ("/huge/1", "too-large", 1),
        ("/endless/1", "too-large", 1),
        ("/html/1", "not-an-image", 1),
        ("/empty/1", "empty", 1),
        ("/loop/1", "too-many-redirects", 1),
        ("/file/1", "bad-url", 1),
    ],
)
def test_every_answer_has_its_status(shop, path, status, attempts):
    found = fetch_one(shop.url + path, OPEN)
    assert (found.status, found.attempts) == (status, attempts), found.reason
    assert bool(found.data) == (status == "ok")
    assert bool(found.reason) == (status != "ok")


def test_bytes_arrive_whole(shop, picture):
    assert fetch_one(f"{shop.url}/ok/5.jpg", OPEN).data == picture(5)


def test_slow_answers_time_out_and_are_tried_again(shop):
    found = fetch_one(f"{shop.url}/slow/1", replace(OPEN, timeout=0.1, attempts=2))
    assert found.status == "timeout"
    assert shop.seen["/slow/1"] == 2


def test_deadline_ends_all_tries(shop):
    found = fetch_one(f"{shop.url}/slow/1", replace(OPEN, timeout=5, deadline=0.2))
    assert found.status == "timeout"
    assert "0.2" in found.reason


def test_retry_after_is_waited_for(shop):
    found = fetch_one(f"{shop.url}/busy/1", OPEN)
    first, second = shop.times["/busy/1"]
    assert found.status == "ok"
    assert second - first >= 0.39


def test_retry_after_holds_for_the_whole_host(shop):
    with FetchThread(OPEN) as fetcher:
        busy = fetcher.submit(f"{shop.url}/busy/1")
        while not shop.seen["/busy/1"]:
            pass
        import time

        time.sleep(0.1)
        fetcher.submit(f"{shop.url}/ok/1.jpg").result()
        busy.result()
    assert shop.times["/ok/1.jpg"][0] - shop.times["/busy/1"][0] >= 0.39


def test_a_long_pause_is_not_waited_for(shop):
    with FetchThread(replace(OPEN, deadline=0.3)) as fetcher:
        first = fetcher.submit(f"{shop.url}/busy/1").result()
        second = fetcher.submit(f"{shop.url}/ok/1.jpg").result()
    assert (first.status, first.attempts, second.status) == ("rate-limited", 1, "rate-limited")
    assert not shop.seen["/ok/1.jpg"]


@pytest.mark.parametrize("limit", [2, 6])
def test_few_connections_a_host(shop, limit):
    settings = replace(OPEN, per_host=limit)
    with FetchThread(settings) as fetcher:
        waiting = [fetcher.submit(f"{shop.url}/brief/{number}") for number in range(20)]
        assert all(each.result().status == "ok" for each in waiting)
    assert 1 < shop.busiest <= limit


def test_rate_limit_spaces_the_starts(shop):
    with FetchThread(replace(OPEN, rate_per_host=20)) as fetcher:
        waiting = [fetcher.submit(f"{shop.url}/ok/{number}.jpg") for number in range(5)]
        assert all(each.result().status == "ok" for each in waiting)
    starts = sorted(moment for times in shop.times.values() for moment in times)
    assert starts[-1] - starts[0] >= 4 / 20 * 0.9


def test_noai_can_be_overruled(shop):
    assert fetch_one(f"{shop.url}/noai/1", replace(OPEN, honour_noai=False)).status == "ok"


def test_unchanged_by_tag(shop):
    first = fetch_one(f"{shop.url}/ok/1.jpg", OPEN)

    async def again() -> Fetched:
        async with Fetcher(OPEN) as fetcher:
            return await fetcher.fetch(f"{shop.url}/ok/1.jpg", first.tag)

    assert asyncio.run(again()).status == "unchanged"


def test_private_hosts_are_refused(shop):
    found = fetch_one(f"{shop.url}/ok/1.jpg", replace(OPEN, public_only=True))
    assert found.status == "not-public"
    assert not shop.seen


@pytest.mark.parametrize(
    "host", ["localhost", "[::1]", "0.0.0.0", "2130706433", "127.1", "[::ffff:127.0.0.1]"]
)
def test_other_names_of_this_machine_are_refused(shop, host):
    found = fetch_one(
        f"http://{host}:{shop.server_address[1]}/ok/1.jpg", replace(OPEN, public_only=True, attempts=1)
    )
    assert found.status in ("not-public", "unreachable", "bad-url")
    assert not shop.seen


def test_redirect_to_a_private_host_is_refused(shop, monkeypatch):
    """The first hop is let through as public, the redirect's target is not."""
    from saccade.catalog import guard

    real = guard.is_public
    monkeypatch.setattr(guard, "is_public", lambda address: address == "127.0.0.1" or real(address))
    found = fetch_one(f"{shop.url}/private/1", replace(OPEN, public_only=True))
    assert found.status == "not-public"
    assert shop.seen["/private/1"] == 1


def test_connection_goes_to_the_address_that_was_checked(shop, monkeypatch):
    """A name server that answers publicly once and privately afterwards gains nothing."""
    answers = iter([[("93.184.216.34", 80)], [("127.0.0.1", 80)]])
    asked: list[str] = []

    def resolve(host, port, *args, **kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address, _ in next(answers)]

    connected: list[str] = []

    async def connect(self, host, *args, **kwargs):
        import httpcore

        connected.append(host)
        raise httpcore.ConnectError("no network in tests")

    import httpcore

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    settings = replace(OPEN, public_only=True, attempts=1)
    assert (
        fetch_one(f"http://rebind.example:{shop.server_address[1]}/ok/1.jpg", settings).status
        == "unreachable"
    )
    assert (asked, connected) == (["rebind.example"], ["93.184.216.34"])
    assert (
        fetch_one(f"http://rebind.example:{shop.server_address[1]}/ok/1.jpg", settings).status == "not-public"
    )


def test_addresses_that_are_none():
    for url in ("", "nonsense", "ftp://example.org/a.jpg", "http://", "http://[::1"):
        assert fetch_one(url, OPEN).status == "bad-url", url


def test_refused_connection(unused_port):
    found = fetch_one(f"http://127.0.0.1:{unused_port}/a.jpg", replace(OPEN, attempts=2))
    assert (found.status, found.attempts) == ("unreachable", 2)


def test_works_inside_a_running_loop(shop, picture):
    async def inside() -> Fetched:
        return fetch_one(f"{shop.url}/ok/1.jpg", OPEN)

    assert image_id(asyncio.run(inside()).data) == image_id(picture(1))


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_guard_needs_the_pool_of_httpx():
    """`guard.py` sets this attribute; a release of httpx without it must fail here, not open a hole."""
    assert hasattr(httpx.AsyncHTTPTransport(), "_pool")
