from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from saccade.catalog.catalogue import Catalogue
from saccade.catalog.selection import Selection
from saccade.errors import InputError
from saccade.evaluation.retrieval import Protocol, search_run
from saccade.evaluation.vectors import fingerprinted, load, scorer
from saccade.metrics.ranking import measure

REVIEW, SELLER = Selection.parse("role=review"), Selection.parse("role=seller")


def relevant(task) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in task.qrels.to_arrow().to_pylist():
        found.setdefault(row["query_id"], set()).add(row["item_id"])
    return found


def test_the_same_item(ws, ids):
    task = Protocol(REVIEW, SELLER).task(Catalogue(ws), Catalogue(ws).images)
    assert (len(task.queries), len(task.gallery)) == (12, 6)
    assert relevant(task)[ids["cam/3.png"]] == {ids["shop/3.png"]}


@pytest.mark.parametrize(("same", "others"), [("category", "012"), ("colour", "024")])
def test_the_same_label(ws, ids, same, others):
    task = Protocol(REVIEW, SELLER, same=same).task(Catalogue(ws), Catalogue(ws).images)
    assert relevant(task)[ids["cam/0.png"]] == {ids[f"shop/{other}.png"] for other in others}


def test_a_query_in_its_own_gallery_is_neither_found_nor_missed(ws, ids):
    catalogue = Catalogue(ws)
    task = Protocol().task(catalogue, catalogue.images)
    query = ids["cam/0.png"]
    assert relevant(task)[query] == {ids["shop/0.png"], ids["cam/0-again.png"]}
    vectors = load(ws, "good-1", task.queries)
    run = task.run(scorer(vectors, load(ws, "good-1", task.gallery), "float"), 5)
    pairs = run.to_arrow().to_pylist()
    assert all(row["query_id"] != row["item_id"] for row in pairs)
    assert measure(task.qrels, run, ["Rprec"]).means[0] == 1.0


def test_pictures_of_the_querys_item_left_out(ws, ids):
    task = Protocol(same="category", leave_out=("self", "item")).task(Catalogue(ws), Catalogue(ws).images)
    wanted = {ids[name] for name in ids if name.split("/")[1][0] in "12"}
    assert relevant(task)[ids["cam/0.png"]] == wanted
    with pytest.raises(InputError, match="no query has anything relevant"):
        Protocol(leave_out=("item",)).task(Catalogue(ws), Catalogue(ws).images)


def test_near_duplicates_left_out(ws, ids):
    same = [ids["cam/0.png"], ids["cam/0-again.png"]]
    ws.table("duplicates").append(pa.table({"image_id": same, "group_id": [same[0]] * 2}))
    task = Protocol(leave_out=("self", "duplicates")).task(Catalogue(ws), Catalogue(ws).images)
    assert relevant(task)[same[0]] == {ids["shop/0.png"]}


def test_items_ranked_by_their_first_picture(ws, ids):
    catalogue = Catalogue(ws)
    task = Protocol(by="item").task(catalogue, catalogue.images)
    assert task.ids.to_pylist() == [f"p{product}" for product in range(6)]
    assert relevant(task)[ids["cam/4.png"]] == {"p4"}
    run = task.run(scorer(load(ws, "good-1", task.queries), load(ws, "good-1", task.gallery), "float"), 6)
    assert measure(task.qrels, run, ["hit@1"]).means[0] == 1.0
    assert len(run) == 18 * 6


def test_an_item_whose_only_picture_is_the_query_cannot_be_found(ws, ids):
    catalogue = Catalogue(ws)
    with pytest.raises(InputError, match="no query has anything relevant"):
        Protocol(SELLER, SELLER, by="item").task(catalogue, catalogue.images)


def test_pictures_without_a_fingerprint_are_counted(ws, ids):
    catalogue = Catalogue(ws)
    lost = pa.array([ids["cam/1.png"], ids["shop/2.png"]])
    available = pa.array([one for one in catalogue.images.to_pylist() if one not in lost.to_pylist()])
    task = Protocol(REVIEW, SELLER).task(catalogue, available)
    assert task.counts == {
        "queries_without_fingerprint": 1, "gallery_without_fingerprint": 1, "queries_without_relevant": 2,
    }  # fmt: skip
    assert len(task.queries) == 9
    with pytest.raises(InputError, match="none of 6 pictures of the gallery has a fingerprint"):
        Protocol(REVIEW, SELLER).task(catalogue, pa.array(["0" * 32]))


def test_judgements_by_file_name_item_and_image_id(ws, ids, tmp_path):
    lines = ["cam/0.png 0 p0 2", f"{ids['cam/1.png']} 0 shop/1.png 1", "p2 0 cam/2.png 1", "nobody 0 p1 1",
             "cam/3.png 0 nothing 1"]  # fmt: skip
    (tmp_path / "q.txt").write_text("\n".join(lines))
    task = Protocol(qrels=str(tmp_path / "q.txt")).task(Catalogue(ws), Catalogue(ws).images)
    assert relevant(task) == {
        ids["cam/0.png"]: {ids["shop/0.png"]},  # an item's first picture
        ids["cam/1.png"]: {ids["shop/1.png"]},
        ids["shop/2.png"]: {ids["cam/2.png"]},
    }
    assert (task.counts["unknown_queries"], task.counts["unknown_items"]) == (1, 1)
    by_item = Protocol(qrels=str(tmp_path / "q.txt"), by="item").task(Catalogue(ws), Catalogue(ws).images)
    assert relevant(by_item)[ids["cam/1.png"]] == {"p1"}


def test_judgements_of_nothing_known(ws, ids, tmp_path):
    (tmp_path / "q.txt").write_text("mystery.jpg 0 p0 1\n")
    with pytest.raises(InputError, match=r"no query of the qrels is .*; the first is 'mystery.jpg'"):
        Protocol(qrels=str(tmp_path / "q.txt")).task(Catalogue(ws), Catalogue(ws).images)


@dataclass
class Hit:
    id: str
    score: float


class Index:
    """An exact index of pictures, some of them outside the gallery."""

    def __init__(self, ids: list[str], vectors: np.ndarray) -> None:
        self.ids, self.vectors = ids, vectors

    def search(self, vectors, k):
        scores = vectors @ self.vectors.T
        return [[Hit(self.ids[at], float(row[at])) for at in np.argsort(-row)[:k]] for row in scores]


@pytest.mark.parametrize("by", ["image", "item"])
def test_through_an_index_equals_exact(ws, ids, by):
    catalogue = Catalogue(ws)
    task = Protocol(REVIEW, by=by).task(catalogue, catalogue.images)
    mine, theirs = load(ws, "poor-1", task.queries), load(ws, "poor-1", task.gallery)
    exact = task.run(scorer(mine, theirs, "float"), 4)
    floats = theirs.vectors.astype(np.float32)
    floats /= np.linalg.norm(floats, axis=1, keepdims=True)
    queries = mine.vectors.astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    found = search_run(task, Index(theirs.ids.to_pylist(), floats), queries, 4)
    first, second = exact.to_arrow(), found.to_arrow()
    assert first.select(["query_id", "item_id", "rank"]).equals(
        second.select(["query_id", "item_id", "rank"])
    )
    np.testing.assert_allclose(first["score"], second["score"], atol=1e-6)


def test_selections(ws, ids):
    catalogue = Catalogue(ws)

    def names(text: str) -> set[str]:
        chosen = set(Selection.parse(text).images(catalogue).to_pylist())
        return {name for name, one in ids.items() if one in chosen}

    assert len(names("")) == 18
    assert names("folder=shop") == {f"shop/{product}.png" for product in range(6)}
    assert names("folder=*/cam/*-again.png") == {f"cam/{product}-again.png" for product in range(6)}
    assert names("role=seller, category=bag") == {"shop/3.png", "shop/4.png", "shop/5.png"}
    assert names("colour=red,folder=photos/shop") == {"shop/1.png", "shop/3.png", "shop/5.png"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("role=scene", "no picture has role=scene: there are review, seller"),
        ("size=XL", "no item has a size; there are colour"),
        ("colour=green", "there are blue, red"),
        ("folder=attic", "compared with where pictures were seen"),
    ],
)
def test_selections_of_nothing(ws, ids, text, says):
    with pytest.raises(InputError, match=says):
        Selection.parse(text).images(Catalogue(ws))


def test_a_selection_that_is_none():
    with pytest.raises(InputError, match="key=value"):
        Selection.parse("review")


def test_fingerprinted_and_loaded_in_order(ws, ids):
    images = Catalogue(ws).images
    assert fingerprinted(ws, "good-1", images).equals(images)
    some = images.slice(3, 5)
    found = load(ws, "good-1", some)
    whole = ws.fingerprints("good-1").read(["id", "vector", "bits"]).to_pylist()
    for row in whole:
        if row["id"] in some.to_pylist():
            at = some.to_pylist().index(row["id"])
            assert found.vectors[at].tolist() == row["vector"]
            assert found.bits[at].tobytes() == row["bits"]
