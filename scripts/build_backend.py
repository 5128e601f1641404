"""The build backend of saccade: uv's, after the web page was built.

Decided: a wheel without the page is better than none, so a page that cannot be built is a warning; the server
then says that its page is missing. Node is asked for as a build requirement only when there is none and the
page is not there yet. `pyproject.toml` names this module (PEP 517, in-tree).
"""

from __future__ import annotations

import os
import sys
from typing import Any

import page
import uv_build  # pyright: ignore[reportMissingImports]
from uv_build import prepare_metadata_for_build_editable, prepare_metadata_for_build_wheel  # pyright: ignore[reportMissingImports]

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]
Config = dict[str, Any] | None


def build_wheel(
    wheel_directory: str, config_settings: Config = None, metadata_directory: str | None = None
) -> str:
    """The wheel, with the page in it."""
    _page()
    return uv_build.build_wheel(wheel_directory, config_settings, metadata_directory)


def build_editable(
    wheel_directory: str, config_settings: Config = None, metadata_directory: str | None = None
) -> str:
    """An editable install; the page lies in the source tree."""
    _page()
    return uv_build.build_editable(wheel_directory, config_settings, metadata_directory)


def build_sdist(sdist_directory: str, config_settings: Config = None) -> str:
    """The source distribution, with the page in it, so that building from it needs no Node."""
    _page()
    return uv_build.build_sdist(sdist_directory, config_settings)


def get_requires_for_build_wheel(config_settings: Config = None) -> list[str]:
    """Node, when the page has to be built and there is none."""
    needless = os.environ.get("SACCADE_PAGE") == "skip" or page.current() or page.found_node() is not None
    return [] if needless else [f"{page.PACKAGE}>=22.12"]


get_requires_for_build_editable = get_requires_for_build_wheel
get_requires_for_build_sdist = get_requires_for_build_wheel


def _page() -> None:
    try:
        print(f"page: {page.build()}", file=sys.stderr)
    except page.PageError as error:
        print(f"warning: saccade is built without its web page: {error}", file=sys.stderr)
