"""A value that is read from the tables once, and read again beside the old one when they have changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

S = TypeVar("S", bound=Hashable)
T = TypeVar("T")


class _Value(NamedTuple, Generic[S, T]):
    subject: S
    key: Hashable
    value: T


class Kept(Generic[S, T]):
    """`read(subject)`, kept while `key(subject)` stays. Safe to use from any thread.

    `get` never gives the value of another subject; it reads only for a new one. `refresh` looks at the key,
    and reads while the old value goes on being given.
    """

    def __init__(self, key: Callable[[S], Hashable], read: Callable[[S], T]) -> None:
        self._key, self._read = key, read
        self._reading = threading.Lock()
        self._kept: _Value[S, T] | None = None

    def get(self, subject: S) -> T:
        """The value, read now where there is none of this subject."""
        kept = self._kept
        if kept is None or kept.subject != subject:
            with self._reading:
                kept = self._kept
                if kept is None or kept.subject != subject:
                    kept = self._kept = _Value(subject, self._key(subject), self._read(subject))
        return kept.value

    def refresh(self, subject: S) -> None:
        """Read again where the key is another one."""
        with self._reading:
            kept, key = self._kept, self._key(subject)
            if kept is None or kept.subject != subject or kept.key != key:
                self._kept = _Value(subject, key, self._read(subject))
