from __future__ import annotations

import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saccade.errors import InputError
from saccade.metrics import lines
from saccade.metrics.trec import RUN_SCHEMA, Qrels, Run

WORD = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Z", "C"), exclude_characters='"'), min_size=1
)


def rows(pairs: Qrels | Run) -> list[dict[str, object]]:
    return pairs.to_arrow().to_pylist()


def test_qrels_lines_of_any_spacing(tmp_path):
    path = tmp_path / "q.txt"
    path.write_bytes(b"\xef\xbb\xbf  q1\t0  b\t 2\r\n\r\n\nq1 0 a -1 \r\n q\xc3\xbc 0 a 0")
    assert rows(Qrels.read(path)) == [
        {"query_id": "q1", "item_id": "a", "relevance": -1},
        {"query_id": "q1", "item_id": "b", "relevance": 2},
        {"query_id": "qü", "item_id": "a", "relevance": 0},
    ]


def test_run_lines_are_ranked_by_score_and_not_by_their_rank(tmp_path):
    path = tmp_path / "r.txt"
    path.write_text("q Q0 a 1 1e-1 tag\nq Q0 b 2 .5 tag\nq\tQ0\tc\t3\t0.5\ttag\n")
    assert [(row["item_id"], row["rank"]) for row in rows(Run.read(path))] == [("c", 1), ("b", 2), ("a", 3)]


def test_gzip(tmp_path):
    with gzip.open(tmp_path / "r.gz", "wt") as file:
        file.write("q Q0 a 1 2.5 t\n")
    run = Run.read(tmp_path / "r.gz")
    assert rows(run) == [{"query_id": "q", "item_id": "a", "score": 2.5, "rank": 1}]
    run.write(tmp_path / "again.gz", tag="t")
    assert gzip.decompress((tmp_path / "again.gz").read_bytes()) == b"q Q0 a 1 2.5 t\n"


def test_written_bytes(tmp_path):
    Qrels.of(["q2", "q1"], ["b", "a"], [2, 0]).write(tmp_path / "q")
    assert (tmp_path / "q").read_bytes() == b"q1 0 a 0\nq2 0 b 2\n"
    Run.of(["q", "q"], ["a", "b"], [0.1, 12.0]).write(tmp_path / "r", tag="model-1")
    assert (tmp_path / "r").read_bytes() == b"q Q0 b 1 12 model-1\nq Q0 a 2 0.1 model-1\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("q Q0 a 1 0.5 t\nq Q0 b 0.4 t\n", r"line 2: a run line has 6 fields, .*, found 5"),
        ("q Q0 a 1 0.5 t\n\nq Q0 b 2 high t\n", r"line 3: score must be a number, found 'high'"),
        ("q Q0 a 1 nan t\n", r"line 1: score must be a number, found 'nan'"),
        ("q Q0 a 1 0.5 t extra words\n", r"line 1: .* found 8"),
        ("q Q0 a\0b 1 0.5 t\n", r"line 1: a zero byte"),
    ],
)
def test_a_bad_run_line_is_named(tmp_path, text, says):
    (tmp_path / "r.txt").write_text(text)
    with pytest.raises(InputError, match=says):
        Run.read(tmp_path / "r.txt")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"q 0 a 1\nq 0 b 1.5\n", r"line 2: relevance must be a whole number, found '1.5'"),
        (b"q 0 a yes\n", r"line 1: relevance must be a whole number"),
        (b"query,item\nq,a\n", r"line 1: a qrels line has 4 fields"),
        (b"q 0 \xff 1\n", r"line 1: ids must be UTF-8"),
        (b"q 0 a 99999999999\n", r"line 1: relevance"),
        (b"\n \n", r"holds no judgements"),
        (b"q 0 a 1\nq 0 a 2\n", r"query q and item a are judged twice, as 1 and as 2"),
    ],
)
def test_bad_qrels_are_named(tmp_path, data, says):
    (tmp_path / "q.txt").write_bytes(data)
    with pytest.raises(InputError, match=says):
        Qrels.read(tmp_path / "q.txt")


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"no file .*nowhere.txt: a qrels file was expected"):
        Qrels.read(tmp_path / "nowhere.txt")
    (tmp_path / "not.parquet").write_text("text")
    with pytest.raises(InputError, match=r"cannot read .* as Parquet"):
        Run.read(tmp_path / "not.parquet")
    (tmp_path / "not.gz").write_text("text")
    with pytest.raises(InputError, match="cannot read"):
        Run.read(tmp_path / "not.gz")


def test_lines_longer_than_a_block(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "CHUNK_BYTES", 64)
    text = "".join(f"q{at % 7} 0 item-{at:04d}{'x' * (at % 90)} {at % 3}\n" for at in range(300))
    (tmp_path / "q.txt").write_text(text)
    assert len(Qrels.read(tmp_path / "q.txt")) == 300


@settings(max_examples=60, deadline=None)
@given(
    data=st.dictionaries(st.tuples(WORD, WORD), st.floats(width=32, allow_nan=False), min_size=1, max_size=12)
)
def test_a_run_survives_a_round_trip(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("run")
    run = Run.of([q for q, _ in data], [i for _, i in data], list(data.values()))
    for name in ("run.txt", "run.parquet"):
        run.write(folder / name)
        assert Run.read(folder / name).to_arrow().equals(run.to_arrow())


@settings(max_examples=60, deadline=None)
@given(data=st.dictionaries(st.tuples(WORD, WORD), st.integers(-2, 5), min_size=1, max_size=12))
def test_qrels_survive_a_round_trip(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("qrels")
    qrels = Qrels.of([q for q, _ in data], [i for _, i in data], list(data.values()))
    for name in ("q.txt", "q.parquet"):
        qrels.write(folder / name)
        assert Qrels.read(folder / name).to_arrow().equals(qrels.to_arrow())


def test_ids_with_spaces_go_to_parquet_only(tmp_path):
    run = Run.of(["my photo.jpg"], ["a"], [1.0])
    with pytest.raises(InputError, match=r"'my photo.jpg': write .parquet"):
        run.write(tmp_path / "run.txt")
    run.write(tmp_path / "run.parquet")
    assert rows(Run.read(tmp_path / "run.parquet"))[0]["query_id"] == "my photo.jpg"
    with pytest.raises(InputError, match="one word"):
        Run.of(["q"], ["a"], [1.0]).write(tmp_path / "run.txt", tag="two words")


def test_parquet_columns(tmp_path):
    pq.write_table(
        pa.table({"query_id": [7, 7], "item_id": ["a", "b"], "score": [1, 2]}), tmp_path / "r.parquet"
    )
    run = Run.read(tmp_path / "r.parquet")
    assert run.to_arrow().schema == RUN_SCHEMA
    assert run.to_arrow()["query_id"].to_pylist() == ["7", "7"]
    with pytest.raises(InputError, match="a column query_id is needed, the table has q_id, item_id"):
        Qrels.from_arrow(pa.table({"q_id": ["a"], "item_id": ["b"]}))
    with pytest.raises(InputError, match="item_id must hold texts, found double"):
        Qrels.of(["a"], pa.array([0.5]))


def test_qrels_without_relevance_mean_relevant_and_repeats_are_one():
    assert rows(Qrels.of(["q", "q"], ["a", "a"])) == [{"query_id": "q", "item_id": "a", "relevance": 1}]


@pytest.mark.parametrize(
    ("query", "item", "score", "says"),
    [
        (["q", "q"], ["a", "a"], [1, 2], "query q names item a twice"),
        (["q"], ["a"], [np.nan], "found NaN for query q"),
        (["q", ""], ["a", "b"], [1, 2], "query_id must name something in every row"),
        (["q", None], ["a", "b"], [1, 2], "query_id must name something in every row, 1 rows do not"),
        (["q"], ["a", "b"], [1, 2], "columns must have one length, found 1, 2, 2 rows"),
    ],
)
def test_bad_columns_of_a_run(query, item, score, says):
    with pytest.raises(InputError, match=says):
        Run.of(query, item, score)


def test_of_indices():
    run = Run.of_indices(["q2", "q1"], ["c", "a", "b"], [[0, 1], [2, -1]], [[0.5, 0.5], [0.1, 0.0]])
    found = [(row["query_id"], row["item_id"], row["rank"]) for row in rows(run)]
    assert found == [("q1", "b", 1), ("q2", "c", 1), ("q2", "a", 2)]
    with pytest.raises(InputError, match="one is given twice"):
        Run.of_indices(["q", "q"], ["a"], [[0], [0]], [[1.0], [1.0]])
    with pytest.raises(InputError, match=r"must be \[1, k\]"):
        Run.of_indices(["q"], ["a"], [[0], [0]], [[1.0], [1.0]])


def test_top():
    run = Run.of(["q", "q", "q", "r"], ["a", "b", "c", "a"], [1, 3, 2, 1]).top(2)
    assert [(row["query_id"], row["item_id"]) for row in rows(run)] == [("q", "b"), ("q", "c"), ("r", "a")]


def test_in_order_and_shuffled_rows_give_one_run():
    rng = np.random.default_rng(1)
    query = np.repeat([f"q{at}" for at in range(40)], 25).tolist()
    item = [f"i{at}" for _ in range(40) for at in rng.choice(100, 25, replace=False)]
    score = np.round(rng.random(1000), 1)  # many ties
    run = Run.of(query, item, score)
    mixed = rng.permutation(1000)
    again = Run.of([query[at] for at in mixed], [item[at] for at in mixed], score[mixed])
    assert again.to_arrow().equals(run.to_arrow())
    flat = run.to_arrow().to_pylist()
    key = [(row["query_id"], row["score"], row["item_id"]) for row in flat]
    by_rule = sorted(
        sorted(sorted(key, key=lambda r: r[2], reverse=True), key=lambda r: -r[1]), key=lambda r: r[0]
    )
    assert key == by_rule
