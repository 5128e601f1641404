"""Labels over the wire: browse, search, look at one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from saccade.labels.card import gather_facts, write_card
from saccade.service import browsing
from saccade.service.browsing import Browsing
from saccade.workspace import Workspace
from tests.labels.card.conftest import LABELS, fill, label_id, told
from tests.service.running import Checked, in_thread, settings

CUP = label_id("tea cup")


@pytest.fixture(scope="module")
def labelled(copied: Callable[[], str]) -> Workspace:
    """A copy of the shop with labels; `red dress` and `oak chair` are below `tea cup`."""
    ws = Workspace(copied())
    fill(ws, LABELS)
    rows = ws.table("labels").read().to_pylist()
    below = {label_id("red dress"), label_id("oak chair")}
    for at, row in enumerate(rows):
        row["parent"] = CUP if row["label_id"] in below else None
        row["images"] = 100 - at
    ws.table("labels").upsert(pa.Table.from_pylist(rows, schema=ws.table("labels").schema))
    rng = np.random.default_rng(0)
    weights = ws.table("image_labels").read().to_pylist()
    for row in weights:
        row["weight"] = float(rng.random())
    ws.table("image_labels").upsert(pa.Table.from_pylist(weights, schema=ws.table("image_labels").schema))
    write_card(ws, gather_facts(ws, told()))
    return ws


@pytest.fixture(scope="module")
def labels_address(labelled: Workspace) -> Iterator[str]:
    with in_thread(settings(labelled.uri)) as url:
        yield url


@pytest.fixture
def book(labels_address: str) -> Iterator[Checked]:
    with Checked(labels_address) as client:
        yield client


def page(client: Checked, **asked: Any) -> dict[str, Any]:
    answer = client.get("/v1/labels", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(client: Checked, **asked: Any) -> list[str]:
    return [one["name"] for one in page(client, **asked)["labels"]]


def test_every_label_comes_once_over_the_pages(book: Checked) -> None:
    seen = [name for offset in range(0, 60, 10) for name in names(book, limit=10, offset=offset)]
    assert len(seen) == len(set(seen)) == len(LABELS)
    found = page(book, limit=1)
    assert (found["total"], found["every"]) == (len(LABELS), len(LABELS))
    assert {one["value"] for one in found["kinds"]} == {"head", "tail"}
    assert sum(one["count"] for one in found["kinds"]) == len(LABELS)
    assert tuple(one["value"] for one in found["languages"][:2]) == ("en", "de")


def test_words_are_looked_for_in_names_and_phrases(book: Checked) -> None:
    assert names(book, q="MUG") == ["tea cup"]
    assert names(book, q="rotes") == ["red dress"]
    assert names(book, q="cup tea") == ["tea cup"]
    assert names(book, q="أحمر") == ["فستان أحمر"]
    assert names(book, q="no such thing") == []
    assert names(book, q="thing 1")[0] == "thing 1"
    assert len(names(book, q="thing", limit=100)) == 30


def test_kinds_languages_and_orders(book: Checked) -> None:
    tails = page(book, kind="tail", limit=100)["labels"]
    assert {one["kind"] for one in tails} == {"tail"}
    assert all("de" in one["languages"] for one in page(book, language="de")["labels"])
    for sort, key in (
        ("images", lambda one: -one["images"]), ("few", lambda one: one["images"]),
        ("name", lambda one: one["name"].casefold()), ("pure", lambda one: -one["purity"]),
        ("impure", lambda one: one["purity"]),
    ):  # fmt: skip
        found = page(book, sort=sort, limit=100)["labels"]
        assert found == sorted(found, key=key), sort


def test_a_label_shows_its_surest_pictures(book: Checked, labelled: Workspace) -> None:
    rows = labelled.table("image_labels").read(filter=f"label_id = '{CUP}'").to_pylist()
    surest = [row["image_id"] for row in sorted(rows, key=lambda row: -row["weight"])]
    detail = book.get(f"/v1/labels/{CUP}").json()
    assert [one["image_id"] for one in detail["samples"]] == surest
    weights = [one["weight"] for one in detail["samples"]]
    assert weights == sorted(weights, reverse=True)
    (card,) = [one for one in page(book, q="mug")["labels"]]
    assert [one["image_id"] for one in card["samples"]] == surest[:6]
    assert book.get(card["samples"][0]["url"]).status_code == 200
    item = detail["samples"][0]["item_id"]
    shown = book.get(f"/v1/items/{item}").json()["pictures"]
    assert surest[0] in [one["image_id"] for one in shown]


def test_a_label_says_all_that_is_known(book: Checked, labelled: Workspace) -> None:
    detail = book.get(f"/v1/labels/{CUP}").json()
    assert {one["phrase"] for one in detail["phrases"]} == {"tea cup", "mug", "teetasse"}
    said = labelled.table("annotations").read(["phrase_id", "score"]).to_pylist()
    label = labelled.table("labels").read(filter=f"label_id = '{CUP}'").to_pylist()[0]
    scores = [row["score"] for row in said if row["phrase_id"] in label["phrases"]]
    assert detail["score"] == pytest.approx(np.mean(scores), abs=1e-5)
    assert sum(one["images"] for one in detail["phrases"]) == len(scores)
    assert {one["name"] for one in detail["children"]} == {"red dress", "oak chair"}
    child = book.get(f"/v1/labels/{label_id('oak chair')}").json()
    assert child["parent"]["name"] == "tea cup"
    assert CUP not in [one["label_id"] for one in detail["beside"]]
    shares = [one["share"] for one in detail["beside"]]
    assert shares == sorted(shares, reverse=True)
    assert all(0 < share <= 1 for share in shares)


def test_what_is_not_there_is_said(book: Checked, api: Checked) -> None:
    assert book.get("/v1/labels/nothing").status_code == 404
    for path in ("/v1/labels", "/v1/labels/anything"):
        answer = api.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == "no labels yet: run `saccade label`"
    for wrong in ("limit=0", "limit=101", "offset=-1", "sort=best", f"q={'a' * 201}"):
        assert book.get(f"/v1/labels?{wrong}").status_code == 422, wrong


def test_new_labels_are_seen(copied: Callable[[], str]) -> None:
    ws = Workspace(copied())
    found = Browsing(ws)
    fill(ws, LABELS[:5])
    assert len(found.book().labels) == 5
    before = found.samples([label_id("oak chair")])
    fill(ws, LABELS[:8], seed=3)
    assert len(found.book().labels) == 8
    assert found.samples([label_id("oak chair")]) != before


def test_the_best_pictures_are_kept_whatever_the_table_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "SAMPLES", 3)
    ws, rng = Workspace(tmp_path / "ws", create=True), np.random.default_rng(1)
    weights = {name: rng.permutation(200) / 200 for name in ("a", "b", "c")}
    rows = [
        {"image_id": f"{n:03}", "label_id": name, "weight": float(weights[name][n]), "split": "train"}
        for n in range(200)
        for name in weights
    ]
    ws.table("image_labels").append(pa.Table.from_pylist(rows, schema=ws.table("image_labels").schema))
    found = Browsing(ws).samples(["a", "c", "nothing"])
    assert found["nothing"] == []
    for name in ("a", "c"):
        best = np.argsort(-weights[name])[:3]
        assert [image for image, _ in found[name]] == [f"{n:03}" for n in best]
