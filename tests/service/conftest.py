"""A small shop, and services over it: one that nothing is written to, one that takes writes."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image

from saccade.workspace import Workspace
from tests.discovery.conftest import build, draw
from tests.service.running import Checked, Process, in_thread, settings


def png(rgb: np.ndarray) -> bytes:
    """A picture as a PNG file."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    return buffer.getvalue()


def drawn(shape: str, colour: str, size: int = 33) -> bytes:
    """A shape that the shop has, of a size that it has not."""
    return png(draw(shape, colour, size))


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Twelve items of two pictures each; nothing is written to it."""
    return build(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="session")
def copied(shop: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Makes a copy of the shop to write to; gives its place."""

    def copy() -> str:
        folder = tmp_path_factory.mktemp("copy") / "ws"
        shutil.copytree(shop.uri, folder)
        return str(folder)

    return copy


@pytest.fixture(scope="session")
def address(shop: Workspace) -> Iterator[str]:
    """Where the shop is served by a thread."""
    with in_thread(settings(shop.uri)) as url:
        yield url


@pytest.fixture
def api(address: str) -> Iterator[Checked]:
    """A client of the shop, for reading."""
    with Checked(address) as client:
        yield client


@pytest.fixture(scope="session")
def open_address(copied: Callable[[], str]) -> Iterator[str]:
    """A shop to write to, which also fetches from private addresses."""
    with in_thread(settings(copied(), allow_private=True)) as url:
        yield url


@pytest.fixture
def writing(open_address: str) -> Iterator[Checked]:
    """A client of the shop to write to."""
    with Checked(open_address) as client:
        yield client


@pytest.fixture(scope="session")
def process(copied: Callable[[], str]) -> Iterator[Process]:
    """The real command over a copy, for what must not harm it; its log shows no fault at the end."""
    with Process(copied()) as found:
        yield found.ready()
        assert found.faults() == []
