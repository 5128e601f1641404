"""The demo, small: from nothing to a page; a second run does next to nothing; one's own folder works too."""

from __future__ import annotations

from pathlib import Path

import pytest

from saccade.bazaar import Bazaar
from saccade.errors import InputError
from saccade.pipeline.demo import Demo
from saccade.workspace import Report


def reports(demo: Demo) -> dict[str, Report]:
    return {said.stage: said for said in demo.run() if isinstance(said, Report)}


def test_the_marketplace_from_nothing_to_a_page(tmp_path: Path) -> None:
    demo = Demo(tmp_path / "demo", products=30)
    said = list(demo.run())
    assert str(said[-1]).startswith("open ")
    page = (tmp_path / "demo" / "search.html").read_text()
    assert page.count('<div class="query">') == 8
    table = next(text for text in said if isinstance(text, str) and text.startswith("# Evaluation"))
    assert "| hit@1 |" in table
    again = reports(demo)
    assert again["ingest"].counts["decoded"] == 0
    assert again["fingerprint"].counts["decoded"] == 0
    assert again["index"].counts["added"] == 0
    assert not any(report.changed for report in again.values())


def test_one_s_own_folder(tmp_path: Path) -> None:
    Bazaar(products=6, size=64).write(tmp_path / "market")
    photos = tmp_path / "market" / "catalogue" / "images"
    said = reports(Demo(tmp_path / "demo", data=str(photos)))
    assert said["ingest"].counts["new_images"] == 18
    assert "evaluate" not in said
    assert (tmp_path / "demo" / "search.html").is_file()


def test_a_folder_without_pictures_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.txt").write_text("x")
    with pytest.raises(InputError) as caught:
        list(Demo(tmp_path / "demo", data=str(tmp_path / "empty")).run())
    assert "\n" not in str(caught.value)


def test_another_catalogue_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    Bazaar(products=4, size=64).write(tmp_path / "market")
    photos = tmp_path / "market" / "catalogue" / "images"
    list(Demo(tmp_path / "demo", data=str(photos)).run())
    with pytest.raises(InputError, match=r"holds the demo of .*; name another folder with --folder"):
        list(Demo(tmp_path / "demo", data=str(tmp_path / "market" / "queries")).run())
