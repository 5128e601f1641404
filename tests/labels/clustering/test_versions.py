from __future__ import annotations

import pyarrow as pa

from saccade.labels.clustering.versions import label_ids, new_id


def before(*rows: tuple[str, str, list[str]]) -> pa.Table:
    names, kinds, held = zip(*rows, strict=True)
    return pa.table({"label_id": names, "kind": kinds, "phrases": held})


def test_new_ids_depend_on_the_phrases_alone() -> None:
    assert new_id(["a", "b"]) == new_id(["b", "a"]) != new_id(["a"])
    assert label_ids([["a"], ["b", "c"]], ["head", "tail"], None) == ["a", new_id(["b", "c"])]


def test_the_greatest_overlap_keeps_the_id() -> None:
    old = before(("x", "tail", list("abcde")), ("y", "tail", list("fg")))
    found = label_ids([["a"], ["b", "c", "d", "e"], ["f", "g", "h"]], ["tail"] * 3, old)
    assert found == [new_id(["a"]), "x", "y"]


def test_two_that_become_one() -> None:
    old = before(("x", "tail", list("ab")), ("y", "tail", list("cde")))
    assert label_ids([list("abcde")], ["tail"], old) == ["y"]


def test_a_head_is_named_by_its_phrase() -> None:
    old = before(("x", "tail", list("ab")), ("c", "head", ["c"]))
    assert label_ids([["a", "b"], ["c"]], ["head", "tail"], old) == ["a", new_id(["c"])]
