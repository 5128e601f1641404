"""The page's files: one answer for every route, compressed, kept by browsers as long as they may."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from saccade.service.site import Site


def asked(**headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "headers": pairs})


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<p>page</p>")
    (tmp_path / "assets" / "main-abc.js").write_text("let a = 1;" * 100)
    return Site(tmp_path)


def got(site: Site, path: str, **headers: str) -> Response:
    answer = site.answer(asked(**headers), path)
    assert answer is not None
    return answer


def test_every_route_of_the_page_is_the_page(site: Site) -> None:
    assert site.built
    for path in ("index.html", "item/boot-1", "item/boot.1", "search"):
        answer = got(site, path)
        assert bytes(answer.body) == b"<p>page</p>"
        assert answer.headers["cache-control"] == "no-cache"
        assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_a_file_that_is_not_there_is_not_the_page(site: Site) -> None:
    for path in ("favicon.png", "assets/other.js", "v1/nothing", "../secret.txt", "assets/../../x.py"):
        assert site.answer(asked(), path) is None


def test_assets_last_and_are_compressed(site: Site) -> None:
    plain = got(site, "assets/main-abc.js")
    packed = got(site, "assets/main-abc.js", accept_encoding="gzip, br")
    assert "immutable" in plain.headers["cache-control"]
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(bytes(packed.body)) == bytes(plain.body)
    assert len(packed.body) < len(plain.body) / 5
    assert got(site, "assets/main-abc.js", if_none_match=plain.headers["etag"]).status_code == 304


def test_without_a_build_a_page_says_so(tmp_path: Path) -> None:
    empty = Site(tmp_path / "none")
    assert not empty.built
    assert b"make page" in bytes(got(empty, "index.html").body)
