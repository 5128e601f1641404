"""What evaluation keeps for itself is in no split, and a build that breaks this is refused."""

# pyright: reportAttributeAccessIssue=false
# (pyarrow.compute makes its functions when it is imported)

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from saccade.errors import InputError
from saccade.labels.balance.families import families
from saccade.labels.balance.leaks import Violations, check, hold, leak_report, refuse, split_of
from saccade.labels.balance.splits import Shares
from saccade.workspace import Workspace

IDS = [f"{at * 7919:032x}" for at in range(300)]  # three pictures an item; 0, 3, 6, ... have copies outside
SHARES = Shares(0.6, 0.2, 0.2)


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    ws = Workspace(tmp_path / "ws", create=True)
    copies = [f"copy-{at:02d}" for at in range(20)]
    ws.table("images").append(pa.table({"image_id": IDS + copies, "status": ["ok"] * 320}))
    ws.table("item_images").append(
        pa.table({"item_id": [f"i{at // 3}" for at in range(300)], "image_id": IDS})
    )
    pairs = {"image_id": copies + IDS[0:60:3], "group_id": IDS[0:60:3] * 2}
    ws.table("duplicates").append(pa.table(pairs))
    return ws


def asked(ws: Workspace, label: str, queries: list[str]) -> None:
    lines = "".join(f"{query} 0 {IDS[-1]} 1\n" for query in queries)
    ws.write_bytes(f"reports/evaluation/{label}/qrels.trec", lines.encode())


def built(ws: Workspace) -> pa.Table:
    ids = ws.table("images").read(["image_id"])["image_id"].combine_chunks()
    found = families(ws)
    split = split_of(ids, found, SHARES, hold(ws, found, SHARES))
    return pa.table({"image_id": ids, "split": split})


def violations(ws: Workspace, table: pa.Table) -> Violations:
    found = families(ws)
    return check(table.to_batches(max_chunksize=7), found, hold(ws, found, SHARES))


def test_families_of_queries_are_held_whole(ws: Workspace) -> None:
    asked(ws, "main", ["copy-01", IDS[100]])
    table = built(ws)
    held = set(table.filter(pc.equal(table["split"], "held"))["image_id"].to_pylist())
    assert held == {"copy-01", *IDS[3:6], *IDS[99:102]}
    assert violations(ws, table) == Violations(0, 0)
    assert set(table["split"].to_pylist()) == {"train", "val", "test", "held"}


def test_report_says_what_would_have_leaked(ws: Workspace) -> None:
    asked(ws, "main", [IDS[at] for at in range(0, 90, 9)])
    (row,) = leak_report(ws, SHARES).to_pylist()
    found = families(ws)
    whole = {IDS[at] for at in range(300) if at % 9 < 3 and at < 90}
    whole |= {f"copy-{at:02d}" for at in range(0, 20, 3)}
    named = pa.array(sorted(whole))
    train = SHARES.of(found.of(named)).to_pylist().count("train")
    assert row == {"evaluation": "main", "images": 10, "families": 10, "pictures": len(whole),
                   "would_train": train, "held": "family"}  # fmt: skip
    assert 0 < train < len(whole)


def test_an_evaluation_of_nearly_every_product_holds_its_questions_alone(ws: Workspace) -> None:
    queries = [*IDS[1::3], IDS[0]]
    asked(ws, "main", queries)
    found = families(ws)
    held = hold(ws, found, SHARES)
    assert held.report["held"].to_pylist() == ["picture"] and "only the queries" in held.notes()[0]
    table = built(ws)
    kept = set(table.filter(pc.equal(table["split"], "held"))["image_id"].to_pylist())
    assert kept == {*queries, "copy-00"}
    assert violations(ws, table) == Violations(0, 0)


def test_an_evaluation_of_everything_holds_nothing_and_says_so(ws: Workspace) -> None:
    asked(ws, "all", IDS)
    asked(ws, "few", IDS[:1])
    found = families(ws)
    held = hold(ws, found, SHARES)
    assert dict(zip(held.report["evaluation"].to_pylist(), held.report["held"].to_pylist(), strict=True)) == {
        "all": "none", "few": "family",
    }  # fmt: skip
    (note,) = held.notes()
    assert "evaluation all asks with 300 pictures" in note
    table = built(ws)
    assert table["split"].to_pylist().count("held") == 4
    assert violations(ws, table) == Violations(0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_pictures_dealt_out_alone_are_caught(ws: Workspace, seed: int) -> None:
    asked(ws, "main", IDS[:30])
    ids = ws.table("images").read(["image_id"])["image_id"].combine_chunks()
    careless = Shares(0.6, 0.2, 0.2, seed=seed).of(ids)
    table = pa.table({"image_id": ids, "split": careless})
    found = violations(ws, table)
    by_family: dict[str, set[str]] = {}
    for family, split in zip(families(ws).of(ids).to_pylist(), careless.to_pylist(), strict=True):
        by_family.setdefault(family, set()).add(split)
    assert found.families == sum(len(splits) > 1 for splits in by_family.values()) > 0
    assert found.images == 30 + 10
    with pytest.raises(InputError, match="build it again"):
        refuse(found)


def test_one_picture_in_two_splits_is_caught(ws: Workspace) -> None:
    table = pa.table({"image_id": ["copy-00", "alone", "alone"], "split": ["val", "train", "test"]})
    assert violations(ws, table) == Violations(1, 0)
    refuse(Violations(0, 0))
