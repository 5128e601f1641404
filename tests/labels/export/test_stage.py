"""Export end to end: the three formats read back, killed and resumed, other people's folders left alone."""

from __future__ import annotations

import json
import os
import tarfile
from collections import Counter
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saccade.catalog.ingest import Ingest
from saccade.catalog.readers.choose import open_source
from saccade.catalog.records import Record
from saccade.cli.verbs import export as verb
from saccade.errors import InputError, NotFoundError
from saccade.labels.export.stage import Export
from saccade.vision.identity import image_id
from saccade.workspace import Workspace

Shop = Any  # tests/labels/export/conftest.py


def read_parquet(folder: Path) -> list[dict[str, Any]]:
    return [row for file in sorted(folder.glob("*.parquet")) for row in pq.read_table(file).to_pylist()]


def identities(records: list[Record]) -> list[str]:
    """The image ids of the bytes of every picture."""
    loaders = [photo.load for record in records for photo in record.photos]
    return [image_id(load()) for load in loaders if load is not None]


def weights(row: dict[str, Any]) -> dict[str, float]:
    return {label["label_id"]: label["weight"] for label in row["labels"]}


def test_parquet_has_every_labelled_picture_once(shop: Shop, tmp_path: Path) -> None:
    report = Export(str(tmp_path / "out"), shard=10).run(shop.ws)
    rows = read_parquet(tmp_path / "out")
    assert {row["image_id"]: weights(row) for row in rows} == shop.labels
    assert {row["image_id"]: row["split"] for row in rows} == shop.splits
    assert len(rows) == len(shop.labels) == report.counts["pictures"]
    assert all(Path(row["uri"]).is_file() and row["width"] == 48 for row in rows)
    heaviest = [[label["weight"] for label in row["labels"]] for row in rows]
    assert all(said == sorted(said, reverse=True) for said in heaviest)
    expected = sum(-(-len(shop.of(split)) // 10) for split in ("train", "val", "test"))
    assert report.counts["shards"] == expected == len(list((tmp_path / "out").glob("*.parquet")))


def test_webdataset_is_read_by_our_own_ingest(shop: Shop, tmp_path: Path) -> None:
    Export(str(tmp_path / "out"), "webdataset", ("train",), shard=5).run(shop.ws)
    source = open_source(str(tmp_path / "out"))
    assert source.kind == "webdataset"
    records = [record for reader in source.readers for record in reader.records()]
    assert [record.status for record in records] == ["ok"] * len(shop.of("train"))
    assert sorted(identities(records)) == sorted(shop.of("train"))


def test_webdataset_bytes_do_not_depend_on_time_or_place(shop: Shop, tmp_path: Path) -> None:
    for name in ("one", "two"):
        Export(str(tmp_path / name), "webdataset", ("val",), shard=4).run(shop.ws)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "two").iterdir())
    assert all(
        (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files
    )


def test_datasets_opens_it(shop: Shop, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    Export(str(tmp_path / "out"), "datasets", ("train", "val"), shard=8).run(shop.ws)
    found = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    assert {split: sorted(found[split]["image_id"]) for split in found} == {
        split: sorted(shop.of(split)) for split in ("train", "val")
    }
    names = found["train"].features["labels"].feature.names
    assert names[:3] == ["thing", "same (l0)", "same (l1)"] and len(set(names)) == len(names)
    row = found["train"][0]
    assert row["image"].size == (48, 48)
    said = dict(zip((names[label] for label in row["labels"]), row["weights"], strict=True))
    assert said["thing"] == 0.5 and sorted(said.values()) == sorted(shop.labels[row["image_id"]].values())


def test_a_second_run_writes_nothing_and_a_lost_shard_is_written_again(shop: Shop, tmp_path: Path) -> None:
    export = Export(str(tmp_path / "out"), "webdataset", ("train",), shard=5)
    first = export.run(shop.ws)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (tmp_path / "out").glob("*.tar")}
    assert len(before) > 1 and export.plan(shop.ws).work == 0
    again = export.run(shop.ws)
    assert (again.counts["shards"], again.counts["kept_shards"]) == (0, first.counts["shards"])
    lost = sorted(before)[1]
    lost.unlink()
    assert export.plan(shop.ws).work == 5
    assert export.run(shop.ws).counts["shards"] == 1
    after = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (tmp_path / "out").glob("*.tar")}
    assert after[lost][1] == before.pop(lost)[1]
    assert all(after[path] == found for path, found in before.items())


def test_killed_in_a_shard_it_goes_on_after_the_last_whole_one(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    Export(str(whole), "webdataset", ("train",), shard=5).run(shop.ws)
    real, calls = tarfile.TarFile.addfile, list[str]()

    def failing(tar: tarfile.TarFile, member: tarfile.TarInfo, data: IO[bytes] | None = None) -> None:
        calls.append(member.name)
        if len(calls) > 16:
            raise KeyboardInterrupt
        real(tar, member, data)

    monkeypatch.setattr(tarfile.TarFile, "addfile", failing)
    export = Export(str(out), "webdataset", ("train",), shard=5)
    with pytest.raises(KeyboardInterrupt):
        export.run(shop.ws)
    assert sorted(path.name for path in out.glob("*.tar")) == ["train-00000.tar"]
    assert not json.loads((out / "manifest.json").read_text())["complete"]
    monkeypatch.setattr(tarfile.TarFile, "addfile", real)
    assert export.run(shop.ws).counts["kept_shards"] == 1
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        path.name: path.read_bytes() for path in whole.iterdir()
    }


def test_missing_changed_and_undecodable_pictures_are_counted(shop: Shop, tmp_path: Path) -> None:
    gone, broken, absent = shop.of("train")[:3]
    table = shop.ws.table("images")
    rows = table.take([gone, broken]).to_pylist()
    by_id = {row["image_id"]: row for row in rows}
    by_id[gone]["uri"] = str(tmp_path / "nowhere.jpg")
    by_id[broken]["status"] = "truncated"
    table.upsert(pa.Table.from_pylist(rows, table.schema))
    table.delete_keys([absent])
    report = Export(str(tmp_path / "out"), "webdataset", ("train",)).run(shop.ws)
    assert {name: report.counts[name] for name in report.counts if name.startswith("lost")} == {
        "lost_gone": 1, "lost_undecodable": 1, "lost_absent": 1,
    }  # fmt: skip
    assert report.counts["pictures"] == len(shop.of("train")) - 3
    assert "3 labelled pictures could not be read" in report.notes[0]


def test_pictures_that_the_workspace_keeps_are_exported(drawn: Path, labelled: Any, tmp_path: Path) -> None:
    ws = Workspace(tmp_path / "kept", create=True)
    Ingest(str(drawn / "catalogue" / "items.jsonl"), store="bytes").run(ws)
    shop = labelled(ws, drawn)
    report = Export(str(tmp_path / "out"), "webdataset", ("train",)).run(ws)
    assert report.counts["pictures"] == len(shop.of("train"))


def test_balanced_writes_one_epoch(shop: Shop, tmp_path: Path) -> None:
    counts = Counter(label for image in shop.of("train") for label in shop.labels[image])
    ratio = 1.05 * (len(counts) - 1)  # with 1.0, every category as often as any other
    assert counts["all"] > ratio * min(counts.values())
    export = Export(str(tmp_path / "out"), "webdataset", ("train",), balanced=True, ratio=ratio, repeats=8)
    report = export.run(shop.ws)
    records = [record for reader in open_source(str(tmp_path / "out")).readers for record in reader.records()]
    assert len({record.item.item_id for record in records if record.item}) == len(records)
    drawn = Counter(identities(records))
    assert max(drawn.values()) <= 8 and drawn.total() == report.counts["pictures"]
    seen = Counter[str]()
    for image, times in drawn.items():
        seen.update(dict.fromkeys(shop.labels[image], times))
    assert max(seen.values()) <= ratio * min(seen.values()) and report.notes == ()
    impossible = Export(str(tmp_path / "not"), "parquet", ("train",), balanced=True, ratio=2)
    assert "label ratio 2 cannot be reached" in impossible.run(shop.ws).notes[0]


def test_changed_tables_replace_the_export_and_other_settings_do_not(shop: Shop, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    Export(out, shard=10).run(shop.ws)
    with pytest.raises(InputError, match="an export with shard 10, not 20: name another folder"):
        Export(out, shard=20).run(shop.ws)
    assert Export(out, shard=20, overwrite=True).run(shop.ws).counts["kept_shards"] == 0
    assert len(list(Path(out).glob("*.parquet"))) == len(
        json.loads(Path(out, "manifest.json").read_text())["shards"]
    )
    gone = shop.of("train")[0]
    shop.ws.table("image_labels").delete_keys([gone])
    Export(out, shard=20).run(shop.ws)
    assert {row["image_id"] for row in read_parquet(Path(out))} == set(shop.labels) - {gone}


def test_mistakes_are_one_line(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("all my work")
    with pytest.raises(InputError, match="not of an export; name an empty folder"):
        Export(str(tmp_path / "mine")).run(shop.ws)
    assert os.listdir(tmp_path / "mine") == ["thesis.txt"]
    with pytest.raises(InputError, match="is a file"):
        Export(str(tmp_path / "mine" / "thesis.txt")).run(shop.ws)
    with pytest.raises(InputError, match="on this machine"):
        Export("s3://bucket/x").run(shop.ws)
    with pytest.raises(NotFoundError, match="no labelled pictures in held"):
        Export(str(tmp_path / "out"), split=("held",)).run(shop.ws)
    with pytest.raises(InputError, match="only the split train is balanced"):
        Export(str(tmp_path / "out"), split=("val",), balanced=True).run(shop.ws)
    assert not (tmp_path / "out").exists()


def test_without_datasets_it_says_what_to_install(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saccade.labels.export.huggingface.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'saccade\[datasets\]'"):
        Export(str(tmp_path / "out"), "datasets").run(shop.ws)


def test_the_verb(shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verb.main([str(tmp_path / "out"), "-w", shop.ws.uri, "--split", "train", "val", "--dry-run"])
    wanted = len(shop.of("train")) + len(shop.of("val"))
    assert f"export: {wanted} pictures; parquet in" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()
    verb.main(
        [str(tmp_path / "out"), "-w", shop.ws.uri, "-q", "--split", "train", "val", "--format", "webdataset"]
    )
    said = capsys.readouterr().out
    assert f"export: {wanted} pictures, 0 kept pictures, 2 shards" in said
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["complete"]
    with pytest.raises(InputError, match="see `saccade export --help`"):
        verb.main([str(tmp_path / "out"), "-w", shop.ws.uri, "--format", "csv"])
