"""Reading and writing by key, versions, what is refused."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saccade.errors import InputError, NotFoundError
from saccade.workspace import Workspace
from saccade.workspace.tables import any_of, quoted


def items(*pairs: tuple[str, str | None]) -> pa.Table:
    return pa.table(
        {"item_id": [key for key, _ in pairs], "title": pa.array([t for _, t in pairs], pa.string())}
    )


def titles(ws: Workspace) -> dict[str, str]:
    rows = ws.table("items").read(["item_id", "title"]).to_pylist()
    return {row["item_id"]: row["title"] for row in rows}


def test_a_table_that_was_never_written_is_empty(ws: Workspace) -> None:
    table = ws.table("items")
    assert not table.exists()
    assert (table.version, table.count(), table.read().num_rows, list(table.scan())) == (0, 0, 0, [])
    assert table.versions() == []
    assert table.delete("item_id = 'a'") == 0


def test_upsert_replaces_by_key_and_inserts_the_rest(ws: Workspace) -> None:
    table = ws.table("items")
    table.upsert(items(("a", "one"), ("b", "two")))
    table.upsert(items(("b", "2"), ("c", "three")))
    assert titles(ws) == {"a": "one", "b": "2", "c": "three"}


def test_of_two_rows_with_one_key_the_last_counts(ws: Workspace) -> None:
    ws.table("items").upsert(items(("a", "first"), ("b", "x"), ("a", "last")))
    assert titles(ws) == {"a": "last", "b": "x"}


def test_a_key_of_several_columns(ws: Workspace) -> None:
    table = ws.table("item_images")
    rows = pa.table({"item_id": ["a", "a", "a"], "image_id": ["1", "2", "1"], "role": ["x", "y", "z"]})
    table.upsert(rows)
    found = {(row["item_id"], row["image_id"]): row["role"] for row in table.read().to_pylist()}
    assert found == {("a", "1"): "z", ("a", "2"): "y"}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.lists(st.tuples(st.sampled_from("abcdé'\x1f"), st.text(max_size=3)), max_size=6), max_size=5
    )
)
def test_upserts_behave_like_a_dictionary(tmp_path_factory: pytest.TempPathFactory, batches: list) -> None:
    ws = Workspace(tmp_path_factory.mktemp("dict") / "ws", create=True)
    expected: dict[str, str] = {}
    for batch in batches:
        if batch:
            ws.table("items").upsert(items(*batch))
        expected.update(batch)
    assert titles(ws) == expected


def test_insert_missing_leaves_what_is_there(ws: Workspace) -> None:
    table = ws.table("items")
    assert table.insert_missing(items(("a", "one"))) == 1
    version = table.version
    assert table.insert_missing(items(("a", "changed"))) == 0
    assert table.version == version
    assert titles(ws) == {"a": "one"}


def test_delete_by_filter_and_by_keys(ws: Workspace) -> None:
    table = ws.table("items")
    table.upsert(items(("a", "x"), ("b'", "y"), ("c", "z")))
    assert table.delete("title = 'x'") == 1
    assert table.delete_keys(["b'", "unknown"]) == 1
    assert titles(ws) == {"c": "z"}


def test_every_write_is_a_version_and_old_ones_can_be_read(ws: Workspace) -> None:
    table = ws.table("items")
    table.upsert(items(("a", "one")))
    before = table.version
    table.upsert(items(("a", "two")))
    assert table.version > before
    assert table.at(before).read(["title"]).to_pydict() == {"title": ["one"]}
    assert [v.version for v in table.versions()] == [1, 2]
    moment = table.versions()[before - 1].time
    assert table.at(moment).read(["title"]).to_pydict() == {"title": ["one"]}


def test_an_old_version_is_read_only_and_an_unknown_one_an_error(ws: Workspace) -> None:
    table = ws.table("items")
    table.upsert(items(("a", "one")))
    with pytest.raises(InputError, match="read-only"):
        table.at(1).upsert(items(("a", "two")))
    with pytest.raises(InputError, match="read-only"):
        table.at(1).append(items(("a", "two")))
    with pytest.raises(NotFoundError, match="no version 99"):
        table.at(99).read()


def test_an_empty_upsert_writes_no_version(ws: Workspace) -> None:
    table = ws.table("items")
    table.upsert(items(("a", "one")))
    version = table.version
    assert table.upsert(items()) == 0
    table.append(items())
    assert table.version == version


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (pa.table({"item_id": ["a"], "colour": ["red"]}), "has no column colour; it has item_id"),
        (pa.table({"item_id": pa.array([None], pa.string())}), "needs item_id in every row"),
        (pa.table({"title": ["a"]}), "needs item_id"),
        (pa.table({"item_id": ["a"], "price": ["cheap"]}), "rows do not fit table items"),
    ],
)
def test_rows_that_do_not_fit_are_refused_in_one_line(ws: Workspace, rows: pa.Table, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        ws.table("items").upsert(rows)
    assert "\n" not in str(caught.value)
    assert ws.table("items").count() == 0


def test_an_unknown_column_is_named_with_those_that_exist(ws: Workspace) -> None:
    with pytest.raises(InputError, match="has no column colour; it has item_id, title"):
        ws.table("items").read(["colour"])


def test_take_returns_the_known_keys(ws: Workspace) -> None:
    table = ws.table("items")
    table.append(items(*((f"i{n}", str(n)) for n in range(9000))))
    found = table.take([f"i{n}" for n in range(0, 9000, 2)] + ["unknown"], ["title"])
    assert sorted(map(int, found["title"].to_pylist())) == list(range(0, 9000, 2))
    assert table.take([]).num_rows == 0


def test_scan_is_in_batches_with_columns_and_filter(ws: Workspace) -> None:
    table = ws.table("items")
    table.append(items(*((f"i{n}", str(n % 2)) for n in range(100))))
    batches = list(table.scan(["item_id"], "title = '1'", batch_size=16))
    assert max(batch.num_rows for batch in batches) <= 16
    assert sum(batch.num_rows for batch in batches) == 50
    assert batches[0].schema.names == ["item_id"]


def test_staged_rows_appear_with_the_commit_and_all_at_once(ws: Workspace) -> None:
    table = ws.table("items")
    table.upsert(items(("a", "one")))
    staged = table.stage_rows(items(("b", "two"))) + table.stage_rows(items(("c", "three")))
    assert titles(ws) == {"a": "one"}
    version = table.version
    table.commit(staged)
    assert titles(ws) == {"a": "one", "b": "two", "c": "three"}
    assert table.version == version + 1


def test_rows_can_be_staged_before_the_table_exists(ws: Workspace) -> None:
    table = ws.table("items")
    table.commit(table.stage_rows(items(("a", "one"))))
    assert titles(ws) == {"a": "one"}


def test_optimize_keeps_the_rows(ws: Workspace) -> None:
    table = ws.table("items")
    for n in range(5):
        table.append(items((f"i{n}", str(n))))
    before = titles(ws)
    table.optimize()
    assert titles(ws) == before
    dataset = table.dataset()
    assert dataset is not None
    assert len(dataset.get_fragments()) == 1


def test_quoting_survives_quotes(ws: Workspace) -> None:
    assert quoted("it's") == "'it''s'"
    assert any_of("item_id", []) == "false"
    ws.table("items").upsert(items(("it's", "x")))
    assert ws.table("items").count(any_of("item_id", ["it's", "b"])) == 1


def test_staged_rows_replace_everything_at_once(ws: Workspace) -> None:
    table = ws.table("items")
    table.upsert(items(("a", "old")))
    before = table.version
    staged = table.stage_rows(items(("b", "new"))) + table.stage_rows(items(("c", "newer")))
    assert titles(ws) == {"a": "old"}
    table.replace(staged)
    assert titles(ws) == {"b": "new", "c": "newer"}
    assert table.version == before + 1
    assert table.at(before).read(["title"]).column(0).to_pylist() == ["old"]
    table.replace([])
    assert table.count() == 0
