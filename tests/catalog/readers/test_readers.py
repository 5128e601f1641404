"""Every form in which a catalogue comes gives the same records."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saccade.catalog.files import braces, expand
from saccade.catalog.mapping import Mapping
from saccade.catalog.readers.choose import open_source
from saccade.catalog.records import Record
from saccade.errors import InputError, NotFoundError

ROWS = [
    {"id": "1", "image": "a.jpg", "title": "one", "colour": "red"},
    {"id": "2", "image": "b.jpg", "title": "zwei ü", "colour": "blue, green"},
    {"id": "3", "image": "sub/c.jpg", "title": 'thr"ee', "colour": ""},
]


def records(path: Path | str, **options) -> list[Record]:
    return [record for reader in open_source(str(path), **options).readers for record in reader.records()]


def as_csv(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as handle:
        writer = csv.DictWriter(handle, list(ROWS[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(ROWS)
    return path


def as_lines(path: Path) -> Path:
    path.write_text("".join(json.dumps(row) + "\n\n" for row in ROWS))
    return path


def as_parquet(path: Path) -> Path:
    pq.write_table(pa.Table.from_pylist(ROWS), path, row_group_size=2)
    return path


def as_feather(path: Path) -> Path:
    with (
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_file(sink, pa.Table.from_pylist(ROWS).schema) as writer,
    ):
        writer.write_table(pa.Table.from_pylist(ROWS))
    return path


def as_stream(path: Path) -> Path:
    with (
        pa.OSFile(str(path), "wb") as sink,
        pa.ipc.new_stream(sink, pa.Table.from_pylist(ROWS).schema) as writer,
    ):
        writer.write_table(pa.Table.from_pylist(ROWS))
    return path


def as_gzip(path: Path) -> Path:
    path.write_bytes(gzip.compress(as_lines(path.with_suffix("")).read_bytes()))
    return path


FORMS = {
    "rows.csv": as_csv,
    "bom.csv": lambda path: as_csv(path, encoding="utf-8-sig"),
    "rows.tsv": lambda path: as_csv(path, "\t"),
    "rows.jsonl": as_lines,
    "rows.jsonl.gz": as_gzip,
    "rows.parquet": as_parquet,
    "rows.feather": as_feather,
    "rows.arrow": as_stream,
}


@pytest.mark.parametrize("name", FORMS)
def test_lists_read_alike(tmp_path, name):
    found = records(FORMS[name](tmp_path / name))
    assert [record.status for record in found] == ["ok"] * 3
    assert [record.photos[0].uri for record in found] == [str(tmp_path / row["image"]) for row in ROWS]
    assert [(record.item.item_id, record.item.title) for record in found] == [
        (row["id"], row["title"]) for row in ROWS
    ]
    assert [dict(record.item.attributes) for record in found] == [
        {"colour": "red"},
        {"colour": "blue, green"},
        {},
    ]
    assert [record.texts[0].text for record in found] == [row["title"] for row in ROWS]
    assert len({record.digest for record in found}) == 3


@pytest.mark.parametrize("name", FORMS)
def test_places_agree_with_records_and_only_picks_them(tmp_path, name):
    (reader,) = open_source(str(FORMS[name](tmp_path / name))).readers
    places = [
        (n, uri) for batch in reader.places() for n, uri in zip(batch.positions, batch.uris, strict=True)
    ]
    assert places == [(record.position, record.photos[0].uri) for record in reader.records()]
    (second,) = reader.records({places[1][0]})
    assert second.photos[0].uri == places[1][1]


def test_folder_places_agree_with_records(tmp_path):
    for name in ("z.jpg", "a/b/c.PNG", "a/b.jpeg", ".hidden/x.jpg", "a/.x.jpg", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (reader,) = open_source(str(tmp_path)).readers
    found = list(reader.records())
    assert [(record.item.item_id, record.item.category) for record in found] == [
        ("z", None),
        ("a/b", "a"),
        ("a/b/c", "a"),
    ]
    assert [uri for batch in reader.places() for uri in batch.uris] == [
        record.photos[0].uri for record in found
    ]


def test_bad_csv_rows(tmp_path):
    (tmp_path / "a.csv").write_bytes(b'image,title\na.jpg,x\nb.jpg\nc.jpg,"two\nlines"\nd.jpg,caf\xe9\n')
    found = records(tmp_path / "a.csv")
    assert [record.status for record in found] == ["ok", "bad-row", "ok", "ok"]
    assert "row 3: expected 2 columns, found 1" in found[1].reason
    assert found[2].item.title == "two\nlines"
    found[3].item.title.encode()


def test_lists_of_images_and_columns(tmp_path):
    (tmp_path / "a.csv").write_text('front,back,name\na.jpg,"[""b.jpg"", ""c.jpg""]",x\n')
    (found,) = records(tmp_path / "a.csv", mapping=Mapping(image=("front", "back")))
    assert [(Path(photo.uri).name, photo.position) for photo in found.photos] == [
        ("a.jpg", 0),
        ("b.jpg", 1),
        ("c.jpg", 2),
    ]


def test_unknown_role_is_rejected(tmp_path):
    (tmp_path / "a.csv").write_text("image,role\na.jpg,review\nb.jpg,chef\n,seller\n")
    good, bad, none = records(tmp_path / "a.csv")
    assert good.photos[0].role == "review"
    assert (bad.status, none.status) == ("bad-role", "no-picture")


def test_bytes_columns(tmp_path, picture):
    table = pa.table({"image": [picture(1), None, picture(2)], "label": ["a", "b", "c"]})
    pq.write_table(table, tmp_path / "a.parquet")
    (reader,) = open_source(str(tmp_path / "a.parquet")).readers
    found = list(reader.records())
    assert reader.embedded
    assert [record.status for record in found] == ["ok", "no-picture", "ok"]
    assert found[2].photos[0].load() == picture(2)
    assert found[2].photos[0].uri == f"{tmp_path}/a.parquet#2"
    assert found[2].item.category == "c"


def test_broken_parquet_is_a_row(tmp_path, picture):
    path = tmp_path / "a.parquet"
    table = pa.table({"image": [picture(number) for number in range(200)]})
    pq.write_table(table, path, row_group_size=100, compression="zstd", use_dictionary=False)
    data = bytearray(path.read_bytes())
    middle = len(data) * 3 // 4
    data[middle - 2000 : middle + 2000] = bytes(range(250)) * 16
    path.write_bytes(data)
    found = records(path)
    assert [record.status for record in found[:-1]] == ["ok"] * (len(found) - 1)
    assert len(found) > 50
    assert found[-1].status == "broken-file"


def test_coco(tmp_path):
    (tmp_path / "images").mkdir()
    found = {
        "images": [
            {"id": 5, "file_name": "x.jpg", "width": 100, "height": 50},
            {"id": 6, "file_name": "d/y.jpg"},
            {"id": 7},
        ],
        "categories": [{"id": 1, "name": "hat"}, {"id": 2, "name": "bag"}],
        "annotations": [
            {"image_id": 5, "category_id": 1, "bbox": [10, 5, 20, 10], "segmentation": [[0] * 100]},
            {"image_id": 5, "category_id": 2, "bbox": [0, 0, 50, 50]},
            {"image_id": 5, "category_id": 2, "bbox": [0, 0, 99, 50], "iscrowd": 1},
            {"image_id": 5, "caption": " a hat "},
            {"image_id": 6, "category_id": 1, "bbox": [1, 1, 2]},
        ],
    }
    (tmp_path / "a.json").write_text(json.dumps(found))
    first, bad, none = records(tmp_path / "a.json")
    assert first.photos[0].uri == f"{tmp_path}/images/x.jpg"
    assert [(box.category, box.x, box.canvas) for box in first.boxes] == [
        ("hat", 10, (100, 50)),
        ("bag", 0, (100, 50)),
    ]
    assert (first.item.item_id, first.item.category) == ("x", "bag")
    assert [text.text for text in first.texts] == ["a hat"]
    assert (bad.status, none.status) == ("bad-box", "no-picture")


def write_tar(path: Path, *members: tuple[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_webdataset(tmp_path, picture, mode):
    name = "a.tar" if mode == "w" else "a.tar.gz"
    write_tar(
        tmp_path / name,
        ("s/01.jpg", picture(1)), ("s/01.txt", b"a red hat\n"),
        ("s/01.json", b'{"title": "hat", "price": 3}'), ("s/02.left.png", picture(2, format="PNG")),
        ("s/02.right.webp", picture(3, format="WEBP")), ("s/02.cls", b"7"),
        ("s/03.json", b"{}"), ("s/04.jpg", picture(4)), ("s/04.json", b"{broken"), mode=mode,
    )  # fmt: skip
    found = records(tmp_path / name, kind="webdataset")
    assert [record.status for record in found] == ["ok", "ok", "no-picture", "bad-row"]
    assert (found[0].item.item_id, found[0].item.title, found[0].item.price) == ("s/01", "hat", 3.0)
    assert ("caption", "a red hat") in [(text.source, text.text) for text in found[0].texts]
    assert [photo.load() for photo in found[1].photos] == [
        picture(2, format="PNG"),
        picture(3, format="WEBP"),
    ]
    assert found[1].item.category == "7"
    assert found[0].photos[0].load() == picture(1)
    assert found[0].photos[0].uri == f"{tmp_path}/{name}#s/01.jpg"


def test_tar_that_breaks_off(tmp_path, picture):
    path = write_tar(tmp_path / "a.tar", *((f"{n}.jpg", picture(n)) for n in range(5)))
    path.write_bytes(path.read_bytes()[:3000])
    found = records(path)
    assert found[0].status == "ok"
    assert found[-1].status == "broken-file"
    (tmp_path / "b.tar").write_bytes(b"no tar")
    assert [record.status for record in records(tmp_path / "b.tar")] == ["broken-file"]


def test_wrong_column_of_a_tar_is_an_error(tmp_path, picture):
    path = write_tar(tmp_path / "a.tar", ("1.jpg", picture(1)), ("1.json", b'{"caption": "x"}'))
    with pytest.raises(InputError, match="caption"):
        records(path, mapping=Mapping(title="heading"))


def test_several_shards(tmp_path, picture):
    for shard in range(12):
        write_tar(tmp_path / f"s-{shard:03d}.tar", (f"{shard}.jpg", picture(shard)))
    assert len(records(tmp_path / "s-{002..010}.tar")) == 9
    assert len(records(tmp_path / "s-*.tar")) == 12
    assert len(records(tmp_path)) == 12
    with pytest.raises(NotFoundError):
        records(tmp_path / "x-*.tar")


def test_braces():
    assert braces("a{08..11}.tar") == ["a08.tar", "a09.tar", "a10.tar", "a11.tar"]
    assert braces("{x,y}{1..2}") == ["x1", "x2", "y1", "y2"]
    assert expand("plain.tar") == ["plain.tar"]
    with pytest.raises(InputError):
        braces("{3..1}")


def test_hugging_face_folders(tmp_path, picture):
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {
            "image": datasets.Image(),
            "label": datasets.ClassLabel(names=["hat", "bag"]),
            "text": datasets.Value("string"),
        }
    )
    rows = {
        "image": [{"bytes": picture(n), "path": None} for n in range(3)],
        "label": [1, 0, 1],
        "text": ["a", "b", "c"],
    }
    made = datasets.Dataset.from_dict(rows, features=features)
    datasets.DatasetDict({"train": made, "test": made.select([0])}).save_to_disk(tmp_path / "saved")
    found = records(tmp_path / "saved")
    assert [record.item.category for record in found] == ["bag", "hat", "bag", "bag"]
    assert found[2].photos[0].load() == picture(2)
    assert found[2].texts[0].text == "c"
    (tmp_path / "hub" / "data").mkdir(parents=True)
    made.to_parquet(tmp_path / "hub" / "data" / "train-0.parquet")
    assert [record.item.category for record in records(tmp_path / "hub")] == ["bag", "hat", "bag"]


def test_fsspec_addresses(picture):
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/shop/hats/1.jpg", picture(1))
    memory.pipe("/shop/list.jsonl", b'{"image": "hats/1.jpg", "title": "x"}\n')
    (found,) = records("memory://shop/list.jsonl")
    assert found.photos[0].uri == "memory://shop/hats/1.jpg"
    (listed,) = records("memory://shop", kind="folder")
    assert listed.item.item_id == "hats/1"
    assert listed.photos[0].size == len(picture(1))


def test_kind_can_be_forced(tmp_path):
    (tmp_path / "list.dat").write_text("image\na.jpg\n")
    assert len(records(tmp_path / "list.dat", kind="csv")) == 1
    with pytest.raises(InputError, match="expected a folder or a file ending in"):
        records(tmp_path / "list.dat")
