"""Start a service and stop it cleanly: the socket, the workers, the signals.

Decided: what can be wrong with the settings is found before a worker starts. One worker runs in this
process; several are uvicorn's, which are started again when they die. Each has a socket of its own at the
same port, among which Linux deals out connections evenly; over one shared socket whoever wakes first takes
them all. The sockets stay open here, so what arrives while a worker is started again waits for it. On
SIGTERM or SIGINT nothing new is accepted, what is under way is answered, writes are finished, and the exit
code is 0.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

import uvicorn
from uvicorn.supervisors import Multiprocess

from saccade.errors import InputError, NotFoundError
from saccade.index.opened import index_info
from saccade.service import logs
from saccade.service.app import served
from saccade.service.detecting import check_detector
from saccade.service.gate import App
from saccade.service.monitoring import FILES, forget_worker
from saccade.service.settings import ENVIRONMENT, Settings
from saccade.workspace import Workspace

LOG = "SACCADE_SERVICE_LOG"
GRACE = 30  # seconds for what is under way when the service is told to stop
BACKLOG = 4096
_FACTORY = "saccade.service.server:application"


def application() -> App:
    """The application of a worker, with the settings that its environment brings."""
    form, _, requests = os.environ.get(LOG, "json 1").partition(" ")
    logs.set_up("json" if form == "json" else "text", requests=requests == "1")
    return served(Settings.parse(os.environ[ENVIRONMENT]))


def run(settings: Settings, log: logs.Format = "json", *, requests: bool = True) -> None:
    """Serve until told to stop. Raises `InputError` or `NotFoundError` for what cannot be served."""
    check(settings)
    _more_files()
    with ExitStack() as held, _environment(settings, log, requests):
        sockets = [held.enter_context(closing(one)) for one in _listening(settings)]
        config = uvicorn.Config(
            _FACTORY, factory=True, workers=settings.workers, backlog=BACKLOG, access_log=False,
            log_config=None, server_header=False, timeout_graceful_shutdown=GRACE, timeout_keep_alive=30,
            lifespan="on", timeout_worker_healthcheck=60,
        )  # fmt: skip
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, _ended)  # uvicorn raises the signal again when it has stopped
        if settings.workers == 1:
            uvicorn.Server(config).run(sockets=sockets)
        else:
            _Workers(config, sockets).run()


def check(settings: Settings) -> None:
    """Raise for a workspace, index or setting that cannot be served."""
    if not 1 <= settings.workers <= 64:
        raise InputError(f"expected 1 to 64 workers, found {settings.workers}")
    if not 0 <= settings.port <= 65535:
        raise InputError(f"expected a port from 0 to 65535, found {settings.port}")
    check_detector(settings)
    ws = Workspace(settings.workspace)
    if index_info(ws, settings.index) is None:
        raise NotFoundError(f"{ws.uri} has no index {settings.index!r} yet; build it with `saccade index`")


class _Workers(Multiprocess):
    """Uvicorn's workers, each with the socket of its place; also one that takes a dead one's place."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        self._places = sockets
        super().__init__(config, sockets)

    @property
    def sockets(self) -> list[socket.socket]:
        """For the worker that is made next."""
        if len(self.processes) < len(self._places):
            return [self._places[len(self.processes)]]
        dead = (at for at, worker in enumerate(self.processes) if not worker.process.is_alive())
        place = next(dead, None)
        if place is None or place >= len(self._places):
            return self._places
        forget_worker(self.processes[place].pid or 0)
        return [self._places[place]]

    @sockets.setter
    def sockets(self, sockets: list[socket.socket]) -> None:
        """Uvicorn assigns what it was given; the places are known already."""


def _listening(settings: Settings) -> list[socket.socket]:
    """The sockets of all workers, at one port."""
    count = settings.workers if sys.platform == "linux" else 1
    if count > 1:
        bound(settings).close()  # a shared port would be shared with a stranger, too: see that there is none
    return [bound(settings, shared=count > 1) for _ in range(count)]


def bound(settings: Settings, *, shared: bool = False) -> socket.socket:
    """A socket that listens at the host and port; `shared`: with others of this process.

    Raises `InputError` where somebody else listens there.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise InputError(
            f"cannot listen at {settings.host}:{settings.port} ({error.strerror}); choose another --port"
        ) from error
    listening.listen(BACKLOG)
    listening.set_inheritable(True)
    return listening


def free_port(host: str, first: int, tries: int = 20) -> int:
    """`first`, or the next port that is free; `InputError` when none of `tries` is."""
    for port in range(first, first + tries):
        try:
            bound(replace(_NOWHERE, host=host, port=port)).close()
            return port
        except InputError:
            continue
    raise InputError(f"no port from {first} to {first + tries - 1} is free at {host}; choose one with --port")


_NOWHERE = Settings(workspace="")


@contextmanager
def _environment(settings: Settings, log: str, requests: bool) -> Iterator[None]:
    """What workers find: the settings, and a folder of this run for what they share."""
    shared = tempfile.mkdtemp(prefix="saccade-service-")
    told = {ENVIRONMENT: replace(settings, shared=shared).text(), LOG: f"{log} {int(requests)}"}
    if settings.workers > 1:
        told[FILES] = shared
    os.environ.update(told)
    try:
        yield
    finally:
        shutil.rmtree(shared, ignore_errors=True)
        for name in told:
            del os.environ[name]


def _more_files() -> None:
    """Thousands of connections need thousands of file handles; take what the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _ended(number: int, frame: object) -> None:
    """Stopped as told."""
