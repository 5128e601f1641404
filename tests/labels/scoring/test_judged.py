"""Reading judgements, and finding the pairs that they are about."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from saccade.errors import InputError, NotFoundError
from saccade.labels.scoring.judged import JUDGED, join_judged, read_judged
from saccade.labels.shapes import SUBJECTS
from tests.labels.scoring.worlds import Source, world

ROWS = [("i1", "navy sofa", "en", True), ("i2", "rot", None, False)]


def written(folder: Path, ending: str) -> Path:
    path = folder / f"judged{ending}"
    names = ("image_id", "phrase", "language", "good")
    if ending in (".csv", ".tsv"):
        mark = "," if ending == ".csv" else "\t"
        lines = [names, *((i, p, lang or "", str(int(good))) for i, p, lang, good in ROWS)]
        path.write_text("\n".join(mark.join(line) for line in lines) + "\n")
    elif ending == ".jsonl":
        path.write_text("\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in ROWS))
    else:
        parquet.write_table(pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in ROWS]), path)
    return path


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_reads_every_kind_of_file(tmp_path: Path, ending: str) -> None:
    table = read_judged(written(tmp_path, ending))
    assert [
        tuple(row[name] for name in ("image_id", "phrase", "language", "good")) for row in table.to_pylist()
    ] == ROWS
    assert table["item_id"].null_count == 2


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "image,phrase,good\nx,y,1\n", "needs columns"),
        ("a.csv", "image_id,phrase\nx,y\n", "needs columns"),
        ("a.csv", "image_id,phrase,good\nx,y,1\nx,z,maybe\n", "found maybe in row 2"),
        ("a.csv", "image_id,phrase,good\nx,y,\n", "in row 1"),
        ("a.csv", "", "cannot be read as csv"),
        ("a.jsonl", "{nonsense", "cannot be read as jsonl"),
        ("a.parquet", "no parquet", "cannot be read as parquet"),
        ("a.txt", "x", "found a.txt"),
    ],
)
def test_refuses(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=said) as error:
        read_judged(tmp_path / name)
    assert "\n" not in str(error.value)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file of judgements"):
        read_judged(tmp_path / "none.csv")


def test_joins_with_pairs(tmp_path: Path) -> None:
    found = world((Source("a", coverage=1, says=2, wrong=0),), subjects=3)
    subjects = pa.Table.from_pylist(
        [{"subject": s, "family": f"f{s}", "image_ids": [f"i{s}", f"j{s}"]} for s in range(3)],
        schema=SUBJECTS,
    )
    named = found.phrases["phrase"].to_pylist()
    at = [named[row] for row in found.evidence.phrase]
    mine = [pair for pair, subject in enumerate(found.evidence.subject) if subject == 1]
    missing = next(name for name in named if name not in [at[pair] for pair in mine])
    lines = [
        f"i1,{at[mine[0]]},en,1", f"j1,{at[mine[0]]},,1", f"i1,{at[mine[0]]},,0",
        f"i1,{at[mine[1]].upper()},,0",
        f"i1,{at[mine[2]]},,0", f"j1,{at[mine[2]]},,1", f"i1,{at[mine[3]]},de,1", "i1,unheard of,,1",
        f"i9,{at[0]},,1", f"i1,{missing},,0",
    ]  # fmt: skip
    (tmp_path / "a.csv").write_text("\n".join(["image_id,phrase,language,good", *lines]))
    joined = join_judged(read_judged(tmp_path / "a.csv"), subjects, found.evidence, found.phrases)
    assert joined.pairs.schema == JUDGED
    assert joined.pairs.to_pylist() == [{"pair": mine[0], "good": True}, {"pair": mine[1], "good": False}]
    assert (joined.no_image, joined.no_phrase, joined.not_said, joined.draw) == (1, 2, 1, 1)


def test_joins_items(tmp_path: Path) -> None:
    found = world((Source("a", coverage=1, says=2, wrong=0),), subjects=2)
    subjects = pa.Table.from_pylist(
        [{"subject": s, "family": "f", "image_ids": [f"i{s}"]} for s in range(2)], schema=SUBJECTS
    )
    identity = found.phrases["phrase_id"][int(found.evidence.phrase[0])].as_py()
    (tmp_path / "a.csv").write_text(f"item_id,phrase,good\nshoe,{identity},true\nboat,{identity},true\n")
    rows = read_judged(tmp_path / "a.csv")
    joined = join_judged(rows, subjects, found.evidence, found.phrases, {"shoe": ["i0"]})
    assert joined.pairs["pair"].to_pylist() == [0]
    assert joined.no_image == 1
