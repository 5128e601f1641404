from __future__ import annotations

import pyarrow as pa

from saccade.labels.clustering.moves import moves


def labels(**held: list[str]) -> pa.Table:
    return pa.table({"label_id": list(held), "phrases": list(held.values())})


def test_what_moved() -> None:
    found = moves(labels(x=["a", "b"], y=["c", "d"]), labels(x=["a"], z=["b", "c", "d", "e"]))
    assert found.moved == (("b", "x", "z"), ("c", "y", "z"), ("d", "y", "z"))
    assert (found.born, found.gone, found.share) == (("z",), ("y",), 0.75)


def test_nothing_moved() -> None:
    same = labels(x=["a"])
    assert moves(same, same).share == 0 and moves(same, labels()).share == 0
