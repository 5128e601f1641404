"""What happens while the service changes or ends: another version, `kill -9`, SIGTERM."""

from __future__ import annotations

import base64
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from saccade.client import ApiError, Client
from saccade.fingerprints.stage import Fingerprint
from saccade.fingerprints.store import keep_model
from saccade.index.opened import index_info, versions
from saccade.index.stage import BuildIndex
from saccade.training.handmade import handmade_model
from saccade.workspace import Workspace
from tests.discovery.conftest import COLOURS, SHAPES, draw
from tests.service.conftest import drawn
from tests.service.running import KEY, Process, in_thread, raw, request, settings, status

KEYED = [f"authorization: Bearer {KEY}"]


def publish(ws: Workspace) -> int:
    """The index as it is, under the next number."""
    info, all_ = index_info(ws), versions(ws, "main")
    assert info is not None
    building = all_.begin(info.version)
    replace(info, version=all_.next()).save(building)
    return all_.publish()


@contextmanager
def asking(url: str, threads: int = 8) -> Iterator[list[str]]:
    """Clients that search all the time; what went wrong is in the list."""
    wrong, stop = list[str](), threading.Event()

    def ask(number: int) -> None:
        with Client(url, retries=0) as client:
            while not stop.is_set():
                try:
                    _search(client, number)
                except (ApiError, AssertionError) as error:
                    wrong.append(str(error))
                number += 1

    pool = [threading.Thread(target=ask, args=(number,)) for number in range(threads)]
    for thread in pool:
        thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        for thread in pool:
            thread.join()


def _search(client: Client, number: int) -> None:
    match number % 4:
        case 0:
            found = client.search(item_id="disc-red", k=5)
        case 1:
            found = client.search(image=drawn("box", "blue"), k=5)
            assert found.results[0].item_id == "box-blue"
        case 2:
            found = client.search(text="red", k=3)
        case _:
            found = client.similar("cross-green", k=5)
    assert len(found.results) >= 3


def wait_for(what: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "that took too long"
        time.sleep(0.05)


def test_new_versions_fail_no_request(copied: Callable[[], str]) -> None:
    place = copied()
    ws = Workspace(place)
    with in_thread(settings(place)) as url, asking(url) as wrong, Client(url) as client:
        for _ in range(3):
            version = publish(ws)
            wait_for(lambda version=version: client.ready().index_version == version)
    assert wrong == []


def test_a_new_model_is_switched_to_while_it_is_asked(
    copied: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place, folder = copied(), tmp_path_factory.mktemp("model")
    ws = Workspace(place)
    groups = [(f"{s}-{c}", [draw(s, c, 30), draw(s, c, 36)]) for s in SHAPES for c in COLOURS]
    with in_thread(settings(place)) as url, asking(url, 4) as wrong, Client(url) as client:
        before = client.ready().model_id
        handmade_model(groups, folder, dim=8, seed=5)
        model_id = keep_model(ws, folder)
        Fingerprint(model_id).run(ws)
        BuildIndex(model_id).run(ws)
        wait_for(lambda: client.ready().model_id == model_id)
        assert model_id != before
        assert client.info().index.dim == 8
    assert wrong == []


def test_writes_go_on_through_a_new_version(copied: Callable[[], str]) -> None:
    """What is stored before, while and after the index is built anew is found all along."""
    place = copied()
    ws = Workspace(place)
    with in_thread(settings(place)) as url, Client(url, key=KEY) as client:
        client.put("early", title="early bird", pictures=[drawn("disc", "red", 18)])
        client.delete("disc-red")
        BuildIndex(index_info(ws).model_id).run(ws)  # pyright: ignore[reportOptionalMemberAccess]
        client.put("late", title="late bird", pictures=[drawn("disc", "blue", 18)])
        wait_for(lambda: client.ready().index_version == 2)
        found = {row.item_id for row in client.search(item_id="box-red", k=50).results}
        assert {"early", "late"} <= found
        assert "disc-red" not in found
        assert client.info().index.fresh >= 1


@pytest.fixture(scope="module")
def survivor(copied: Callable[[], str]) -> Iterator[tuple[Process, list[str]]]:
    """A service whose predecessor was killed while it wrote, and the items that one had acknowledged."""
    place, acknowledged = copied(), list[str]()
    with Process(place) as service:
        _write_until_killed(service.ready(), "early", acknowledged)
    with Process(place) as service:
        yield service.ready(), acknowledged


def test_a_killed_service_has_everything_that_it_acknowledged(survivor: tuple[Process, list[str]]) -> None:
    service, acknowledged = survivor
    assert len(acknowledged) >= 6
    with Client(service.url, key=KEY) as client:
        found = {row.item_id for row in client.search(item_id="disc-red", k=200).results}
        assert set(acknowledged) - found == set()
        titles = {row.item_id for row in client.search(text="written", k=200).results}
        assert set(acknowledged) - titles == set()
        assert {client.item(name).title for name in acknowledged} == {"written"}
        assert client.put("after", title="after", pictures=[drawn("box", "red", 21)]).searchable


def test_sigterm_answers_what_is_under_way(survivor: tuple[Process, list[str]]) -> None:
    """Half of each body is there when the signal comes."""
    service, _ = survivor
    picture = base64.b64encode(drawn("box", "red", 25)).decode()
    search = request("POST", "/v1/search", json.dumps({"image": picture}).encode())
    put = request("PUT", "/v1/items/last", json.dumps({"images": [{"data": picture}]}).encode(), KEYED)
    answers: list[bytes] = []

    def ask(sent: bytes) -> None:
        answers.append(raw(service.url, sent[:-200], sent[-200:], wait=1.0))

    pool = [threading.Thread(target=ask, args=(sent,)) for sent in (search, put, search)]
    for thread in pool:
        thread.start()
    time.sleep(0.5)
    code = service.end()
    for thread in pool:
        thread.join()
    assert code == 0
    assert [status(answer) for answer in answers] == [200, 200, 200]
    assert service.faults() == []


def _write_until_killed(service: Process, name: str, acknowledged: list[str]) -> None:
    def write(thread: int) -> None:
        with Client(service.url, key=KEY, retries=0) as client:
            for number in range(1000):
                item, size = f"{name}-{thread}-{number}", 12 + (7 * number + thread) % 24
                picture = drawn(SHAPES[thread % 3], list(COLOURS)[number % 4], size)
                try:
                    client.put(item, title="written", pictures=[picture])
                except ApiError:
                    return
                acknowledged.append(item)

    pool = [threading.Thread(target=write, args=(thread,)) for thread in range(3)]
    for thread in pool:
        thread.start()
    wait_for(lambda: len(acknowledged) >= 6, 30)
    time.sleep(random.uniform(0, 0.2))
    service.kill()
    for thread in pool:
        thread.join()


def test_several_workers_answer_as_one_and_stop_together(copied: Callable[[], str]) -> None:
    with Process(copied(), "--workers", "2") as service:
        service.ready(times=12)
        with asking(service.url, 4) as wrong:
            time.sleep(0.5)
        assert wrong == []
        with Client(service.url, key=KEY) as client:
            for turn in range(3):
                client.put("shared", title=f"shared {turn}", pictures=[drawn("disc", "red", 19 + turn)])
                assert _titles(service.url) == {f"shared {turn}"}
            client.delete("shared")
            assert _titles(service.url) == {None}
        assert service.end() == 0
        assert service.faults() == []


def _titles(url: str) -> set[str | None]:
    """Of the item "shared", over new connections: each may be another worker's."""
    found: set[str | None] = set()
    for _ in range(6):
        with Client(url) as client:
            rows = client.search(item_id="disc-red", k=50).results
            found.add(next((row.title for row in rows if row.item_id == "shared"), None))
    return found
