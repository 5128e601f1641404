"""What a service is told when it starts, and what it refuses.

Decided: one frozen dataclass, given to every worker process as JSON in the environment, so that a worker
that is started again has the same settings. Write keys never appear on a command line: they come from the
environment variable `SACCADE_WRITE_KEYS` or from a file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from saccade.errors import InputError

ENVIRONMENT = "SACCADE_SERVICE"  # settings of a worker, as JSON
KEYS = "SACCADE_WRITE_KEYS"


@dataclass(frozen=True)
class ServiceLimits:
    """What is refused, in bytes, pixels, counts and seconds. Our own choices."""

    body_bytes: int = 16 * 2**20
    """Of one request; 413 beyond."""
    bulk_bytes: int = 64 * 2**20
    """Of one bulk request."""
    pixels: int = 40_000_000
    """Of a query picture, as its header declares; refused before decoding."""
    k: int = 200
    """Results of one search."""
    bulk: int = 1000
    """Items of one bulk request."""
    pictures: int = 16
    """Pictures of one item."""
    vector: int = 8192
    """Numbers of a query vector."""
    text: int = 500
    """Characters of the words of a query."""
    waiting: int = 256
    """Searches that wait or run at once in a worker; 429 beyond."""
    held_bytes: int = 256 * 2**20
    """Bodies that are held at once in a worker; 429 beyond."""
    seconds: float = 15.0
    """For one request to arrive, and again for its answer."""
    url_seconds: float = 5.0
    """For a picture of an address to arrive."""


@dataclass(frozen=True)
class Settings:
    """A service over one workspace.

    `keys` are SHA-256 digests (hex) of the write keys. `detector`: id or folder, "" for the only one that the
    workspace keeps. `threads`: cores for all workers together, 0 for all there are. `shared`: a folder of
    this run in which workers meet, made by the server. A layer of more than `fold_after` points, or older
    than `fold_seconds`, is folded into the next version of the index.
    """

    workspace: str
    index: str = "main"
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    allow_private: bool = False
    urls: bool = True
    detector: str = ""
    fold_after: int = 2000
    fold_seconds: float = 30.0
    keys: tuple[str, ...] = ()
    threads: int = 0
    shared: str = ""
    limits: ServiceLimits = field(default_factory=ServiceLimits)

    def text(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self))

    @staticmethod
    def parse(text: str) -> Settings:
        """From the line that `text` wrote."""
        found: dict[str, Any] = json.loads(text)
        found["limits"], found["keys"] = ServiceLimits(**found["limits"]), tuple(found["keys"])
        return Settings(**found)

    def allows(self, key: str) -> bool:
        """Whether a key may write; takes the same time for every wrong key."""
        digest = hashed(key)
        return any([hmac.compare_digest(digest, known) for known in self.keys])

    def cores(self) -> int:
        """Processor cores that one worker may keep busy."""
        return max(1, (self.threads or len(os.sched_getaffinity(0))) // self.workers)


def hashed(key: str) -> str:
    """How a key is kept."""
    return hashlib.sha256(key.encode()).hexdigest()


def read_keys(file: Path | None) -> tuple[str, ...]:
    """Digests of the keys in a file (one a line, # for comments) and in the environment.

    Raises `InputError` for a file that cannot be read and for keys of fewer than 16 characters.
    """
    found = os.environ.get(KEYS, "").split(",")
    if file is not None:
        try:
            found += file.read_text().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read the write keys in {file}: {error}") from error
    keys = [key.strip() for key in found if key.strip() and not key.strip().startswith("#")]
    short = [len(key) for key in keys if len(key) < 16]
    if short:
        raise InputError(f"expected write keys of at least 16 characters, found one of {short[0]}")
    return tuple(dict.fromkeys(map(hashed, keys)))
