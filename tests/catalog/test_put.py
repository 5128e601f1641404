"""Items that are handed over: what the tables hold after puts and removals, and after kills in between."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from saccade.catalog import put_group
from saccade.catalog.ingest import Ingest
from saccade.catalog.put import NewImage, NewItem, put_items, remove_items, sweep
from saccade.errors import LockedError
from saccade.vision.identity import image_id
from saccade.workspace import Table, Workspace

NOW = datetime(2026, 1, 31, tzinfo=UTC)
TABLES = ("images", "image_bytes", "items", "item_images", "texts", "sources")
Painter = Callable[..., bytes]


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws", create=True)


def contents(ws: Workspace) -> dict[str, list[str]]:
    """All rows but for the times of runs, sorted."""

    def shown(row: dict[str, Any]) -> str:
        times = ("first_seen", "seen", "created")
        row["deleted"] = row.get("deleted") is not None
        return str({name: value for name, value in row.items() if name not in times})

    return {name: sorted(map(shown, ws.table(name).read().to_pylist())) for name in TABLES}


def item(ws: Workspace, name: str) -> dict[str, Any]:
    (row,) = ws.table("items").take([name]).to_pylist(maps_as_pydicts="lossy")
    return row


def linked(ws: Workspace, name: str) -> dict[str, tuple[str, int]]:
    rows = ws.table("item_images").read(filter=f"item_id = '{name}'").to_pylist()
    return {row["image_id"]: (row["role"], row["position"]) for row in rows}


def ids(ws: Workspace, table: str, column: str = "image_id") -> set[str]:
    return set(ws.table(table).read([column]).column(0).to_pylist())


def words(ws: Workspace, image: str) -> set[tuple[str, str]]:
    rows = ws.table("texts").read(filter=f"image_id = '{image}'").to_pylist()
    return {(row["source"], row["text"]) for row in rows}


def boot(*images: bytes, **fields: Any) -> NewItem:
    shown = tuple(NewImage(data) for data in images)
    return NewItem(**{"item_id": "boot", "title": "Red boot", "images": shown, **fields})


# -- what is written -------------------------------------------------------------------------------


def test_a_put_writes_what_an_ingest_would(tmp_path: Path, picture: Painter, ws: Workspace) -> None:
    data = [picture(1), picture(2)]
    for number, one in enumerate(data):
        (tmp_path / f"{number}.jpg").write_bytes(one)
    row = {"item_id": "boot", "title": "Red boot", "description": "warm", "category": "boot", "price": 9.5,
           "item_url": "https://example.org/boot", "colour": "red", "images": ["0.jpg", "1.jpg"]}  # fmt: skip
    (tmp_path / "list.jsonl").write_text(json.dumps(row) + "\n")
    other = Workspace(tmp_path / "other", create=True)
    Ingest(str(tmp_path / "list.jsonl"), store="bytes").run(other)
    (put,) = put_items(
        ws,
        [boot(*data, description="warm", category="boot", price=9.5, url="https://example.org/boot",
              attributes={"colour": "red"})],
    )  # fmt: skip
    assert (put.status, put.created, [image.status for image in put.images]) == ("ok", True, ["ok", "ok"])
    mine, theirs = contents(ws), contents(other)
    for name in ("images", "image_bytes", "items", "item_images", "texts"):
        assert mine[name] == theirs[name], name
    assert item(ws, "boot")["created"] is not None


def test_a_put_says_what_the_item_is_from_now_on(picture: Painter, ws: Workspace) -> None:
    data = [picture(1), picture(2), picture(3)]
    put_items(ws, [boot(*data[:2], price=3, attributes={"colour": "red"}, category="boot")], now=NOW)
    (put,) = put_items(ws, [boot(data[1], data[2], title="Blue boot", attributes={"size": "40", "x": ""})])
    assert not put.created
    row = item(ws, "boot")
    assert (row["title"], row["price"], row["category"]) == ("Blue boot", None, None)
    assert row["attributes"] == {"size": "40"}
    assert row["created"] == NOW
    names = [image_id(one) for one in data]
    assert linked(ws, "boot") == {names[1]: ("seller", 0), names[2]: ("seller", 1)}
    assert ids(ws, "images") == ids(ws, "image_bytes") == set(names[1:])
    assert words(ws, names[1]) == {("title", "Blue boot")}
    assert ids(ws, "sources") == {None, *names[1:]}


def test_without_images_the_pictures_stay(picture: Painter, ws: Workspace) -> None:
    put_items(ws, [boot(picture(1))])
    (put,) = put_items(ws, [boot(title="Other", images=None)])
    assert put.images == ()
    (name,) = linked(ws, "boot")
    assert words(ws, name) == {("title", "Other")}
    put_items(ws, [boot()])
    assert not linked(ws, "boot")
    assert not ids(ws, "images")


def test_putting_the_same_again_changes_nothing(picture: Painter, ws: Workspace) -> None:
    given = [boot(picture(1), picture(2), attributes={"a": "b"}, description="it's warm")]
    put_items(ws, given)
    before, versions = contents(ws), {name: ws.table(name).version for name in TABLES}
    (put,) = put_items(ws, given)
    assert not put.created
    assert contents(ws) == before
    assert {name: ws.table(name).version for name in TABLES} == versions


def test_role_and_position_are_kept_and_change(picture: Painter, ws: Workspace) -> None:
    name = image_id(picture(1))
    put_items(ws, [boot(images=(NewImage(picture(1), "scene", 7), NewImage(picture(1), "review", 8)))])
    assert linked(ws, "boot") == {name: ("scene", 7)}
    put_items(ws, [boot(images=(NewImage(picture(1), "review"),))])
    assert linked(ws, "boot") == {name: ("review", 0)}


def test_a_bad_picture_does_not_stop_its_item(picture: Painter, ws: Workspace) -> None:
    good, broken = picture(1), picture(2)[:300]
    (put,) = put_items(ws, [boot(broken, good, b"", b"GIF89a nonsense", b"not a picture")])
    assert [image.status for image in put.images] == ["truncated", "ok", "empty", "truncated", "not-an-image"]
    assert put.images[2].image_id is None
    assert all(image.reason for image in put.images if image.status != "ok")
    assert linked(ws, "boot") == {image_id(good): ("seller", 1)}
    assert ids(ws, "image_bytes") == {image_id(good)}
    put_items(ws, [boot(good)])
    assert ids(ws, "images") == {image_id(good)}, "rows of bad pictures go when they are not given any more"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"item_id": ""}, "expected an item_id"),
    ({"item_id": "a\nb"}, "control characters"),
    ({"item_id": "x" * 201}, "at most 200 characters"),
    ({"item_id": "\ud800"}, "surrogate"),
    ({"price": math.nan}, "finite number, found nan"),
    ({"price": math.inf}, "finite number"),
    ({"price": True}, "finite number"),
    ({"price": "3"}, "finite number"),
    ({"title": 3}, "expected title to be text"),
    ({"title": "x" * 20_001}, "20,000 characters for title, found 20,001"),
    ({"description": "\udfff"}, "surrogate"),
    ({"attributes": {"a": 1}}, "expected attributes to be text"),
    ({"attributes": ["a"]}, "names and texts"),
    ({"attributes": {str(n): "" for n in range(201)}}, "at most 200 attributes"),
    ({"images": (NewImage(b"", "thief"),)}, "role out of seller, review, scene"),  # type: ignore[arg-type]
    ({"images": (NewImage(b"", position=-1),)}, "position of 0 or more"),
    ({"images": (NewImage("text"),)}, "bytes of a picture file"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("fields", "says"), BAD)
def test_a_bad_item_is_rejected_and_the_others_go_on(
    ws: Workspace, picture: Painter, fields: dict[str, Any], says: str
) -> None:
    puts = put_items(ws, [NewItem("first"), boot(picture(1), **fields), NewItem("last")])
    assert [put.status for put in puts] == ["ok", "rejected", "ok"]
    assert says in puts[1].reason
    assert "\n" not in puts[1].reason
    assert ids(ws, "items", "item_id") == {"first", "last"}
    assert not ids(ws, "images")


def test_of_an_item_given_twice_the_last_counts(ws: Workspace) -> None:
    puts = put_items(ws, [boot(title="a"), NewItem("other"), boot(title="b")])
    assert [put.status for put in puts] == ["rejected", "ok", "ok"]
    assert item(ws, "boot")["title"] == "b"


def test_strange_texts_survive(ws: Workspace, picture: Painter) -> None:
    given = boot(picture(1), item_id='it\'s; 100% "x"/ü😀:#', title="O'Brien's ", description="a\x00b\x1fc")
    put_items(ws, [given])
    put_items(ws, [boot(picture(1), item_id=given.item_id, title="y")])
    assert item(ws, given.item_id.replace("'", "'"))["title"] == "y"
    assert words(ws, image_id(picture(1))) == {("title", "y")}
    assert remove_items(ws, [given.item_id]) == {given.item_id: True}
    assert not ids(ws, "images")


# -- removal ---------------------------------------------------------------------------------------


def test_a_removed_item_takes_its_pictures_along(picture: Painter, ws: Workspace) -> None:
    put_items(ws, [boot(picture(1), picture(2)), boot(picture(2), item_id="other", title="Other")])
    assert remove_items(ws, ["boot", "nobody"]) == {"boot": True, "nobody": False}
    kept = image_id(picture(2))
    assert item(ws, "boot")["deleted"] is not None
    assert ids(ws, "images") == ids(ws, "image_bytes") == {kept}
    assert words(ws, kept) == {("title", "Other")}
    assert not linked(ws, "boot")
    assert {row for row in ids(ws, "sources", "uri") if "boot" in row} == set()
    assert remove_items(ws, ["boot"]) == {"boot": False}
    (put,) = put_items(ws, [boot(picture(1))])
    assert put.created
    assert item(ws, "boot")["deleted"] is None


def test_words_that_two_items_say_stay_with_the_other(picture: Painter, ws: Workspace) -> None:
    shared = picture(1)
    put_items(ws, [boot(shared, title="same"), boot(shared, item_id="other", title="same")])
    put_items(ws, [boot(shared, title="new")])
    assert words(ws, image_id(shared)) == {("title", "same"), ("title", "new")}
    remove_items(ws, ["other"])
    assert words(ws, image_id(shared)) == {("title", "new")}


# -- beside an ingest ------------------------------------------------------------------------------


@pytest.fixture
def shop(tmp_path: Path, picture: Painter) -> Path:
    """A list of three items, a picture each, on disk."""
    folder = tmp_path / "shop"
    folder.mkdir()
    for seed in (1, 2, 3):
        (folder / f"{seed}.jpg").write_bytes(picture(seed))
    write_list(folder, (1, 2, 3))
    return folder


def write_list(folder: Path, seeds: tuple[int, ...]) -> None:
    rows = [{"item_id": f"item{n}", "title": f"t{n}", "image": f"{n}.jpg"} for n in seeds]
    (folder / "list.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def ingest(ws: Workspace, folder: Path, **how: Any) -> dict[str, Any]:
    return dict(Ingest(str(folder / "list.jsonl"), **how).run(ws).counts)


def test_a_put_survives_pruning_of_the_same_bytes(shop: Path, picture: Painter, ws: Workspace) -> None:
    ingest(ws, shop)
    put_items(ws, [boot(picture(1)), NewItem("item2", title="mine")])
    write_list(shop, (3,))
    for seed in (1, 2):
        (shop / f"{seed}.jpg").unlink()
    ingest(ws, shop, prune=True)
    assert ids(ws, "items", "item_id") == {"boot", "item2", "item3"}
    assert ids(ws, "images") == {image_id(picture(1)), image_id(picture(3))}
    assert ids(ws, "image_bytes") == {image_id(picture(1))}
    assert set(linked(ws, "boot")) == {image_id(picture(1))}


def test_an_unchanged_list_does_not_undo_a_put(shop: Path, picture: Painter, ws: Workspace) -> None:
    ingest(ws, shop)
    put_items(ws, [NewItem("item1", title="mine", images=(NewImage(picture(9)),))])
    after = contents(ws)
    assert set(linked(ws, "item1")) == {image_id(picture(9))}
    assert image_id(picture(1)) not in ids(ws, "images")
    assert ingest(ws, shop)["decoded"] == 0
    assert contents(ws) == after


def test_a_removed_item_stays_away_for_an_ingest(shop: Path, picture: Painter, ws: Workspace) -> None:
    ingest(ws, shop)
    assert remove_items(ws, ["item1"]) == {"item1": True}
    assert ids(ws, "images") == {image_id(picture(2)), image_id(picture(3))}
    assert ingest(ws, shop)["decoded"] == 0
    assert ids(ws, "images") == {image_id(picture(2)), image_id(picture(3))}
    assert item(ws, "item1")["deleted"] is not None


def test_query_photos_hold_their_pictures(shop: Path, picture: Painter, ws: Workspace) -> None:
    ingest(ws, shop, pictures_only=True)
    put_items(ws, [boot(picture(1))])
    remove_items(ws, ["boot"])
    assert ids(ws, "images") == {image_id(picture(seed)) for seed in (1, 2, 3)}


# -- kills -----------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for the end of the process between two commits."""


@pytest.fixture
def kill_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Makes the commit of this number fail before it happens; 0 for none."""
    left = [0]

    def guarded(name: str) -> None:
        real = getattr(Table, name)

        def write(self: Table, *given: Any, **more: Any) -> Any:
            if self.name in TABLES:
                left[0] -= 1
                if left[0] == 0:
                    raise Killed
            return real(self, *given, **more)

        monkeypatch.setattr(Table, name, write)

    for name in ("_write", "delete", "upsert"):
        guarded(name)
    yield lambda number: left.__setitem__(0, number)


def state(ws: Workspace, picture: Painter) -> None:
    """Where every interrupted group starts: an item of a list, one that was put, one that was removed."""
    put_items(
        ws,
        [boot(picture(1), picture(2), title="old"), boot(picture(2), item_id="other", title="old"),
         boot(picture(3), item_id="gone")],
    )  # fmt: skip
    remove_items(ws, ["gone"])


def change(ws: Workspace, picture: Painter) -> None:
    put_items(ws, [boot(picture(2), picture(4), title="new"), boot(picture(5), item_id="fresh"),
                   boot(picture(3), item_id="gone", title="back"), boot(item_id="other")])  # fmt: skip


def removal(ws: Workspace, picture: Painter) -> None:
    remove_items(ws, ["boot", "other"])


@pytest.mark.parametrize("work", [change, removal])
def test_a_group_that_was_cut_short_is_mended(
    tmp_path: Path, picture: Painter, kill_at: Callable[[int], None], work: Callable[..., None]
) -> None:
    """Cut before every commit in turn: repeated, it ends as undisturbed; swept, it leaves no orphan."""
    calm = Workspace(tmp_path / "calm", create=True)
    state(calm, picture)
    work(calm, picture)
    wanted = contents(calm)
    for number in range(1, 60):
        ws = Workspace(tmp_path / f"ws{number}", create=True)
        state(ws, picture)
        kill_at(number)
        try:
            work(ws, picture)
        except Killed:
            kill_at(0)
            if number % 2:
                sweep(ws)
                check_whole(ws)
            work(ws, picture)
            assert contents(ws) == wanted, f"cut before commit {number}"
            assert sweep(ws) is None
        else:
            assert number > 5, "the group was never cut"
            return
    raise AssertionError("the group never ends")


def check_whole(ws: Workspace) -> None:
    """No image that nobody shows, no link to an image that is not there, none of a deleted item."""
    links = ws.table("item_images").read().to_pylist()
    images = ids(ws, "images")
    assert {row["image_id"] for row in links} == images == ids(ws, "image_bytes")
    live = ws.table("items").read(["item_id"], "deleted IS NULL").column(0).to_pylist()
    assert {row["item_id"] for row in links} <= set(live)


def test_what_a_removal_needs_is_remembered_for_pictures_of_a_list(
    shop: Path, picture: Painter, ws: Workspace, kill_at: Callable[[int], None]
) -> None:
    ingest(ws, shop)
    for number in range(1, 30):
        kill_at(number)
        try:
            put_items(ws, [NewItem("item1", images=(NewImage(picture(7)),))])
        except Killed:
            kill_at(0)
        else:
            break
    assert ids(ws, "images") == {image_id(picture(seed)) for seed in (7, 2, 3)}
    check_whole_of_puts(ws)


def check_whole_of_puts(ws: Workspace) -> None:
    assert sweep(ws) is None
    places = ids(ws, "sources", "uri")
    assert sum(place.startswith("api:picture:") for place in places) == 1


def test_another_writer_is_named(tmp_path: Path, ws: Workspace) -> None:
    again = Workspace(ws.uri)
    with again.lock("saccade ingest"), pytest.raises(LockedError, match="saccade ingest"):
        put_items(ws, [NewItem("x")])
    assert put_group.Group  # what the kills above go through
