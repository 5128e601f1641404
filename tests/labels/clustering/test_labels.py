from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from saccade.errors import InputError
from saccade.labels.clustering.labels import COLUMNS, ClusterSettings, Labels, head_phrases, make_labels
from saccade.labels.clustering.vectors import unit_length
from saccade.workspace.schemas import SPECS


def phrases(*rows: tuple[str, str, int]) -> pa.Table:
    return pa.table({
        "phrase_id": [f"{at:016x}" for at in range(len(rows))], "language": [row[0] for row in rows],
        "phrase": [row[1] for row in rows], "support": pa.array([row[2] for row in rows], pa.int64()),
    })  # fmt: skip


PHRASES = phrases(
    ("en", "sofa", 100), ("de", "Sofa", 90), ("en", "couch", 4), ("en", "boho attic", 3),
    ("es", "ático boho", 2), ("en", "attic boho", 1), ("en", "loft", 2), ("en", "?", 1),
)  # fmt: skip
MEANS = [0, 0, 0, 1, 1, 1, 2, 3]
VECTORS = unit_length(np.vstack([np.eye(9)[:3], np.zeros((1, 9))])[MEANS])


def made(**settings: object) -> Labels:
    return make_labels(PHRASES, VECTORS, ClusterSettings(head=50, **settings))  # type: ignore[arg-type]


def test_rows_of_the_table() -> None:
    found = made()
    assert found.table.column_names == list(COLUMNS)
    assert all(found.table.schema.field(n).type == SPECS["labels"].schema.field(n).type for n in COLUMNS)
    rows = found.table.to_pylist()
    assert [row["name"] for row in rows] == ["sofa / Sofa", "boho attic / ático boho", "loft"]
    assert [row["kind"] for row in rows] == ["head", "tail", "tail"]
    assert rows[0]["label_id"] == rows[0]["phrases"][0] == f"{0:016x}"
    assert rows[1]["phrases"] == [f"{at:016x}" for at in (3, 4, 5)] and rows[1]["languages"] == ["en", "es"]
    assert found.label.tolist() == [0, 0, 0, 1, 1, 1, 2, -1]
    assert [row["purity"] for row in rows] == pytest.approx([1, 1, 1])


def test_heads_apart() -> None:
    names = made(share_heads=False).table.column("name").to_pylist()
    assert names == ["sofa", "Sofa", "boho attic / ático boho", "couch", "loft"]


def test_purity_is_the_weighted_mean_cosine() -> None:
    vectors = unit_length(np.array([[1, 0], [0.8, 0.6]]))
    found = make_labels(phrases(("en", "a", 3), ("en", "b", 1)), vectors, ClusterSettings(head=9, join=0.5))
    centre = unit_length((vectors * [[3], [1]]).sum(axis=0, keepdims=True))[0]
    assert found.table["purity"][0].as_py() == pytest.approx((3 * vectors @ centre + [0, 0])[0] / 4
                                                            + (vectors @ centre)[1] / 4)  # fmt: skip


def test_fewer_clusters_and_parents() -> None:
    dice = np.random.default_rng(0)
    many = phrases(*(("en", f"p{at}", 1 + at % 3) for at in range(60)))
    vectors = unit_length(dice.standard_normal((60, 16)))
    settings = ClusterSettings(head=99, clusters=7, parents=3)
    found = make_labels(many, vectors, settings)
    assert len(found.table) == 7
    parents = found.table.column("parent").to_pylist()
    leaders = {
        name for name, up in zip(found.table["label_id"].to_pylist(), parents, strict=True) if up is None
    }
    assert len(leaders) == 3 and {up for up in parents if up} <= leaders
    assert make_labels(many, vectors, settings).table.equals(found.table)


def test_the_head_by_default() -> None:
    assert head_phrases(np.array([1, 50, 2, 40, 7])).tolist() == [False, True, False, False, False]
    assert head_phrases(np.array([10, 10, 10, 10])).sum() == 2
    assert head_phrases(np.array([3, 5]), 4).tolist() == [False, True]


def test_no_phrases() -> None:
    found = make_labels(PHRASES.slice(0, 0), VECTORS[:0], ClusterSettings())
    assert len(found.table) == 0 and len(found.label) == 0


def test_settings_are_checked() -> None:
    for wrong in ({"join": 0}, {"clusters": 0}, {"head": 0}):
        with pytest.raises(InputError, match="expected"):
            ClusterSettings(**wrong)
