"""Keeps Pillow's warnings and log lines out of the user's terminal while a picture is decoded.

Decided: our own counter instead of `warnings.catch_warnings`, which saves and restores a global list and,
with decoding threads that overlap, can leave the wrong list behind. While at least one thread decodes, one
filter that ignores warnings raised in PIL is in place; the last one out removes it. libtiff, which prints
to stderr by itself, is told once and for good not to.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import logging
import threading
import warnings
from collections.abc import Generator

from PIL import Image

_lock = threading.Lock()
_inside = 0
_FROM_PILLOW = r"PIL\b"


@contextlib.contextmanager
def quiet_pillow() -> Generator[None]:
    """Ignore what Pillow warns and logs while inside; safe to enter from many threads at once."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside  # noqa: PLW0603  # one counter per process is the point
    _silence_libtiff()
    with _lock:
        _inside += 1
        if _inside == 1:
            warnings.filterwarnings("ignore", module=_FROM_PILLOW)
            logging.getLogger("PIL").addHandler(_swallow)


def _leave() -> None:
    global _inside  # noqa: PLW0603
    with _lock:
        _inside -= 1
        if _inside == 0:
            logging.getLogger("PIL").removeHandler(_swallow)
            _remove_filter()


def _remove_filter() -> None:
    """Take out the one filter put in; another `catch_warnings` may already have dropped it."""
    for entry in list(warnings.filters):
        module = entry[3]
        if entry[0] == "ignore" and getattr(module, "pattern", module) == _FROM_PILLOW:
            with contextlib.suppress(ValueError):
                warnings.filters.remove(entry)  # pyright: ignore[reportAttributeAccessIssue]
            return


@functools.cache
def _silence_libtiff() -> None:
    """Take away libtiff's own error printer. It is reached through the Pillow module that links it."""
    with contextlib.suppress(AttributeError, OSError):
        set_handler = ctypes.CDLL(Image.core.__file__).TIFFSetErrorHandler
        set_handler.restype = ctypes.c_void_p
        set_handler(None)


# With any handler present, logging's last resort (stderr) stays silent; a user's own handlers still see all.
_swallow = logging.NullHandler()
