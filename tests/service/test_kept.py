"""A value is read once for a subject, and again when its key is another one."""

from __future__ import annotations

import threading

from saccade.service.kept import Kept


class Store:
    """Counts how often it is read."""

    def __init__(self) -> None:
        self.version, self.reads = 1, 0

    def key(self, subject: str) -> int:
        return self.version

    def read(self, subject: str) -> tuple[str, int]:
        self.reads += 1
        return subject, self.version


def test_it_is_read_once_for_many() -> None:
    store = Store()
    kept = Kept(store.key, store.read)
    pool = [threading.Thread(target=kept.get, args=("a",)) for _ in range(8)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    assert (kept.get("a"), store.reads) == (("a", 1), 1)


def test_refresh_reads_what_changed() -> None:
    store = Store()
    kept = Kept(store.key, store.read)
    kept.refresh("a")
    kept.refresh("a")
    assert store.reads == 1
    store.version = 2
    assert kept.get("a") == ("a", 1)  # until somebody looks
    kept.refresh("a")
    assert (kept.get("a"), store.reads) == (("a", 2), 2)


def test_another_subject_never_gets_the_value() -> None:
    store = Store()
    kept = Kept(store.key, store.read)
    assert [kept.get(name) for name in ("a", "b", "a")] == [("a", 1), ("b", 1), ("a", 1)]
    kept.refresh("c")
    assert kept.get("c") == ("c", 1)
