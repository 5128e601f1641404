from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.catalog.catalogue import Catalogue
from saccade.catalog.selection import Selection
from saccade.errors import InputError
from saccade.evaluation.labelled import Parts, group_names

NOBODY = np.empty(0, np.int64)


def parts(ws, queries: str = "role=review", gallery: str = "role=seller", barred=NOBODY) -> Parts:
    catalogue = Catalogue(ws)
    chosen = (Selection.parse(text).images(catalogue) for text in (queries, gallery))
    return Parts(*chosen, barred)


def test_who_teaches_and_who_is_tested(ws, ids):
    task = parts(ws).task(Catalogue(ws), "colour")
    assert task.classes == ("blue", "red")
    assert task.counts == {"classes": 2, "train": 6, "test": 12, "untaught_classes": 0}
    truth = {ids[name]: int(name.split("/")[1][0]) % 2 for name in ids if name.startswith("cam")}
    asked = Selection.parse("role=review").images(Catalogue(ws)).take(pa.array(task.tested)).to_pylist()
    assert task.truth.tolist() == [truth[one] for one in asked]  # blue 0, red 1
    assert len(np.unique(task.units[1])) == 6  # two photos a product
    assert np.isin(task.units[1], task.units[0]).all()


def test_a_class_that_nobody_taught_stays_wrong(ws, ids):
    """Only bags teach; the test part has shoes too."""
    with pytest.raises(InputError, match="one class of category, 'bag'"):
        parts(ws, gallery="role=seller,category=bag").task(Catalogue(ws), "category")
    gallery = Selection.parse("role=seller").images(Catalogue(ws)).to_pylist()
    without = np.array([gallery.index(ids["shop/0.png"])])
    task = parts(ws, barred=without).task(Catalogue(ws), "item")
    assert task.counts["untaught_classes"] == 1
    lost = task.truth == task.classes.index("p0")
    assert lost.sum() == 2 and not task.right(np.full(12, task.majority))[lost].any()


def test_a_picture_of_two_items_has_two_labels(ws, ids):
    ws.table("item_images").append(
        pa.table({"item_id": ["p1"], "image_id": [ids["cam/0.png"]], "role": ["review"],
                  "position": pa.array([0], pa.int32())})
    )  # fmt: skip
    task = parts(ws).task(Catalogue(ws), "colour")
    assert task.right(np.zeros(12, np.int64)).sum() + task.right(np.ones(12, np.int64)).sum() == 13
    both = task.right(np.zeros(12, np.int64)) & task.right(np.ones(12, np.int64))
    assert task.settled(np.ones(12, np.int64))[both].tolist() == [1]
    assert task.settled(np.zeros(12, np.int64))[both].tolist() == [0]
    fewer = task.among(~both)
    assert len(fewer.tested) == 11 and fewer.right(fewer.truth).all()


def test_imported_tasks_are_labels_too(ws, ids):
    names = [name for name in ids if name.endswith("0.png")]
    images = [ids[name] for name in [*names, "shop/1.png"]]
    ws.table("tasks").append(
        pa.table(
            {
                "task": ["tone"] * len(images),
                "image_id": images,
                "label": ["dark"] * (len(images) - 1) + ["light"],
            }
        )
    )
    task = parts(ws).task(Catalogue(ws), "tone")
    assert task.counts == {"classes": 2, "train": 2, "test": 1, "untaught_classes": 0}


def test_groups_of_pictures(ws, ids):
    images = pa.array(sorted(ids.values()))
    names = dict(zip(images.to_pylist(), group_names(Catalogue(ws), "category", images), strict=True))
    assert names[ids["shop/0.png"]] == "shoe" and names[ids["cam/5.png"]] == "bag"
    with pytest.raises(InputError, match="no query picture has a label 'size'"):
        group_names(Catalogue(ws), "size", images)


def test_what_is_refused(ws, ids):
    with pytest.raises(InputError, match=r"no picture of the test .* 'size'; labels are category, colour"):
        parts(ws).task(Catalogue(ws), "size")
