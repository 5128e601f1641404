"""The ingest stage: what lands in the tables, what a second run does, what changes do."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from saccade.catalog.fetch import FetchSettings
from saccade.catalog.ingest import Ingest
from saccade.catalog.mapping import Mapping
from saccade.catalog.retire import delete_items
from saccade.errors import InputError, NotFoundError
from saccade.vision.identity import image_id
from saccade.workspace import Workspace

OPEN = FetchSettings(
    public_only=False, timeout=0.5, backoff=0.02, rate_per_host=0, max_bytes=200_000, attempts=2
)
TABLES = ("images", "items", "item_images", "texts", "objects", "image_bytes")


@pytest.fixture
def ws(tmp_path) -> Workspace:
    return Workspace(tmp_path / "workspace", create=True)


@pytest.fixture
def photos(tmp_path, picture) -> Path:
    """Eight pictures in two class folders and the root, and one file that is no picture."""
    for seed in range(8):
        path = tmp_path / "photos" / ("", "hats", "shoes")[seed % 3] / f"{seed}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(seed))
    (tmp_path / "photos" / "notes.md").write_text("not a picture")
    return tmp_path / "photos"


def rows(ws: Workspace, table: str, *columns: str) -> list:
    found = ws.table(table).read(list(columns) or None).to_pylist()
    values = (
        [tuple(row.values()) if len(columns) > 1 else row[columns[0]] for row in found] if columns else found
    )
    return sorted(values, key=str)


def contents(ws: Workspace) -> dict[str, list[str]]:
    """All tables without the times of the runs."""
    clock = ("first_seen", "seen")
    return {
        name: sorted(
            str({k: v for k, v in row.items() if k not in clock}) for row in ws.table(name).read().to_pylist()
        )
        for name in (*TABLES, "sources")
    }


def write_lines(path: Path, *lines: dict | str) -> str:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return str(path)


def touch(path: Path, data: bytes) -> None:
    """Write a file so that its time differs even on a coarse clock."""
    path.write_bytes(data)
    moment = path.stat().st_mtime_ns + 10_000_000_000
    os.utime(path, ns=(moment, moment))


def test_folder(ws, photos, picture):
    report = Ingest(str(photos)).run(ws)
    assert (report.counts["pictures"], report.counts["decoded"], report.counts["new_images"]) == (8, 8, 8)
    assert rows(ws, "images", "image_id") == sorted(image_id(picture(seed)) for seed in range(8))
    assert set(rows(ws, "images", "status", "format", "width", "height")) == {("ok", "jpeg", 48, 36)}
    assert rows(ws, "items", "item_id", "category")[:2] == [("0", None), ("3", None)]
    assert ("hats/4", "hats") in rows(ws, "items", "item_id", "category")
    assert ("hats/4", image_id(picture(4)), "seller", 0) in rows(
        ws, "item_images", "item_id", "image_id", "role", "position"
    )
    assert ws.table("image_bytes").count() == 0
    assert all(Path(uri).is_file() for uri in rows(ws, "images", "uri"))


def test_store_bytes(ws, photos, picture):
    Ingest(str(photos), store="bytes").run(ws)
    kept = dict(rows(ws, "image_bytes", "image_id", "bytes"))
    assert kept == {image_id(picture(seed)): picture(seed) for seed in range(8)}
    assert rows(ws, "images", "uri") == [None] * 8


def test_second_run_decodes_and_writes_nothing(ws, photos):
    Ingest(str(photos)).run(ws)
    versions = {name: ws.table(name).version for name in (*TABLES, "sources")}
    report = Ingest(str(photos)).run(ws)
    assert (report.counts["decoded"], report.counts["unchanged"]) == (0, 8)
    assert not report.changed
    assert versions == {name: ws.table(name).version for name in (*TABLES, "sources")}
    assert Ingest(str(photos)).plan(ws).work == 0


def test_second_run_opens_no_file(ws, photos, monkeypatch):
    Ingest(str(photos)).run(ws)
    from saccade.catalog import examine

    monkeypatch.setattr(examine, "read", lambda uri: pytest.fail(f"read {uri}"))
    Ingest(str(photos)).run(ws)


def test_one_changed_file_is_one_decode(ws, photos, picture):
    Ingest(str(photos)).run(ws)
    touch(photos / "hats" / "4.jpg", picture(40))
    assert Ingest(str(photos)).plan(ws).work == 1
    report = Ingest(str(photos)).run(ws)
    assert (report.counts["decoded"], report.counts["unchanged"], report.counts["removed_images"]) == (
        1,
        7,
        1,
    )
    assert [link for link in rows(ws, "item_images", "item_id", "image_id") if link[0] == "hats/4"] == [
        ("hats/4", image_id(picture(40)))
    ]
    assert image_id(picture(4)) not in rows(ws, "images", "image_id")


def test_touched_file_with_the_same_bytes_is_not_decoded(ws, photos, picture):
    Ingest(str(photos)).run(ws)
    before = contents(ws)["images"]
    touch(photos / "0.jpg", picture(0))
    report = Ingest(str(photos)).run(ws)
    assert (report.counts["decoded"], report.counts["pictures"]) == (0, 1)
    assert contents(ws)["images"] == before
    assert Ingest(str(photos)).plan(ws).work == 0


def test_first_seen_stays(ws, photos, picture):
    Ingest(str(photos)).run(ws)
    before = rows(ws, "images", "image_id", "first_seen")
    touch(photos / "0.jpg", picture(0))
    (photos / "new.jpg").write_bytes(picture(50))
    Ingest(str(photos)).run(ws)
    assert set(before) < set(rows(ws, "images", "image_id", "first_seen"))


def test_same_bytes_under_two_names(ws, photos, picture):
    shutil.copy(photos / "0.jpg", photos / "copy.jpg")
    Ingest(str(photos)).run(ws)
    assert ws.table("images").count() == 8
    assert ws.table("sources").count(f"image_id = '{image_id(picture(0))}'") == 2
    assert [
        link[0] for link in rows(ws, "item_images", "item_id", "image_id") if link[1] == image_id(picture(0))
    ] == [
        "0",
        "copy",
    ]


def test_one_of_two_copies_changes(ws, photos, picture):
    shutil.copy(photos / "0.jpg", photos / "copy.jpg")
    Ingest(str(photos)).run(ws)
    first_uri = ws.table("images").take([image_id(picture(0))], ["uri"]).column("uri")[0].as_py()
    touch(Path(first_uri), picture(60))
    Ingest(str(photos)).run(ws)
    stays = ws.table("images").take([image_id(picture(0))]).to_pylist()[0]
    assert stays["uri"] != first_uri, "the bytes are read from the copy that still has them"
    assert image_id(Path(stays["uri"]).read_bytes()) == image_id(picture(0))
    links = rows(ws, "item_images", "item_id", "image_id")
    assert len(links) == 9
    assert (Path(first_uri).stem, image_id(picture(60))) in links


def test_stem_shared_by_two_files_keeps_two_items(ws, tmp_path, picture):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.jpg").write_bytes(picture(1))
    (tmp_path / "p" / "a.png").write_bytes(picture(1, format="PNG"))
    Ingest(str(tmp_path / "p")).run(ws)
    assert rows(ws, "items", "item_id") == ["a.jpg", "a.png"]


def test_removed_file_is_reported_then_pruned(ws, photos, picture):
    Ingest(str(photos)).run(ws)
    (photos / "shoes" / "5.jpg").unlink()
    report = Ingest(str(photos)).run(ws)
    assert report.counts["not_named_any_more"] == 1
    assert ws.table("items").count() == 8
    report = Ingest(str(photos), prune=True).run(ws)
    assert report.counts["removed_images"] == 1
    assert "shoes/5" not in rows(ws, "items", "item_id")
    assert image_id(picture(5)) not in rows(ws, "images", "image_id") + rows(ws, "item_images", "image_id")
    assert "not_named_any_more" not in Ingest(str(photos), prune=True).run(ws).counts


def test_pruned_copy_leaves_the_image_to_the_other_item(ws, photos, picture):
    shutil.copy(photos / "0.jpg", photos / "copy.jpg")
    Ingest(str(photos)).run(ws)
    (photos / "0.jpg").unlink()
    Ingest(str(photos), prune=True).run(ws)
    assert image_id(picture(0)) in rows(ws, "images", "image_id")
    assert "0" not in rows(ws, "items", "item_id")
    assert [
        link[0] for link in rows(ws, "item_images", "item_id", "image_id") if link[1] == image_id(picture(0))
    ] == ["copy"]
    assert ws.table("images").take([image_id(picture(0))]).column("uri")[0].as_py() == str(
        photos / "copy.jpg"
    )


def test_moved_file_is_read_from_its_new_place(ws, photos, picture):
    Ingest(str(photos)).run(ws)
    (photos / "0.jpg").rename(photos / "moved.jpg")
    report = Ingest(str(photos)).run(ws)
    assert report.counts["decoded"] == 0
    assert ws.table("images").take([image_id(picture(0))]).column("uri")[0].as_py() == str(
        photos / "moved.jpg"
    )


def test_pruned_file_comes_back(ws, photos, picture):
    Ingest(str(photos)).run(ws)
    before = contents(ws)
    (photos / "0.jpg").rename(photos.parent / "kept")
    Ingest(str(photos), prune=True).run(ws)
    (photos.parent / "kept").rename(photos / "0.jpg")
    Ingest(str(photos)).run(ws)
    assert contents(ws) == before


BAD = {
    "zero.jpg": (b"", "empty"),
    "text.jpg": (b"this is no picture at all", "not-an-image"),
    "cut.jpg": (None, "truncated"),
}


def test_bad_pictures_are_rows_with_a_reason(ws, photos, picture):
    for name, (data, _) in BAD.items():
        (photos / name).write_bytes(picture(9, (400, 300))[:2000] if data is None else data)
    (photos / "nowhere.jpg").symlink_to(photos / "there-is-no-such-file.jpg")
    report = Ingest(str(photos)).run(ws)
    found = {
        Path(uri).name: (status, reason)
        for uri, status, reason in rows(ws, "sources", "uri", "status", "reason")
    }
    for name, (_, status) in BAD.items():
        assert found[name][0] == status
        assert found[name][1]
        assert report.counts[status] == 1
    assert found["nowhere.jpg"][0] == "missing"
    assert ws.table("images").count("status = 'ok'") == 8
    assert "zero" in rows(ws, "items", "item_id")
    assert ws.table("item_images").count() == 8
    again = Ingest(str(photos)).run(ws)
    assert (again.counts["decoded"], again.counts["pictures"]) == (0, 0)


def test_repaired_picture(ws, photos, picture):
    (photos / "cut.jpg").write_bytes(picture(9, (400, 300))[:2000])
    Ingest(str(photos)).run(ws)
    touch(photos / "cut.jpg", picture(9, (400, 300)))
    Ingest(str(photos)).run(ws)
    assert set(rows(ws, "images", "status")) == {"ok"}
    assert ("cut", image_id(picture(9, (400, 300)))) in rows(ws, "item_images", "item_id", "image_id")


# -- lists ---------------------------------------------------------------------------------------


def test_lines_with_many_photos(ws, photos, tmp_path):
    images = [
        {"path": "photos/0.jpg"},
        {"path": "photos/hats/1.jpg", "role": "review", "position": 7},
        {"path": "photos/3.jpg"},
    ]
    source = write_lines(
        tmp_path / "list.jsonl",
        {
            "id": 1,
            "images": images,
            "title": "a hat",
            "price": "12.5",
            "alt": "red hat",
            "colour": "red",
            "size": None,
        },
        {
            "id": 2,
            "images": ["photos/6.jpg"],
            "title": "a shoe",
            "price": 3,
            "alt": "blue shoe",
            "colour": "blue",
            "size": 42,
        },
    )
    Ingest(source, Mapping(text={"alt": "alt"})).run(ws)
    assert rows(ws, "items", "item_id", "title", "price") == [("1", "a hat", 12.5), ("2", "a shoe", 3.0)]
    assert dict(rows(ws, "items", "item_id", "attributes")) == {
        "1": [("colour", "red")],
        "2": [("colour", "blue"), ("size", "42")],
    }
    assert [row for row in rows(ws, "item_images", "item_id", "role", "position") if row[0] == "1"] == [
        ("1", "review", 7), ("1", "seller", 0), ("1", "seller", 2),
    ]  # fmt: skip
    assert len(rows(ws, "texts", "source", "text")) == 8
    assert ("alt", "blue shoe") in rows(ws, "texts", "source", "text")


def test_bad_rows_are_counted_and_named(ws, photos, tmp_path):
    source = write_lines(
        tmp_path / "list.jsonl",
        {"image": "photos/0.jpg", "title": "good"},
        "{this is not json",
        {"title": "no picture"},
        "[1, 2]",
        {"image": 7},
        {"image": "photos/3.jpg", "price": "cheap"},
        {"image": "photos/nothing-here.jpg"},
    )
    report = Ingest(source).run(ws)
    assert (report.counts["rows"], report.counts["rejected_rows"], report.counts["missing"]) == (7, 5, 1)
    found = {
        uri.rpartition("#")[2]: status for uri, status in rows(ws, "sources", "uri", "status") if "#" in uri
    }
    assert found == {"2": "bad-row", "3": "no-picture", "4": "bad-row", "5": "bad-picture", "6": "bad-number"}
    assert "list.jsonl#2" in report.notes[0]
    again = Ingest(source).run(ws)
    assert again.counts["rows"] == 0


def test_repaired_rows_take_back_their_rejection(ws, photos, tmp_path):
    source = write_lines(tmp_path / "list.jsonl", {"image": "photos/0.jpg"}, "{bad")
    Ingest(source).run(ws)
    write_lines(tmp_path / "list.jsonl", {"image": "photos/0.jpg"}, {"image": "photos/3.jpg"})
    Ingest(source).run(ws)
    assert set(rows(ws, "sources", "status")) == {"ok", "list"}


def test_changed_words_of_an_unchanged_picture(ws, photos, tmp_path):
    lines = [{"image": f"photos/{name}.jpg", "title": f"title {name}"} for name in ("0", "3", "6")]
    source = write_lines(tmp_path / "list.jsonl", *lines)
    Ingest(source).run(ws)
    lines[1]["title"] = "another"
    write_lines(tmp_path / "list.jsonl", *lines)
    report = Ingest(source).run(ws)
    assert (report.counts["decoded"], report.counts["unchanged"]) == (0, 2)
    assert rows(ws, "texts", "text") == ["another", "title 0", "title 6"]
    assert "another" in rows(ws, "items", "title")


def test_changed_picture_of_an_unchanged_list(ws, photos, tmp_path, picture):
    source = write_lines(
        tmp_path / "list.jsonl", *({"image": f"photos/{name}.jpg", "title": name} for name in ("0", "3"))
    )
    Ingest(source).run(ws)
    touch(photos / "3.jpg", picture(70))
    report = Ingest(source).run(ws)
    assert (report.counts["rows"], report.counts["decoded"]) == (1, 1)
    assert set(rows(ws, "texts", "image_id", "text")) == {
        (image_id(picture(0)), "0"),
        (image_id(picture(70)), "3"),
    }


def test_row_that_left_the_list(ws, photos, tmp_path):
    lines = [{"image": f"photos/{name}.jpg", "id": name} for name in ("0", "3")]
    source = write_lines(tmp_path / "list.jsonl", *lines)
    Ingest(source).run(ws)
    write_lines(tmp_path / "list.jsonl", lines[0])
    assert Ingest(source).run(ws).counts["not_named_any_more"] == 1
    Ingest(source, prune=True).run(ws)
    assert rows(ws, "items", "item_id") == ["0"]
    assert ws.table("images").count() == 1


def test_item_renamed_in_the_list(ws, photos, tmp_path):
    source = write_lines(tmp_path / "list.jsonl", {"image": "photos/0.jpg", "id": "old"})
    Ingest(source).run(ws)
    write_lines(tmp_path / "list.jsonl", {"image": "photos/0.jpg", "id": "new"})
    report = Ingest(source).run(ws)
    assert report.counts["decoded"] == 0
    assert rows(ws, "items", "item_id") == rows(ws, "item_images", "item_id") == ["new"]


def test_second_list_adds_photos_and_keeps_the_words(ws, photos, tmp_path):
    Ingest(
        write_lines(
            tmp_path / "a.jsonl", {"image": "photos/0.jpg", "id": 1, "title": "a hat", "colour": "red"}
        )
    ).run(ws)
    Ingest(
        write_lines(tmp_path / "b.jsonl", {"image": "photos/3.jpg", "id": 1, "size": "L"}), role="review"
    ).run(ws)
    assert rows(ws, "items", "title", "attributes") == [("a hat", [("colour", "red"), ("size", "L")])]
    assert rows(ws, "item_images", "role") == ["review", "seller"]


def test_file_that_is_missing_for_a_while(ws, photos, tmp_path, picture):
    source = write_lines(tmp_path / "list.jsonl", {"image": "photos/0.jpg", "id": 1})
    Ingest(source).run(ws)
    (photos / "0.jpg").rename(tmp_path / "away")
    report = Ingest(source).run(ws)
    assert (report.counts["vanished"], ws.table("images").count()) == (1, 1)
    Ingest(source, prune=True).run(ws)
    assert ws.table("images").count() == 0
    (tmp_path / "away").rename(photos / "0.jpg")
    Ingest(source).run(ws)
    assert rows(ws, "item_images", "item_id", "image_id") == [("1", image_id(picture(0)))]


def test_boxes(ws, photos, tmp_path):
    boxes = [
        {"bbox": [12, 9, 24, 18], "label": "hat"},
        {"bbox": [0.5, 0.5, 0.5, 0.5], "label": "bag", "score": 0.5},
    ]
    Ingest(write_lines(tmp_path / "list.jsonl", {"image": "photos/0.jpg", "objects": boxes})).run(ws)
    assert rows(ws, "objects", "x", "y", "width", "height", "category", "score") == [
        (0.25, 0.25, 0.5, 0.5, "hat", None),
        (0.5, 0.5, 0.5, 0.5, "bag", 0.5),
    ]


def test_delete_items(ws, photos, tmp_path):
    lines = [
        {"images": ["photos/0.jpg", "photos/3.jpg"], "id": "a", "title": "x"},
        {"images": ["photos/3.jpg"], "id": "b"},
    ]
    source = write_lines(tmp_path / "list.jsonl", *lines)
    Ingest(source).run(ws)
    assert delete_items(ws, ["a"]) == 1
    assert [row["item_id"] for row in rows(ws, "items") if row["deleted"] is None] == ["b"]
    assert rows(ws, "item_images", "item_id") == ["b"]
    assert ws.table("images").count() == 1
    write_lines(tmp_path / "list.jsonl", {**lines[0], "title": "y"}, lines[1])
    report = Ingest(source).run(ws)
    assert report.counts["of_deleted_items"] == 1
    assert rows(ws, "item_images", "item_id") == ["b"]
    assert delete_items(ws, ["a"]) == 0
    with pytest.raises(NotFoundError, match="no item"):
        delete_items(ws, ["zzz"])


# -- web -----------------------------------------------------------------------------------------


def test_addresses(ws, shop, tmp_path, picture):
    names = ["ok/1.jpg", "ok/2.jpg", "flaky/1", "missing/1", "broken/1", "noai/1", "html/1", "huge/1"]
    source = tmp_path / "list.txt"
    source.write_text("# pictures\n\n" + "".join(f"{shop.url}/{name}\n" for name in names))
    report = Ingest(str(source), fetch=OPEN).run(ws)
    found = {uri.removeprefix(shop.url + "/"): status for uri, status in rows(ws, "sources", "uri", "status")}
    statuses = ["ok", "ok", "ok", "not-found", "server-error", "noai", "not-an-image", "too-large"]
    assert [found[name] for name in names] == statuses
    assert all(
        reason for status, reason in rows(ws, "sources", "status", "reason") if status not in ("ok", "list")
    )
    assert (report.counts["decoded"], report.counts["noai"]) == (3, 1)
    assert dict(rows(ws, "image_bytes", "image_id", "bytes"))[image_id(picture(1))] == picture(1)
    before = dict(shop.seen)
    Ingest(str(source), fetch=OPEN).run(ws)
    asked = {name for name in names if shop.seen[f"/{name}"] > before[f"/{name}"]}
    assert asked == {"broken/1"}, "only what may have passed is asked again"


def test_refresh_asks_with_the_tag(ws, shop, tmp_path):
    source = write_lines(
        tmp_path / "list.jsonl",
        {"image": f"{shop.url}/ok/1.jpg", "id": 1},
        {"image": f"{shop.url}/ok/2.jpg", "id": 2},
    )
    Ingest(source, fetch=OPEN).run(ws)
    before = contents(ws)
    report = Ingest(source, fetch=OPEN, refresh=True).run(ws)
    assert shop.seen["/ok/1.jpg"] == 2
    assert report.counts["decoded"] == 0
    assert contents(ws) == before


def test_private_addresses_are_refused_by_default(ws, shop, tmp_path):
    source = write_lines(tmp_path / "list.jsonl", {"image": f"{shop.url}/ok/1.jpg"})
    assert Ingest(source).run(ws).counts["not-public"] == 1
    assert not shop.seen


# -- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"mapping": Mapping(image="foto")}, ["foto", "image, title, id"]),
        ({"mapping": Mapping(text={"alt": "words"})}, ["words", "text.alt", "image, title, id"]),
        ({"mapping": Mapping(attributes=("colour",))}, ["colour", "image, title, id"]),
        ({"chunk": 0}, ["chunk"]),
    ],
)
def test_wrong_settings_are_one_line(ws, tmp_path, settings, words):
    source = write_lines(tmp_path / "list.jsonl", {"image": "a.jpg", "title": "t", "id": 1})
    with pytest.raises(InputError) as error:
        Ingest(source, **settings).run(ws)
    assert "\n" not in str(error.value)
    assert all(word in str(error.value) for word in words)
    assert not ws.table("sources").exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [("no-such-folder", None), ("a.docx", b"x"), ("a.json", b"[]"), ("b.json", b'{"a": 1}'), ("c.json", b"{"),
     ("a.parquet", b"x"), ("a.csv", b""), ("a.jsonl", b"nothing\n"), ("t.csv", b"a,b\n1,2\n")],
)  # fmt: skip
def test_wrong_sources_are_one_line(ws, tmp_path, name, data):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError if data is not None else NotFoundError) as error:
        Ingest(str(tmp_path / name)).run(ws)
    assert "\n" not in str(error.value)
    assert name in str(error.value)


# -- pictures inside files -----------------------------------------------------------------------


def write_parquet(path: Path, *pictures: bytes) -> None:
    names = [f"n{number}" for number in range(len(pictures))]
    pq.write_table(pa.table({"image": list(pictures), "name": names}), path)


def test_pictures_inside_parquet(ws, tmp_path, picture):
    for shard in range(3):
        write_parquet(tmp_path / f"s{shard}.parquet", *(picture(10 * shard + number) for number in range(4)))
    source = str(tmp_path / "s*.parquet")
    assert Ingest(source).run(ws).counts["decoded"] == 12
    assert dict(rows(ws, "image_bytes", "image_id", "bytes"))[image_id(picture(21))] == picture(21)
    assert rows(ws, "images", "uri") == [None] * 12
    again = Ingest(source).run(ws)
    assert (again.counts["unchanged_files"], again.counts["rows"], again.changed) == (3, 0, False)
    write_parquet(tmp_path / "s1.parquet", picture(10), picture(99), picture(12))
    report = Ingest(source, prune=True).run(ws)
    assert (report.counts["rows"], report.counts["decoded"], report.counts["unchanged_files"]) == (3, 1, 2)
    held = {image_id(picture(seed)) for seed in (0, 1, 2, 3, 10, 99, 12, 20, 21, 22, 23)}
    assert set(rows(ws, "images", "image_id")) == set(rows(ws, "image_bytes", "image_id")) == held


def test_shard_that_left(ws, tmp_path, picture):
    for shard in range(2):
        write_parquet(tmp_path / f"s{shard}.parquet", picture(shard))
    Ingest(str(tmp_path / "s*.parquet")).run(ws)
    (tmp_path / "s0.parquet").unlink()
    Ingest(str(tmp_path / "s*.parquet"), prune=True).run(ws)
    assert rows(ws, "images", "image_id") == [image_id(picture(1))]


def test_image_stays_readable_when_its_file_goes_and_a_container_has_it(ws, photos, tmp_path, picture):
    Ingest(str(photos)).run(ws)
    write_parquet(tmp_path / "a.parquet", picture(0))
    Ingest(str(tmp_path / "a.parquet")).run(ws)
    (photos / "0.jpg").unlink()
    Ingest(str(photos), prune=True).run(ws)
    Ingest(str(tmp_path / "a.parquet")).run(ws)
    assert ws.table("images").take([image_id(picture(0))]).column("uri").to_pylist() == [None]
    assert rows(ws, "image_bytes", "bytes") == [picture(0)]


def test_fsspec_pictures(ws, picture):
    import fsspec

    memory = fsspec.filesystem("memory")
    for seed in range(3):
        memory.pipe(f"/catalogue/{seed}.jpg", picture(seed))
    assert Ingest("memory://catalogue").run(ws).counts["decoded"] == 3
    assert Ingest("memory://catalogue").run(ws).counts["unchanged"] == 3
    memory.pipe("/catalogue/1.jpg", picture(9))
    assert Ingest("memory://catalogue").run(ws).counts["decoded"] == 1
